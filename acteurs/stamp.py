"""The content's stamp: one row that says which version of the content the database holds.

Everything derived from the content (search view, page cache, ETags, exports) compares its stamp with this
row and is made again when they differ. So no write of content may escape it:

- `editing()` is the one door. It locks the row *first* (raising it last made PostgreSQL transactions die of
  deadlock in trials), runs the block in one transaction, and renews the stamp if content was written.
- A guard on every database connection refuses any INSERT, UPDATE or DELETE on a content table outside that
  door: the admin, bulk methods, many-to-many changes and fixtures alike.
"""

import re
import secrets
import threading
from contextlib import contextmanager
from functools import cache
from typing import NamedTuple

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.signals import connection_created
from django.dispatch import Signal

_BLANK = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_WRITE = re.compile(
    rf"""{_BLANK}(?:(?:INSERT|REPLACE)(?:\s+OR\s+\w+)?\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)
    {_BLANK}(?:ONLY\s+)?(?:"?\w+"?\.)?"?(\w+)""",
    re.I | re.S | re.X,
)
# Several tables at once (PostgreSQL's flush), or written somewhere inside: every name counts.
_WRITES = re.compile(
    rf"{_BLANK}(?:TRUNCATE|MERGE|COPY|WITH\b(?=.*\b(?:INSERT\s+INTO|(?<!FOR )UPDATE|DELETE\s+FROM)\b))(.*)",
    re.I | re.S,
)
_local = threading.local()  # .open = {alias: Edition}, since a connection belongs to one thread

closing = Signal()  # sent with `edition`, `token`, `using` before the stamp is renewed, in the same transaction


class Stamp(NamedTuple):
    """A version alone is not enough: a restored database counts again from an older number."""

    version: int
    token: str
    lexique: str = ""  # renewed when a word that search knows has changed
    fiches: str = ""  # renewed when sheets were written in bulk, so that nobody knows which ones


class OutsideEditing(RuntimeError):
    """Content was written outside `editing()`: what is derived from it would stay stale for ever."""


class Edition:
    """One open door on one database: what passed?

    A write is *told* when a signal says which row it is about, as a save does; a bulk update is not.
    """

    def __init__(self):
        self.tables = set()  # written
        self.untold = set()  # among them, those written with no signal under way, or whose statement failed
        self.telling = 0  # signals under way: from a pre_… to its post_…
        self.marked = set()  # keys of the sheets that told writes concern
        self.by = None  # the account that writes, if one does: a command has none
        self.renewed = set()  # the other fields of Etat that change: for the receivers of `closing` to fill

    @property
    def wrote(self):
        return bool(self.tables)


def _open_editions():
    if not hasattr(_local, "open"):
        _local.open = {}
    return _local.open


def edition(using=DEFAULT_DB_ALIAS):
    """The `Edition` now open on this thread's connection, or None."""
    return _open_editions().get(using)


@cache
def content_tables():
    """The names of the tables that hold content: those of the `Content` models and of their M2M links."""
    from .bases import Content  # models load after this module

    return frozenset(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model._meta.auto_created or model, Content)
    )


def _written_tables(sql):
    """The tables of content that a statement writes: a set, most often empty."""
    if match := _WRITE.match(sql) or _WRITES.match(sql):
        return content_tables().intersection(re.findall(r"\w+", match[1]))
    return frozenset()


def _guard(execute, sql, params, many, context):
    tables = _written_tables(sql)
    if not tables:
        return execute(sql, params, many, context)
    door = edition(context["connection"].alias)
    if door is None:
        raise OutsideEditing(
            f"Content table {min(tables)} was written outside acteurs.stamp.editing(). "
            "Wrap the write: `with editing(): ...`"
        )
    door.tables |= tables
    if not door.telling:
        door.untold |= tables
    try:
        return execute(sql, params, many, context)
    except Exception:
        door.untold |= tables  # its post_… signal will never come
        raise


def _install_guard(sender, connection, **kwargs):
    if _guard not in connection.execute_wrappers:
        connection.execute_wrappers.append(_guard)


def install():
    """Put the guard on every connection that opens from now on. Called once, when the apps are ready."""
    connection_created.connect(_install_guard, dispatch_uid="acteurs.stamp.guard")


def stamp(using=DEFAULT_DB_ALIAS):
    """The stamp of the content in the database now: one query. `Stamp(0, "")` before any content.

    Every page that is kept costs this query and little else, so it is written by hand: Django takes ten times longer
    to compose it than the database to answer.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(Stamp._fields)} FROM acteurs_etat WHERE id = 1")  # noqa: S608 our names
        row = cursor.fetchone()
    return Stamp(*row) if row else Stamp(0, "")


@contextmanager
def editing(using=DEFAULT_DB_ALIAS):
    """Open the door to writes of content, in one transaction of its own.

    The stamp is renewed on the way out, in the same transaction, if something was written; an exception
    undoes everything. Doors nest: only the outermost one locks and renews.
    """
    editions = _open_editions()
    if using in editions:
        with transaction.atomic(using=using):
            yield
        return
    from .models import Etat

    with transaction.atomic(using=using):
        Etat.objects.using(using).get_or_create(pk=1)
        Etat.objects.using(using).select_for_update().get(pk=1)
        door = editions[using] = Edition()
        try:
            yield
            if door.wrote:
                _renew(door, using)
        finally:
            del editions[using]


def _renew(door, using):
    from .models import Etat

    token = secrets.token_hex(8)
    closing.send(Edition, edition=door, token=token, using=using)
    # A flush may have emptied this table too: hence not a plain update.
    etat, _ = Etat.objects.using(using).get_or_create(pk=1)
    etat.version += 1
    for name in ("token", *door.renewed):
        setattr(etat, name, token)
    etat.save(using=using)
