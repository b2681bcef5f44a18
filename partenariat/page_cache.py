"""Public pages kept ready, compressed, under the stamp of the content.

For whoever has no session, a page depends on its address, on the content (one row says which: `acteurs.stamp`), on the
day in Paris (the calendar, the consents of contacts), on the sheets whose hour has come, and on this release. That is
the key, and the strong ETag: a page already held is answered « unchanged » without being made, and the rest comes from
memory, whole, headers included, for one query a second. Staff, previews and whatever sets a cookie are never kept.

Pages with a query string have their own store, so that no list of odd addresses drives the plain pages out.
"""

import gzip
import hashlib
import threading
import time
from bisect import bisect_right
from functools import lru_cache

import brotli
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import SuspiciousOperation
from django.db import Error
from django.http import HttpResponse, HttpResponseNotModified
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from acteurs.stamp import stamp
from fiches.models import Fiche, Statut

from .release import release

ASK_EVERY = 1  # seconds during which what the database said last is believed: a query would take half of a kept page
PROXY_SECONDS = 5  # how long a proxy may serve a page without asking
CACHE_CONTROL = f"public, max-age=0, s-maxage={PROXY_SECONDS}, must-revalidate"
MAX_BODY = 1_000_000  # bytes: a larger page is made each time
MAX_QUERY = 500  # characters: beyond, an address is not worth keeping
BROTLI_QUALITY = 4  # a twentieth larger than 5, six times quicker: measured on a sheet
COMPRESSED = {
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}
KEPT = ("text/", "application/json", "application/xml", "application/ld+json")


def page_cache(get_response):
    """Middleware: what it answers from memory goes through nothing that comes after it.

    What it needs of the settings is read once: each look at them costs more than it seems, a dozen times a page.
    """
    zipped = GZipMiddleware(get_response).process_response
    plain, queried = caches["pages"], caches["searches"]
    session = settings.SESSION_COOKIE_NAME

    def middleware(request):
        address = "" if session in request.COOKIES else _address(request)
        if not address:
            return zipped(request, get_response(request))
        pages = queried if request.META.get("QUERY_STRING") else plain
        encoding = _encoding(request)
        key = _key(_editions.recent(), address)
        kept = pages.get(f"{key}-{encoding}")
        may_hold = "HTTP_IF_NONE_MATCH" in request.META
        held = may_hold and _is_held(request, key)
        if not held and (kept is None or may_hold):
            # What is made bears the edition of this very moment; and who holds another page may have seen a later one.
            key = _key(_editions.now(), address)
            kept = pages.get(f"{key}-{encoding}")
            held = may_hold and _is_held(request, key)
        if held:
            return _unchanged(kept, key, encoding)
        if kept is None:
            response = get_response(request)
            if not _may_be_kept(response):
                return zipped(request, response)
            answers = _answers(response, key, {*COMPRESSED, encoding})
            pages.set_many({f"{key}-{one}": answer for one, answer in answers.items()})
            kept = answers[encoding]
        return kept

    return middleware if settings.PAGE_CACHE else lambda request: zipped(request, get_response(request))


def is_kept(request):
    """Whether the page asked for was ready, as the content was when last looked at. No query."""
    address = "" if settings.SESSION_COOKIE_NAME in request.COOKIES else _address(request)
    pages = caches["searches" if request.META.get("QUERY_STRING") else "pages"]
    return bool(address) and pages.has_key(f"{_key(_editions.last, address)}-{_encoding(request)}")


def _key(edition, address):
    return hashlib.blake2b(f"{edition}\n{address}".encode(), digest_size=18).hexdigest()


