"""The SQLite file as a server keeps it: open, but only as long as it is the same file; and never made."""

import sqlite3

import pytest
from django.db import OperationalError, connections
from django.db.backends.signals import connection_created

from partenariat import embedded, env


def make_base(path, word):
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE t (mot TEXT UNIQUE)")
    base.execute("INSERT INTO t VALUES (?)", [word])
    base.commit()
    base.close()


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "la base.sqlite3"
    make_base(path, "avant")
    return path


@pytest.fixture
def connection(path, monkeypatch, django_db_blocker):
    """The connection of a thread of the server."""
    monkeypatch.setenv("BASE", f"sqlite:///{path}")
    usual = connections.settings["default"]
    monkeypatch.setitem(connections.settings, "default", {**usual, **env.database("BASE", default_file=path)})
    embedded.serve()
    connection = connections.create_connection("default")
    with django_db_blocker.unblock():
        yield connection
        connection.close()
    connection_created.disconnect(dispatch_uid=embedded.__name__)


def ask(connection, sql="SELECT mot FROM t"):
    """What a request that makes one query gets, as Django begins and ends requests."""
    connection.close_if_unusable_or_obsolete()
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return [row[0] for row in cursor.fetchall()]
    finally:
        connection.close_if_unusable_or_obsolete()


def test_it_stays_open_from_one_request_to_the_next(connection):
    assert ask(connection) == ["avant"]
    opened = connection.connection
    assert ask(connection) == ["avant"]
    assert connection.connection is opened is not None


def test_it_keeps_its_safety_and_little_memory(connection):
    assert ask(connection, "PRAGMA journal_mode") == ["wal"]
    assert ask(connection, "PRAGMA synchronous") == [2]
    assert ask(connection, "PRAGMA cache_size") == [-embedded.CACHE]


def test_a_file_that_is_moved_away_is_missed_and_never_made_again(connection, path):
    ask(connection)
    elsewhere = path.rename(path.with_name("ailleurs"))
    for _ in range(2):
        with pytest.raises(OperationalError):
            ask(connection)
    assert not path.exists()
    elsewhere.rename(path)
    assert ask(connection) == ["avant"]


def test_another_file_in_its_place_is_seen_at_once(connection, path):
    ask(connection)
    make_base(path.with_name("autre"), "après")
    path.with_name("autre").rename(path)
    assert ask(connection) == ["après"]


def test_after_an_error_it_is_opened_again(connection):
    """A file opened while it could not be written to stays so for whoever opened it."""
    ask(connection)
    opened = connection.connection
    with pytest.raises(OperationalError):
        ask(connection, "SELECT rien FROM nulle_part")
    ask(connection)
    assert connection.connection is not opened


def test_other_databases_are_left_alone(monkeypatch):
    postgresql = {"ENGINE": "django.db.backends.postgresql", "NAME": "base", "OPTIONS": {}}
    monkeypatch.setitem(connections.settings, "default", dict(postgresql))
    embedded.serve()
    assert connections.settings["default"] == postgresql
