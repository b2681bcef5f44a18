"""Too much at once: searches and documents wait or are told to come back, and pages are read meanwhile."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from django.conf import settings as configured
from django.core.cache import caches
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from partenariat import shedding
from partenariat.shedding import LANES, SEATS, Gate, Lane, NoSeat
from tests.factories import make_published_fiche

pytestmark = pytest.mark.django_db  # at its end, a request looks at the connection that others may have left

PLENTY = 20  # seconds: never waited for unless the test fails


@contextmanager
def at_work(gate, *lanes):
    """A thread at work in each of `lanes`, until the end of the block."""
    stop = Event()
    with ThreadPoolExecutor(max(len(lanes), 1)) as threads:
        try:
            for lane in lanes:
                begun = Event()
                threads.submit(_work, gate, lane, begun, stop)
                assert begun.wait(PLENTY)
            yield
        finally:
            stop.set()


def _work(gate, lane, begun, stop):
    with gate.seat(lane):
        begun.set()
        stop.wait(PLENTY)


class TestGate:
    def test_beyond_the_seats_one_is_refused_at_once(self):
        gate = Gate({"a": Lane(at_once=2, seats=2, patience=PLENTY)}, 3)
        with at_work(gate, "a", "a"), pytest.raises(NoSeat), gate.seat("a"):
            pass

    def test_all_lanes_together_leave_a_thread(self):
        lane = Lane(at_once=2, seats=2, patience=PLENTY)
        gate = Gate({"a": lane, "b": lane}, 3)
        with at_work(gate, "a", "a", "b"), pytest.raises(NoSeat), gate.seat("b"):
            pass

    def test_one_waits_for_its_turn(self):
        gate = Gate({"a": Lane(at_once=1, seats=2, patience=PLENTY)}, 2)
        done = []

        def work():
            with gate.seat("a"):
                done.append(1)

        with ThreadPoolExecutor(1) as threads:
            with at_work(gate, "a"):
                waiting = threads.submit(work)
                assert not waiting.done()
                assert not done
            waiting.result(PLENTY)
        assert done

    def test_but_not_for_ever(self):
        gate = Gate({"a": Lane(at_once=1, seats=2, patience=0.01)}, 2)
        with at_work(gate, "a"):
            for _ in range(3):  # who gave up left its seat
                with pytest.raises(NoSeat), gate.seat("a"):
                    pass

    def test_a_failure_gives_the_seat_back(self):
        gate = Gate({"a": Lane(at_once=1, seats=1, patience=0)}, 1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError), gate.seat("a"):
                raise ZeroDivisionError


def test_a_thread_is_left_for_reading():
    """By the command that serves the site."""
    command = (Path(configured.BASE_DIR) / "deploy" / "serve").read_text()
    assert int(re.search(r"GRANIAN_BLOCKING_THREADS:-(\d+)", command)[1]) > SEATS


def test_the_gate_is_outside_what_asks_the_database():
    order = configured.MIDDLEWARE
    assert order.index("partenariat.shedding.shedding") < order.index("partenariat.page_cache.page_cache")


@pytest.mark.parametrize(
    ("path", "lane"),
    [
        ("/fiches/?q=parents", "recherche"),
        ("/suggestions?q=pa", "recherche"),
        ("/api/v1/fiches?q=parents", "recherche"),
        ("/leviers/ecoute/?moment=avant", "recherche"),
        ("/fiches/premier-pas.pdf", "document"),
        ("/dossier.epub?fiche=a", "document"),
        ("/fiches/", ""),
        ("/fiches/premier-pas/", ""),
        ("/static/css/site.css?v=1", ""),
        (reverse("admin:index") + "fiches/fiche/?q=parents", ""),
    ],
)
def test_what_goes_through_the_gate(path, lane):
    assert shedding.lane_of(RequestFactory().get(path)) == lane


def test_whoever_says_to_have_a_session_goes_through_it_too():
    request = RequestFactory().get("/fiches/premier-pas/", headers={"cookie": f"{configured.SESSION_COOKIE_NAME}=x"})
    assert shedding.lane_of(request) == "recherche"


@pytest.fixture
def full(monkeypatch):
    """A site of which all the seats are taken. It touches no database: pytest-django would fail the test."""

    @contextmanager
    def refused(self, name):
        raise NoSeat
        yield

    monkeypatch.setattr(Gate, "seat", refused)
    monkeypatch.setattr(shedding.Tally, "add", lambda self: None)
    return Client(raise_request_exception=False)


def test_the_refusal_is_a_french_page_that_says_when_to_come_back(full):
    answer = full.get("/fiches/?q=parents")
    assert answer.status_code == 503
    assert "Beaucoup de recherches arrivent à la fois" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert "documents se préparent" in full.get("/fiches/x.pdf").content.decode()
    # Not all at the same moment, and browsers do it by themselves.
    waits = [full.get("/fiches/?q=parents") for _ in range(20)]
    assert {int(wait["Retry-After"]) for wait in waits} == set(range(5, 15))
    assert all(wait["Refresh"] == wait["Retry-After"] for wait in waits)


def test_a_program_is_told_in_its_own_language(full):
    answer = full.get("/api/v1/fiches?q=parents")
    assert answer.status_code == 503
    assert "réessayez" in answer.json()["detail"]
    assert answer["Retry-After"]


def test_the_refusal_has_every_header_of_a_fault(full, settings, monkeypatch):
    settings.SECURE_HSTS_SECONDS = 1000
    client = Client(raise_request_exception=False)
    refusal = client.get("/fiches/?q=parents", secure=True)

    def gone(*args):
        raise OperationalError("gone")

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", gone)
    fault = client.get("/glossaire/", secure=True)
    assert fault.status_code == 503
    assert set(fault.headers) - set(refusal.headers) <= {"Vary", "Content-Length"}  # the server tells the length
    assert refusal["Content-Security-Policy"] == fault["Content-Security-Policy"]


def test_nothing_of_it_is_said_by_http(full, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/fiches/?q=parents")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/fiches/?q=parents")


def test_pages_are_read_meanwhile(full):
    fiche = make_published_fiche()
    assert full.get(fiche.get_absolute_url()).status_code == 200
    assert full.get("/fiches/").status_code == 200
    assert full.get("/sante").status_code == 200


def test_so_are_the_searches_that_are_ready(settings, monkeypatch):
    settings.PAGE_CACHE = True
    caches["searches"].clear()
    make_published_fiche(titre="La cantine")
    client = Client()
    first = client.get("/fiches/?q=cantine")
    assert first.status_code == 200
    monkeypatch.setitem(LANES, "recherche", Lane(at_once=1, seats=0, patience=0))
    client = Client()
    assert client.get("/fiches/?q=cantine").content == first.content
    assert client.get("/fiches/?q=cantines").status_code == 503
    caches["searches"].clear()


def test_the_log_counts_them_in_one_line(monkeypatch, caplog):
    now = [1000.0]
    monkeypatch.setattr(shedding.time, "monotonic", lambda: now[0])
    tally = shedding.Tally()
    for _ in range(50):
        tally.add()
    now[0] += shedding.TOLD_EVERY
    tally.add()
    assert [record.args for record in caplog.records] == [(1,), (50,)]


def test_a_free_seat_changes_nothing():
    answer = shedding.shedding(lambda request: HttpResponse("fait"))(RequestFactory().get("/fiches/?q=a"))
    assert (answer.status_code, answer.content) == (200, b"fait")
