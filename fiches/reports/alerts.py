"""What must not be published unseen: names of persons, e-mail addresses, telephone numbers. Pure.

Conservative: a curator stops reading alerts that are mostly wrong. A name of a school or a street is not a person's.
"""

import re

from .firstnames import FIRST_NAMES
from .outcome import Alert

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(r"(?<![\d.])(?:(?:\+|00)33[\s.]?\(?0?\)?|0)\s?[1-9](?:[\s.\-/]?\d{2}){4}(?!\d)")
_NAME = r"[A-ZÀ-ÖØ-Þ](?:[a-zà-öø-ÿ’'-]|(?<=-)[A-ZÀ-ÖØ-Þ]){1,40}|[A-ZÀ-ÖØ-Þ]{2,40}"
_TITLED = re.compile(
    rf"\b(?:M\.|MM\.|Mr\.?|Mme\.?|Mmes|Mlle|Monsieur|Madame|Mademoiselle|Dr\.?|Docteur)\s+(?:{_NAME}|[A-Z]\.)"
)
_FIRST = r"[A-ZÀ-Þ][a-zà-ÿ]{1,20}(?:-[A-ZÀ-Þ][a-zà-ÿ]{1,20})?"
_PAIR = re.compile(rf"(?<![\w-])(?P<first>{_FIRST})\s+(?:(?:de|du|d’|d'|El|Ben)\s?)?(?:{_NAME}|[A-Z]\.)")
_PLACE = re.compile(
    r"(?:[ée]coles?|coll[èe]ges?|lyc[ée]es?|maternelle|[ée]l[ée]mentaire|primaire|rue|avenue|place|boulevard|square|"
    r"quartier|centre|social|espace|maison|salle|gymnase|m[ée]diath[èe]que|loi|fondation|groupe scolaire|cit[ée]|parc|"
    r"r[ée]sidence)"
    r"\s+(?:(?:de|du|des|la|le|les|l[’'])\s*)*$",
    re.I,
)

_AROUND = 60  # characters before a name, where a place may be named


def alerts_of(text):
    """The alerts that a text deserves, each with the words in question."""
    found = [Alert("courriel", match[0]) for match in _EMAIL.finditer(text)]
    found += [Alert("telephone", match[0].strip()) for match in _PHONE.finditer(text)]
    found += [Alert("personne", name) for name in _names(text)]
    return tuple(found)


def _names(text):
    titled = [match.span() for match in _TITLED.finditer(text)]
    spans, i = list(titled), 0
    for match in _pairs(text):
        while i < len(titled) and titled[i][1] <= match.start():
            i += 1
        within = i < len(titled) and titled[i][0] < match.end()
        before = text[max(0, match.start() - _AROUND) : match.start()]
        if not within and _is_first_name(match["first"]) and not _PLACE.search(before):
            spans.append(match.span())
    return [text[start:end] for start, end in sorted(spans)]


def _pairs(text):
    """The matches of two words that may be a name; « Appeler Marie » must not hide « Marie Dupont »."""
    match = _PAIR.search(text)
    while match:
        yield match
        match = _PAIR.search(text, match.end() if _is_first_name(match["first"]) else match.end("first"))


def _is_first_name(word):
    return word.lower() in FIRST_NAMES or word.lower().split("-")[0] in FIRST_NAMES
