"""What to suggest while a query is being typed: sheets by their title, actors, levers, schemes, heard sentences.

The words already typed must all be there; the last one, still being typed, is the beginning of a word. Synonyms may
match, but only names are ever shown.
"""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from tantivy import Occur, Query

from acteurs.bases import fold
from fiches.models import Fiche

from .criteria import MAX_QUERY
from .index import fresh
from .panel import Start
from .query import MAX_WORDS
from .schema import schema

MIN_LETTERS = 2  # of a beginning: one letter says nothing
MAX_ENDINGS = 200  # words that one beginning may stand for, the most frequent first
MAX_SHEETS = 4
# Kind → its heading, and how many entries at most.
KINDS = {
    "acteur": ("Acteurs", 2),
    "levier": ("Leviers", 2),
    "dispositif": ("Dispositifs", 2),
    "phrase": ("Ce que l’on entend", 2),
}


@dataclass(frozen=True)
class Suggestion:
    """One line of the list: where it leads, what it shows."""

    url: str
    label: str
    said_by: str = ""  # of a heard sentence
    mark: str = ""


@dataclass
class Typed:
    """A query being typed: the sets of terms of its whole words, and how its last word starts."""

    whole: list = field(default_factory=list)
    start: Start | None = None


def suggest(q):
    """[(kind, heading, suggestions), …] for the beginning of a query, kinds without any left out. Two queries."""
    if len(fold(q)) < MIN_LETTERS:
        return []
    view = fresh()
    typed = _read(view, q)
    if not typed.whole and not typed.start:
        return []
    groups = [("fiche", "Fiches", _sheets(view, typed, q))]
    entries = view.panel.starting(typed.whole, typed.start, limit=3 * MAX_SHEETS)
    for kind, (heading, limit) in KINDS.items():
        found = _beginning_first(entries.get(kind, ()), q)[:limit]
        groups.append((kind, heading, [_of_entry(entry) for entry in found]))
    return [group for group in groups if group[2]]


def _read(view, q):
    """`Typed` for a query; a last word followed by a blank is whole."""
    analyser = view.lexicon.analyser
    tokens = analyser.tokens(q, small=True)[: 2 * MAX_WORDS]
    if not tokens:
        return Typed()
    last = tokens[-1]
    is_typing = last.end == len(q)
    before = q[: last.start] if is_typing else q
    whole = [view.vocabulary.restore(before[t.start : t.end]) for t in analyser.tokens(before)[:MAX_WORDS]]
    if not is_typing:
        return Typed(whole)
    written = q[last.start :]
    beginning = analyser.surface(written)
    if len(beginning) < MIN_LETTERS:
        return Typed(whole)
    terms = view.vocabulary.restore(written) | _endings(view, beginning)
    # « les parents ne »: a small word may also be the beginning of another, but nothing depends on it.
    return Typed(whole, Start(beginning, frozenset(terms), is_needed=bool(analyser.tokens(written)) or not whole))


def _endings(view, beginning):
    """The terms of the words that start so, the most frequent first when there are many."""
    frequent = sorted(view.vocabulary.surfaces(beginning).items(), key=lambda form: (-form[1], form[0]))
    return {term for form, _ in frequent[:MAX_ENDINGS] for term in view.vocabulary.restore(form)}


def _sheets(view, typed, q):
    """The published sheets whose title holds these words."""
    clauses = [(Occur.Must, _in_title(terms)) for terms in typed.whole]
    if typed.start:
        clauses.append((Occur.Must if typed.start.is_needed else Occur.Should, _in_title(typed.start.terms)))
    hits = view.searcher.search(Query.boolean_query(clauses), 3 * MAX_SHEETS).hits
    ranked = sorted((-round(score, 4), view.searcher.doc(address)["id"][0]) for score, address in hits)
    rows = Fiche.objects.published().only("slug", "titre").in_bulk([pk for _, pk in ranked])
    found = [Suggestion(rows[pk].get_absolute_url(), rows[pk].titre) for _, pk in ranked if pk in rows]
    return _beginning_first(found, q)[:MAX_SHEETS]


def _in_title(terms):
    return Query.disjunction_max_query([Query.term_query(schema(), "titre", term) for term in sorted(terms)])


def _beginning_first(found, q):
    """The same, in the same order, but first those whose name begins with what is typed."""
    typed = fold(q)
    return sorted(found, key=lambda one: not fold(one.label).startswith(typed))


def _of_entry(entry):
    """A heard sentence leads to the sheets that answer it; anything else has a page of its own."""
    if entry.kind == "phrase":
        query = urlencode({"q": entry.label[:MAX_QUERY]})
        return Suggestion(f"{reverse('fiches:list')}?{query}", entry.label, entry.said_by, entry.mark)
    return Suggestion(entry.url, entry.label)
