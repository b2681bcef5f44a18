"""Pages kept ready: what is kept and for whom, when it is made again, and what a browser that holds it is told."""

import gzip
from datetime import timedelta
from threading import Event, Thread
from types import SimpleNamespace
from unittest import mock

import brotli
import pytest
from django.core.cache import caches
from django.db import OperationalError, connection
from django.template.base import Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from acteurs.stamp import editing
from fiches.models import Fiche, Statut
from partenariat import page_cache
from tests.accounts import make_account
from tests.factories import make_fiche, make_published_fiche

pytestmark = pytest.mark.django_db

render = Template.render


@pytest.fixture(autouse=True)
def _kept_pages(settings, monkeypatch):
    settings.PAGE_CACHE = True
    monkeypatch.setattr(page_cache, "ASK_EVERY", 0)  # tried apart
    monkeypatch.setattr(page_cache, "_editions", page_cache.Editions())
    for alias in ("pages", "searches"):
        caches[alias].clear()
    page_cache._hours.cache_clear()
    yield
    for alias in ("pages", "searches"):
        caches[alias].clear()


@pytest.fixture
def client():
    return Client()  # the middlewares are loaded once the setting is on


def renders(client, *paths, **headers):
    """How many templates were rendered to answer these paths."""
    with mock.patch("django.template.base.Template.render", autospec=True, side_effect=render) as rendered:
        for path in paths:
            assert client.get(path, headers=headers).status_code in (200, 304)
    return rendered.call_count


def test_a_page_is_made_once_and_then_costs_one_query(client, django_assert_num_queries):
    fiche = make_published_fiche()
    first = client.get(fiche.get_absolute_url())
    with django_assert_num_queries(1):
        again = client.get(fiche.get_absolute_url())
    assert again.content == first.content
    assert again.headers == first.headers
    assert renders(client, fiche.get_absolute_url()) == 0


@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
def test_a_page_is_compressed_once_as_the_browser_reads_it(client, encoding):
    fiche = make_published_fiche()
    plain = client.get(fiche.get_absolute_url()).content
    answer = client.get(fiche.get_absolute_url(), headers={"accept-encoding": encoding})
    assert answer.get("Content-Encoding", "") == encoding
    unzip = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[encoding]
    assert unzip(answer.content) == plain
    assert answer["Content-Length"] == str(len(answer.content))
    assert "Accept-Encoding" in answer["Vary"]


def test_a_publication_is_seen_on_the_next_request(client):
    fiche = make_published_fiche(titre="Avant")
    etag = client.get(fiche.get_absolute_url())["ETag"]
    with editing():
        Fiche.objects.filter(pk=fiche.pk).update(titre="Après")
    answer = client.get(fiche.get_absolute_url(), headers={"if-none-match": etag})
    assert answer.status_code == 200
    assert "Après" in answer.content.decode()
    assert answer["ETag"] != etag
    with editing():
        Fiche.objects.filter(pk=fiche.pk).update(statut=Statut.ARCHIVEE)
    assert client.get(fiche.get_absolute_url()).status_code == 410


def test_a_sheet_whose_hour_comes_is_seen_without_any_write(client):
    soon = timezone.now() + timedelta(hours=1)
    fiche = make_published_fiche(titre="Viendra à son heure", at=soon)
    assert client.get(fiche.get_absolute_url()).status_code == 404
    assert "Viendra" not in client.get("/").content.decode()
    with mock.patch("django.utils.timezone.now", return_value=soon + timedelta(seconds=1)):
        assert client.get(fiche.get_absolute_url()).status_code == 200
        assert "Viendra" in client.get("/").content.decode()


def test_a_day_ends_at_midnight_in_paris(client):
    client.get("/contacts/")
    assert renders(client, "/contacts/") == 0
    with mock.patch("django.utils.timezone.localdate", return_value=timezone.localdate() + timedelta(days=1)):
        assert renders(client, "/contacts/") > 0


def test_what_a_browser_holds_is_not_sent_again_nor_made(client):
    path = make_published_fiche().get_absolute_url()
    for encoding in ("br", "gzip", ""):
        etag = client.get(path, headers={"accept-encoding": encoding})["ETag"]
        assert not etag.startswith("W/")
        answer = client.get(path, headers={"if-none-match": etag, "accept-encoding": encoding})
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    caches["pages"].clear()  # as in another process
    assert renders(client, path, if_none_match=etag) == 0


