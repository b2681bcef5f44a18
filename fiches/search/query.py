"""A query as typed → what to ask the engine. Pure over a view: nothing here reads the database."""

import math
import re
from dataclasses import dataclass, field
from itertools import islice, pairwise, product
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA
from tantivy import Occur, Query

from .dictionary import is_french
from .schema import TEXTS, schema

# What a word weighs where it stands. Chosen on the formulations, each held back in turn (bench/relevance.py): within
# a factor of two of these values the results hardly move.
WEIGHTS = {
    "titre": 2.0,
    "formulations": 1.7,
    "essentiel": 1.5,
    "listes": 1.0,
    "prose": 0.8,
    "paroles": 0.7,
    "variantes": 0.7,
}
TIE = 0.6  # share of its lesser places that a word keeps: 0 counts the best place alone, 1 adds them all
NAMED = 3.5  # what a sheet gains for a lever, an actor, a scheme that the query names, times its rarity
SYNONYM = 0.5  # what another word for the same thing weighs
TOGETHER = 0.5  # what two words side by side, small ones included, add
LENGTH = 0.25  # how much a long expression shares its weight among its words: 0 none, 1 all
MAX_WORDS = 24  # beyond, words are ignored: 200 characters hardly hold more
MAX_READINGS = 16  # ways to read a query whose words may each stand for several
SHORT = 4  # letters: shorter words are not corrected
_QUOTED = re.compile(r"«\s*([^«»]+?)\s*»|“([^“”]+)”|\"([^\"]+)\"")


class Correction(NamedTuple):
    """A word that no text holds, and the one looked for in its place."""

    typed: str
    meant: str | None  # None when it is a word that may not be shown


@dataclass
class Word:
    """One word of a query."""

    term: str
    terms: list  # its own and those it may stand for
    rarity: float
    known: bool
    places: list = field(default_factory=list)  # the engine's queries, any of which is enough


@dataclass
class Asked:
    """What a query asks of the engine."""

    words: list
    phrases: list  # quoted: for each, the runs of terms that it may be; all are required
    named: dict  # {(facet, pk): trust}
    corrections: list
    expressions: list  # runs of terms: the other words for the same things
    every: Query | None = None  # all the words
    some: Query | None = None  # any of them
    nearness: list = field(default_factory=list)
    said: list = field(default_factory=list)  # runs of terms, small words kept: the query word for word

    @property
    def rarity(self):
        """What was asked, weighed: the rarity of all its words together."""
        return sum(word.rarity for word in self.words)

    @property
    def unknown_share(self):
        """The share of what was asked that no sheet can answer, from 0 to 1. A quotation is answered or not at all."""
        if self.phrases:
            return 0.0
        return sum(word.rarity for word in self.words if not word.known) / self.rarity if self.rarity else 0.0


def rarity(sheets, total):
    """What a word or a value is worth that `sheets` of `total` have: BM25's own weight."""
    return math.log(1 + (total - sheets + 0.5) / (sheets + 0.5))


def ask(view, q, *, corrected=True):
    """Read `q`, or None when it has no word at all. `corrected`: whether unknown words give way to close ones."""
    phrases = [runs for text in _quoted(q) if (runs := _phrase(view, text))]
    free = _QUOTED.sub(" ", q)
    corrections = []
    if corrected:
        free, corrections = _correct(view, free)
    words = _words(view, free)
    if not words and not phrases:
        return None
    asked = Asked(words, phrases, {}, corrections, [])
    _add_meanings(view, asked)
    _assemble(view, asked, free)
    return asked


def _quoted(q):
    return [next(group for group in match.groups() if group) for match in _QUOTED.finditer(q)]


def _phrase(view, text):
    """The runs of terms that a quotation may be, its small words kept, accents restored word by word."""
    tokens = view.lexicon.analyser.tokens(text, small=True)[:MAX_WORDS]
    words = [_readings_of(view, token, text) for token in tokens]
    return list(islice(product(*words), MAX_READINGS)) if words else []


def _readings_of(view, token, text):
    """The terms that a word may stand for, its own first."""
    return [token.term, *sorted(view.vocabulary.restore(text[token.start : token.end]) - {token.term})]


def _frequency(view, term):
    """In how many sheets a term stands, at least: the most of any field."""
    return max(view.searcher.doc_freq(name, term) for name in TEXTS)


def _words(view, text):
    """The words of a text, once each, with all that each may stand for."""
    words = {}
    total = view.searcher.num_docs
    for token in view.lexicon.analyser.query_tokens(text)[:MAX_WORDS]:
        if token.term in words:
            continue
        terms = _readings_of(view, token, text)
        frequency = max(_frequency(view, term) for term in terms)
        words[token.term] = Word(token.term, terms, rarity(frequency, total), frequency > 0)
    return list(words.values())


