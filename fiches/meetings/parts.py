"""The parts of a meeting pack: what each holds, where it stands, and who may see it.

`PARTS` is the one table of what goes out. What may be handed over is decided there, part by part, and in
`handing.py`, which composes those parts alone and takes no word from the others.
"""

from dataclasses import dataclass

from fiches.models import Voix

from .wishes import Pour
from .wording import joined

GARDER, EMPORTER = frozenset({Pour.GARDER}), frozenset({Pour.EMPORTER})
BOTH = GARDER | EMPORTER

# --- what parts hold ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ref:
    """The sheet behind a line."""

    letter: str
    titre: str
    url: str  # its path on the site


@dataclass(frozen=True)
class Said:
    """An excerpt, restated: never between quotation marks. `number`: that of its note in the pack."""

    number: int
    voix: Voix
    texte: str
    atelier: str

    @property
    def voice(self):
        return self.voix.label

    @property
    def mark(self):
        return self.voix.mark


@dataclass(frozen=True)
class Line:
    """A text and the sheet behind it. `lead`: what opens it, in bold. `antidote`: for a trap, the way out."""

    texte: str
    ref: Ref | None = None
    lead: str = ""
    antidote: Ref | None = None


@dataclass(frozen=True)
class Argument:
    """What they gain, what the sheet says of it, and who said so. `label`: whose gain, when not all are the same."""

    gain: str
    texte: str
    ref: Ref
    said: tuple
    label: str = ""


class Sourced:
    """Items that carry notes: where these come from."""

    @property
    def sources(self):
        """A sentence per workshop, in French."""
        said = [one for item in self.items for one in item.said]
        by_workshop = {}
        for one in said:
            by_workshop.setdefault(one.atelier, []).append(str(one.number))
        if len(by_workshop) == 1 and len(said) > 1:
            return tuple(f"Idées notées à l’atelier « {titre} », redites avec nos mots." for titre in by_workshop)
        return tuple(
            f"Notes {joined(numbers)} : idées notées à l’atelier « {titre} », redites avec nos mots."
            if len(numbers) > 1
            else f"Note {numbers[0]} : idée notée à l’atelier « {titre} », redite avec nos mots."
            for titre, numbers in by_workshop.items()
        )


@dataclass(frozen=True)
class Arguments(Sourced):
    label: str  # whose gains they are
    items: tuple


@dataclass(frozen=True)
class Person:
    role: str
    lines: tuple  # what this person may do in the sheets


@dataclass(frozen=True)
class Word:
    """A word that the two sides do not hear alike. `dire`, `eviter`: empty when they are not for whom one meets."""

    mot: str
    ecole: str
    centre: str
    malentendu: str
    dire: str
    eviter: str
    ref: Ref | None


@dataclass(frozen=True)
class Heard:
    phrase: str
    derriere: str
    reponse: str
    mark: str
    ref: Ref | None


@dataclass(frozen=True)
class Act:
    """Something to be allowed, and by whom. `stages`: [(« 1er degré » or nothing, who decides, whose advice)]."""

    acte: str
    stages: tuple
    ref: Ref | None
    delai: str = ""
    pieces: tuple = ()
    texte_officiel: str = ""
    is_sure: bool = True


@dataclass(frozen=True)
class Care:
    """Traps, and what to be watchful of."""

    traps: tuple
    lines: tuple


@dataclass(frozen=True)
class Next:
    """Steps to choose from, then the blanks of what was agreed."""

    steps: tuple
    blanks: tuple


@dataclass(frozen=True)
class Gained:
    mark: str
    label: str
    gain: str


@dataclass(frozen=True)
class Proposal:
    """`texte`: what the centre does, and does not; `gains`: what each side gains, the reader first."""

    titre: str
    texte: str
    ref: Ref
    gains: tuple
    said: tuple


@dataclass(frozen=True)
class Proposals(Sourced):
    items: tuple


@dataclass(frozen=True)
class Listed:
    """A sheet in the list that closes the pack."""

    ref: Ref
    told: str  # what its words amount to


# --- where they stand ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """`page`: 1 or 2. `is_half`: beside another one on paper. `content`: as composed, one of the above or a tuple."""

    name: str
    title: str
    page: int
    seen_by: frozenset
    is_half: bool = False
    content: object = None

    @property
    def template(self):
        return f"preparer/parts/{self.name}.html"


PARTS = {
    part.name: part
    for part in (
        # To keep: before going there, then there.
        Part("rendezvous", "", 1, GARDER),
        Part("personne", "Qui vous rencontrez", 1, GARDER, is_half=True),
        Part("avant", "Avant de partir", 1, GARDER, is_half=True),
        Part("arguments", "Vos arguments", 1, GARDER),
        Part("garde", "Prenez garde", 1, GARDER),
        Part("questions", "À demander, avant de parler de vous", 1, GARDER),
        Part("mots", "Le même mot, deux sens", 2, GARDER),
        Part("entendu", "Si vous entendez", 2, GARDER),
        Part("accords", "Qui dit oui, et à quoi", 2, GARDER, is_half=True),
        Part("suite", "Avant de vous lever", 2, GARDER, is_half=True),
        Part("notes", "", 2, GARDER),
        # To hand over: what we propose, then what is settled together.
        Part("contact", "", 1, EMPORTER),
        Part("centre", "Qui nous sommes", 1, EMPORTER),
        Part("propositions", "Ce que nous vous proposons", 1, EMPORTER),
        Part("remarques", "", 1, EMPORTER),
        Part("ensemble", "Questions à ouvrir ensemble", 2, EMPORTER),
        Part("demarches", "Qui dit oui, et ce qu’il faut préparer", 2, EMPORTER),
        Part("convenir", "La suite, si vous en êtes d’accord", 2, EMPORTER),
        Part("fiches", "Les fiches de ce dossier", 2, BOTH),
    )
}

PAGES = {
    Pour.GARDER: ("Avant d’y aller", "Sur place"),
    Pour.EMPORTER: ("De notre côté", "Ensemble"),
}
