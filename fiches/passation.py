"""What to hand to whoever arrives: which sheets by default, and what the page draws from them. Nothing is made up."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from acteurs.models import Acteur, Terme
from acteurs.templatetags.typo import pluriel
from fiches.models import Citation, Demarche, Evidence, Fiche, Genre, Intervention, Pouvoir, Solidite, TempsFort
from fiches.models.demarches import PouvoirDemarche
from fiches.school_year import meeting, nearest
from fiches.search.schema import STRONGEST_FIRST

DEFAULT = 8  # sheets that the page takes when nobody chose
OFFERED = 60  # sheets that one may tick: beyond, the page would be a catalogue
LASTING = ("vie-du-projet", "bilan")  # the moments of what goes on, and is handed over
AHEAD = timedelta(days=122)  # four months
DATES = 8
ACTS = 8
WORDS = 4
NAMES = 6  # actors of one power: the others are counted
# What the sheets are worth, said of one and of several, and why.
TOLD = {
    Solidite.CONFIRME: ("croisée et confirmée,croisées et confirmées", "les deux côtés, dans plusieurs ateliers"),
    Solidite.CROISE: ("croisée,croisées", "les deux côtés ont parlé"),
    Solidite.DISCUTE: ("discutée,discutées", "une voix au moins dit autre chose"),
    Solidite.CONVERGENT: ("convergente,convergentes", "plusieurs paroles, d’un seul côté"),
    Solidite.ISOLE: ("isolée,isolées", "une seule parole"),
    Solidite.SANS_PREUVE: ("sans preuve,sans preuve", "aucune parole publique aujourd’hui"),
}


def ranked(acteur):
    """The keys of the published sheets to hand over about `acteur` (None: about everyone), best first: one query.

    Those in which he has a part, or those that serve while a project lives or when it is looked back upon. Traps are
    left out: they are not something that exists. The most solid first, then the most cited, then the oldest.
    """
    sheets = Fiche.objects.published().exclude(genre=Genre.PIEGE)
    if acteur:
        sheets = sheets.filter(Exists(Intervention.objects.filter(fiche=OuterRef("pk"), acteur=acteur)))
    else:
        lasting = Fiche.moments.through.objects.filter(fiche=OuterRef("pk"), moment__slug__in=LASTING)
        sheets = sheets.filter(Exists(lasting))
    cited = Citation.objects.published().filter(fiche=OuterRef("pk")).order_by().values("fiche")
    words = Coalesce(Subquery(cited.annotate(n=Count("pk")).values("n")), 0)
    rows = sheets.with_solidite().annotate(words=words).order_by().values_list("pk", "solidite_code", "words")
    best_first = sorted(rows, key=lambda row: (STRONGEST_FIRST.index(row[1]), -row[2], row[0]))
    return [pk for pk, _, _ in best_first]


def for_handover(sheets):
    """Load all that the page tells of these sheets: four queries."""
    actors = Intervention.objects.select_related("acteur")
    terms = Terme.objects.two_voices()
    return (
        sheets.for_cards().defer(None).prefetch_related(Prefetch("interventions", actors), Prefetch("termes", terms))
    )


class Group(NamedTuple):
    """The actors who hold one power over what is handed over, most present first."""

    pouvoir: Pouvoir
    actors: list
    others: int  # how many more hold it


class Act(NamedTuple):
    """An act, and who may say yes to it: [(stages in words, actors), …]."""

    demarche: Demarche
    deciders: list


@dataclass
class Relais:
    """What is handed over: some published sheets (from `for_handover()`), about an actor or about everyone (None)."""

    acteur: Acteur | None
    fiches: list
    today: date

    @property
    def groups(self):
        """The actors of these sheets, each once, at the strongest power that he holds in one of them."""
        rows = [row for fiche in self.fiches for row in fiche.interventions.all()]
        strength = list(Pouvoir)
        power, present = {}, Counter(row.acteur for row in rows)
        for row in sorted(rows, key=lambda row: strength.index(row.pouvoir)):
            power.setdefault(row.acteur, row.pouvoir)
        by_presence = sorted(power, key=lambda acteur: (-present[acteur], acteur.nom))
        found = [(p, [acteur for acteur in by_presence if power[acteur] == p]) for p in Pouvoir]
        return [Group(p, actors[:NAMES], len(actors[NAMES:])) for p, actors in found if actors]

    @cached_property
    def dates(self):
        """What falls within four months, for this actor or these sheets: what is nearest, in order. One query."""
        mine = Q(fiches__in=self.fiches)
        if self.acteur:
            mine |= Q(acteurs=self.acteur)
        windows = TempsFort.objects.filter(mine).distinct()
        return nearest(meeting(windows, self.today, self.today + AHEAD), self.today, DATES)

    @cached_property
    def acts(self):
        """The acts in which this actor has a say, or that these sheets lead to. Two queries.

        Those he decides come first, then those on which he advises, then those he is told of; within each, those that
        these sheets lead to.
        """
        tied = Exists(Demarche.fiches.through.objects.filter(demarche=OuterRef("pk"), fiche__in=self.fiches))
        acts = Demarche.objects.concerning(acteur=self.acteur).annotate(is_tied=tied)
        if not self.acteur:
            acts = acts.filter(is_tied=True)
        acts = sorted(acts.for_page(), key=lambda act: (self._say(act), not act.is_tied, act.pk))
        return [Act(act, _deciders(act)) for act in acts[:ACTS]]

    def _say(self, act):
        """The rank of what this actor may do about `act`."""
        mine = [row.pouvoir for row in act.decideurs.all() if self.acteur and row.acteur_id == self.acteur.pk]
        return min((PouvoirDemarche.values.index(power) for power in mine), default=len(PouvoirDemarche))

    @property
    def terms(self):
        """The words that both sides do not hear alike, of most of these sheets first."""
        found = Counter(terme for fiche in self.fiches for terme in fiche.termes.all())
        return sorted(found, key=lambda terme: (-found[terme], terme.mot))[:WORDS]

    @cached_property
    def evidence(self):
        """The `Evidence` of all these sheets together: a word that several cite counts once."""
        return Evidence.of(citation for fiche in self.fiches for citation in fiche.published_citations)

    @property
    def worth(self):
        """[(« 6 fiches croisées », why), …], the strongest first."""
        found = Counter(fiche.evidence.solidite for fiche in self.fiches)
        return [
            (f"{n} {pluriel(n, 'fiche,fiches')} {pluriel(n, TOLD[worth][0])}", TOLD[worth][1])
            for worth in STRONGEST_FIRST
            if (n := found[worth])
        ]

    @property
    def ateliers(self):
        """The workshops that the words come from, each once."""
        cited = (citation for fiche in self.fiches for citation in fiche.published_citations)
        return list(dict.fromkeys(citation.extrait.atelier for citation in cited))


def _deciders(act):
    """[(« 1er degré et 2d degré », actors), …]: stages with the same deciders told together."""
    who = act.who()
    cells = next((cells for power, cells in who.rows if power == PouvoirDemarche.DECIDE), [])
    stages = {}
    for stage, actors in zip(who.stages, cells, strict=False):
        if actors:
            stages.setdefault(tuple(actors), []).append(str(stage.label))
    return [(" et ".join(labels), list(actors)) for actors, labels in stages.items()]
