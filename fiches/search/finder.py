"""The finder: criteria in, sheets in order and counted facets out. In SQL, from published sheets only."""

from dataclasses import dataclass

from django.db.models import Case, CharField, Count, IntegerField, Value, When

from acteurs.bases import fold
from acteurs.models import Acteur, Dispositif, Niveau
from fiches.models import Fiche, Genre, Levier, Moment, Solidite, Theme

from .analysis import Analyser
from .criteria import FACETS, Tri
from .vocabulary import Vocabulary

# Facet → where its values are, from a sheet.
PATHS = {
    "moment": "moments__slug",
    "niveau": "niveaux__slug",
    "theme": "theme__slug",
    "levier": "fiche_leviers__tag__slug",
    "acteur": "interventions__acteur__slug",
    "dispositif": "dispositifs__slug",
    "genre": "genre",
    "solidite": "solidite_code",
}
# Facet → its name, then how the sentence of applied filters introduces its values.
WORDS = {
    "moment": ("Où en êtes-vous", "au moment"),
    "niveau": ("Niveau", "au niveau"),
    "theme": ("Thème", "dans le thème"),
    "levier": ("Levier", "par le levier"),
    "acteur": ("Acteur", "avec"),
    "dispositif": ("Dispositif", "dans le cadre"),
    "genre": ("Genre", "du genre"),
    "solidite": ("Solidité", "de solidité"),
}


@dataclass
class Option:
    """One value of a facet, and how many sheets it would give."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass
class Facet:
    name: str
    options: list

    @property
    def title(self):
        return WORDS[self.name][0]

    @property
    def is_useful(self):
        """Whether there is anything to choose in it."""
        return any(option.count or option.chosen for option in self.options)

    @property
    def is_open(self):
        return self.name in ("moment", "niveau") or any(option.chosen for option in self.options)


@dataclass
class Applied:
    """One filter in force, as a removable part of the sentence."""

    lead: str
    label: str
    remove: str  # the query string without it


def _labels():
    """Facet → {value: label}, every value that exists, in the order to show them. One query."""

    def rows(facet, queryset, label="nom", rank=None):
        rank = rank or Value(0, IntegerField())
        return queryset.order_by().values_list(Value(facet, CharField()), "slug", label, rank)

    union = rows("moment", Moment.objects, rank="ordre").union(
        rows("niveau", Niveau.objects, rank="ordre"),
        rows("theme", Theme.objects.with_sheets(), "titre", "numero"),
        rows("levier", Levier.objects, "name"),
        rows("acteur", Acteur.objects),
        rows("dispositif", Dispositif.objects),
    )
    found = {name: {} for name in FACETS}
    for facet, slug, label, _ in sorted(union, key=lambda row: (row[3], fold(row[2]))):
        found[facet][slug] = label
    found["genre"] = {value: label.capitalize() for value, label in Genre.choices}
    found["solidite"] = {
        value: label.capitalize() for value, label in Solidite.choices if value != Solidite.SANS_PREUVE
    }
    return found


def _matching(sheets, criteria, skip=None):
    """Those of `sheets` that meet the criteria's filters, the facet `skip` left aside."""
    for name, values in criteria.chosen.items():
        if name == skip:
            continue
        if name == "solidite":
            sheets = sheets.with_solidite().filter(solidite_code__in=values)
        else:
            sheets = sheets.filter(pk__in=Fiche.objects.filter(**{f"{PATHS[name]}__in": values}).values("pk"))
    return sheets


_analyser = Analyser()


# Where a word may stand → what it weighs there.
WEIGHTS = {
    "titre": 8,
    "fiche_leviers__tag__name": 3,
    "formulations": 3,
    "en_bref": 2,
    "interventions__acteur__nom": 1,
    "resume": 1,
}


def _scores(sheets, q):
    """Sheets that hold every word of `q`, whatever its case, accents, plural or feminine: {pk: how well}.

    Every published sheet is read at each search: right for a few hundred of them.
    """
    texts = {}  # {pk: {where: the texts that stand there}}
    for pk, *found in sheets.values_list("pk", *WEIGHTS):
        places = texts.setdefault(pk, {where: set() for where in WEIGHTS})
        for where, text in zip(WEIGHTS, found, strict=True):
            places[where].add(text or "")
    vocabulary = Vocabulary(
        _analyser, (text for places in texts.values() for held in places.values() for text in held)
    )
    wanted = [vocabulary.restore(q[token.start : token.end]) for token in _analyser.query_tokens(q)]
    scores = {}
    for pk, places in texts.items():
        terms = {where: set(_analyser.terms(" \n".join(held), small=True)) for where, held in places.items()}
        found = [sum(WEIGHTS[where] for where in WEIGHTS if terms[where] & word) for word in wanted]
        if all(found):
            scores[pk] = sum(found)
    return scores


_STRONGEST_FIRST = Case(
    *[
        When(solidite_code=value, then=Value(rank))
        for rank, value in enumerate([Solidite.CONFIRME, Solidite.CROISE, Solidite.DISCUTE, Solidite.CONVERGENT])
    ],
    default=Value(9),
)


def _ordered(sheets, tri, scores):
    if tri == Tri.PERTINENCE:
        closest = Case(*[When(pk=pk, then=Value(-score)) for pk, score in scores.items()], default=Value(0))
        return sheets.order_by(closest, "theme__numero", "pk")
    if tri == Tri.SOLIDITE:
        sheets = sheets.with_solidite().order_by(_STRONGEST_FIRST, "theme__numero", "pk")
    order = {Tri.THEME: ["theme__numero", "pk"], Tri.TITRE: ["titre", "pk"], Tri.RELECTURE: ["-reviewed_on", "pk"]}
    return sheets.order_by(*order[tri]) if tri in order else sheets


@dataclass
class Found:
    """What the finder answers: the criteria as understood, the sheets in order, the facets with their counts."""

    criteria: object
    sheets: object
    facets: list
    applied: list

    @property
    def without_q(self):
        """The query string with the words left out."""
        return self.criteria.query_string(without_q=True)


def find(criteria):
    """Ten queries at most, whatever the number of sheets; those of the page are not read yet."""
    labels = _labels()
    criteria = criteria.keep(labels)
    sheets = Fiche.objects.published()
    scores = _scores(sheets, criteria.q) if criteria.q else {}
    if criteria.q:
        sheets = sheets.filter(pk__in=scores)
    facets = []
    for name in FACETS:
        base = _matching(sheets, criteria, skip=name)
        if name == "solidite":
            base = base.with_solidite()
        counts = dict(base.order_by().values_list(PATHS[name]).annotate(Count("pk", distinct=True)))
        chosen = criteria.chosen.get(name, ())
        options = [
            Option(value, label, counts.get(value, 0), value in chosen) for value, label in labels[name].items()
        ]
        facets.append(Facet(name, options))
    applied = [
        Applied(WORDS[name][1], labels[name][value], criteria.query_string(without=(name, value)))
        for name, values in criteria.chosen.items()
        for value in values
    ]
    return Found(criteria, _ordered(_matching(sheets, criteria), criteria.tri, scores), facets, applied)
