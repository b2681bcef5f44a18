"""What watches the site learns whether to send readers here, and nothing else; its questions cost next to nothing."""

import json
from threading import Event, Thread

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from partenariat import health
from tests import factories as make


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(health, "_last", (float("-inf"), health._NOT_READY))


def ask(client):
    response = client.get("/sante/pret")
    return response.status_code, json.loads(response.content)


def test_alive_asks_nothing_of_the_database(client):
    """There is none in this test."""
    response = client.get("/sante")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Content-Type"].startswith("text/plain")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sante", "/sante/pret"])
def test_answers_are_kept_by_nobody_and_leave_nothing(client, path):
    response = client.get(path)
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sante", "/sante/pret"])
def test_a_probe_is_not_sent_to_https(client, settings, path):
    """It speaks to the process itself, behind the proxy that does HTTPS."""
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_ready(client):
    make.make_published_fiche()
    assert ask(client) == (200, {"base": True, "migrations": True, "index": True})


@pytest.mark.django_db
def test_asked_often_the_database_is_asked_once(client, django_assert_max_num_queries, monkeypatch):
    ask(client)
    monkeypatch.setattr(health, "_last", (float("-inf"), health._NOT_READY))
    with django_assert_max_num_queries(3):  # is the table of migrations there, what it holds, the stamp
        ask(client)
    with django_assert_max_num_queries(0):
        for _ in range(50):
            assert ask(client)[0] == 200


def test_a_database_that_is_gone(monkeypatch, caplog):
    def gone(*args, **kwargs):
        raise OperationalError("connection to db.secret.example failed, password=secret")

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", gone)
    status, found = ask(Client())
    assert (status, found) == (503, {"base": False, "migrations": False, "index": False})
    assert "secret" not in caplog.text


@pytest.mark.django_db
def test_a_migration_that_waits(client):
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("fiches", "0007_imports")
    assert ask(client) == (503, {"base": True, "migrations": False, "index": False})


@pytest.mark.django_db
def test_an_index_that_cannot_be_built(client, monkeypatch):
    def broken():
        raise RuntimeError("a bug")

    monkeypatch.setattr(health.index, "fresh", broken)
    assert ask(client) == (503, {"base": True, "migrations": True, "index": False})


def test_a_database_that_hangs_holds_one_probe_and_no_more(monkeypatch):
    """The others get the last answer; and a no, once it is too old to mean anything."""
    asked, go_on = Event(), Event()

    def hang():
        asked.set()
        go_on.wait(20)  # seconds
        return dict.fromkeys(health._NOT_READY, True)

    now = [1000.0]
    monkeypatch.setattr(health.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(health, "_look", hang)
    known = dict.fromkeys(health._NOT_READY, True)
    monkeypatch.setattr(health, "_last", (now[0] - health.KEPT - 1, known))
    thread = Thread(target=health.state)
    thread.start()
    try:
        assert asked.wait(20)
        assert health.state() == known
        now[0] += health.STALE
        assert health.state() == health._NOT_READY
    finally:
        go_on.set()
        thread.join()
    assert health.state() == known
