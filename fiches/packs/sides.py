"""On which side of the partnership an actor stands, and what follows: who speaks for them, what they may gain."""

from dataclasses import dataclass
from enum import Enum

from fiches.models import Degre, DitePar, Partie, Voix


class Side(Enum):
    ECOLE = "ecole"
    CENTRE = "centre"
    PARENTS = "parents"
    ENFANTS = "enfants"
    COLLECTIVITE = "collectivite"
    AUTRES = "autres"


# Address of the family of an actor → their side; any other family stands beside the partnership.
FAMILLES = {
    "education-nationale": Side.ECOLE,
    "centre-social": Side.CENTRE,
    "parents": Side.PARENTS,
    "enfants-et-jeunes": Side.ENFANTS,
    "collectivites": Side.COLLECTIVITE,
}
CENTRE = "centre-social"  # address of the actor that says what a centre is


@dataclass(frozen=True)
class Rules:
    """What a meeting with someone of a side is made from.

    `voices`: whose words convince them, their own people first; `speaks`: the voice that is theirs in reports, if
    one is; `gains`: whose gains are arguments for them; `heard`: by whom are said the sentences one hears from them;
    `has_words`: whether the lexicon opposes their words to the others'; `is_told`: whether what the lexicon and the
    heard sentences suggest to say (a centre speaks) is meant for them.
    """

    voices: tuple
    gains: tuple
    speaks: Voix | None = None
    heard: DitePar | None = None
    has_words: bool = False
    is_told: bool = True


_AROUND = (Partie.QUARTIER, Partie.PARENTS, Partie.ENFANTS, Partie.ECOLE)
_SCHOOL_FIRST = (Voix.ECOLE, Voix.CENTRES, Voix.POSTITS)

RULES = {
    Side.ECOLE: Rules(
        voices=_SCHOOL_FIRST,
        gains=(Partie.ECOLE, Partie.ENFANTS, Partie.PARENTS),
        speaks=Voix.ECOLE,
        heard=DitePar.ECOLE,
        has_words=True,
    ),
    Side.CENTRE: Rules(
        voices=(Voix.CENTRES, Voix.ECOLE, Voix.POSTITS),
        gains=(Partie.CENTRE, Partie.ENFANTS, Partie.PARENTS),
        speaks=Voix.CENTRES,
        heard=DitePar.CENTRE,
        has_words=True,
        is_told=False,
    ),
    Side.PARENTS: Rules(
        voices=_SCHOOL_FIRST, gains=(Partie.PARENTS, Partie.ENFANTS, Partie.QUARTIER), heard=DitePar.PARENTS
    ),
    Side.ENFANTS: Rules(voices=_SCHOOL_FIRST, gains=(Partie.ENFANTS, Partie.PARENTS, Partie.QUARTIER)),
    Side.COLLECTIVITE: Rules(voices=_SCHOOL_FIRST, gains=_AROUND, heard=DitePar.MAIRIE),
    Side.AUTRES: Rules(voices=_SCHOOL_FIRST, gains=_AROUND),
}

GAINS = {
    Partie.ECOLE: "Ce que l’école y gagne",
    Partie.CENTRE: "Ce que le centre y gagne",
    Partie.PARENTS: "Ce que les parents y gagnent",
    Partie.ENFANTS: "Ce que les enfants y gagnent",
    Partie.QUARTIER: "Ce que le quartier y gagne",
}

STAGES = {
    "maternelle": Degre.PREMIER,
    "elementaire": Degre.PREMIER,
    "college": Degre.SECOND,
    "lycee": Degre.SECOND,
}


def side_of(acteur):
    """The `Side` of an actor, from their family."""
    return FAMILLES.get(acteur.famille.slug, Side.AUTRES)


def stages_of(niveaux):
    """The stages (`Degre`) of some school levels, in order; both when they tell nothing."""
    found = {STAGES[niveau.slug] for niveau in niveaux if niveau.slug in STAGES}
    return [degre for degre in Degre if degre in found] or list(Degre)
