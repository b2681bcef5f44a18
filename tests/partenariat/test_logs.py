"""The log says what happened and where, and nothing of what people typed, read or are called."""

import errno
import json
import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from types import ModuleType

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path, reverse

from acteurs import stamp
from partenariat import logs, timing
from partenariat.logs import JsonLines, TextLines
from tests.accounts import make_account
from tests.factories import make_published_fiche

CANARY = "canari"


@pytest.fixture(params=["json", "text"])
def lines(request):
    """All that every logger says, at every level, as it is written."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.FORMATTERS[request.param]())
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
    before = [(one, one.level, one.handlers[:], one.propagate, one.disabled) for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
        one.handlers, one.propagate, one.disabled = [], True, False
    logging.getLogger().handlers = [handler]
    yield lambda: stream.getvalue().splitlines()
    for one, level, handlers, propagate, disabled in before:
        one.setLevel(level)
        one.handlers, one.propagate, one.disabled = handlers, propagate, disabled


def broken(request, **kwargs):
    raise ValueError(f"could not read {CANARY}", request.POST, request.user)


@pytest.fixture
def visitor(settings):
    """Whose every word is a canary. Some addresses of the site fail."""
    urls = ModuleType("urls_some_of_which_fail")
    urls.urlpatterns = [
        path("panne/<str:word>/", broken, name="broken"),
        path("", include("partenariat.urls")),
    ]
    urls.handler400, urls.handler500 = "partenariat.faults.bad_request", "partenariat.faults.server_error"
    settings.ROOT_URLCONF = urls
    headers = dict.fromkeys(("user-agent", "referer", "x-forwarded-for", "accept-language", "cookie"), CANARY)
    return Client(raise_request_exception=False, headers=headers, REMOTE_ADDR="203.0.113.77")


@pytest.mark.django_db
def test_no_word_of_anybody_is_in_any_line(visitor, lines, settings):
    settings.SLOW_MS = 0
    make_published_fiche()
    make_account("Relecteur", name=f"{CANARY}-compte")
    for url in (
        f"/fiches/?q={CANARY}",
        f"/fiches/?q={CANARY * 60}",
        f"/suggestions?q={CANARY}",
        f"/api/v1/fiches?q={CANARY}&limit={CANARY}",
        f"/fiches/{CANARY}/",
        f"/fiches/{CANARY}.pdf",
        f"/apercu/{CANARY}/",
        f"/{CANARY}/",
        f"/panne/{CANARY}/?q={CANARY}",
        f"{reverse('admin:index')}?next={CANARY}",
    ):
        visitor.get(url)
    visitor.post(f"/panne/{CANARY}/", {"texte": CANARY})
    visitor.post(reverse("admin:login"), {"username": CANARY, "password": CANARY})
    visitor.get("/", headers={"host": f"{CANARY}.example"})
    visitor.generic(CANARY.upper(), "/")
    Client(enforce_csrf_checks=True).post(f"/panne/{CANARY}/", {"texte": CANARY})
    team = Client(raise_request_exception=False)
    team.force_login(User.objects.get())
    team.get(f"{reverse('admin:index')}fiches/fiche/?q={CANARY}&o={CANARY}")
    team.post(reverse("admin:fiches_fiche_add"), {"titre": CANARY})
    said = "\n".join(lines())
    assert said.count("ValueError") >= 2
    assert CANARY not in said.lower()
    assert "203.0.113.77" not in said
    assert not [line for line in lines() if not line.strip()]


@pytest.mark.django_db
def test_nor_of_other_loggers(lines):
    """Of others, the sentence with its blanks; what has none may have been put together beforehand."""
    logging.getLogger("elsewhere").warning("Cannot send to %s", CANARY)
    logging.getLogger("elsewhere").error(f"Cannot send to {CANARY}")
    logging.getLogger("django.security.csrf").warning("%s", CANARY, extra={"status_code": 403})
    logging.getLogger("partenariat.faults").warning("Ours: %d", 3)
    said = "\n".join(lines())
    assert CANARY not in said
    assert "Cannot send to %s" in said
    assert said.count("test_logs.py:") == 2
    assert "Forbidden" in said
    assert "Ours: 3" in said


def record(error=None, **extra):
    try:
        raise error or ValueError
    except Exception as caught:
        info = (type(caught), caught, caught.__traceback__)
    made = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "%s: %s", ("a", "b"), info)
    made.__dict__.update(extra)
    return made


def sqlite_full():
    error = OperationalError("database or disk is full")
    error.__cause__ = sqlite3.OperationalError("database or disk is full")
    error.__cause__.sqlite_errorname = "SQLITE_FULL"
    return error


def postgresql_full():
    error = OperationalError("could not extend file")
    error.__cause__ = psycopg.errors.DiskFull("could not extend file")
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (sqlite_full(), "SQLITE_FULL"),
        (postgresql_full(), "53100"),
        (OSError(errno.ENOSPC, "No space left on device", f"/{CANARY}"), "ENOSPC"),
    ],
)
def test_an_error_tells_its_code_and_its_places(error, code):
    told = json.loads(JsonLines().format(record(error)))["error"]
    assert told["code"] == code
    assert told["places"][-1].startswith("tests/partenariat/test_logs.py:")
    assert told["places"][-1].endswith(" record")
    assert CANARY not in str(told)


def test_a_line_about_a_request():
    request = RequestFactory().get("/fiches/premier-pas/?q=a")
    request.resolver_match = None
    told = json.loads(JsonLines().format(record(request=request, status_code=500)))
    assert {told[name] for name in ("message", "method", "route")} == {"Internal Server Error", "GET", "fiches:detail"}
    assert told["status"] == 500
    assert told["level"] == "ERROR"
    assert told["time"].endswith("+00:00")


@pytest.mark.parametrize("formatter", [JsonLines(), TextLines()])
def test_an_event_is_one_line(formatter):
    made = logging.LogRecord("fiches.x", logging.ERROR, __file__, 1, "Deux\nlignes\r\net %s", ("une\nautre",), None)
    assert len(formatter.format(made).splitlines()) == 1


# Slow requests


@pytest.fixture
def told(monkeypatch):
    """Every line of `timing`: [(level, fields)]."""
    found = []
    monkeypatch.setattr(timing.logger, "log", lambda level, words, extra: found.append((level, extra)))
    return found


@pytest.mark.django_db
def test_a_slow_request_tells_its_route_and_its_queries(settings, told):
    settings.SLOW_MS = 0
    fiche = make_published_fiche()
    client = Client()
    client.get(f"{fiche.get_absolute_url()}?q={CANARY}")
    ((level, fields),) = told
    assert level == logging.WARNING
    assert fields.pop("ms") >= 0
    assert 3 < fields.pop("queries") <= 15
    assert fields == {"method": "GET", "route": "fiches:detail", "status": 200}


@pytest.mark.django_db
def test_the_route_of_a_preview_opens_nothing(settings, told):
    settings.SLOW_MS = 0
    Client().get("/apercu/jeton/")
    assert told[-1][1]["route"] == "fiches:preview"


def test_others_are_told_at_the_level_info_only(settings, told, caplog):
    settings.SLOW_MS = 60_000
    client = Client()
    client.get("/sante")
    assert told == []
    with caplog.at_level(logging.INFO, logger="partenariat.timing"):
        client.get("/sante")
    assert [level for level, _ in told] == [logging.INFO]


def test_all_the_lines_of_a_request_have_its_number():
    seen = []

    def answer(request):
        seen.append(json.loads(JsonLines().format(record()))["request"])
        return answers.pop()

    answers = [HttpResponse(status=503), HttpResponse()]
    ask = timing.timing(answer)
    fine, fault = ask(RequestFactory().get("/")), ask(RequestFactory().get("/"))
    assert len(set(seen)) == 2
    assert "X-Request-ID" not in fine
    assert fault["X-Request-ID"] == seen[1]
    assert "request" not in json.loads(JsonLines().format(record()))


@pytest.mark.django_db(transaction=True)
def test_counting_leaves_the_guard_of_the_content():
    """A connection that opens during a request gets its guard then: without it, the stamp would no longer move."""

    def visit():
        assert not connection.execute_wrappers
        assert Client().get("/themes/").status_code == 200
        try:
            return connection.execute_wrappers[:]
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(visit).result() == [stamp._guard]
