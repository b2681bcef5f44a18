"""Put an archive back: all of it or nothing, in one transaction, read again before it is said to be done."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections
from django.db.migrations.loader import MigrationLoader

from acteurs.stamp import editing

from . import media, rows
from .making import refuse_pending_migrations, version
from .moment import lift_time_limits
from .rows import Refused

# What `migrate` writes by itself: a base that holds nothing else is an empty one.
_BY_MIGRATE = {"contenttypes.ContentType", "auth.Permission", "auth.Group", "auth.Group_permissions"}
_STAMP = "acteurs.Etat"  # renewed by the door, never emptied


class FilesNotPlaced(Exception):
    """The database is that of the archive, but its files could not all be put in their places."""


class Table(NamedTuple):
    """What an archive says of a table, and what the base holds of it."""

    label: str
    expected: rows.Account
    found: rows.Account

    @property
    def is_same(self):
        return self.expected == self.found


def is_blank(using=DEFAULT_DB_ALIAS):
    """Whether the base has no table at all: `migrate` never ran there."""
    connection = connections[using]
    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor)


def holdings(using=DEFAULT_DB_ALIAS):
    """{model’s label: number of rows} of what people put in the base; empty for an empty base."""
    models = [model for model in rows.kept_models(apps) if model._meta.label not in _BY_MIGRATE]
    counts = {model._meta.label: model._base_manager.using(using).count() for model in models}
    return {label: count for label, count in counts.items() if count}


def is_older(archive):
    """Whether the archive’s tables have to be brought to those of this version: see `conversion`.

    Raises Refused if they are those of a newer one.
    """
    theirs = {(app, name) for app, names in archive.manifest["migrations"].items() for name in names}
    known = set(MigrationLoader(None).disk_migrations)
    if unknown := theirs - known:
        raise Refused(
            f"The archive was made by another version of the site ({archive.manifest['version']}, "
            f"{day(archive)}): this one ({version()}) does not know the migration {'.'.join(min(unknown))}. "
            "Install that version or a later one, then restore."
        )
    kept_apps = {model._meta.app_label for model in rows.kept_models(apps)}
    return bool({key for key in known if key[0] in kept_apps} - theirs)


def day(archive):
    """When it was made, for a person."""
    return f"{datetime.fromisoformat(archive.manifest['made_at']):%Y-%m-%d %H:%M} UTC"


def restore(archive, *, replace=False, using=DEFAULT_DB_ALIAS):
    """Write a checked archive of this version’s tables in a migrated base, and its files in MEDIA_ROOT.

    Returns the `Table`s, read again: all are the same as in the archive. Sessions are closed. Raises Refused, with the
    base as it was, when it is not empty and `replace` is false, or when anything differs; FilesNotPlaced.
    """
    refuse_pending_migrations(using)
    with media.staged(archive, Path(settings.MEDIA_ROOT)) as put_files:
        with editing(using=using):
            _be_alone(using)
            if not replace and holdings(using):
                raise Refused("The base is not empty: add --replace to lose what it holds.")
            _load(archive, using)
            tables = compare(archive, using)
            if differing := [table.label for table in tables if not table.is_same]:
                raise Refused(f"Read again, {', '.join(differing)} differ from the archive: nothing was kept.")
        try:
            put_files()
        except OSError as error:
            raise FilesNotPlaced(str(error)) from error
    ContentType.objects.clear_cache()
    with connections[using].cursor() as cursor:
        cursor.execute("ANALYZE")  # else the first pages are planned as if the tables were empty
    return tables


def _be_alone(using):
    """Until the end of the transaction others read the former rows, and wait to write. SQLite is so by nature."""
    connection = connections[using]
    with connection.cursor() as cursor:
        lift_time_limits(cursor)
        if connection.vendor == "postgresql":
            tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in rows.all_models(apps))
            cursor.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")


def _load(archive, using):
    """Empty the tables and fill them. Keys between tables are checked at the end: their order does not matter."""
    models = {model._meta.label: model for model in rows.kept_models(apps)}
    if models.keys() != archive.tables.keys():
        raise Refused(f"The archive’s tables are not those of its migrations: {models.keys() ^ archive.tables.keys()}")
    for model in rows.all_models(apps):
        if model._meta.label != _STAMP:
            model._base_manager.using(using).all()._raw_delete(using)
    for label, model in models.items():
        rows.write(model, archive.tables[label]["columns"], archive.lines(label), using)
        rows.raise_last_number(model, archive.tables[label]["last_number"], using)
    try:
        connections[using].check_constraints()
    except IntegrityError as error:
        raise Refused(f"The archive’s rows name others that are missing: {str(error).splitlines()[0]}.") from error


def compare(archive, using=DEFAULT_DB_ALIAS):
    """Each table of the archive beside what the base holds now."""
    return [
        Table(label, rows.Account(record["rows"], record["checksum"]), rows.account(apps.get_model(label), using))
        for label, record in archive.tables.items()
    ]