def test_each_encoding_has_its_own_strong_etag(client):
    path = make_published_fiche().get_absolute_url()
    etags = {client.get(path, headers={"accept-encoding": e})["ETag"] for e in ("br", "gzip", "")}
    assert len(etags) == 3


def test_head_says_what_get_does(client):
    path = make_published_fiche().get_absolute_url()
    head = client.head(path)
    assert head.status_code == 200
    assert head.content == b""
    get = client.get(path)
    assert head["ETag"] == get["ETag"]
    assert head["Content-Length"] == get["Content-Length"]


def test_a_proxy_may_help_for_a_few_seconds(client):
    answer = client.get("/")
    assert answer["Cache-Control"] == "public, max-age=0, s-maxage=5, must-revalidate"
    assert "Cookie" not in answer["Vary"]


def test_staff_never_see_nor_leave_a_kept_page(client):
    reviewer = make_account("Relecteur")
    path = make_published_fiche().get_absolute_url()
    client.get(path)
    team = Client()
    team.force_login(reviewer)
    answer = team.get(path)
    assert "Administration" in answer.content.decode()
    assert "private" in answer["Cache-Control"]
    assert "ETag" not in answer
    caches["pages"].clear()
    team.get(path)
    assert "Administration" not in client.get(path).content.decode()


def test_what_is_for_one_person_alone_is_never_kept(client):
    draft = make_fiche(statut=Statut.BROUILLON)
    for path in (reverse("admin:login"), draft.get_absolute_url(), "/apercu/rien/", "/fiches/?q=motinconnuvraiment"):
        answer = client.get(path)
        assert "ETag" not in answer, path
    assert not caches["pages"]._cache
    assert not caches["searches"]._cache


def test_a_question_without_answer_is_counted_each_time(client):
    from fiches.models import QuestionJour

    make_published_fiche()
    for _ in range(2):
        client.get("/fiches/?q=motinconnuvraiment")
    assert sum(QuestionJour.objects.values_list("nombre", flat=True)) == 2


def test_one_visitor_s_token_is_never_served_to_another(client):
    one, other = (Client().get(reverse("admin:login")) for _ in range(2))
    assert one.cookies["csrftoken"].value != other.cookies["csrftoken"].value


def test_each_address_and_host_has_its_own_page(client):
    make_published_fiche()
    a = client.get("/fiches/", headers={"host": "testserver"}).content.decode()
    b = client.get("/fiches/", headers={"host": "localhost"}).content.decode()
    assert "http://testserver/" in a
    assert "http://localhost/" in b
    assert "testserver" not in b
    assert client.get("/fiches/", headers={"host": "ailleurs.example"}).status_code == 400
    assert renders(client, "/fiches/?genre=pratique", "/fiches/?genre=piege") >= 2


def test_odd_addresses_do_not_drive_pages_out(client):
    path = make_published_fiche().get_absolute_url()
    compressed = {"accept-encoding": "br"}  # kept twice, for both compressions
    client.get(path, headers=compressed)
    for n in range(3):
        client.get(f"{path}?n={n}", headers=compressed)
    assert len(caches["pages"]._cache) == 2
    assert len(caches["searches"]._cache) == 6
    client.get(f"{path}?n={'x' * 600}", headers=compressed)
    assert len(caches["searches"]._cache) == 6


def test_both_stores_are_bounded(client):
    for alias, entries in (("pages", 1200), ("searches", 400)):
        assert caches[alias]._max_entries == entries
        for n in range(entries + 10):
            caches[alias].set(str(n), n)
        assert len(caches[alias]._cache) <= entries


def test_kept_pages_are_served_when_the_database_is_gone(client):
    path = make_published_fiche().get_absolute_url()
    kept = client.get(path).content

    def gone(*args):
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(gone):
        assert client.get(path).content == kept
        client.raise_request_exception = False
        other = client.get("/glossaire/")
    assert other.status_code == 503
    assert other["Retry-After"]
    assert client.get("/glossaire/").status_code == 200  # recovery needs nothing


def test_security_headers_are_on_kept_pages_and_on_unchanged_ones(client):
    path = make_published_fiche().get_absolute_url()
    first = client.get(path)
    for answer in (client.get(path), client.get(path, headers={"if-none-match": first["ETag"]})):
        for name in ("Content-Security-Policy", "Permissions-Policy", "X-Content-Type-Options", "Referrer-Policy"):
            assert name in answer, (answer.status_code, name)


