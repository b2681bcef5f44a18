"""What is done in a base of its own, by a process of its own: rehearse a restoration, bring an old archive up to date.

A process, because migrations may speak to the default database without saying so: there, it is a scratch one.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from . import media, rows
from .archive import reading
from .making import back_up
from .restoring import day, is_blank, is_older
from .rows import Refused


@contextmanager
def _scratch():
    """Yields (a private folder, the environment of a process whose base and files are there); both go at the end."""
    with tempfile.TemporaryDirectory(prefix="partenariat-") as folder:
        yield (
            Path(folder),
            {
                **os.environ,
                "DATABASE_URL": f"sqlite:///{quote(folder)}/base.sqlite3",
                "MEDIA_ROOT": f"{folder}/media",
            },
        )


def _restore(path, *options, environment):
    command = [sys.executable, "manage.py", "restore", str(path.resolve()), *options]
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr.strip()


def rehearse(path):
    """Restore the archive `path` in a scratch base: (exit code, what the restoration said, its errors)."""
    with _scratch() as (_, environment):
        return _restore(path, "--apply", "--verbosity", "2", environment=environment)


@contextmanager
def up_to_date(archive, path):
    """Yields `archive`, found in the file `path`, with the tables of this version: another archive, if it is older."""
    if not is_older(archive):
        yield archive
        return
    with _scratch() as (folder, environment):
        newer = folder / "newer.zip"
        code, _, errors = _restore(path, "--convert-to", str(newer), environment=environment)
        if code:
            raise Refused(
                f"The archive could not be brought to this version’s tables. Restore it with the version that made it "
                f"({archive.manifest['version']}, {day(archive)}), then upgrade. What went wrong: "
                f"{errors.splitlines()[-1] if errors else f'exit code {code}.'}"
            )
        with reading(newer) as converted:
            converted.check()
            yield converted


def convert(path, newer):
    """In a blank base: make the tables of the archive’s time, fill them, migrate, back up to `newer`."""
    if not is_blank():
        raise Refused("An archive is converted in a blank base only.")
    with reading(path) as archive:
        archive.check()
        executor = MigrationExecutor(connection)
        latest = _latest(archive, executor.loader)
        executor.migrate(latest)
        _load(archive, executor.loader.project_state(latest).apps)
        call_command("migrate", interactive=False, verbosity=0)
        with media.staged(archive, Path(settings.MEDIA_ROOT)) as put_files:
            put_files()
    back_up(newer)


def _latest(archive, loader):
    """The last migrations of the archive’s time, one of each branch of each application."""
    applied = {(app, name) for app, names in archive.manifest["migrations"].items() for name in names}
    # One that stands for several others since is applied if they all were; the graph knows it, and no longer them.
    applied |= {key for key, m in loader.disk_migrations.items() if m.replaces and applied.issuperset(m.replaces)}
    graph, applied = loader.graph, applied & loader.graph.nodes.keys()
    followed = {parent.key for key in applied for parent in graph.node_map[key].parents if parent.key[0] == key[0]}
    return sorted(applied - followed)


def _load(archive, apps):
    connection.execute_wrappers.clear()  # the door of content has no stamp here yet, and nobody to tell
    with transaction.atomic():
        for model in rows.all_models(apps):
            model._base_manager.all()._raw_delete(connection.alias)
        for label, record in archive.tables.items():
            rows.write(apps.get_model(label), record["columns"], archive.lines(label), connection.alias)
            rows.raise_last_number(apps.get_model(label), record["last_number"], connection.alias)