class Editions:
    """What all pages depend on, asked of the database. `last`: what it said last.

    Pages of that edition are still served when the database is gone. It may take seconds to say that it is: then a
    single thread asks it, and the others do not wait.
    """

    def __init__(self):
        self.last = ""
        self._believed_until = float("-inf")  # monotonic seconds
        self._is_gone = False
        self._asking = threading.Lock()

    def recent(self):
        """As it was at most ASK_EVERY seconds ago."""
        return self.last if time.monotonic() < self._believed_until else self.now()

    def now(self):
        if not self._is_gone:
            return self._ask()
        if not self._asking.acquire(blocking=False):
            return self.last
        try:
            return self._ask()
        finally:
            self._asking.release()

    def _ask(self):
        believed_until = time.monotonic() + ASK_EVERY
        try:
            found = _edition()
        except Error:  # whoever makes the page will meet it too, and answer 503
            self._is_gone = True
            return self.last
        self._is_gone = False
        self.last, self._believed_until = found, believed_until
        return found  # not `last`, which another thread may have set to what it saw before


_editions = Editions()


def _address(request):
    """What distinguishes the pages of one edition; "" for a request whose answer is not to be kept."""
    meta = request.META
    query = meta.get("QUERY_STRING", "")
    if request.method not in ("GET", "HEAD") or len(query) > MAX_QUERY or "HTTP_AUTHORIZATION" in meta:
        return ""
    try:
        return f"{request.scheme}://{request.get_host()}{request.path}?{query}"
    except SuspiciousOperation:
        return ""  # CommonMiddleware answers 400


def _edition():
    """What all pages depend on, as a text. One query."""
    at = stamp()
    return repr((release(), *at, timezone.localdate(), bisect_right(_hours(at), timezone.now())))


@lru_cache(maxsize=1)
def _hours(at):
    """When the sheets that are to come online will do so, as the content was `at` this stamp."""
    dated = Fiche.objects.filter(statut=Statut.PUBLIEE, published_at__gt=timezone.now())
    return list(dated.order_by("published_at").values_list("published_at", flat=True))


def _is_held(request, key):
    """Whether the browser says that it holds the very page of this key, whatever its encoding."""
    held = parse_etags(request.META["HTTP_IF_NONE_MATCH"])
    return any(etag.removeprefix("W/").strip('"').partition("-")[0] == key for etag in held)


def _encoding(request):
    """How this answer is compressed: "br", "gzip", or "" for those who read neither."""
    accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
    return next((name for name in COMPRESSED if name in accepted), "")


def _may_be_kept(response):
    """Whether `response` is a page that anyone would get."""
    control = response.get("Cache-Control", "")
    return (
        response.status_code == 200
        and not response.cookies
        and not response.streaming
        and not response.has_header("ETag")  # such a view looks after itself
        and not response.has_header("Content-Encoding")
        and "Cookie" not in response.get("Vary", "")
        and response["Content-Type"].startswith(KEPT)
        and len(response.content) <= MAX_BODY
        and "private" not in control
        and "no-store" not in control
    )


def _answers(response, key, encodings):
    """`response` in each of `encodings`, ready to be sent: {encoding: HttpResponse}."""
    patch_vary_headers(response, ["Accept-Encoding"])
    response.headers.setdefault("Cache-Control", CACHE_CONTROL)
    headers = dict(response.items())
    answers = {}
    for encoding in encodings:
        body = COMPRESSED[encoding](response.content) if encoding else response.content
        answers[encoding] = answer = HttpResponse(body, headers=headers)
        answer["Content-Length"] = len(body)
        answer["ETag"] = _etag(key, encoding)
        if encoding:
            answer["Content-Encoding"] = encoding
    return answers


def _etag(key, encoding):
    """A strong ETag names bytes: each encoding has its own (RFC 9110, 8.8.3.3)."""
    return f'"{key}-{encoding or "id"}"'


def _unchanged(kept, key, encoding):
    """304. With the headers of the page, if it is kept here too."""
    left = ("Content-Type", "Content-Length", "Content-Encoding")
    headers = {name: value for name, value in (kept.items() if kept else ()) if name not in left}
    return HttpResponseNotModified(headers={**headers, "ETag": _etag(key, encoding)})
