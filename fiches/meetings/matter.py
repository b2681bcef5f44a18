"""What a pack may be composed from: the sheets chosen, the traps beside them, the acts, all loaded at once."""

from dataclasses import dataclass, field

from django.db.models import Prefetch, Q, prefetch_related_objects

from acteurs.models import Acteur, Terme
from fiches.models import Decideur, Demarche, Fiche, Genre, Lien, Phrase, Pouvoir, Voisinage

from . import sides
from .choosing import LETTERS, Chosen, choose, rank
from .wishes import Wishes


@dataclass
class Trap:
    """A trap that this meeting may fall into, and the chosen sheet that gets one out, if one does."""

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
    others: list  # sheets that were not chosen, best first: called in when the chosen ones have nothing to say
    traps: list  # of Trap
    centre: Acteur | None  # the one that says what a centre is
    called: list = field(default_factory=list)  # what was called in, a Chosen or a Trap, each with its letter

    def tied(self, attribute, *, fits=lambda row: True, is_needed=False):
        """[(row, the `Chosen` it comes from), …] of a set of rows of the sheets, those that fit, each once.

        Those tied to most sheets come first, then in the order of the sheets. When there are none, those of the
        first other sheet that has some, if `is_needed`: it is then called in.
        """
        count, first = {}, {}
        for one in self.chosen:
            for row in filter(fits, getattr(one.fiche, attribute)):
                count[row] = count.get(row, 0) + 1
                first.setdefault(row, one)
        if not first and is_needed:
            spares = ((fiche, list(filter(fits, getattr(fiche, attribute)))) for fiche in self.others)
            spare, rows = next((pair for pair in spares if pair[1]), (None, []))
            return [(row, self.call_in(Chosen(spare))) for row in rows]
        return [(row, first[row]) for row in sorted(first, key=lambda row: -count[row])]

    def call_in(self, one):
        """`one` (a Chosen or a Trap), with the next letter; what was already called in, if its sheet was."""
        known = next((other for other in self.called if other.fiche.pk == one.fiche.pk), None)
        if known is None:
            one.letter = LETTERS[len(self.chosen) + len(self.called)]
            self.called.append(one)
        return known or one

    @property
    def version(self):
        """The last day one of the sheets it took words from was read again, or None."""
        days = [one.fiche.reviewed_on for one in (*self.chosen, *self.called)]
        return max((day for day in days if day), default=None)


def gather(wishes, choices, stages, sheets):
    """The `Matter` of a meeting: seven queries, whatever the number of sheets.

    `stages`: those of the meeting; `sheets`: its `candidates()`.
    """
    side = sides.side_of(wishes.acteur)
    rules = sides.RULES[side]
    chosen = choose(sheets, wishes)
    taken = {one.fiche.pk for one in chosen}
    others = [one.fiche for one in rank(sheets, wishes) if one.fiche.pk not in taken]
    _load([one.fiche for one in chosen] + others, rules)
    return Matter(
        wishes=wishes,
        side=side,
        rules=rules,
        stages=stages,
        chosen=chosen,
        others=others,
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
    return sorted(usable, key=lambda trap: (-ties[trap.fiche.pk], trap.fiche.pk))


def decides(acteur, demarche, stages):
    """Whether this actor decides an act at one of these stages."""
    return any(
        row.acteur_id == acteur.pk and row.pouvoir == Pouvoir.DECIDE and row.degre in stages
        for row in demarche.decideurs.all()
    )