def _places(run, weight):
    """The engine's queries for a run of terms, in each field."""
    found = []
    for name, own in WEIGHTS.items():
        query = (
            Query.term_query(schema(), name, run[0])
            if len(run) == 1
            else Query.phrase_query(schema(), name, list(run))
        )
        found.append(Query.boost_query(query, own * weight))
    return found


def _add_meanings(view, asked):
    """Give each word all the places where it may be found: texts, other words, what the query names."""
    words, total = asked.words, view.searcher.num_docs
    for word in words:
        for term in word.terms:
            word.places += _places((term,), 1.0)

    def named(facet, pk, trust, concerned):
        sheets = 1 if facet == "id" else view.sheets[facet].get(pk, 0)
        asked.named[facet, pk] = max(trust, asked.named.get((facet, pk), 0))
        if sheets:
            score = NAMED * trust * rarity(sheets, total) / len(concerned) ** LENGTH
            query = Query.const_score_query(Query.term_query(schema(), facet, pk), score)
            for word in concerned:
                word.places.append(query)
                word.known = True

    readings = islice(product(*(word.terms[:3] for word in words)), MAX_READINGS)
    spans = {
        (start, end, terms[start:end]): found for terms in readings for start, end, found in view.lexicon.spans(terms)
    }
    for (start, end, _), meanings in spans.items():
        concerned = words[start:end]
        for meaning in meanings:
            if meaning.facet:
                named(meaning.facet, meaning.pk, meaning.trust, concerned)
            for run in meaning.others:
                asked.expressions.append(run)
                for word in concerned:
                    word.places += _places(run, SYNONYM / len(concerned))
                    word.known = word.known or all(_frequency(view, term) for term in run)
    by_term = {term: word for word in reversed(words) for term in reversed(word.terms)}
    for (facet, pk), (share, terms) in view.lexicon.partly_named(by_term).items():
        named(facet, pk, share**2, [by_term[term] for term in terms])


def _assemble(view, asked, text):
    """The engine's queries: every word, some words, and what words side by side add."""
    quoted = [
        (Occur.Must, Query.disjunction_max_query([place for run in runs for place in _places(run, 1.0)], TIE))
        for runs in asked.phrases
    ]
    clauses = [Query.disjunction_max_query(word.places, TIE) for word in asked.words]
    asked.every = Query.boolean_query([*quoted, *((Occur.Must, clause) for clause in clauses)])
    any_word = Query.boolean_query([(Occur.Should, clause) for clause in clauses])
    wanted = Occur.Should if quoted else Occur.Must  # a quotation found is enough
    asked.some = Query.boolean_query([*quoted, (wanted, any_word)]) if clauses else asked.every
    tokens = view.lexicon.analyser.tokens(text, small=True)[: 2 * MAX_WORDS]
    asked.said = [[token.term for token in tokens], *(list(runs[0]) for runs in asked.phrases)]
    full = {word.term for word in asked.words}
    for first, second in pairwise(tokens):
        if first.term in full or second.term in full:
            places = [
                Query.boost_query(Query.phrase_query(schema(), name, [first.term, second.term], 1), own * TOGETHER)
                for name, own in WEIGHTS.items()
            ]
            asked.nearness.append((Occur.Should, Query.disjunction_max_query(places, TIE)))


def _correct(view, text):
    """`text` with its unknown words put right, and the corrections made."""
    corrections = []
    surfaces = None
    for token in reversed(view.lexicon.analyser.query_tokens(text)[:MAX_WORDS]):
        typed = text[token.start : token.end]
        surface = view.lexicon.analyser.surface(typed)
        if len(surface) < SHORT or any(_frequency(view, term) for term in view.vocabulary.restore(typed)):
            continue
        if view.lexicon.spans([token.term]) or is_french(surface):
            continue
        surfaces = surfaces if surfaces is not None else view.vocabulary.surfaces()
        if meant := _closest(surface, surfaces):
            shown = view.vocabulary.spelling(meant)
            corrections.append(Correction(typed, shown))
            text = text[: token.start] + (shown or meant) + text[token.end :]
    return text, corrections[::-1]


def _closest(surface, surfaces):
    """The known form that `surface` most likely stands for, or None.

    One slip up to five letters, two beyond; first letters are rarely mistaken, and frequent words are more likely.
    """
    slips = 1 if len(surface) < 6 else 2
    close = process.extract(surface, surfaces.keys(), scorer=OSA.distance, score_cutoff=slips, limit=None)
    ranked = [(distance + 0.5 * (form[0] != surface[0]), -surfaces[form], form) for form, distance, _ in close]
    return min(ranked)[2] if ranked else None
