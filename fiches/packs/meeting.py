"""A meeting pack: its parts, composed from the base and from nothing else, in one of two renderings."""

from dataclasses import dataclass
from datetime import date

from . import handing, keeping
from .matter import gather
from .parts import PAGES, PARTS
from .wishes import Pour, Wishes

COMPOSERS = {Pour.GARDER: keeping.COMPOSERS, Pour.EMPORTER: handing.COMPOSERS}


@dataclass(frozen=True)
class Pack:
    wishes: Wishes
    parts: tuple  # those that hold something, in order
    chosen: tuple  # the sheets, with the reasons of their choice
    version: date | None
    rule: str  # what the time available changed

    @property
    def title(self):
        return TITLES[self.wishes.pour](self.wishes)

    @property
    def context(self):
        """Where one stands, in a line: what was answered besides the person."""
        wishes = self.wishes
        if wishes.pour == Pour.EMPORTER:
            return ""
        said = [wishes.moment.nom, wishes.theme and wishes.theme.titre, wishes.levier and wishes.levier.nom]
        said += [wishes.niveau and wishes.niveau.nom, wishes.minutes and f"{wishes.minutes} minutes"]
        return " · ".join(filter(None, said))

    @property
    def pages(self):
        """[(title of the page, its parts), (…)]."""
        titles = PAGES[self.wishes.pour]
        return [(title, [p for p in self.parts if p.page == n]) for n, title in enumerate(titles, 1)]


TITLES = {
    Pour.GARDER: lambda wishes: wishes.acteur.nom,
    Pour.EMPORTER: lambda wishes: "Travailler ensemble",
}


def compose(wishes, choices):
    """The `Pack` of these wishes: eleven queries, whatever the number of sheets."""
    matter = gather(wishes, choices)
    composers = COMPOSERS[wishes.pour]
    parts = []
    for part in PARTS.values():
        if wishes.pour not in part.seen_by:
            continue
        if content := composers[part.name](matter):
            title = keeping.titles(part.name, content) if wishes.pour == Pour.GARDER else ""
            parts.append(part.holding(content, title))
    rule = keeping.room_of(matter).told if wishes.pour == Pour.GARDER else ""
    return Pack(wishes, tuple(parts), tuple(matter.chosen), matter.version, rule)
