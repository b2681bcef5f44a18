"""The files to download: PDF, Word, OpenDocument and EPUB of a sheet, of a dossier, of a meeting pack."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from fiches.meetings.document import as_document
from fiches.meetings.pack import Pack, prepare
from fiches.meetings.wishes import Choices, read
from fiches.models import Fiche
from fiches.packs.choice import Choice
from fiches.packs.slots import RETRY_AFTER, Busy
from fiches.packs.telling import Site, dossier_document, sheet_document
from fiches.packs.writing import FORMATS, TooHeavy, edition_key, kept_file

from .sheets import withdrawn_or_unknown


def site_of(request):
    """The `Site` that documents say they come from."""
    return Site(settings.SITE_NAME, request.build_absolute_uri)


def file_response(request, build, extension, *, asked, name, sheets=1):
    """The answer that holds the file of `build()` (a Document).

    `asked`: all that the document depends on beyond the content, as one canonical text; `name`: what the file is
    called; `sheets`: about how many it tells. Its ETag is known before anything is made. Too many at once: 503, and
    when to come back; too heavy: 400.
    """
    key = edition_key(request.build_absolute_uri("/"), request.resolver_match.view_name, asked, extension)
    etag = quote_etag(key[:32])
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = _made(request, build, extension, key, name, sheets)
    if response.status_code in (200, 304):
        response["ETag"] = etag
        response["Cache-Control"] = "no-cache"  # kept, and asked again each time: nothing withdrawn is served
        response["X-Robots-Tag"] = "noindex"  # search engines lead to the page, not to its files
    return response


def _made(request, build, extension, key, name, sheets):
    try:
        data = kept_file(key, extension, build, sheets=sheets)
    except Busy:
        response = render(request, "dossier/occupe.html", {"seconds": RETRY_AFTER}, status=503)
        response["Retry-After"] = RETRY_AFTER
        response["Cache-Control"] = "no-store"
        return response
    except TooHeavy:
        return render(request, "dossier/lourd.html", status=400)
    response = HttpResponse(data, content_type=FORMATS[extension].content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{extension}"'
    return response


@require_safe
def fiche_file(request, slug, extension):
    try:
        fiche = Fiche.objects.published().find(slug)
    except Fiche.DoesNotExist:
        return withdrawn_or_unknown(request, slug)
    if fiche.slug != slug:
        return redirect("fiches:file", fiche.slug, extension, permanent=True)

    def build():
        return sheet_document(Fiche.objects.published().for_page().get(pk=fiche.pk), site_of(request))

    return file_response(request, build, extension, asked=fiche.slug, name=fiche.slug)


@require_safe
def dossier_file(request, extension):
    choice = Choice.from_query(request.GET)
    online = choice.sheets(Fiche.objects.published().only("slug", "theme__numero"))
    if not online:
        raise Http404
    asked = choice.query_string()
    address = request.build_absolute_uri(f"{reverse('fiches:dossier')}?{asked}")

    def build():
        return dossier_document(choice.sheets(), site_of(request), address)

    name = "toutes-les-fiches" if choice.whole else "dossier"
    return file_response(request, build, extension, asked=asked, name=name, sheets=len(online))


@require_safe
def preparer_file(request, extension):
    choices = Choices()
    wishes = read(request.GET, choices).wishes
    if not wishes:
        raise Http404

    def build():
        pack = prepare(wishes, choices)
        if not isinstance(pack, Pack):  # too few sheets for this meeting: its page says so, and offers others
            raise Http404
        return as_document(pack, address=request.build_absolute_uri(wishes.address()))

    name = f"rendez-vous-{wishes.pour}"
    return file_response(request, build, extension, asked=wishes.query_string(), name=name)
