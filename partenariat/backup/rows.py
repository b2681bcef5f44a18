"""The rows of a table as lines of text that are the same on every engine, and back.

A row is a JSON array of its columns, in the order of the model's fields. Not Django's `dumpdata`: it cuts moments to
the millisecond, leaves out what is marked `serialize=False`, and forgets which numbers were given and taken back.
"""

import base64
import json
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import Error, connections, models
from django.utils.duration import duration_iso_string

_CHUNK = 500  # rows at a time: a long row is some 30 KB

# What a restored site makes again, or is better without. The door's stamp belongs to a base, not to its content.
LEFT_OUT_APPS = {"sessions", "axes"}
LEFT_OUT = {"acteurs.Etat", "acteurs.Essai", "acteurs.Presence", "fiches.Analyse"}


class Refused(Exception):
    """A backup or a restoration cannot go on: a sentence for the operator. Nothing was written, or all is undone."""


class Account(NamedTuple):
    """What a table holds: equal on both sides, the tables are."""

    rows: int
    checksum: str  # 64 hexadecimal digits


class Tally:
    """Counts lines, and sums their digests: the sum does not depend on their order, which engines see differently."""

    def __init__(self):
        self._rows = self._sum = 0

    def add(self, line):
        self._rows += 1
        self._sum += int.from_bytes(sha256(line).digest())

    @property
    def account(self):
        return Account(self._rows, f"{self._sum % 2**256:064x}")


def all_models(apps):
    """Every model that has a table here: the live ones, or those of a moment of the migrations."""
    found = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    return sorted((m for m in found if not m._meta.swapped), key=lambda model: model._meta.label)


def kept_models(apps):
    """Those whose rows are in an archive."""
    return [m for m in all_models(apps) if m._meta.app_label not in LEFT_OUT_APPS and m._meta.label not in LEFT_OUT]


def columns(model):
    """The names of the columns of its lines."""
    return [field.attname for field in _fields(model)]


def _fields(model):
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def read(model, using):
    """Its rows as lines (bytes, without their end), by key. A few at a time are in memory."""
    rows = model._base_manager.using(using).order_by("pk").values_list(*columns(model))
    with closing(rows.iterator(chunk_size=_CHUNK)) as found:
        for row in found:
            yield _line(row)


def _line(row):
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain).encode()


def account(model, using):
    """The `Account` of its rows in the database now."""
    tally = Tally()
    for line in read(model, using):
        tally.add(line)
    return tally.account


def _plain(value):
    """What JSON has no word for, as `to_python` of its field reads it."""
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    raise TypeError(f"No line can say a {type(value).__name__}")


def write(model, names, lines, using):
    """Insert rows as they were read, in the columns `names`: no signal, no default, no date of the day.

    Raises Refused, with the model and the rows, for what the table does not accept: PostgreSQL is stricter than SQLite
    about lengths.
    """
    if set(names) != set(columns(model)):
        raise Refused(f"{model._meta.label}: the archive’s columns are not those of its migrations.")
    connection = connections[using]
    fields = [next(field for field in _fields(model) if field.attname == name) for name in names]
    quote = connection.ops.quote_name
    sql = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(quote(field.column) for field in fields)}) "  # noqa: S608
        f"VALUES ({', '.join(['%s'] * len(fields))})"
    )
    lines, done = iter(lines), 0
    with connection.cursor() as cursor:
        while chunk := list(islice(lines, _CHUNK)):
            try:
                cursor.executemany(sql, [_values(fields, line, connection) for line in chunk])
            except (Error, ValidationError, ValueError, TypeError) as error:
                where = f"{model._meta.label}, rows {done + 1} to {done + len(chunk)}"
                raise Refused(f"{where}: {str(error).splitlines()[0]}.") from error
            done += len(chunk)


def _values(fields, line, connection):
    row = zip(fields, json.loads(line), strict=True)
    return [field.get_db_prep_save(_python(field, value), connection) for field, value in row]


def _python(field, value):
    return value if value is None or isinstance(field, models.JSONField) else field.to_python(value)


# The numbers that a table gives to its rows. One that was given and taken back is never given again: histories and
# former addresses name their object by its number.


def last_number(model, using):
    """The highest number that the table ever gave, 0 for none; None when it numbers nothing."""
    field = model._meta.auto_field
    if field is None:
        return None
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
            row = cursor.fetchone()
            return row[0] if row else 0
        cursor.execute(f"SELECT last_value, is_called FROM {_sequence(cursor, model)}")  # noqa: S608
        value, given = cursor.fetchone()
        return value if given else value - 1


def raise_last_number(model, number, using):
    """The table will number from `number` + 1 at least. Never lowered: on PostgreSQL this survives a rollback."""
    if model._meta.auto_field is None:
        return
    number = max(number or 0, model._base_manager.using(using).aggregate(top=models.Max("pk"))["top"] or 0)
    if number <= last_number(model, using):
        return
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "postgresql":
            cursor.execute("SELECT setval(%s, %s)", [_sequence(cursor, model), number])
            return
        cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [number, model._meta.db_table])
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [model._meta.db_table, number])


def _sequence(cursor, model):
    """PostgreSQL's name of it, quoted."""
    quote = connections[cursor.db.alias].ops.quote_name
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [quote(model._meta.db_table), model._meta.pk.column])
    return cursor.fetchone()[0]
