"""Which sheets a meeting is prepared with, and why: explicit weights, one total order, each reason told."""

import re
from dataclasses import dataclass, field

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Prefetch, Q, Subquery

from fiches.models import (
    Cote,
    Fiche,
    FicheLevier,
    Genre,
    Intervention,
    PortePlace,
    Position,
    Pouvoir,
    Solidite,
    Voix,
)

from .sides import RULES, Side, side_of
from .wishes import Pour

ENOUGH = 3  # sheets, traps included, from which a pack is worth making
MAX_SHEETS = 5
MAX_BY_THEME = 2  # when no theme is asked, so that a pack does not say one thing five times
LETTERS = "ABCDEFGHIJ"

# Points of each reason. What is asked for weighs most; then what the actor may do; then what the words are worth.
THEME = 15
LEVIER = 15
POUVOIR = {Pouvoir.DECIDE: 4, Pouvoir.AVIS: 3, Pouvoir.AGIT: 2, Pouvoir.INFORME: 1}
DESCRIBED = 4  # the sheet says what this actor does in it
LEVEL = 3  # it was written for the levels of the meeting and no other
OWN_VOICE = 3  # their own people speak in its favour
MOMENT = {1: 7, 2: 3, 3: 1}  # how many moments the sheet serves: the fewer, the closer to this one
SOLIDITE = {
    Solidite.CONFIRME: 5,
    Solidite.CROISE: 4,
    Solidite.CONVERGENT: 2,
    Solidite.DISCUTE: 2,
    Solidite.ISOLE: 1,
    Solidite.SANS_PREUVE: 0,
}

# For the pack that is handed over: sheets to propose, by theme, rather than those that tell a centre how to behave.
PROPOSED = {
    "projets": 14,
    "pour-quoi-faire": 14,
    "leviers": 12,
    "roles-du-centre-social": 12,
    "faire-durer": 9,
}  # by theme
DOOR = 4  # curators put it behind the door of the home page that is the reader's
NAMED = -8  # its title is a question, or speaks of the reader as one does behind their back
NAMES = {Side.PARENTS: re.compile(r"parents?|familles?", re.I), Side.ENFANTS: re.compile(r"enfants?|élèves?", re.I)}
DOORS = {Side.ECOLE: Cote.ECOLE, Side.HIERARCHIE: Cote.ECOLE, Side.CENTRE: Cote.CENTRE}

BY_POWER = {
    Pouvoir.DECIDE: "votre interlocuteur y décide",
    Pouvoir.AVIS: "votre interlocuteur y donne son avis",
    Pouvoir.AGIT: "votre interlocuteur y agit",
    Pouvoir.INFORME: "votre interlocuteur en est informé",
}
BY_WORTH = {
    Solidite.CONFIRME: "croisée et confirmée : les deux côtés ont parlé, dans plusieurs ateliers",
    Solidite.CROISE: "croisée : les deux côtés ont parlé",
    Solidite.CONVERGENT: "convergente : plusieurs paroles d’un même côté",
    Solidite.DISCUTE: "discutée : une voix au moins dit autre chose",
    Solidite.ISOLE: "isolée : une seule parole pour l’instant",
    Solidite.SANS_PREUVE: "sans parole publique aujourd’hui",
}
OWN = {Voix.ECOLE: "des voix de l’école l’appuient", Voix.CENTRES: "des voix des centres l’appuient"}


@dataclass
class Chosen:
    """A sheet of the pack, its letter, the points it got and the reasons told to the reader."""

    fiche: Fiche
    points: int = 0
    reasons: list = field(default_factory=list)
    letter: str = ""

    @property
    def intervention(self):
        """What the actor met does in this sheet."""
        return self.fiche.of_actor[0]


def concerned(acteur, moment, niveau=None, *, with_every_trap=False):
    """The published sheets, traps included, that name this actor at this moment (a queryset).

    With a level, those that are for it or for none in particular. `with_every_trap`: also the traps of this moment
    that do not name them.
    """
    of_actor = Q(Exists(Intervention.objects.filter(fiche=OuterRef("pk"), acteur=acteur)))
    if with_every_trap:
        of_actor |= Q(genre=Genre.PIEGE)
    sheets = Fiche.objects.published().filter(of_actor, moments=moment)
    if niveau is None:
        return sheets
    through = Fiche.niveaux.through.objects.filter(fiche=OuterRef("pk"))
    return sheets.filter(Q(Exists(through.filter(niveau=niveau))) | ~Q(Exists(through)))


