"""Analysed sheets, kept in the database: a process that starts reads ten thousand of them in a second.

To analyse them takes twenty. They are derived from the content, and nothing depends on their being there: what cannot
be kept is analysed again. What is there is right: the door of content erases what it changes (`marks.py`), and
`save()` writes behind that door only what the sheets still are.
"""

import hashlib
import logging
import threading
import time
import unicodedata
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

import Stemmer
from django.db import Error, connection, transaction

from acteurs import bases
from acteurs.models import Etat
from fiches import models
from fiches.models import Analyse, Fiche

from . import analysis, french, schema, vocabulary
from .schema import Document

logger = logging.getLogger(__name__)

CHUNK = 500  # sheets read or written at a time
PATIENCE = 200  # milliseconds that whoever else is writing is waited for
AFTER_A_FAILURE = 60  # seconds without another try


@cache
def _code():
    """A digest of all the code that the analysis of a sheet goes through: nobody has to remember to raise a number."""
    paths = [Path(module.__file__) for module in (analysis, french, schema, vocabulary, bases)]
    paths += sorted(Path(models.__file__).parent.glob("*.py"))
    digest = hashlib.sha256(f"{Stemmer.version()} {unicodedata.unidata_version}".encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def fingerprint(acronyms, bulk):
    """What an analysis depends on beside its sheet: the code, the acronyms, `bulk` (the stamp's `fiches`)."""
    known = " ".join(sorted(f"{n}{acronym}" for n, found in enumerate(acronyms) for acronym in found))
    return hashlib.sha256(f"{_code()} {bulk} {known}".encode()).hexdigest()[:32]


class _Made(NamedTuple):
    """What was analysed here, and what it depends on: replaced as one, since another thread may be saving it."""

    empreinte: str
    bulk: str
    documents: dict  # {key of a sheet: Document}


class Analyses:
    """The analysed sheets of one keeper: those that the database holds, and those made here that it does not yet.

    In the middle of an edition the marks of the sheets are not those of their words: then nothing is kept.
    """

    def __init__(self, *, are_kept=True):
        self._are_kept = are_kept
        self._saving = threading.Lock()
        self._not_before = float("-inf")  # monotonic seconds
        self._has_warned = False
        self.forget()

    def __len__(self):
        """How many were made here, and are not in the database yet."""
        return len(self._made.documents)

    def forget(self):
        """What was made here, and is not in the database yet."""
        self._made = _Made("", "", {})

    def begin(self, acronyms, bulk, marques):
        """What counts from now on. `marques`: {key of a sheet: its mark}; any other analysis is forgotten."""
        empreinte = fingerprint(acronyms, bulk)
        former = self._made.documents if empreinte == self._made.empreinte else {}
        documents = {pk: document for pk, document in former.items() if marques.get(pk) == document.marque}
        self._made = _Made(empreinte, bulk, documents)

    def take(self, marques):
        """{key: Document} of those of these sheets, {key: mark}, that were analysed already. One query."""
        empreinte, _, made = self._made
        found = {pk: made[pk] for pk in marques if pk in made}
        if self._are_kept and len(found) < len(marques):
            rows = Analyse.objects.filter(pk__in=marques.keys() - found.keys(), empreinte=empreinte).order_by()
            for pk, marque, texts, words in rows.values_list("pk", "marque", "textes", "mots"):
                if marque == marques[pk]:
                    found[pk] = Document(marque, bytes(texts), bytes(words))
        return found

    def add(self, pk, document):
        """A sheet was analysed here."""
        self._made.documents[pk] = document

    def save(self):
        """Put what was made here in the database; True if there was something to put.

        Not in a transaction that is under way. Nothing depends on it, so that a database which refuses, or that others
        are writing for long, is told once in the log and tried again later.
        """
        if not self._made.documents or connection.in_atomic_block or time.monotonic() < self._not_before:
            return False
        if not self._saving.acquire(blocking=False):
            return False
        try:
            made = self._made
            keys = list(made.documents)
            for start in range(0, len(keys), CHUNK):
                _save(made, keys[start : start + CHUNK])
        except Error as error:
            self._not_before = time.monotonic() + AFTER_A_FAILURE
            if not self._has_warned:  # its own words may hold those of a sheet
                logger.warning("Search could not keep what it analysed, and will try again: %s", type(error).__name__)
            self._has_warned = True
        finally:
            self._saving.release()
        return True


def _save(made, keys):
    documents = {pk: made.documents[pk] for pk in keys}
    with _hurried():
        # The lock of the door of content: no sheet can change between this look at their marks and this write.
        etat = Etat.objects.select_for_update().filter(pk=1).first()
        now = {}
        if etat is not None and etat.fiches == made.bulk:
            now = dict(Fiche.objects.filter(pk__in=keys).order_by().values_list("pk", "marque"))
        right = {pk: document for pk, document in documents.items() if now.get(pk) == document.marque}
        Analyse.objects.bulk_create(
            [
                Analyse(pk, document.marque, made.empreinte, document.packed_texts, document.packed_words)
                for pk, document in right.items()
            ],
            update_conflicts=True,
            unique_fields=["fiche"],
            update_fields=["marque", "empreinte", "textes", "mots"],
        )
    for pk, document in documents.items():
        if made.documents.get(pk) is document:
            del made.documents[pk]


@contextmanager
def _hurried():
    """A transaction that waits little for those who write: a reader's thread has better to do."""
    if connection.vendor == "sqlite":
        usual = connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
            try:
                with transaction.atomic():
                    yield
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {usual}")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE}")
            yield
