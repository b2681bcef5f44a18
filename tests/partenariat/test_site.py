"""The whole site with its real content: no dead link, no cookie, no missing title, every header in place."""

from collections import Counter
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from acteurs.stamp import editing
from fiches.models import Atelier, Extrait, Fiche
from fiches.views.preview import preview_url
from partenariat.headers import client_address
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]


class Page(HTMLParser):
    """What a crawler needs of one page."""

    def __init__(self, html):
        super().__init__()
        self.ids, self.links, self.tags, self.title, self._in = Counter(), [], Counter(), "", ""
        self.headings = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags[tag] += 1
        self._in = tag
        if "id" in attrs:
            self.ids[attrs["id"]] += 1
        if tag == "a":
            self.links.append(attrs["href"])
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))

    def handle_data(self, data):
        if self._in == "title":
            self.title += data


def crawl(client, start="/"):
    """Every public page reachable from `start`, {url: Page}; one filter at a time in the finder, and no file."""
    pages, todo = {}, [start]
    while todo:
        url = todo.pop()
        if url in pages:
            continue
        response = client.get(url)
        assert response.status_code == 200, f"{url} answered {response.status_code}"
        assert not response.cookies, f"{url} sets a cookie"
        pages[url] = page = Page(response.content.decode())
        for link in page.links:
            target = urldefrag(urljoin(url, link)).url
            if urlsplit(target).scheme or target.count("=") > 1 or PurePosixPath(urlsplit(target).path).suffix:
                continue
            todo.append(target)
    return pages


@pytest.fixture(scope="module")
def pages(content, django_db_blocker):
    with django_db_blocker.unblock():
        return crawl(Client())


def test_the_crawl_reaches_every_sheet_actor_lever_and_scheme(pages):
    assert sum(url.startswith("/fiches/") and "?" not in url and url != "/fiches/" for url in pages) == 75
    assert sum(url.startswith("/acteurs/") for url in pages) == 60
    assert sum(url.startswith("/leviers/") for url in pages) == 41
    assert sum(url.startswith("/dispositifs/") for url in pages) == 19
    assert sum(url.startswith("/themes/") for url in pages) == 13


def test_links_within_and_between_pages_lead_somewhere(pages):
    broken = []
    for url, page in pages.items():
        for link in page.links:
            target, fragment = urldefrag(urljoin(url, link))
            if fragment and target in pages and fragment not in pages[target].ids:
                broken.append((url, link))
    assert broken == []


def test_each_page_has_one_h1_a_title_of_its_own_and_no_duplicate_id(pages):
    for url, page in pages.items():
        assert page.tags["h1"] == 1, url
        assert page.tags["main"] == 1, url
        assert page.title.strip(" –"), url
        assert [i for i, n in page.ids.items() if n > 1] == [], url
    titles = Counter(page.title for url, page in pages.items() if "?" not in url)
    assert [title for title, n in titles.items() if n > 1] == []


def test_headings_go_down_one_level_at_a_time(pages):
    for url, page in pages.items():
        for above, below in zip(page.headings, page.headings[1:], strict=False):
            assert below - above <= 1, f"{url}: h{above} then h{below}"


def test_every_public_address_answers(client, settings):
    """Every name of the URL map, so that a view nobody links to is tried too."""
    settings.CONTACT_EMAIL = "equipe@exemple.fr"  # without it there is no security.txt
    slugs = {
        "fiches:detail": "premier-pas",
        "fiches:theme": "leviers",
        "fiches:levier": "premier-pas",
        "fiches:acteur": "caf",
        "fiches:dispositif": "clas",
        "fiches:porte": "ecole",
        "fiches:atelier": "partenariat-ecole",
        "fiches:file": ["premier-pas", "pdf"],
        "fiches:dossier_file": "pdf",
        "fiches:preparer_file": "pdf",
        "fiches:preview": preview_url(make.make_ready_fiche()).split("/")[2],
    }
    names = []
    for entry in get_resolver().url_patterns:
        if isinstance(entry, URLPattern):
            names.append(entry.name)
        elif entry.namespace is None or entry.namespace == "fiches":
            prefix = f"{entry.namespace}:" if entry.namespace else ""
            names += [prefix + inner.name for inner in entry.url_patterns]
    assert len(names) > 15
    for name in names:
        args = slugs.get(name, [])
        url = reverse(name, args=[args] if isinstance(args, str) else args)
        # What is empty leads elsewhere: a dossier of no sheet, a meeting with nobody.
        expected = {
            "favicon": 302,
            "fiches:dossier_read": 302,
            "fiches:dossier_file": 404,
            "fiches:preparer_file": 404,
        }.get(name, 200)
        assert client.get(url).status_code == expected, url


def test_what_is_prepared_for_staff_never_reaches_a_shared_cache(client):
    assert "Cache-Control" not in client.get("/fiches/premier-pas/")
    client.force_login(get_user_model().objects.create_superuser("cura"))
    assert "private" in client.get("/fiches/premier-pas/")["Cache-Control"]


def test_a_form_that_comes_without_its_token_gets_a_french_page():
    response = Client(enforce_csrf_checks=True).post(reverse("admin:login"), {"username": "a", "password": "b"})
    html = response.content.decode()
    assert response.status_code == 403
    assert "Cette porte vous est fermée" in html
    assert 'lang="fr"' in html
    assert "<style" not in html