def candidates(wishes, levels):
    """The same with every trap of the moment, loaded for the choice: three queries, whatever their number.

    `levels`: those of the meeting, when they leave some out.
    """
    pk = OuterRef("pk")
    moments = Fiche.moments.through.objects.filter(fiche=pk).order_by().values("fiche")
    of_fiche = Fiche.niveaux.through.objects.filter(fiche=pk)
    door = PortePlace.objects.filter(fiche=pk, porte__cote=DOORS.get(side_of(wishes.acteur), ""))
    rows = Intervention.objects.filter(acteur=wishes.acteur)
    return list(
        concerned(wishes.acteur, wishes.moment, wishes.niveau, with_every_trap=True)
        .for_cards()
        .defer(None)
        .prefetch_related(Prefetch("interventions", queryset=rows, to_attr="of_actor"))
        .annotate(
            n_moments=Subquery(moments.annotate(n=Count("pk")).values("n")),
            is_of_levier=Exists(FicheLevier.objects.filter(content_object=pk, tag=wishes.levier)),
            is_for_level=ExpressionWrapper(
                Q(Exists(of_fiche)) & ~Q(Exists(of_fiche.exclude(niveau__in=levels))), output_field=BooleanField()
            ),
            is_behind_door=Exists(door),
        )
        .order_by("theme__numero", "pk")
    )


def weigh(fiche, wishes):
    """One candidate as a `Chosen`, with its points and its reasons."""
    chosen = Chosen(fiche)
    for points, reason in _reasons(fiche, wishes, chosen.intervention):
        chosen.points += points
        if points and reason:
            chosen.reasons.append(reason)
    return chosen


def _reasons(fiche, wishes, intervention):
    """(points, what the reader is told; nothing when it goes without saying), for all that counts for a sheet."""
    if wishes.theme and fiche.theme_id == wishes.theme.pk:
        yield THEME, f"du thème demandé, « {wishes.theme.titre} »"
    if wishes.levier and fiche.is_of_levier:
        yield LEVIER, f"du levier demandé, « {wishes.levier.nom} »"
    if wishes.pour == Pour.EMPORTER:
        yield PROPOSED.get(fiche.theme.slug, 0), f"bonne à proposer : « {fiche.theme.titre} »"
        yield DOOR * fiche.is_behind_door, "conseillée d’abord à ce côté-là"
        names = NAMES.get(side_of(wishes.acteur))
        yield NAMED * bool(fiche.titre.endswith("?") or (names and names.search(fiche.titre))), ""
    yield POUVOIR[intervention.pouvoir], BY_POWER[intervention.pouvoir]
    yield DESCRIBED * bool(intervention.texte), ""
    yield LEVEL * fiche.is_for_level, "écrite pour ce niveau"
    if fiche.n_moments == 1:
        yield MOMENT[1], f"seulement pour ce moment, « {wishes.moment.nom} »"
    else:
        yield MOMENT.get(fiche.n_moments, 0), f"pour ce moment, « {wishes.moment.nom} »"
    yield SOLIDITE[fiche.evidence.solidite], BY_WORTH[fiche.evidence.solidite]
    speaks = RULES[side_of(wishes.acteur)].speaks
    yield OWN_VOICE * (speaks is not None and _is_backed(fiche, speaks)), OWN.get(speaks, "")


def _is_backed(fiche, voice):
    return any(c.extrait.voix == voice and c.position == Position.APPUIE for c in fiche.published_citations)


def rank(sheets, wishes):
    """The candidates that are not traps, as `Chosen`s, best first. The order is total: points, theme, then age."""
    weighed = [weigh(fiche, wishes) for fiche in sheets if fiche.genre != Genre.PIEGE]
    return sorted(weighed, key=lambda one: (-one.points, one.fiche.theme.numero, one.fiche.pk))


def choose(sheets, wishes):
    """The sheets of the pack among its candidates: `MAX_SHEETS` at most, lettered from A."""
    kept, spare, themes = [], [], {}
    for one in rank(sheets, wishes):
        of_theme = themes.get(one.fiche.theme_id, 0)
        is_free = wishes.theme is not None or of_theme < MAX_BY_THEME
        themes[one.fiche.theme_id] = of_theme + is_free
        (kept if is_free else spare).append(one)
    # A third sheet of a theme is better than a place left empty.
    chosen = (kept + spare)[:MAX_SHEETS]
    for letter, one in zip(LETTERS, chosen, strict=False):
        one.letter = letter
    return chosen
