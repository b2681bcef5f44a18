"""The index: in memory, one per process, derived from the database and made again when its stamp has moved.

There is no folder, no lock between processes, nothing to run, to back up or to repair. `fresh()` gives a view that
is never older than the database at the moment of the call; an error leaves the former view's stamp, so that the next
search tries again. Why this rather than a shared folder: docs/decisions/0009-recherche.md.
"""

import ctypes
import logging
import os
import sys
import threading
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import tantivy
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from acteurs.stamp import Stamp, edition, stamp
from fiches.models import Fiche, Statut

from .lexicon import Lexicon
from .panel import Panel
from .schema import FACETS, read, schema, to_document
from .vocabulary import Vocabulary

logger = logging.getLogger(__name__)

HEAP = 64_000_000  # bytes lent to the engine while it builds: enough for one segment, hence one ranking everywhere
CHUNK = 500  # sheets read at a time


@dataclass(frozen=True)
class View:
    """The content as search saw it at one stamp. Only read, by any number of threads."""

    stamp: Stamp
    until: datetime | None  # when a sheet already dated comes online
    searcher: tantivy.Searcher
    lexicon: Lexicon
    vocabulary: Vocabulary
    panel: Panel
    sheets: dict  # {facet: {value: number of sheets}}

    def is_fresh(self, needed):
        return self.stamp == needed and (self.until is None or timezone.now() < self.until)