@pytest.mark.parametrize(
    ("behind", "forwarded", "address"),
    [
        (False, "", "10.0.0.1"),
        (False, "1.2.3.4", "10.0.0.1"),
        (True, "9.9.9.9, 1.2.3.4", "1.2.3.4"),
        (True, "", "10.0.0.1"),
    ],
)
def test_failures_are_counted_by_the_callers_own_address(rf, settings, behind, forwarded, address):
    """Behind a proxy, the last of X-Forwarded-For; without one, that header is anybody's claim."""
    settings.BEHIND_PROXY = behind
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert client_address(rf.get("/", headers=headers, REMOTE_ADDR="10.0.0.1")) == address


def test_a_good_login_forgets_the_failures_before_it(client):
    get_user_model().objects.create_superuser("cura", password="une phrase assez longue")
    for password in ("non", "non", "non", "non", "une phrase assez longue", "non"):
        answer = client.post(reverse("admin:login"), {"username": "cura", "password": password})
    assert answer.status_code == 200


def test_readers_pages_do_not_vary_with_cookies(client):
    for url in ("/", "/fiches/", "/fiches/premier-pas/", "/themes/leviers/"):
        assert "Cookie" not in client.get(url).headers.get("Vary", ""), url


def test_five_failures_close_the_door_even_to_the_right_password(client):
    get_user_model().objects.create_superuser("cura", password="une phrase assez longue")
    answers = [
        client.post(reverse("admin:login"), {"username": "cura", "password": "non"}).status_code for _ in range(5)
    ]
    assert answers == [200, 200, 200, 200, 429]
    refused = client.post(reverse("admin:login"), {"username": "cura", "password": "une phrase assez longue"})
    assert refused.status_code == 429
    assert "15 minutes" in refused.content.decode()


def test_staff_go_from_a_sheet_to_its_admin_page_and_readers_do_not(client):
    fiche = Fiche.objects.get(slug="premier-pas")
    link = reverse("admin:fiches_fiche_change", args=[fiche.pk])
    assert link not in client.get(fiche.get_absolute_url()).content.decode()
    client.force_login(get_user_model().objects.create_superuser("cura"))
    assert link in client.get(fiche.get_absolute_url()).content.decode()


def test_figures_of_the_home_page_are_computed(client):
    with editing():
        Extrait.objects.filter(reference="T1-CS-01").update(portee="interne")
        Fiche.objects.filter(slug="premier-pas").update(statut="brouillon")
    html = client.get("/").content.decode()
    assert "<b>403</b>" in html
    assert "74 fiches" in html
    assert 'Commencez par <a href="/fiches/premier-pas/">' not in html


def test_a_report_that_is_not_public_leaves_no_trace(client):
    with editing():
        Atelier.objects.update(portee="interne")
    texte = Extrait.objects.get(reference="T1-CS-07").texte
    for url in ("/", "/themes/ca-matche/", "/fiches/premier-pas/", "/leviers/premier-pas/"):
        assert texte not in client.get(url).content.decode(), url


def test_the_pages_of_themes_8_to_12_have_their_own_content(client):
    assert "Ne plus donner de nouvelles" in client.get("/themes/pieges/").content.decode()
    assert "Autour d’un café" in client.get("/themes/projets/").content.decode()
    assert "Charte nationale de l’accompagnement" in client.get("/themes/en-savoir-plus/").content.decode()
    assert "Aucun contact pour l’instant" in client.get("/themes/contacts/").content.decode()
    assert "Par quoi commencer demain" in client.get("/themes/conclusion/").content.decode()


def test_the_legal_pages_name_who_answers_for_the_site(client, settings):
    settings.PUBLISHER = "Fédération d’essai"
    settings.HOSTING = "Hébergeur d’essai"
    html = client.get("/mentions-legales/").content.decode()
    assert "Fédération d’essai" in html
    assert "Hébergeur d’essai" in html


def test_robots_are_told_to_leave_the_admin_alone_unless_its_path_is_kept_quiet(client, settings):
    assert f"Disallow: {reverse('admin:index')}" in client.get("/robots.txt").content.decode()
    settings.ADMIN_PATH = "coulisses/"
    assert reverse("admin:index") not in client.get("/robots.txt").content.decode()


class TestSecurityTxt:
    URL = "/.well-known/security.txt"

    def test_it_says_whom_to_tell_in_french_for_less_than_a_year(self, client, settings):
        settings.CONTACT_EMAIL = "equipe@exemple.fr"
        answer = client.get(self.URL)
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
        expires = datetime.fromisoformat(fields.pop("Expires"))
        assert timedelta(days=180) < expires - timezone.now() < timedelta(days=365)
        assert fields == {
            "Contact": "mailto:equipe@exemple.fr",
            "Preferred-Languages": "fr, en",
            "Canonical": f"http://testserver{self.URL}",
        }

    def test_it_says_the_address_of_the_site(self, client, settings):
        settings.CONTACT_EMAIL, settings.SITE_URL = "equipe@exemple.fr", "https://fiches.example.org"
        assert f"Canonical: https://fiches.example.org{self.URL}\n" in client.get(self.URL).content.decode()

    def test_without_a_contact_there_is_none(self, client, settings):
        settings.CONTACT_EMAIL = ""
        assert client.get(self.URL).status_code == 404
