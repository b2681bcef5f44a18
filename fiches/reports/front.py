"""What comes before the first theme: the title of the report, its date and place, who was there. Pure."""

import re

from .headings import Role
from .lines import Kind

_TITLE = re.compile(
    r"(?:compte[\s-]rendu|cr\b|synth[èe]se|restitution|rapport|bilan|relev[ée]|retour sur|ateliers?|journ[ée]e|"
    r"rencontre|s[ée]minaire|notes|projet|partenariat)\b",
    re.I,
)
_FACTS = re.compile(
    r"(?:dates?|lieux?|pr[ée]sents?|pr[ée]sentes|participant\w*|excus[ée]\w*|absents?|anim[ée]\w*|animation|r[ée]dact\w+|"
    r"r[ée]dig[ée]\w*|rapporteu\w+|secr[ée]taire|nombre|horaires?|dur[ée]e|organis\w+|auteur\w*|version|diffusion)\b[^:]{0,40}:\s*\S",
    re.I,
)
_MONTHS = "janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre"
_DATE = re.compile(
    rf"(?:[\w ’',-]{{0,40}}\b)?\d{{1,2}}(?:er)?\s+(?:{_MONTHS})\s+\d{{4}}[\s.,\w ’'-]{{0,40}}"
    r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}",
    re.I,
)
FACTS = "en-tête du compte rendu (date, lieu, présents)"
_FIRST = 6  # blocks among which the title is


def read_front(plan):
    """Marks the title; the indexes of the blocks that only tell when, where and who."""
    facts = set()
    for i, block in enumerate(plan.blocks):
        role = plan.roles[i]
        if role.voix or (role.is_theme and role.theme):
            return facts
        text = block.text.strip()
        if block.mute or not text or block.bullet:
            continue
        if _FACTS.match(text) or _DATE.fullmatch(text):
            facts.add(i)
        elif block.line.kind is Kind.TITLE or (i < _FIRST and _is_title(text, block, i)):
            plan.roles[i] = Role("titre")
    return facts


def _is_title(text, block, i):
    if len(text) > 160 or text.endswith((".", "?")) or text[0] in '«“"':
        return False
    return bool(_TITLE.match(text)) or (not i and block.stands_out)
