"""The index: in memory, one per process, derived from the database and made again when its stamp has moved.

There is no folder, no lock between processes, nothing to run, to back up or to repair. `fresh()` gives a view that
is never older than the database at the moment of the call; an error leaves the former view's stamp, so that the next
search tries again. Why this rather than a shared folder: docs/decisions/0009-recherche.md.
"""

import logging
import os
import threading
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import tantivy
from django.conf import settings
from django.core.signals import request_finished
from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from acteurs.stamp import Stamp, edition, stamp
from fiches.memory import give_back
from fiches.models import Fiche, Statut

from .analyses import CHUNK, Analyses
from .lexicon import Lexicon
from .panel import Panel
from .schema import FACETS, WORDS, read, schema, to_document, words_schema
from .vocabulary import Vocabulary

logger = logging.getLogger(__name__)

HEAP = 64_000_000  # bytes lent to the engine while it builds: enough for one segment, hence one ranking everywhere


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

    def __init__(self, sheets, analyses=None):
        self._sheets = sheets
        self._analyses = analyses or Analyses()
        self._mutex = threading.Lock()
        self._forget()

    def _forget(self):
        """Back to nothing: what a build left half done must not be trusted."""
        self._view = None
        self._lexicon = self._panel = None
        self._seen = Stamp(-1, "")  # what the parts above were made from
        self._analyses.forget()
        self._drop_sheets()

    def _drop_sheets(self):
        self._held = {}  # {key of a sheet that the two indexes hold: its mark}
        self._index = self._words = None
        self._searcher = self._vocabulary = None

    def begin_again_in_child(self):
        """After a fork. A mutex that another thread holds, in the middle of a build, would never be released here."""
        if self._mutex.locked():
            self._forget()
        self._mutex = threading.Lock()
        self._analyses = Analyses()

    def fresh(self):
        """The `View` of the database as it is now. One query when nothing has changed.

        In the middle of an edition, a view of its own, thrown away: its rows may yet be undone, and the stamp does
        not tell of them. Raises the database's errors; a sheet that cannot be analysed is logged and left out.
        """
        if (door := edition()) and door.wrote:
            return Keeper(self._sheets, Analyses(are_kept=False))._build(stamp())
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
                give_back()
            return self._view

    def save(self, **kwargs):
        """Keep what this process analysed for those that will start. Called once an answer has left."""
        if self._analyses.save():
            give_back()

    def _build(self, needed):
        if self._seen.fiches != needed.fiches:
            self._drop_sheets()
        if self._seen.lexique != needed.lexique or self._lexicon is None:
            self._read_words()
        until = Fiche.objects.filter(statut=Statut.PUBLIEE, published_at__gt=timezone.now())
        until = until.aggregate(first=Min("published_at"))["first"]
        marques = dict(self._sheets().order_by().values_list("pk", "marque"))
        self._analyses.begin(self._lexicon.acronyms, needed.fiches, marques)
        if self._searcher is None or self._held != marques:
            self._searcher = self._search_among(marques)
            self._vocabulary = None
        if self._vocabulary is None:
            self._vocabulary = Vocabulary(self._lexicon.analyser, [*_count_words(self._words), *self._lexicon.words])
        self._seen = needed
        sheets = _sheets_by_facet(self._searcher)
        return View(needed, until, self._searcher, self._lexicon, self._vocabulary, self._panel, sheets)

    def _read_words(self):
        """The lexicon and the panel; every document too if the acronyms have changed, for they change the analysis."""
        former, self._lexicon = self._lexicon, Lexicon.load()
        if former is not None and former.acronyms == self._lexicon.acronyms:
            self._lexicon.analyser = former.analyser  # with all that it remembers
        else:
            self._drop_sheets()
        self._vocabulary = None
        self._panel = Panel(self._lexicon)
        self._lexicon.analyser.forget()  # it read all these words at once, and queries will bring few of them back

    def _search_among(self, marques):
        """A searcher of these sheets: made again whole, or brought up to date when there are very many.

        Whole, all processes rank alike. Updated, what was deleted still weighs a little in the frequencies until the
        engine merges: rankings may differ slightly. Words are counted without what was deleted, so that their index
        is always updated.
        """
        many = len(marques) > settings.SEARCH_INCREMENTAL_ABOVE
        kept, self._index = self._index if many else None, None  # unless all goes well, nothing of it is trusted
        index, words = kept or tantivy.Index(schema()), self._words or tantivy.Index(words_schema())
        held = {pk: marque for pk, marque in self._held.items() if marques.get(pk) == marque}
        gone = sorted(self._held.keys() - held.keys())
        wanted = sorted(marques.keys() - held.keys() if kept else marques)
        with _writing(index, gone if kept else ()) as write_texts, _writing(words, gone) as write_words:
            # The engine works on these in its own threads while the next ones are read and analysed.
            for pk, document in self._documents(wanted, marques):
                write_texts(document.texts)
                if pk not in held:
                    write_words(document.words)
                    held[pk] = document.marque
        self._held, self._words, self._index = held, words, index if many else None
        return index.searcher()

    def _documents(self, keys, marques):
        """Yield (key, `Document`) of the sheets of these keys, which are sorted. A bad one is logged and left out."""
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            known = self._analyses.take({pk: marques[pk] for pk in chunk})
            self._analyse(known, [pk for pk in chunk if pk not in known])
            yield from sorted(known.items())
        if len(self._analyses) > CHUNK:
            self._lexicon.analyser.forget()  # the words of thousands of sheets: no query will ask for most of them

    def _analyse(self, known, missing):
        """Read and analyse the sheets of these keys, and add them to `known`."""
        if not missing:
            return
        for fiche in read(self._sheets().filter(pk__in=missing).order_by("pk")):
            try:
                document = to_document(fiche, self._lexicon.analyser)
            except Exception as error:
                # Where it failed, but not what it says, which may be the words of the sheet.
                where = "".join(traceback.format_tb(error.__traceback__))
                kind = type(error).__name__
                logger.error("Search left out the sheet %s, which it cannot analyse: %s\n%s", fiche.pk, kind, where)
                continue
            known[fiche.pk] = document
            self._analyses.add(fiche.pk, document)


@contextmanager
def _writing(index, gone):
    """Gives a function that adds a document, as JSON, to `index`, without those of the keys `gone`.

    All is seen at the end, or nothing: one commit, for after one that failed the next would succeed without its
    documents.
    """
    index.config_reader("manual")
    writer = index.writer(HEAP, 1)
    if gone:
        # By query: deleting by term with a number deletes nothing, in silence.
        writer.delete_documents_by_query(tantivy.Query.term_set_query(index.schema, "id", gone))
    yield writer.add_json
    writer.commit()
    writer.wait_merging_threads()
    index.reload()


def _count_words(index):
    """[(a word as vocabulary.packed() gives it, how many sheets hold it), …]."""
    return index.searcher().terms_with_prefix(WORDS, "", tantivy.Query.all_query())


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


_keeper = Keeper(Fiche.objects.published)
os.register_at_fork(after_in_child=_keeper.begin_again_in_child)
request_finished.connect(_keeper.save)
fresh = _keeper.fresh


def prepare():
    """Analyse every published sheet that is not yet, and keep what it gives: a server then starts quickly."""
    fresh()
    _keeper.save()
