"""Make a backup: one archive of one moment."""

import os
import time
import tomllib
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from acteurs.stamp import stamp

from . import media, rows
from .archive import FORMAT, README, Writer, partial_of, whole_file
from .moment import moment
from .rows import Refused
from .sealing import sealed

_TRIES = 4  # a file may be erased between the row that named it and its copy: we look again, a moment later

_README = """\
Sauvegarde du site « {site} », faite le {date}.

manifest.json dit ce que contient l’archive ; tables/ a un fichier par table, une ligne par enregistrement (JSON, dans
l’ordre des colonnes que dit le manifeste) ; media/ contient les fichiers.

Pour la remettre en place : python manage.py restore FICHIER   (puis, une fois relu ce qui s’affiche, --apply)

Elle contient des données personnelles : comptes, mots de passe chiffrés, contacts. À garder comme telle.
"""


def back_up(path, *, recipients=(), using=DEFAULT_DB_ALIAS):
    """Write an archive of the database and of MEDIA_ROOT as they are now to `path`, which must not exist.

    Encrypted for the public keys `recipients`, if there are any. Returns its manifest, where `lost` lists the files
    that rows name and that are nowhere. Raises Refused or OSError: then there is no archive.
    """
    refuse_pending_migrations(using)
    root = Path(settings.MEDIA_ROOT)
    for tries_left in reversed(range(_TRIES)):
        with moment(using):
            named = media.named(apps, using, root)
            lost = sorted(named - set(media.present(root)))
            if lost and tries_left:
                time.sleep(0.2)  # seconds
                continue
            try:
                with whole_file(path) as stream, _closed_for(recipients, stream) as out:
                    return _fill(out, using, root, named, lost)
            except FileNotFoundError as error:
                if not tries_left or error.filename == str(partial_of(path)):
                    raise
    raise AssertionError("the last try returns or raises")


def _closed_for(recipients, stream):
    return sealed(stream, recipients) if recipients else nullcontext(stream)


def refuse_pending_migrations(using):
    executor = MigrationExecutor(connections[using])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Refused("The tables are not those of this version: run `manage.py migrate` first.")


def _fill(out, using, root, named, lost):
    """Everything that the database and the folder `root` hold; the manifest."""
    made_at = datetime.now(UTC)
    with Writer(out) as writer:
        writer.text(README, _README.format(site=settings.SITE_NAME, date=f"{made_at:%d/%m/%Y à %H:%M} (UTC)"))
        files = dict(_files(writer, root, named - set(lost)))  # first: they may go
        models = rows.kept_models(apps)
        content = stamp(using)
        manifest = {
            "format": FORMAT,
            "made_at": made_at.isoformat(timespec="seconds"),
            "version": version(),
            "engine": connections[using].vendor,
            "migrations": _migrations(using, models),
            "content": {"version": content.version, "token": content.token},
            "left_out": sorted(m._meta.label for m in rows.all_models(apps) if m not in models),
            "tables": {model._meta.label: _table(writer, model, using) for model in models},
            "files": files,
            "lost": lost,
        }
        writer.manifest(manifest)
    return manifest


def _files(writer, root, named):
    """Copy the files that are there; (name, record) of each. FileNotFoundError when one that a row names goes."""
    for name in media.present(root):
        try:
            with open(root / name, "rb") as stream:
                mode = os.fstat(stream.fileno()).st_mode & 0o777
                yield name, {"mode": mode, **writer.file(name, stream)}
        except FileNotFoundError:
            if name in named:
                raise


def _migrations(using, models):
    applied = MigrationRecorder(connections[using]).applied_migrations()
    return {app: sorted(n for a, n in applied if a == app) for app in sorted({m._meta.app_label for m in models})}


def _table(writer, model, using):
    with closing(rows.read(model, using)) as lines:
        record = writer.table(model._meta.label, lines)
    return {"columns": rows.columns(model), **record, "last_number": rows.last_number(model, using)}


def version():
    """This version of the site."""
    return tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
