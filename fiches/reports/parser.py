"""Lines of a report → segments, headings, and what is ignored and why. Pure: no Django, no file, no database.

Every character that is not white space ends in exactly one of the three, and `parse` proves it before it answers.
"""

from dataclasses import replace
from itertools import pairwise

from .alerts import alerts_of
from .asides import set_asides
from .blocks import gather
from .cutting import cut
from .front import FACTS, read_front
from .headings import Plan
from .lines import Kind, ink
from .marks import IMAGE, is_page_number, take_number
from .outcome import CENTRES, Alert, Heading, Ignored, Outcome, Segment, Trail
from .runin import split_run_in
from .tables import read_tables
from .themes import Themes

EMPTY_BULLET, EMPTY_CELL = "puce vide", "case vide d’un tableau"
RULE, UNDERLINE = "filet de séparation", "soulignement d’un titre"
PAGE, NO_WORD = "numéro de page", "signes sans mot"


def parse(report, themes=()):
    """The `Outcome` of a `Report`. `themes`: the known `ThemeWords`, or none; then only numbers tell themes.

    A theme that announces no voice speaks with the centres', who hold the workshop, provided that the report tells
    voices elsewhere; those segments bear the alert « voix-supposee ».
    """
    blocks = gather(report)
    set_asides(blocks, markdown=report.format == "md")
    blocks = split_run_in(blocks)
    plan = Plan(blocks, Themes(themes))
    walk = _Walk(plan, Outcome(report.ink))
    outcome = walk.run()
    outcome.check()
    return outcome


class _Walk:
    """One pass over the blocks, from the first to the last, that remembers where it is."""

    def __init__(self, plan, outcome):
        self.plan, self.outcome = plan, outcome
        self.columns = read_tables(plan)
        self.facts = read_front(plan)
        told = [role.told for role in plan.roles]
        self.voices_told = any("voix" in what for what in told)
        self.by_voice = _voices_hold_themes(plan)
        self.theme = self.voix = None
        self.deduced = self.announced = False
        self.trail = Trail()
        self.table = None  # (table, what to restore after it)

    def run(self):
        for i, block in enumerate(self.plan.blocks):
            self._leave_table(block)
            for number, text, why in block.ignored:
                self.outcome.ignored.append(Ignored(text, number, why))
            if self._is_ignored(i, block):
                continue
            role = self.plan.roles[i]
            if role.told:
                self._enter(role, block)
            else:
                self._segments(block)
        return self.outcome

    def _is_ignored(self, i, block):
        text, marks = block.text.strip(), block.marks
        why = None
        if block.aside:
            why = block.aside
        elif not text:
            why = EMPTY_CELL if block.cell else EMPTY_BULLET if block.bullet else RULE
        elif block.rule:
            why = UNDERLINE if block.underlined else RULE
        elif block.line.kind is Kind.IMAGE:
            why = IMAGE
        elif i in self.facts:
            why = FACTS
        elif not any(c.isalnum() for c in text):
            why = EMPTY_BULLET if take_number(text + " x")[1] == "x" else NO_WORD
        elif is_page_number(text) and not block.bullet and not block.cell:
            why = PAGE
        elif take_number(text + " x") == (text + " ", "x"):
            why = EMPTY_BULLET
        if why and ink(marks + text):
            self.outcome.ignored.append(Ignored(f"{marks.strip()} {text}".strip(), block.line.number, why))
        return why is not None

    # Headings

    def _enter(self, role, block):
        text = block.text.strip()
        heading = Heading(text, block.numbers(), role.told, role.theme, role.voix, block.marks.strip())
        self.outcome.headings.append(heading)
        if role.is_theme:
            self._enter_theme(role, text)
        if "voix" in role.told and not (block.cell and not block.cell.row):
            self.voix, self.announced = role.voix, True
            self.trail = replace(self.trail, voice=text, subheading="")
            if self.by_voice and not role.is_theme:
                self.theme, self.trail = None, replace(self.trail, theme="")
        elif role.told == "intitulé":
            self.trail = replace(self.trail, subheading=text)

    def _enter_theme(self, role, text):
        self.theme, self.deduced = role.theme, role.deduced
        if self.by_voice:
            self.trail = replace(self.trail, theme=text, subheading="")
        else:
            self.voix, self.announced, self.trail = None, False, Trail(theme=text)

    def _leave_table(self, block):
        """After a table, its voices are silent."""
        if block.cell and self.table is None:
            self.table = (self.voix, self.announced, self.trail.voice)
        elif not block.cell and self.table is not None:
            self.voix, self.announced, voice = self.table
            self.trail, self.table = replace(self.trail, voice=voice), None

    # Segments

    def _voice_of(self, block):
        """(voix, alert codes) of a block."""
        if block.cell and (block.cell.table, block.cell.column) in self.columns and block.cell.row:
            voix, announced = self.columns[block.cell.table, block.cell.column], True
        else:
            voix, announced = self.voix, self.announced
        if not announced and self.voices_told and self.theme is not None:
            return CENTRES, ["voix-supposee"]
        return voix, [] if voix else ["voix-inconnue"]

    def _segments(self, block):
        voix, codes = self._voice_of(block)
        if self.theme is None:
            codes.append("theme-inconnu")
        elif self.deduced:
            codes.append("theme-deduit")
        if not block.bullet and block.after_blank and not block.stands_out:
            self.trail = replace(self.trail, subheading="")
        self._drop_number(block)
        fragments = cut(block.text, voice=voix, bullet=block.bullet)
        marks = block.marks.strip()
        for part in fragments:
            lines = block.numbers(*_trimmed(block.text, part.start, part.end))
            if not part.texte:
                self._ignore_words(block, part, marks, lines)
            else:
                alerts = tuple(map(Alert, codes)) + alerts_of(part.texte)
                joined = f"{marks} {part.marks}".strip()
                self.outcome.segments.append(
                    Segment(
                        part.texte, part.nature, lines, self.theme, voix, self.trail, block.level, joined,
                        part.timecodes, alerts,
                    )
                )  # fmt: skip
            marks = ""
        if not block.bullet and (block.stands_out or block.text.rstrip().endswith(":")):
            self.trail = replace(self.trail, subheading=block.text.strip())

    def _ignore_words(self, block, part, marks, lines):
        """A time code alone on its line, signs alone between two others."""
        text = " ".join([marks, part.marks, *part.timecodes]).strip()
        if text:
            self.outcome.ignored.append(Ignored(text, lines[0], "minutage seul" if part.timecodes else NO_WORD))

    def _drop_number(self, block):
        mark, _ = take_number(block.text)
        if mark:
            block.drop([(0, len(mark))])
            block.level = block.level or 1


def _trimmed(text, start, end):
    """The span without the white space at its ends, which may belong to another line."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip()) if piece.strip() else end


def _voices_hold_themes(plan):
    """Is the report in order of voices, each with all the themes, rather than the other way round?"""
    heads = [(i, role) for i, role in enumerate(plan.roles) if role.told in ("voix", "theme")]
    levels = {what: {plan.blocks[i].heading for i, role in heads if role.told == what} for what in ("voix", "theme")}
    if all(levels.values()) and all(min(found) > 0 for found in levels.values()):
        return max(levels["voix"]) < min(levels["theme"])
    direct = {("voix", "theme"): 0, ("theme", "voix"): 0}
    for (i, role), (j, after) in pairwise(heads):
        if j == i + 1 and role.told != after.told:
            direct[role.told, after.told] += 1
    return direct["voix", "theme"] > direct["theme", "voix"]
