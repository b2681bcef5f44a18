"""What a search finds beside the sheets: actors, levers, schemes, words, heard sentences, resources.

A second, small index, made again when one of these rows changes. What it gives is ready to show: no query.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import tantivy
from django.urls import reverse
from tantivy import Occur, Query

from acteurs.bases import lines
from fiches.models import Phrase, Ressource

from .lexicon import names_of

KINDS = ("acteur", "levier", "dispositif", "terme", "phrase", "ressource")
# Where a word stands in an entry → what it weighs there.
WEIGHTS = {"nom": 4.0, "synonymes": 3.0, "proches": 1.5, "texte": 0.3}
NAMED_BONUS = 20.0  # an entry named as a whole in the query comes before all the others
SHARED_BONUS = 2.0  # what an entry that all the best sheets have gains, times its rarity among sheets
TOGETHER = 0.5  # what two words side by side, small ones included, add to an entry that has enough words
ENOUGH = 0.6  # share of the words of a query that an entry must hold
HEAP = 15_000_000  # bytes: the least that the engine accepts


@dataclass(frozen=True)
class Entry:
    """One result that is not a sheet."""

    kind: str
    pk: int
    slug: str
    label: str
    url: str
    detail: str = ""  # a definition, an answer
    mark: str = ""  # of the voice that says a sentence
    said_by: str = ""


@dataclass(frozen=True)
class Start:
    """The beginning of a word being typed."""

    folded: str
    terms: frozenset  # of the known words that begin so
    is_needed: bool  # whether an entry must hold one of them


@cache
def panel_schema():
    """The engine's schema for the panel."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("n", stored=True, indexed=True, fast=True)
    for name in WEIGHTS:
        builder.add_text_field(name, tokenizer_name="whitespace")
    return builder.build()


def _entries(lexicon):
    """[(Entry, {field: its texts}), …] of all that is not a sheet."""
    for kind in ("acteur", "levier", "dispositif", "terme"):
        for row in lexicon.rows[kind]:
            detail = row.definition if kind == "terme" else row.description
            entry = Entry(kind, row.pk, row.slug, str(row), row.get_absolute_url(), detail)
            words = {"nom": names_of(row), "synonymes": lines(row.synonymes), "proches": lines(row.proches)}
            yield entry, {**words, "texte": [detail]}
    for row in Phrase.objects.order_by("pk"):
        said = {"mark": row.mark, "said_by": row.get_dite_par_display()}
        entry = Entry("phrase", row.pk, row.slug, row.phrase, row.get_absolute_url(), row.reponse, **said)
        yield entry, {"nom": [row.phrase], "synonymes": lines(row.variantes), "texte": [row.ce_qu_elle_dit]}
    for row in Ressource.objects.order_by("pk"):
        url = f"{reverse('fiches:ressources')}#{row.slug}"
        yield (
            Entry("ressource", row.pk, row.slug, row.titre, url, row.description),
            {"nom": [row.titre], "proches": [row.editeur, row.nature], "texte": [row.description]},
        )


class Panel:
    """The entries and their index. Built once for a state of the database, then only read."""

    def __init__(self, lexicon):
        self._entries = []
        self._numbers = {}  # {(kind, pk): n}
        index = tantivy.Index(panel_schema())
        index.config_reader("manual")
        writer = index.writer(HEAP, 1)
        for n, (entry, texts) in enumerate(_entries(lexicon)):
            self._entries.append(entry)
            self._numbers[entry.kind, entry.pk] = n
            words = {
                name: [" ".join(lexicon.analyser.terms(text, small=True)) for text in texts.get(name, ())]
                for name in WEIGHTS
            }
            writer.add_document(tantivy.Document.from_dict({"n": n, **words}, panel_schema()))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def find(self, words, named, shared, said=(), limit=3):
        """{kind: the closest entries, at most `limit`} for a query; kinds without any are left out.

        `words`: the sets of terms, one for each word. `named`: {(facet, pk): trust} of what the query names.
        `shared`: {(facet, pk): weight} of what the best sheets have in common, which no word of the query may say.
        `said`: the query as runs of terms, small words kept. A sentence of small words is told from another by their
        order alone: it finds no entry by itself, and ranks those found.
        """
        if not words:
            return {}
        clauses = [(Occur.Should, self._word(terms)) for terms in words]
        needed = max(1, round(ENOUGH * len(words)))
        close = Query.boolean_query(clauses, minimum_number_should_match=needed)
        wanted = [(Occur.Should, close)]
        for keys, bonus in ((named, NAMED_BONUS), (shared, SHARED_BONUS)):
            for key, weight in keys.items():
                if (n := self._numbers.get(key)) is not None:
                    term = Query.term_query(panel_schema(), "n", n)
                    wanted.append((Occur.Should, Query.const_score_query(term, bonus * weight)))
        found = [(Occur.Must, Query.boolean_query(wanted))]
        pairs = {pair for run in said for pair in pairwise(run)}
        return self._best(Query.boolean_query([*found, *(self._together(*pair) for pair in sorted(pairs))]), limit)

    def starting(self, whole, start, limit=3):
        """The same by their names and synonyms, for a query being typed.

        `whole`: the sets of terms of its words but the last. `start`: a `Start`, or None when the last is whole too.
        """
        named = [name for name in WEIGHTS if name != "texte"]
        wanted = [(Occur.Must, self._word(terms, named)) for terms in whole]
        if start:
            names = Query.fuzzy_term_query(panel_schema(), "nom", start.folded, distance=0, prefix=True)
            places = [self._word(start.terms, named), Query.boost_query(names, WEIGHTS["nom"])]
            occur = Occur.Must if start.is_needed else Occur.Should
            wanted.append((occur, Query.disjunction_max_query(places, 0.3)))
        return self._best(Query.boolean_query(wanted), limit) if wanted else {}

    def _word(self, terms, fields=tuple(WEIGHTS)):
        """The places where any of these terms may stand."""
        places = [
            Query.boost_query(Query.term_query(panel_schema(), name, term), WEIGHTS[name])
            for name in fields
            for term in sorted(terms)
        ]
        return Query.disjunction_max_query(places, 0.3)

    def _together(self, first, second):
        """The clause of two words side by side in a name or in another way to say it."""
        places = [
            Query.boost_query(Query.phrase_query(panel_schema(), name, [first, second]), WEIGHTS[name] * TOGETHER)
            for name in ("nom", "synonymes")
        ]
        return Occur.Should, Query.disjunction_max_query(places, 0.3)

    def _best(self, query, limit):
        hits = self._searcher.search(query, len(KINDS) * 20).hits
        found = sorted((-round(score, 4), self._searcher.doc(address)["n"][0]) for score, address in hits)
        best = {}
        for _, n in found:
            entry = self._entries[n]
            if len(best.setdefault(entry.kind, [])) < limit:
                best[entry.kind].append(entry)
        return {kind: best[kind] for kind in KINDS if kind in best}
