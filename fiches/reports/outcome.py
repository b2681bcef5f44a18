"""What a report becomes: segments, headings, and what is ignored and why. Pure, and it always balances."""

from collections import Counter
from dataclasses import dataclass, field

from .lines import ink

CENTRES, ECOLE, POSTITS = "centres-sociaux", "partenaires-ecole", "post-its"
IDEE, TEMOIGNAGE, EXEMPLE, QUESTION = "idee", "temoignage", "exemple", "question"
VOICES = (CENTRES, ECOLE, POSTITS)


class Unbalanced(RuntimeError):
    """Some character of a report has no fate, or two: a defect of ours, never of the report."""


@dataclass(frozen=True)
class Trail:
    """The headings a segment stands under, as the report words them; empty where there is none."""

    theme: str = ""
    voice: str = ""
    subheading: str = ""


@dataclass(frozen=True)
class Alert:
    """What a curator should look at. `code`: personne, courriel, telephone, theme-inconnu, theme-deduit,
    voix-inconnue, voix-supposee. `what`: the words in question, empty where it is the whole segment."""

    code: str
    what: str = ""


@dataclass(frozen=True)
class Segment:
    """One idea, in the report's own words.

    `marks` are the characters that announced it (bullet, number, sign between two post-its, emphasis): they belong to
    its account, not to its words. `timecodes` likewise, kept apart as they stood.
    """

    texte: str
    nature: str
    lines: tuple[int, ...]
    theme: int | None = None
    voix: str | None = None
    trail: Trail = Trail()
    level: int = 0  # depth of its bullet, from 1; 0 without bullet
    marks: str = ""
    timecodes: tuple[str, ...] = ()
    alerts: tuple[Alert, ...] = ()

    @property
    def line(self):
        return self.lines[0]

    @property
    def ink(self):
        return ink(self.texte) + ink(self.marks) + sum(map(ink, self.timecodes))


@dataclass(frozen=True)
class Heading:
    """A line that orders the others. It may tell a theme, a voice, both, or neither (a mere label).

    `told`: titre, theme, voix, theme et voix, intitulé.
    """

    texte: str
    lines: tuple[int, ...]
    told: str
    theme: int | None = None
    voix: str | None = None
    marks: str = ""

    @property
    def line(self):
        return self.lines[0]

    @property
    def ink(self):
        return ink(self.texte) + ink(self.marks)


@dataclass(frozen=True)
class Ignored:
    """What is left out, and why, in French."""

    texte: str
    line: int
    why: str

    @property
    def ink(self):
        return ink(self.texte)


@dataclass
class Outcome:
    total: int  # ink of the report
    segments: list[Segment] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)

    @property
    def ink_by_fate(self):
        """{"segments", "headings", "ignored"}: the ink of each."""
        return {name: sum(part.ink for part in getattr(self, name)) for name in ("segments", "headings", "ignored")}

    @property
    def accounted(self):
        return sum(self.ink_by_fate.values())

    def check(self):
        """Raises `Unbalanced` unless every character has exactly one fate."""
        if self.total != self.accounted:
            raise Unbalanced(f"{self.total} characters read, {self.accounted} accounted for")

    @property
    def by_theme_and_voice(self):
        """How many segments: {(theme, voix): n}."""
        return Counter((segment.theme, segment.voix) for segment in self.segments)
