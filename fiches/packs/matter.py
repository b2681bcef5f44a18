"""What a pack may be composed from: the sheets chosen, the traps beside them, the acts, all loaded at once."""

from dataclasses import dataclass

from django.db.models import Prefetch, Q, prefetch_related_objects

from acteurs.models import Acteur, Terme
from fiches.models import Decideur, Demarche, Fiche, Genre, Lien, Phrase, Pouvoir, Voisinage

from . import sides
from .choosing import LETTERS, Chosen, choose
from .wishes import Wishes

MAX_TRAPS = 2


@dataclass
class Trap:
    """A trap that this meeting may fall into, its letter, and the chosen sheet that gets one out, if one does."""

    fiche: Fiche
    antidote: Chosen | None = None
    letter: str = ""


@dataclass
class Matter:
    """All that the parts of a pack are made of."""

    wishes: Wishes
    side: sides.Side
    rules: sides.Rules
    stages: list  # of Degre: those of the meeting
    chosen: list  # of Chosen, best first
    traps: list  # of Trap
    centre: Acteur | None  # the one that says what a centre is

    def tied(self, attribute):
        """[(row, the `Chosen` it comes from), …] of a set of rows of the sheets, each row once.

        Those tied to most sheets come first, then in the order of the sheets.
        """
        count, first = {}, {}
        for one in self.chosen:
            for row in getattr(one.fiche, attribute):
                count[row] = count.get(row, 0) + 1
                first.setdefault(row, one)
        return [(row, first[row]) for row in sorted(first, key=lambda row: -count[row])]

    @property
    def version(self):
        """The last day one of its sheets was read again, or None."""
        days = [one.fiche.reviewed_on for one in (*self.chosen, *self.traps)]
        return max((day for day in days if day), default=None)


def gather(wishes, choices, levels, sheets):
    """The `Matter` of a meeting: seven queries, whatever the number of sheets.

    `levels`: those of the meeting; `sheets`: its `candidates()`.
    """
    side = sides.side_of(wishes.acteur)
    rules = sides.RULES[side]
    chosen = choose(sheets, wishes)
    _load([one.fiche for one in chosen], rules)
    return Matter(
        wishes=wishes,
        side=side,
        rules=rules,
        stages=sides.stages_of(levels),
        chosen=chosen,
        traps=_traps(chosen, sheets, side),
        centre=next((acteur for acteur in choices.acteurs if acteur.slug == sides.CENTRE), None),
    )


def _load(sheets, rules):
    """The parts of sheets that a pack is made from: six queries."""
    deciders = Decideur.objects.select_related("acteur").order_by("degre", "ordre", "pk")
    acts = Demarche.objects.order_by("pk").prefetch_related(Prefetch("decideurs", queryset=deciders))
    words = Terme.objects.two_voices().order_by("mot", "pk")
    heard = Phrase.objects.filter(dite_par=rules.heard or "").order_by("pk")
    prefetch_related_objects(
        sheets,
        "etapes",
        "gains",
        Prefetch("termes", queryset=words, to_attr="words"),
        Prefetch("phrases", queryset=heard, to_attr="heard"),
        Prefetch("demarches", queryset=acts, to_attr="acts"),
    )


def _traps(chosen, sheets, side):
    """The traps of this moment, among `sheets`, that a chosen sheet leads to or that name this actor; with someone of
    the school, any other will do.

    Those tied to most sheets come first; one that names the actor counts a tie more.
    """
    traps = {fiche.pk: Trap(fiche) for fiche in sheets if fiche.genre == Genre.PIEGE}
    kept = {one.fiche.pk: one for one in chosen}
    ties = {pk: len(trap.fiche.of_actor) for pk, trap in traps.items()}
    near = Voisinage.objects.filter(Q(fiche__in=kept, vers__in=traps) | Q(vers__in=kept, fiche__in=traps))
    for tie in near.order_by("pk"):
        pk, other = (tie.vers_id, tie.fiche_id) if tie.fiche_id in kept else (tie.fiche_id, tie.vers_id)
        ties[pk] += 1
        if tie.nature == Lien.ANTIDOTE and traps[pk].antidote is None:
            traps[pk].antidote = kept[other]
    usable = [trap for pk, trap in traps.items() if ties[pk] or side in (sides.Side.ECOLE, sides.Side.HIERARCHIE)]
    usable = sorted(usable, key=lambda trap: (-ties[trap.fiche.pk], trap.fiche.pk))[:MAX_TRAPS]
    for letter, trap in zip(LETTERS[len(chosen) :], usable, strict=False):
        trap.letter = letter
    return usable


def decides(acteur, demarche, stages):
    """Whether this actor decides an act at one of these stages."""
    return any(
        row.acteur_id == acteur.pk and row.pouvoir == Pouvoir.DECIDE and row.degre in stages
        for row in demarche.decideurs.all()
    )
