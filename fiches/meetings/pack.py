"""A meeting pack: its parts, composed from the base and from nothing else, in one of two renderings."""

from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from fiches.models import Genre
from fiches.reading import in_words

from . import handing, keeping
from .choosing import ENOUGH, candidates
from .fitting import fit
from .matter import gather
from .parts import PAGES, PARTS
from .possible import elsewhere, shortfall
from .sides import levels_of, stages_of
from .wishes import Pour, Wishes

COMPOSERS = {Pour.GARDER: keeping.COMPOSERS, Pour.EMPORTER: handing.COMPOSERS}


@dataclass(frozen=True)
class Pack:
    wishes: Wishes
    parts: tuple  # those that hold something, in order
    chosen: tuple  # the sheets, with the reasons of their choice
    version: date | None
    rule: str  # what the time available changed
    remarks: tuple  # what was asked and could not be followed

    @property
    def is_kept(self):
        return self.wishes.pour == Pour.GARDER

    @property
    def title(self):
        return self.wishes.acteur.nom if self.is_kept else "Travailler ensemble"

    @property
    def context(self):
        """Where one stands, in a line: what was answered besides the person. Nothing of it is handed over."""
        wishes = self.wishes
        if not self.is_kept:
            return ""
        said = [wishes.moment.nom, wishes.theme and wishes.theme.titre, wishes.levier and wishes.levier.nom]
        said += [wishes.niveau and wishes.niveau.nom, wishes.minutes and f"{wishes.minutes} minutes"]
        return " · ".join(filter(None, said))

    @property
    def description(self):
        """What a file says of itself, in a line."""
        return (
            f"Rendez-vous : {self.context}" if self.is_kept else "Ce que nous vous proposons, et la suite à convenir."
        )

    @property
    def shown_address(self):
        """The path written on paper: that of the pack, or of the site for what is handed over, which would else say
        where the relation stands."""
        return self.wishes.address() if self.is_kept else reverse("fiches:list")

    @property
    def pages(self):
        """[(title of the page, its rows), (…)]: a row is one part, or two that stand side by side."""
        titles = PAGES[self.wishes.pour]
        return [(title, _rows([p for p in self.parts if p.page == n])) for n, title in enumerate(titles, 1)]


def _rows(parts):
    rows = []
    for part in parts:
        if part.is_half and rows and len(rows[-1]) == 1 and rows[-1][0].is_half:
            rows[-1] += (part,)
        else:
            rows.append((part,))
    return rows


def prepare(wishes, choices):
    """The `Pack` of these wishes, or the `Shortfall` when too few sheets are about them. `choices`: a `Choices`.

    Eleven queries for a pack, whatever the number of sheets.
    """
    theirs = list(wishes.acteur.niveaux.all())
    if wishes.niveau and theirs and wishes.niveau not in theirs:
        return elsewhere(wishes, theirs)
    stages = stages_of([wishes.niveau] if wishes.niveau else theirs)
    sheets = candidates(wishes, levels_of(stages, choices.niveaux))
    naming = [fiche for fiche in sheets if fiche.of_actor]
    if len(naming) < ENOUGH or all(fiche.genre == Genre.PIEGE for fiche in naming):
        return shortfall(wishes, choices, naming)
    return compose(gather(wishes, choices, stages, sheets))


def compose(matter):
    """The `Pack` made of this `Matter`: its parts that hold something."""
    wishes, parts = matter.wishes, []
    composers = COMPOSERS[wishes.pour]
    for part in PARTS.values():
        if wishes.pour not in part.seen_by:
            continue
        if content := composers[part.name](matter):
            parts.append(replace(part, content=content))
    parts = [replace(part, title=counted(part) or part.title) for part in fit(parts, wishes.pour)]
    rule = keeping.room_of(matter).told if wishes.pour == Pour.GARDER else ""
    return Pack(wishes, tuple(parts), tuple(matter.chosen), matter.version, rule, _remarks(matter))


def counted(part):
    """The title of a part that says how many things it holds; empty for the others."""
    match part.name:
        case "arguments":
            n = len(part.content.items)
            return "Votre argument" if n == 1 else f"Vos {in_words(n)} arguments"
        case "questions":
            n = len(part.content)
            many = f"{in_words(n).capitalize()} questions à poser, avant de parler de vous"
            return "La question à poser, avant de parler de vous" if n == 1 else many
        case "mots" if len(part.content) > 1:
            return "Les mêmes mots, deux sens"
    return ""


def _remarks(matter):
    """What was asked and could not be followed, in French sentences."""
    wishes, chosen = matter.wishes, matter.chosen
    found = []
    if wishes.theme and all(one.fiche.theme_id != wishes.theme.pk for one in chosen):
        found.append(
            f"Aucune fiche du thème « {wishes.theme.titre} » ne convient à la fois à cette personne et à ce moment."
        )
    if wishes.levier and not any(one.fiche.is_of_levier for one in chosen):
        found.append(
            f"Aucune fiche du levier « {wishes.levier.nom} » ne convient à la fois à cette personne et à ce moment."
        )
    return tuple(found)