def test_the_rules_for_reading_ahead(client):
    answer = client.get("/lire-d-avance.json")
    assert answer["Content-Type"] == "application/speculationrules+json"
    assert client.get("/")["Speculation-Rules"] == '"/lire-d-avance.json"'
    assert ".equipe a" in answer.content.decode()


class TestASecond:
    """What the database said last is believed for that long, by whoever holds nothing newer."""

    @pytest.fixture
    def clock(self, monkeypatch):
        clock = SimpleNamespace(monotonic=lambda: clock.now, now=1000.0)
        monkeypatch.setattr(page_cache, "time", clock)
        monkeypatch.setattr(page_cache, "ASK_EVERY", 1)
        return clock

    def test_a_page_costs_no_query_then_one(self, client, clock, django_assert_num_queries):
        path = make_published_fiche().get_absolute_url()
        client.get(path)
        for later, queries in ((0.9, 0), (0.2, 1), (0.9, 0)):
            clock.now += later
            with django_assert_num_queries(queries):
                assert client.get(path).status_code == 200

    def test_a_publication_is_seen_within_it(self, client, clock):
        fiche = make_published_fiche(titre="Avant")
        path = fiche.get_absolute_url()
        client.get(path)
        with editing():
            Fiche.objects.filter(pk=fiche.pk).update(titre="Après")
        assert "Avant" in client.get(path).content.decode()
        clock.now += 1
        assert "Après" in client.get(path).content.decode()

    def test_what_is_made_meanwhile_is_kept_under_what_it_was_made_from(self, client, clock):
        fiche = make_published_fiche(titre="Avant")
        client.get(fiche.get_absolute_url())
        with editing():
            Fiche.objects.filter(pk=fiche.pk).update(titre="Après")
        made = client.get("/fiches/")  # asks, and all others know at once
        assert "Après" in made.content.decode()
        assert "Après" in client.get(fiche.get_absolute_url()).content.decode()
        clock.now += 1
        assert client.get("/fiches/")["ETag"] == made["ETag"]

    def test_who_saw_the_new_page_is_not_shown_the_former_one(self, client, clock):
        """As when another process of the site answered first."""
        fiche = make_published_fiche(titre="Avant")
        path = fiche.get_absolute_url()
        client.get(path)
        with editing():
            Fiche.objects.filter(pk=fiche.pk).update(titre="Après")
        answer = client.get(path, headers={"if-none-match": '"autre-id"'})
        assert "Après" in answer.content.decode()

    def test_what_is_held_is_told_without_a_query(self, client, clock, django_assert_num_queries):
        path = make_published_fiche().get_absolute_url()
        etag = client.get(path)["ETag"]
        with django_assert_num_queries(0):
            assert client.get(path, headers={"if-none-match": etag}).status_code == 304


class TestEditions:
    """What is asked of the database for each page, when it answers and when it does not."""

    def test_one_alone_asks_a_database_that_is_gone(self, monkeypatch):
        asked, go_on, calls = Event(), Event(), []

        def edition():
            calls.append(1)
            if len(calls) == 1:
                return "une"
            if len(calls) == 3:  # it takes its time to fail
                asked.set()
                go_on.wait(20)  # seconds
            raise OperationalError("gone")

        monkeypatch.setattr(page_cache, "_edition", edition)
        editions = page_cache.Editions()
        assert [editions.now(), editions.now()] == ["une", "une"]
        thread = Thread(target=editions.now)
        thread.start()
        try:
            assert asked.wait(20)
            assert editions.now() == "une"
            assert len(calls) == 3
        finally:
            go_on.set()
            thread.join()
        monkeypatch.setattr(page_cache, "_edition", lambda: "autre")
        assert editions.now() == "autre"

    def test_a_thread_answers_with_what_it_saw_itself(self, monkeypatch):
        """Whoever asked before it may be told after it, of an older edition."""

        class Overtaken(page_cache.Editions):
            def __setattr__(self, name, value):
                super().__setattr__(name, "ancienne" if name == "last" else value)

        monkeypatch.setattr(page_cache, "_edition", lambda: "nouvelle")
        assert Overtaken().now() == "nouvelle"
