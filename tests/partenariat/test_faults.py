"""When the site is at fault it says so in French, asks nothing of what has failed, and loses no word."""

import errno
import html
import re
import sqlite3
from contextlib import contextmanager
from types import ModuleType

import psycopg
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache
from django.db import DatabaseError, InternalError, OperationalError, connection
from django.test import Client
from django.urls import path, reverse

from fiches.models import Levier
from fiches.packs import slots
from tests import factories as make
from tests.accounts import make_account
from tests.admin_pages import typed

pytestmark = pytest.mark.django_db  # at its end, a request looks at the connection that others may have left


def read_only():
    error = InternalError("cannot execute UPDATE in a read-only transaction: secret")
    error.__cause__ = psycopg.errors.ReadOnlySqlTransaction()
    return error


def no_database():
    error = DatabaseError("file is not a database: secret")
    error.__cause__ = sqlite3.DatabaseError("file is not a database")
    error.__cause__.sqlite_errorname = "SQLITE_NOTADB"
    return error


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (OperationalError("could not connect, password=secret"), 503, "Le site reprend son souffle"),
        (OSError(errno.ENOSPC, "No space left on device", "/secret"), 503, "Le site reprend son souffle"),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "/secret"), 503, "Le site reprend son souffle"),
        (read_only(), 503, "Le site reprend son souffle"),
        (no_database(), 503, "Le site reprend son souffle"),
        (DatabaseError("secret"), 500, "s’est rompu de notre côté"),
        (InternalError("secret"), 500, "s’est rompu de notre côté"),
        (OSError(errno.EACCES, "Permission denied", "/secret"), 500, "s’est rompu de notre côté"),
        (OperationalError("no such table: secret"), 500, "s’est rompu de notre côté"),
        (ZeroDivisionError("secret"), 500, "s’est rompu de notre côté"),
    ],
)
def test_a_fault_is_a_french_page_that_reveals_nothing(settings, error, status, words):
    """There is no database in this test: the page must not ask for one."""

    def failing(request):
        raise error

    urls = ModuleType("urls_that_fail")
    urls.urlpatterns = [path("panne/", failing)]
    urls.handler500 = "partenariat.faults.server_error"
    settings.ROOT_URLCONF = urls
    response = Client(raise_request_exception=False).get("/panne/")
    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert "secret" not in page
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response.get("Retry-After") == ("60" if status == 503 else None)


@pytest.mark.parametrize("path", ["/", "/nulle-part/", "/fiches/?q=" + "a" * 300])
def test_a_database_that_is_gone_is_a_503_wherever_it_is_met(monkeypatch, path):
    """In a view, or in an error page that explains its acronyms."""

    def gone(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", gone)
    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", gone)
    response = Client(raise_request_exception=False).get(path)
    assert response.status_code == 503
    assert "Le site reprend son souffle" in response.content.decode()


def test_a_refusal_before_anybody_is_known_is_no_fault(db, settings):
    """Of a host that is not ours, asked with a session's cookie."""
    client = Client(raise_request_exception=False, headers={"cookie": f"{settings.SESSION_COOKIE_NAME}=x"})
    answer = client.get("/", headers={"host": "ailleurs.example"})
    assert answer.status_code == 400
    assert "Nous n’avons pas compris" in answer.content.decode()


def test_a_bug_has_a_number_that_one_can_tell(settings):
    def failing(request):
        raise ZeroDivisionError

    urls = ModuleType("urls_that_fail")
    urls.urlpatterns = [path("panne/", failing)]
    urls.handler500 = "partenariat.faults.server_error"
    settings.ROOT_URLCONF = urls
    response = Client(raise_request_exception=False).get("/panne/")
    assert re.fullmatch("[0-9a-f]{12}", response["X-Request-ID"])
    assert f"sous le numéro {response['X-Request-ID']}" in response.content.decode()


# The disk is full: what is written is refused, what is read is not.


@contextmanager
def full():
    """Whatever writes in the database is refused, as SQLite and PostgreSQL refuse it."""

    def refuse(execute, sql, params, many, context):
        if re.match(r"\s*(INSERT|UPDATE|DELETE)", sql):
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture
def curator(db):
    client = Client(raise_request_exception=False, headers={"origin": "http://testserver"})
    client.force_login(make_account("Relecteur"))
    return client


TYPED = "Un lieu : où l’on s’écoute « vraiment », & où <b>rien</b> n’est perdu.\n\nPas même ceci ; n’est-ce pas ?"


def write(client, levier, **headers):
    url = reverse("admin:fiches_levier_change", args=[levier.pk])
    form = typed(client.get(url), description=TYPED)
    return url, client.post(url, form, headers=headers)


def test_what_was_typed_is_given_back_and_sent_again(curator):
    levier = make.make_levier()
    with full():
        url, answer = write(curator, levier)
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Rien n’a été enregistré" in page
    assert "no-store" in answer["Cache-Control"]
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    again = {html.unescape(name): html.unescape(value) for name, value in fields}
    assert again["description"] == TYPED
    assert "csrfmiddlewaretoken" in again
    assert f'action="{url}"' in page
    assert "<b>rien</b>" not in page
    assert curator.post(url, again).status_code == 302
    levier.refresh_from_db()
    assert levier.description.split() == TYPED.split()


def test_the_page_gives_nothing_back_to_another_site(curator):
    """It holds a token: what another site would send must not wait there for a click."""
    levier = make.make_levier()
    with full():
        _, answer = write(curator, levier, origin="https://ailleurs.example")
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "Rien n’a été enregistré" in page
    assert "n’est perdu" not in page
    assert "csrfmiddlewaretoken" not in page


def test_nothing_is_half_written(curator):
    levier = make.make_levier(description="Avant.")
    with full():
        write(curator, levier)
    assert Levier.objects.get().description == "Avant."


def test_the_team_reads_on(curator):
    fiche = make.make_published_fiche()
    with full():
        for url in ("/", fiche.get_absolute_url(), reverse("admin:fiches_fiche_change", args=[fiche.pk])):
            assert curator.get(url).status_code == 200


def test_a_login_is_refused_with_a_clear_page(db):
    make_account("Relecteur", name="cura")
    with full():
        form = {"username": "cura", "password": "un mot de passe long"}
        answer = Client(raise_request_exception=False).post(reverse("admin:login"), form)
    assert answer.status_code == 503
    assert "Rien n’a été enregistré" in answer.content.decode()


def test_what_is_done_is_not_said_to_have_failed(curator, monkeypatch):
    """The content is written, then the session cannot be."""
    levier = make.make_levier()

    def refuse(self, *args, **kwargs):
        raise OperationalError("database or disk is full")

    url = reverse("admin:fiches_levier_change", args=[levier.pk])
    form = typed(curator.get(url), description="Après.")
    monkeypatch.setattr(SessionStore, "save", refuse)
    assert curator.post(url, form).status_code == 302
    assert Levier.objects.get().description == "Après."


def test_a_document_is_given_though_it_cannot_be_kept(monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    caches["documents"].clear()
    monkeypatch.setattr(FileBasedCache, "set", refuse)
    monkeypatch.setattr(slots.Path, "mkdir", refuse)
    fiche = make.make_published_fiche()
    for extension in ("pdf", "docx"):
        answer = Client().get(f"{fiche.get_absolute_url().rstrip('/')}.{extension}")
        assert answer.status_code == 200
        assert len(answer.content) > 1000
