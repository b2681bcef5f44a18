"""What a sheet is worth: computed from its citations, never typed by hand, told in words and counts."""

from collections import Counter
from dataclasses import dataclass, field

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When, lookups

from .evidence import Citation, Position, Voix


class Solidite(models.TextChoices):
    """The rule, from the strongest claim to the weakest. The order of `rank` below follows the words."""

    DISCUTE = "discute", "discuté"
    CONFIRME = "croise-et-confirme", "croisé et confirmé"
    CROISE = "croise", "croisé"
    CONVERGENT = "convergent", "convergent"
    ISOLE = "isole", "isolé"
    SANS_PREUVE = "sans-preuve", "sans preuve"


SIDES = (Voix.CENTRES, Voix.ECOLE)  # a post-it is signed by nobody: it supports, it is not a side


@dataclass
class Evidence:
    """The published words behind one sheet.

    `excerpts` and `voices` (a Counter by `Voix`) count each excerpt once, even when several sections cite it;
    `positions` (a Counter by `Position`) counts citations.
    """

    excerpts: int = 0
    workshops: int = 0
    voices: Counter = field(default_factory=Counter)
    positions: Counter = field(default_factory=Counter)

    @classmethod
    def of(cls, citations):
        """Count `citations` (an iterable of Citation with their extrait loaded)."""
        citations = list(citations)
        extraits = {c.extrait_id: c.extrait for c in citations}
        return cls(
            excerpts=len(extraits),
            workshops=len({e.atelier_id for e in extraits.values()}),
            voices=Counter(e.voix for e in extraits.values()),
            positions=Counter(c.position for c in citations),
        )

    @property
    def solidite(self):
        if not self.excerpts:
            return Solidite.SANS_PREUVE
        if self.positions[Position.CONTREDIT]:
            return Solidite.DISCUTE
        if all(self.voices[side] for side in SIDES):
            return Solidite.CONFIRME if self.workshops > 1 else Solidite.CROISE
        return Solidite.ISOLE if self.excerpts == 1 else Solidite.CONVERGENT

    @property
    def told(self):
        """« 7 paroles des centres, 5 de l’école » ; post-its alone are just counted."""
        sides = ((self.voices[Voix.CENTRES], "des centres"), (self.voices[Voix.ECOLE], "de l’école"))
        parts = [f"{n} {side}" for n, side in sides if n]
        if not parts:
            return f"{self.excerpts} {'paroles' if self.excerpts > 1 else 'parole'}"
        number, _, side = parts[0].partition(" ")
        return ", ".join([f"{number} {'paroles' if number != '1' else 'parole'} {side}", *parts[1:]])

    @property
    def missing(self):
        """The sides that nobody speaks for here, as `Voix` members. Parents never speak in a report yet."""
        return [side for side in SIDES if not self.voices[side]]


def _cited():
    return Citation.objects.published().filter(fiche=OuterRef("pk"))


def speaks(side):
    """As a `Q` for a Fiche queryset: published words of `side` (a `Voix`) are cited."""
    return Q(Exists(_cited().filter(extrait__voix=side)))


def unproved():
    """As a `Q`: no published word is cited."""
    return ~Q(Exists(_cited()))


def disputed():
    """As a `Q`: published words contradict it."""
    return Q(Exists(_cited().filter(position=Position.CONTREDIT)))


def one_sided():
    """As a `Q`: words are cited, and one side at least says nothing."""
    return ~unproved() & ~(speaks(Voix.CENTRES) & speaks(Voix.ECOLE))


def solidite_case():
    """The same rule as `Evidence.solidite`, in SQL, for a Fiche queryset. A test holds the two together."""
    cited = _cited()

    def count(what):
        return cited.order_by().values("fiche").annotate(n=Count(what, distinct=True)).values("n")

    both = speaks(Voix.CENTRES) & speaks(Voix.ECOLE)
    return Case(
        When(unproved(), then=Value(Solidite.SANS_PREUVE)),
        When(disputed(), then=Value(Solidite.DISCUTE)),
        When(
            both & Q(lookups.GreaterThan(models.Subquery(count("extrait__atelier")), 1)),
            then=Value(Solidite.CONFIRME),
        ),
        When(both, then=Value(Solidite.CROISE)),
        When(lookups.Exact(models.Subquery(count("extrait")), 1), then=Value(Solidite.ISOLE)),
        default=Value(Solidite.CONVERGENT),
        output_field=models.CharField(),
    )
