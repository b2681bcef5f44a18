"""The finder: criteria in; sheets in order, counted facets and what was understood out. The same on every database.

All the words first; when too few sheets have them all, the closest ones too; a word that no text holds gives way to
the one it looks like. What was done is kept in `Found`, for the page to say it.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.paginator import Paginator
from tantivy import Occur, Order, Query

from . import facets
from .cards import Result, Shelf
from .criteria import FACETS, Criteria, Tri
from .highlight import Highlighter
from .index import fresh
from .query import ask
from .schema import schema

PER_PAGE = 20
FEW = 10  # sheets: under that, those that hold only some of the words are welcome too
NEAREST = 50  # sheets: how many of them at most
FAR = 0.25  # of the best score: below, a sheet has too little in common with the query
UNKNOWN = 0.4  # share of a query that nothing here can answer: from there on, very few sheets
FOREIGN = 0.7  # the same: from there on, one sheet at most
WEAK = 2.0  # score of the best sheet for each unit of rarity asked: below, its words are said in passing only
VERY_FEW = 3  # sheets
LINKED = 0.1  # share of its score that each of the best sheets lends to those that its author points to
LENDERS = 3  # sheets
BEST = 5  # sheets: what they have in common is shown beside them
EXACT = 4  # decimals of a score that count: beyond, it is noise and the older sheet comes first
EQUALS = 10  # sheets fetched beyond the end of a page, for some may equal its last
MANY_EQUALS = 2000  # sheets: beyond so many, their order is left to the engine
RETRIES = 3
# A run without blanks that may be an address or a number: it is somebody's, and no word.
_PERSONAL = re.compile(r"[@/\\_\d]|\w\w[.]\w|\w[.]\w\w")

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
ORDERS = {
    Tri.THEME: "par_theme",
    Tri.TITRE: "par_titre",
    Tri.RELECTURE: "par_relecture",
    Tri.SOLIDITE: "par_solidite",
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


class Hit(NamedTuple):
    """One sheet of the answer."""

    pk: int
    score: float = 0.0
    document: object = None  # what the engine keeps of it


@dataclass
class Found:
    """What the finder answers: the criteria as understood, the page of sheets, the facets with their counts."""

    criteria: Criteria
    page: object  # of sheets, each with its `score` and its `passage`
    facets: list
    applied: list
    panel: dict = field(default_factory=dict)  # {kind: entries}
    corrections: list = field(default_factory=list)
    complete: int = 0  # how many sheets, filters aside, have all the words
    is_relaxed: bool = False  # whether some of the sheets have only part of them
    words: list = field(default_factory=list)  # of the query, folded, without small words: see words_of()

    @property
    def total(self):
        return self.page.paginator.count

    @property
    def without_q(self):
        """The query string with the words left out."""
        return self.criteria.query_string(without_q=True)


class _Matched(NamedTuple):
    """The sheets that answer a query, filters aside."""

    query: Query  # those sheets
    ranking: list  # clauses that rank them
    count: int | None  # of them; None: to be counted
    complete: int  # how many have all the words
    best: list = []  # keys of the closest

    @property
    def is_relaxed(self):
        return self.count is not None and self.count > self.complete


def _panel(view, asked, matched):
    shared = facets.shared(view, matched.best)
    words = [word.terms for word in asked.words] or [[term] for runs in asked.phrases for term in runs[0]]
    return view.panel.find(words, asked.named, shared, asked.said)


def find(criteria, per_page=PER_PAGE):
    """`Found` for these criteria. Six queries at most, whatever the number of sheets.

    Rows are read again from `published()`: should one have gone since the view was made, all is done once more.
    """
    for _ in range(RETRIES):
        found = _find(fresh(), criteria, per_page)
        if found.page.object_list.is_whole:
            break
    return found


def _find(view, criteria, per_page):
    choices = view.lexicon.choices
    criteria = criteria.keep(choices)
    asked = ask(view, criteria.q, corrected=not criteria.exact) if criteria.q else None
    matched = _match(view, asked) if asked else _everything(criteria)
    sheets = Sheets(view, criteria, matched, asked)
    counted = facets.counts(view.searcher, matched.query, criteria.chosen, choices)
    return Found(
        criteria,
        Paginator(sheets, per_page).get_page(criteria.page),
        [_facet(name, choices[name], counted[name], criteria) for name in FACETS],
        [
            Applied(WORDS[name][1], choices[name][value].label, criteria.query_string(without=(name, value)))
            for name, values in criteria.chosen.items()
            for value in values
        ],
        _panel(view, asked, matched) if asked else {},
        asked.corrections if asked else [],
        matched.complete,
        matched.is_relaxed,
        words_of(view.lexicon.analyser, criteria.q),
    )


def words_of(analyser, q):
    """The words of a query, folded, without small words; what may be an address or a number is left whole."""
    words = []
    for token in analyser.query_tokens(q):
        start = q.rfind(" ", 0, token.start) + 1
        end = q.find(" ", token.end)
        run = q[start : end if end >= 0 else len(q)]
        words.append(run if _PERSONAL.search(run) else analyser.surface(q[token.start : token.end]))
    return words


def _everything(criteria):
    """All the sheets without words; none for words without a letter or a digit."""
    query = Query.empty_query() if criteria.q else Query.all_query()
    return _Matched(query, [(Occur.Must, query)], None, 0)


def _match(view, asked):
    """Those that have all the words; the closest of the others too when they are few."""
    top, complete = _closest(view.searcher, [(Occur.Must, asked.every), *asked.nearness], BEST)
    query, ranked, count = asked.every, asked.every, complete
    if complete < FEW and asked.words:
        top, _ = _closest(view.searcher, [(Occur.Must, asked.some), *asked.nearness], NEAREST)
        best = top[0].score if top else 0
        near = [hit.pk for hit in top if hit.score >= FAR * best]
        if asked.unknown_share >= FOREIGN:
            near = near[:1]
        elif asked.unknown_share >= UNKNOWN or best < WEAK * asked.rarity:
            near = near[:VERY_FEW]
        query = Query.boolean_query(
            [(Occur.Should, asked.every), (Occur.Should, Query.term_set_query(schema(), "id", near))]
        )
        ranked = asked.some
        count = view.searcher.search(query, 1).count
    ranking = [(Occur.Must, ranked), *asked.nearness, *_linked(top[:LENDERS])]
    return _Matched(query, ranking, count, complete, [hit.pk for hit in top[:BEST]])


def _closest(searcher, clauses, end, start=0):
    """The hits from `start` to `end` for some clauses, in order, and how many there are in all.

    Which of several equal scores the engine puts first depends on its history: all the equals of the last are fetched.
    """
    query, wanted = Query.boolean_query(clauses), end + EQUALS
    while True:
        found = searcher.search(query, wanted)
        scores = [-round(score, EXACT) for score, _ in found.hits]
        if len(scores) < wanted or scores[end - 1] != scores[-1] or wanted > MANY_EQUALS:
            break
        wanted *= 4
    # What comes before, and is not equal to the first, need not be read: a far page costs as little as a near one.
    first = scores.index(scores[start]) if start < len(scores) else len(scores)
    documents = [searcher.doc(address) for _, address in found.hits[first:]]
    ranked = sorted(zip(scores[first:], documents, strict=True), key=lambda hit: (hit[0], hit[1]["id"][0]))
    kept = ranked[start - first : end - first]
    return [Hit(document["id"][0], -score, document) for score, document in kept], found.count


def _linked(hits):
    """Clauses that raise the sheets to which the best ones point: curators know what goes together."""
    lent = {}
    for hit in hits:
        for pk in hit.document.to_dict().get("voisine", ()):
            lent[pk] = max(lent.get(pk, 0), LINKED * hit.score)
    return [
        (Occur.Should, Query.const_score_query(Query.term_query(schema(), "id", pk), score))
        for pk, score in lent.items()
    ]


def _facet(name, choices, counted, criteria):
    chosen = criteria.chosen.get(name, ())
    options = [
        Option(value, choice.label, counted.get(choice.number, 0), value in chosen)
        for value, choice in choices.items()
    ]
    return Facet(name, options)


class Sheets:
    """The sheets of an answer, in order, read from the database page by page: what a Paginator cuts."""

    ordered = True

    def __init__(self, view, criteria, matched, asked):
        self._view = view
        self._tri = criteria.tri
        self._kept = Query.boolean_query(
            [
                (Occur.Must, Query.const_score_query(matched.query, 0.0)),
                *facets.filters(criteria.chosen, view.lexicon.choices),
            ]
        )
        self._ranking = matched.ranking
        self._highlighter = Highlighter(view, asked) if asked else None
        self._count = None if criteria.chosen else matched.count

    def __len__(self):
        if self._count is None:
            self._count = self._view.searcher.search(self._kept, 1).count
        return self._count

    def hits(self, start, end):
        """The `Hit`s from `start` to `end`, in order."""
        searcher = self._view.searcher
        if self._tri == Tri.PERTINENCE:
            return _closest(searcher, [(Occur.Must, self._kept), *self._ranking], end, start)[0]
        found = searcher.search(
            self._kept, end - start, offset=start, order_by_field=ORDERS[self._tri], order=Order.Asc
        )
        return [Hit(searcher.doc(address)["id"][0]) for _, address in found.hits]

    def __getitem__(self, page):
        """A `Rows` of published sheets, ready for their cards."""
        if page.stop <= page.start:
            return Rows([], is_whole=True)
        hits = self.hits(page.start, page.stop)
        read = _shelf.take([hit.pk for hit in hits], self._view.stamp)
        rows = [Result(read[hit.pk], hit.score, self._passage(read[hit.pk])) for hit in hits if hit.pk in read]
        return Rows(rows, is_whole=len(rows) == len(hits))

    def _passage(self, fiche):
        return self._highlighter.passage(fiche) if self._highlighter else None


_shelf = Shelf()


class Rows(list):
    """Sheets read from the database. `is_whole`: whether all those that the index named are still online."""

    def __init__(self, rows, *, is_whole):
        super().__init__(rows)
        self.is_whole = is_whole
