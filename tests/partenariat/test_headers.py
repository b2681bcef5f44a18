"""Security headers, on every kind of answer: pages, files, refusals and faults; and how large a request may be."""

import io
from types import ModuleType

import pytest
from django.core.cache import caches
from django.db import OperationalError
from django.test import Client
from django.urls import path, reverse

from acteurs.stamp import editing
from fiches.models import Atelier
from partenariat import limits, page_cache
from tests import factories as make
from tests.accounts import make_account

pytestmark = pytest.mark.django_db

CAPTURE = reverse("admin:guide_capture", args=["guide-fiche.png"])
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


@pytest.fixture(autouse=True)
def https(settings):
    """As in production: the test client says whether its request came by HTTPS."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True


def browser(**settings):
    return Client(raise_request_exception=False, **settings)


def get(url, *, by=None, secure=True, **headers):
    client = browser()
    if by:
        client.force_login(make_account(by))
    return client.get(url, secure=secure, headers=headers)


def renamed():
    fiche = make.make_published_fiche(slug="ancienne")
    with editing():
        fiche.slug = "nouvelle"
        fiche.save()
    return get("/fiches/ancienne/")


def withdrawn():
    fiche = make.make_published_fiche()
    with editing():
        fiche.archive()
    return get(fiche.get_absolute_url())


def unchanged(settings):
    settings.PAGE_CACHE = True
    caches["pages"].clear()
    page_cache._hours.cache_clear()
    etag = get("/a-propos/")["ETag"]
    answer = get("/a-propos/", **{"if-none-match": etag})
    caches["pages"].clear()
    return answer


def too_many_fields():
    return browser().post(reverse("admin:login"), {f"a{n}": "" for n in range(5_000)}, secure=True)


def announced(size, url="", client=None):
    """A request that says how large its body is; reading any of it fails the test."""

    class Unread(io.RawIOBase):
        def read(self, *args):
            pytest.fail("the body was read")

    said = {"CONTENT_LENGTH": str(size), "wsgi.input": Unread()}
    kind = "multipart/form-data; boundary=x"
    return (client or browser()).generic("POST", url or reverse("admin:login"), b"", kind, secure=True, **said)


def locked_out():
    for _ in range(5):
        answer = browser().post(reverse("admin:login"), {"username": "cura", "password": "non"}, secure=True)
    return answer


def failing(error):
    def answer(settings):
        def view(request):
            raise error

        urls = ModuleType("urls_that_fail")
        urls.urlpatterns = [path("panne/", view)]
        urls.handler500 = "partenariat.faults.server_error"
        settings.ROOT_URLCONF = urls
        return get("/panne/")

    return answer


def sheet(extension):
    return get(f"{make.make_published_fiche().get_absolute_url().rstrip('/')}.{extension}")


def without_token():
    return browser(enforce_csrf_checks=True).post(reverse("admin:login"), {"username": "a"}, secure=True)


KINDS = {
    "a page": (200, lambda: get("/")),
    "a page over HTTP": (301, lambda: get("/", secure=False)),
    "its headers alone": (200, lambda: browser().head("/", secure=True)),
    "a page that the browser holds": (304, unchanged),
    "a former address": (301, renamed),
    "an address without its slash": (301, lambda: get("/themes")),
    "a page of the admin, for nobody": (302, lambda: get(reverse("admin:index"))),
    "a page of the admin": (200, lambda: get(reverse("admin:index"), by="Relecteur")),
    "a page of the admin refused": (403, lambda: get(reverse("admin:agenda"), by="Contributeur")),
    "another host": (400, lambda: get("/", host="ailleurs.example")),
    "another host over HTTP": (400, lambda: get("/", secure=False, host="ailleurs.example")),
    "a search too long": (400, lambda: get("/fiches/?q=" + "a" * 300)),
    "too many parameters": (400, lambda: get("/fiches/?" + "a&" * 5_000)),
    "a form without its token": (403, without_token),
    "an address that leads nowhere": (404, lambda: get("/nulle-part/")),
    "a file that is not there": (404, lambda: get("/static/rien.css")),
    "a method that is not taken": (405, lambda: browser().delete("/", secure=True)),
    "a sheet withdrawn": (410, withdrawn),
    "a body too large": (413, lambda: announced(limits.FORM + 1)),
    "too many fields": (413, too_many_fields),
    "a closed door": (429, locked_out),
    "a bug": (500, failing(ZeroDivisionError())),
    "a database that is gone": (503, failing(OperationalError("gone"))),
    "a style sheet": (200, lambda: get("/static/css/site.css")),
    "a picture of the guide": (
        200,
        lambda: get(CAPTURE, by="Relecteur"),
    ),
    "a PDF": (200, lambda: sheet("pdf")),
    "a calendar": (200, lambda: get("/calendrier.ics")),
    "an answer in JSON": (200, lambda: get("/api/v1/fiches")),
    "robots.txt": (200, lambda: get("/robots.txt")),
    "the process lives": (200, lambda: get("/sante", secure=False)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_carries_every_header(settings, kind):
    status, ask = KINDS[kind]
    answer = ask(settings) if ask.__code__.co_argcount else ask()
    answer.getvalue()  # a file is closed once read to its end
    assert answer.status_code == status
    headers = answer.headers
    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]
    # A browser heeds it over HTTPS only, and RFC 6797 forbids it elsewhere.
    said = "max-age=31536000; includeSubDomains; preload" if answer.wsgi_request.is_secure() else None
    assert headers.get("Strict-Transport-Security") == said
    if headers.get("Content-Type", "").startswith("text/html"):
        assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("kind", ["a body too large", "too many fields"])
def test_what_is_too_large_is_told_in_french(kind):
    assert "C’est trop lourd pour nous." in KINDS[kind][1]().content.decode()


class TestBodies:
    """A body is read only where something of its size is expected, from who may send it."""

    ADD = reverse("admin:fiches_atelier_add")

    @pytest.fixture
    def reviewer(self):
        client = browser()
        client.force_login(make_account("Relecteur"))
        return client

    def test_only_the_team_sends_files(self, reviewer):
        assert announced(limits.FILE, self.ADD).status_code == 413
        assert announced(limits.FILE + 1, self.ADD, reviewer).status_code == 413
        assert announced(limits.FORM + 1, "/themes/", reviewer).status_code == 413

    def test_a_file_as_large_as_a_report_may_be_reaches_its_form(self, reviewer):
        page = reviewer.get(self.ADD, secure=True)
        fields = {f.html_name: f.value() or "" for f in page.context["adminform"].form if f.name != "fichier"}
        file = io.BytesIO(b"x" * (limits.FORM + 1))
        file.name = "compte-rendu.txt"
        sent = {**fields, "titre": "Rencontre", "date": "2026-05-12", "portee": "interne", "fichier": file}
        assert reviewer.post(self.ADD, sent, secure=True).status_code == 302
        assert Atelier.objects.get().fichier.size == limits.FORM + 1

    def test_a_text_longer_than_a_form_is_refused(self):
        sent = {"username": "a" * (limits.FORM + 10)}
        assert browser().post(reverse("admin:login"), sent, secure=True).status_code == 413

    def test_a_body_that_does_not_say_its_size_is_not_read(self):
        """Django takes it for empty."""
        assert announced("", "/themes/").status_code in (403, 405)
        assert announced("beaucoup", "/themes/").status_code in (403, 405)


def test_cookies_of_a_site_served_by_https_cannot_be_set_by_another_host(tmp_path):
    """`__Host-`: a browser refuses one that is not secure, or that a neighbour under the same domain would set."""
    from tests.partenariat.test_env import GOOD_KEY, manage

    said = manage(
        "shell", "--no-imports", "-c",
        "from django.conf import settings as s\n"
        "print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_PATH)\n"
        "print(s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_SECURE, s.CSRF_COOKIE_HTTPONLY, s.CSRF_COOKIE_PATH)",
        SECRET_KEY=GOOD_KEY, ALLOWED_HOSTS="example.org", DATABASE_URL=f"sqlite:///{tmp_path}/base.sqlite3",
    )  # fmt: skip
    assert said.stdout.splitlines() == ["__Host-session True True /", "__Host-csrf True True /"], said.stderr