class Keeper:
    """Keeps the view of this process, and what makes the next one quick to build.

    `sheets`: a function that gives the queryset of those to index.
    """

    def __init__(self, sheets):
        self._sheets = sheets
        self._mutex = threading.Lock()
        self._forget()

    def _forget(self):
        """Back to nothing: what a build left half done must not be trusted."""
        self._view = None
        self._documents = {}  # {key of a sheet: Document}
        self._index = None  # kept when it is updated rather than made again
        self._lexicon = self._panel = self._vocabulary = None
        self._lexicon_words = ()
        self._seen = Stamp(-1, "")  # what the parts above were made from

    def begin_again_in_child(self):
        """After a fork. A mutex that another thread holds, in the middle of a build, would never be released here."""
        if self._mutex.locked():
            self._forget()
        self._mutex = threading.Lock()

    def fresh(self):
        """The `View` of the database as it is now. One query when nothing has changed.

        In the middle of an edition, a view of its own, thrown away: its rows may yet be undone, and the stamp does
        not tell of them. Raises the database's errors; a sheet that cannot be analysed is logged and left out.
        """
        if (door := edition()) and door.wrote:
            return Keeper(self._sheets)._build(stamp())
        view = self._view
        if view is not None and view.is_fresh(stamp()):
            return view
        with self._mutex, _one_moment():
            needed = stamp()
            if self._view is None or not self._view.is_fresh(needed):
                try:
                    self._view = self._build(needed)
                except BaseException:  # the engine's panics are no Exception
                    self._forget()
                    raise
                _return_memory()
            return self._view

    def _build(self, needed):
        if self._seen.lexique != needed.lexique or self._lexicon is None:
            self._read_words()
        if self._seen.fiches != needed.fiches:
            self._drop_documents()
        until = Fiche.objects.filter(statut=Statut.PUBLIEE, published_at__gt=timezone.now())
        until = until.aggregate(first=Min("published_at"))["first"]
        searcher = self._searcher(*self._changes())
        self._seen = needed
        return View(needed, until, searcher, self._lexicon, self._vocabulary, self._panel, _sheets_by_facet(searcher))

    def _read_words(self):
        """The lexicon and the panel; every document too if the acronyms have changed, for they change the analysis."""
        former, self._lexicon = self._lexicon, Lexicon.load()
        if former is not None and former.acronyms == self._lexicon.acronyms:
            self._lexicon.analyser = former.analyser  # with all that it remembers
            for known in self._lexicon_words:
                self._vocabulary.forget(known)
            self._learn_lexicon()
        else:
            self._drop_documents()
        self._panel = Panel(self._lexicon)

    def _learn_lexicon(self):
        self._lexicon_words = [
            self._vocabulary.learn(self._lexicon.names),
            self._vocabulary.learn(self._lexicon.texts, shown=False),
        ]

    def _drop_documents(self):
        self._documents = {}
        self._index = None
        self._vocabulary = Vocabulary(self._lexicon.analyser)
        self._learn_lexicon()

    def _forget_words(self, document):
        self._vocabulary.forget(document.seen)
        self._vocabulary.forget(document.hidden)

    def _changes(self):
        """Forget the documents of sheets gone or changed: (their keys, the keys of the sheets to read)."""
        now = dict(self._sheets().order_by().values_list("pk", "marque"))
        gone = [pk for pk, document in self._documents.items() if now.get(pk) != document.marque]
        for pk in gone:
            self._forget_words(self._documents.pop(pk))
        return gone, sorted(now.keys() - self._documents.keys())

    def _searcher(self, gone, missing):
        """A searcher of the documents: made again whole, or brought up to date when there are very many.

        Whole, all processes rank alike. Updated, what was deleted still weighs a little in the frequencies until the
        engine merges: rankings may differ slightly.
        """
        many = len(self._documents) + len(missing) > settings.SEARCH_INCREMENTAL_ABOVE
        kept, self._index = self._index if many else None, None  # unless all goes well, nothing of it is trusted
        index = kept or tantivy.Index(schema())
        index.config_reader("manual")
        writer = index.writer(HEAP, 1)
        if kept and gone:
            # By query: deleting by term with a number deletes nothing, in silence.
            writer.delete_documents_by_query(tantivy.Query.term_set_query(schema(), "id", gone))
        # The engine works on these in its own thread while the missing ones are read and analysed.
        for pk in () if kept else sorted(self._documents):
            writer.add_json(self._documents[pk].json)
        for document in self._make(missing):
            writer.add_json(document.json)
        writer.commit()  # once: after a commit that failed, the next would succeed without its documents
        writer.wait_merging_threads()
        index.reload()
        self._index = index if many else None
        return index.searcher()

    def _make(self, missing):
        """Read and analyse the sheets of these keys, and yield their documents. A bad one is logged and left out."""
        for start in range(0, len(missing), CHUNK):
            for fiche in read(self._sheets().filter(pk__in=missing[start : start + CHUNK]).order_by("pk")):
                try:
                    document = to_document(fiche, self._lexicon.analyser, self._vocabulary)
                except Exception as error:
                    # Where it failed, but not what it says, which may be the words of the sheet.
                    where = "".join(traceback.format_tb(error.__traceback__))
                    kind = type(error).__name__
                    logger.error(
                        "Search left out the sheet %s, which it cannot analyse: %s\n%s", fiche.pk, kind, where
                    )
                    continue
                self._documents[fiche.pk] = document
                yield document


@contextmanager
def _one_moment():
    """All that is read inside is of one moment. Else a sheet read before a save, and its steps after, would be torn:
    found neither by its former words nor by the new ones.

    Inside a transaction it is left as it is: the stamp is read first, and a write that comes between leaves the view
    too old, never too new.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # by hand: atomic() would wait for those who write
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def _sheets_by_facet(searcher):
    """How many sheets have each value of each facet."""
    wanted = {facet: {"terms": {"field": facet, "size": 10_000}} for facet in FACETS}
    found = searcher.aggregate(tantivy.Query.all_query(), wanted)
    return {facet: {int(bucket["key"]): bucket["doc_count"] for bucket in found[facet]["buckets"]} for facet in FACETS}


def _return_memory():
    """Give back to the system what the build has freed: glibc keeps it otherwise, and a process grows threefold."""
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).malloc_trim(0)
        except (OSError, AttributeError):  # another C library, which needs no telling
            return


_keeper = Keeper(Fiche.objects.published)
os.register_at_fork(after_in_child=_keeper.begin_again_in_child)
fresh = _keeper.fresh
