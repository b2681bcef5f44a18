"""Public pages kept ready, compressed, under the stamp of the content.

For whoever has no session, a page depends on its address, on the content (one row says which: `acteurs.stamp`), on the
day in Paris (the calendar, the consents of contacts), on the sheets whose hour has come, and on this release. That is
the key, and the strong ETag: a page already held is answered « unchanged » without being made, and the rest comes from
memory, whole, headers included, for one query. Staff, previews and whatever sets a cookie are never kept.

Pages with a query string have their own store, so that no list of odd addresses drives the plain pages out.
"""

import gzip
import hashlib
from bisect import bisect_right
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

import brotli
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseNotModified
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from acteurs.stamp import stamp
from fiches.models import Fiche, Statut

from .release import release

PROXY_SECONDS = 5  # how long a proxy may serve a page without asking: at most what a publication takes to be seen
CACHE_CONTROL = f"public, max-age=0, s-maxage={PROXY_SECONDS}, must-revalidate"
MAX_BODY = 1_000_000  # bytes: a larger page is made each time
MAX_QUERY = 500  # characters: beyond, an address is not worth keeping
BROTLI_QUALITY = 4  # a twentieth larger than 5, six times quicker: measured on a sheet
KEPT = ("text/", "application/json", "application/xml", "application/ld+json")


class Page(NamedTuple):
    """A whole answer. `headers`: less those that depend on how it is sent; `bodies`: {"br": …, "gzip": …}."""

    headers: tuple
    bodies: dict


def page_cache(get_response):
    """Middleware, the outermost: what it answers from memory goes through nothing else."""
    zipped = GZipMiddleware(get_response).process_response
    last_edition = ""  # pages of that edition are still served when the database is gone

    def middleware(request):
        nonlocal last_edition
        address = _address(request)
        if not address:
            return zipped(request, get_response(request))
        with suppress(DatabaseError):  # whoever renders the page will meet it too, and answer 503
            last_edition = _edition()
        key = hashlib.blake2b(f"{last_edition}\n{address}".encode(), digest_size=18).hexdigest()
        pages = caches["searches" if request.META.get("QUERY_STRING") else "pages"]
        page = pages.get(key)
        if page is None and not _is_held(request, key):
            response = get_response(request)
            page = _page(request, response)
            if page is None:
                return zipped(request, response)
            pages.set(key, page)
        return _answer(request, page, key)

    return middleware


def _address(request):
    """What distinguishes the pages of one edition; "" for a request whose answer is not to be kept."""
    query = request.META.get("QUERY_STRING", "")
    if request.method not in ("GET", "HEAD") or settings.SESSION_COOKIE_NAME in request.COOKIES:
        return ""
    if len(query) > MAX_QUERY or "Authorization" in request.headers or not settings.PAGE_CACHE:
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
    held = parse_etags(request.headers.get("If-None-Match", ""))
    return any(etag.removeprefix("W/").strip('"').partition("-")[0] == key for etag in held)


def _page(request, response):
    """The `Page` to keep of `response`; None when it is for this request alone."""
    control = response.get("Cache-Control", "")
    if (
        response.status_code != 200
        or response.cookies
        or response.streaming
        or response.has_header("ETag")  # the view looks after itself
        or response.has_header("Content-Encoding")
        or "Cookie" in response.get("Vary", "")
        or not response["Content-Type"].startswith(KEPT)
        or len(response.content) > MAX_BODY
        or "private" in control
        or "no-store" in control
    ):
        return None
    patch_vary_headers(response, ["Accept-Encoding"])
    response.headers.setdefault("Cache-Control", CACHE_CONTROL)
    headers = tuple((name, value) for name, value in response.items() if name != "Content-Length")
    body = response.content
    bodies = {
        "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
        "gzip": gzip.compress(body, 6, mtime=0),
    }
    return Page(headers, bodies)


def _answer(request, page, key):
    """`page` for this browser, in an encoding that it reads; 304 when it holds it (`page` may then be None)."""
    accepted = request.headers.get("Accept-Encoding", "")
    encoding = next((name for name in ("br", "gzip") if name in accepted), "")
    headers = dict(page.headers) if page else {}
    if _is_held(request, key):
        headers.pop("Content-Type", None)
        response = HttpResponseNotModified(headers=headers)
    else:
        body = page.bodies[encoding] if encoding else gzip.decompress(page.bodies["gzip"])
        response = HttpResponse(body, headers=headers)
        response["Content-Length"] = len(body)
        if encoding:
            response["Content-Encoding"] = encoding
    # A strong ETag names bytes: each encoding has its own (RFC 9110, 8.8.3.3).
    response["ETag"] = f'"{key}-{encoding or "id"}"'
    return response
