"""On which side of the partnership an actor stands, and what follows: who speaks for them, what they may gain.

The one who prepares the meeting is always someone of a centre: that is who the sheets say « vous » to.
"""

from dataclasses import dataclass
from enum import Enum

from fiches.models import Degre, DitePar, Partie, Voix


class Side(Enum):
    ECOLE = "ecole"
    HIERARCHIE = "hierarchie"
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
ABOVE_SCHOOLS = ("inspecteur-circonscription", "inspection-academique")  # addresses of actors
CENTRE = "centre-social"  # address of the actor that says what a centre is


@dataclass(frozen=True)
class Rules:
    """What a meeting with someone of a side is made from.

    `voices`: whose words convince them, their own people first; `speaks`: the voice that is theirs in reports, if
    one is; `gains`: whose gains are arguments for them; `heard`: by whom are said the sentences one hears from them;
    `has_words`: whether the lexicon of both sides is useful with them; `is_addressed`: whether what it suggests to
    say is for them.
    """

    voices: tuple
    gains: tuple
    speaks: Voix | None = None
    heard: DitePar | None = None
    has_words: bool = False
    is_addressed: bool = True


_AROUND = (Partie.QUARTIER, Partie.PARENTS, Partie.ENFANTS, Partie.ECOLE)
_SCHOOL_FIRST = (Voix.ECOLE, Voix.CENTRES, Voix.POSTITS)

_OF_SCHOOL = {
    "voices": _SCHOOL_FIRST,
    "gains": (Partie.ECOLE, Partie.ENFANTS, Partie.PARENTS),
    "speaks": Voix.ECOLE,
    "has_words": True,
}

RULES = {
    Side.ECOLE: Rules(**_OF_SCHOOL, heard=DitePar.ECOLE),
    Side.HIERARCHIE: Rules(**_OF_SCHOOL),
    Side.CENTRE: Rules(
        voices=(Voix.CENTRES, Voix.ECOLE, Voix.POSTITS),
        gains=(Partie.CENTRE, Partie.ENFANTS, Partie.PARENTS),
        speaks=Voix.CENTRES,
        heard=DitePar.CENTRE,
        has_words=True,
        is_addressed=False,
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
    """The `Side` of an actor, from their family; those who stand above schools apart."""
    if acteur.slug in ABOVE_SCHOOLS:
        return Side.HIERARCHIE
    return FAMILLES.get(acteur.famille.slug, Side.AUTRES)


def levels_of(stages, niveaux):
    """Those of `niveaux` that belong to these stages; none when the stages leave nothing out."""
    return [] if len(stages) == len(Degre) else [niveau for niveau in niveaux if STAGES.get(niveau.slug) in stages]


def stages_of(niveaux):
    """The stages (`Degre`) of some school levels, in order; both when they tell nothing."""
    found = {STAGES[niveau.slug] for niveau in niveaux if niveau.slug in STAGES}
    return [degre for degre in Degre if degre in found] or list(Degre)
