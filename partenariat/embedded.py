"""The SQLite file, as a server keeps it: open from one request to the next, and never made by the server itself.

Each thread keeps it open (see env.py). But a file that is open may be moved away, or another put in its place: each
request looks whether it is still the same, for next to nothing. Without this file there is no site: an empty one would
be taken for it, and filled in its stead.
"""

import os
from functools import partial
from pathlib import Path
from urllib.parse import quote

from django.db import connections
from django.db.backends.signals import connection_created

CACHE = 2_000  # kibibytes of memory for each connection, and there is one for each thread


def serve():
    """Have the connections of this process behave so. Commands, which make the file, do not call it."""
    settings = connections.settings["default"]
    if settings["ENGINE"] != "django.db.backends.sqlite3" or ":memory:" in settings["NAME"]:
        return
    path = Path(settings["NAME"]).absolute()
    commands = f"{settings['OPTIONS'].get('init_command', '')}; PRAGMA cache_size=-{CACHE};"
    settings.update(
        NAME=f"file:{quote(str(path))}?mode=rw",
        CONN_HEALTH_CHECKS=True,
        OPTIONS={**settings["OPTIONS"], "init_command": commands},
    )
    connection_created.connect(partial(_remember, path), weak=False, dispatch_uid=__name__)


def _remember(path, sender, connection, **kwargs):
    if connection.vendor == "sqlite":
        connection.is_usable = partial(_is_usable, connection, path, _identity(path))


def _is_usable(connection, path, opened):
    """Django asks it before the first query of a request, and after an error."""
    return not connection.errors_occurred and _identity(path) == opened


def _identity(path):
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
