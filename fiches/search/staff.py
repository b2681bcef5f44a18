"""Search for curators: all the sheets, drafts included, and the excerpts, by the same analysis and the same engine.

Nothing here is ever asked by a public page. The indexes are made at the first search of a curator in this process.
"""

import os
import threading
from functools import cache
from typing import NamedTuple

import tantivy
from django.core.signals import request_finished
from tantivy import Occur, Query

from acteurs.stamp import Stamp, stamp
from fiches.models import Extrait, Fiche

from .index import Keeper, fresh
from .lexicon import Lexicon
from .query import ask
from .vocabulary import Vocabulary

MOST = 200  # rows: a curator who gets more adds a word
HEAP = 15_000_000  # bytes: the least that the engine accepts


def _unpublished():
    return Fiche.objects.exclude(pk__in=Fiche.objects.published())


_drafts = Keeper(_unpublished)
os.register_at_fork(after_in_child=_drafts.begin_again_in_child)
request_finished.connect(_drafts.save)


def views():
    """The views of what is online and of what is not, those that hold sheets: all of them are for staff only."""
    return [view for view in (fresh(), _drafts.fresh()) if view.searcher.num_docs]


def find_sheets(q):
    """The keys of the sheets, whatever their status, that have all the words of `q`; else the closest. Best first."""
    asked = [(view, found) for view in views() if (found := ask(view, q))]
    for name in ("every", "some"):
        hits = [
            (-score, view.searcher.doc(address)["id"][0])
            for view, found in asked
            for score, address in view.searcher.search(getattr(found, name), MOST).hits
        ]
        if hits:
            return [pk for _, pk in sorted(hits)[:MOST]]
    return []


@cache
def _excerpt_schema():
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", stored=True, indexed=True, fast=True)
    builder.add_text_field("texte", tokenizer_name="whitespace")
    return builder.build()


class _Excerpts(NamedTuple):
    stamp: Stamp
    analyser: object
    vocabulary: Vocabulary
    searcher: tantivy.Searcher


class ExcerptKeeper:
    """Keeps the index of all the excerpts; made again when the content's stamp has moved, on a curator's search."""

    def __init__(self):
        self.begin_again()

    def begin_again(self):
        """Back to nothing; also after a fork, where another thread's mutex would never be released."""
        self._view = None
        self._analysed = {}  # {key: (text, terms)}: excerpts hardly ever change
        self._acronyms = None
        self._mutex = threading.Lock()

    def fresh(self):
        """The `_Excerpts` of the database as it is now."""
        with self._mutex:
            needed = stamp()
            if self._view is None or self._view.stamp != needed:
                self._view = self._build(needed)
            return self._view

    def _build(self, needed):
        lexicon = Lexicon.load()
        if lexicon.acronyms != self._acronyms:
            self._analysed, self._acronyms = {}, lexicon.acronyms
        texts = dict(Extrait.objects.order_by().values_list("pk", "texte"))
        vocabulary = Vocabulary.of(lexicon.analyser, texts.values())
        kept = {
            pk: self._analysed[pk] if self._analysed.get(pk, ("",))[0] == text else (text, _terms(lexicon, text))
            for pk, text in texts.items()
        }
        index = tantivy.Index(_excerpt_schema())
        index.config_reader("manual")
        writer = index.writer(HEAP, 1)
        for pk in sorted(kept):
            document = {"id": pk, "texte": kept[pk][1]}
            writer.add_document(tantivy.Document.from_dict(document, _excerpt_schema()))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._analysed = kept
        return _Excerpts(needed, lexicon.analyser, vocabulary, index.searcher())


def _terms(lexicon, text):
    return " ".join(lexicon.analyser.terms(text, small=True))


_excerpts = ExcerptKeeper()
os.register_at_fork(after_in_child=_excerpts.begin_again)


def find_excerpts(q):
    """The keys of the excerpts that have all the words of `q`, best first."""
    view = _excerpts.fresh()
    words = [
        (
            Occur.Must,
            Query.disjunction_max_query(
                [
                    Query.term_query(_excerpt_schema(), "texte", term)
                    for term in sorted(view.vocabulary.restore(q[token.start : token.end]))
                ]
            ),
        )
        for token in view.analyser.query_tokens(q)
    ]
    if not words:
        return []
    hits = view.searcher.search(Query.boolean_query(words), MOST).hits
    ranked = sorted((-round(score, 4), view.searcher.doc(address)["id"][0]) for score, address in hits)
    return [pk for _, pk in ranked]
