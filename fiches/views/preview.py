"""A draft as it will look once published, for whoever was given its link: signed, short-lived, listed nowhere."""

from django.conf import settings
from django.core import signing
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fiches.models import Fiche, Statut
from fiches.reading import Reading

SALT = "fiches.apercu"
DAY = 24 * 60 * 60  # seconds
HEADERS = {
    "Cache-Control": "no-store, private",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",  # the address is the key: no link of the page may carry it away
}


def preview_url(fiche):
    """The address of the preview of `fiche`: whoever has it may read the sheet for `PREVIEW_DAYS` days from now."""
    token = signing.dumps([fiche.pk, fiche.version_de_id], salt=SALT)
    return reverse("fiches:preview", args=[token])


@require_safe
def preview(request, token):
    """The page of a sheet that is not online yet. The same citations as in public: the public ones."""
    response = _preview(request, token)
    for name, value in HEADERS.items():
        response[name] = value
    return response


def _preview(request, token):
    try:
        pk, online_pk = signing.loads(token, salt=SALT, max_age=settings.PREVIEW_DAYS * DAY)
    except signing.SignatureExpired:
        return render(request, "fiches/apercu_fini.html", status=410)
    except (signing.BadSignature, ValueError, TypeError):
        return render(request, "fiches/apercu_inconnu.html", status=404)
    fiche = Fiche.objects.for_page().select_related("theme", "version_de").filter(pk=pk).first()
    if fiche is None or fiche.is_published:
        online = fiche or Fiche.objects.published().filter(pk=online_pk).first()
        return redirect(online) if online else render(request, "fiches/apercu_inconnu.html", status=404)
    if fiche.statut == Statut.ARCHIVEE:
        return render(request, "fiches/apercu_fini.html", status=410)
    if fiche.version_de:
        fiche.slug = fiche.version_de.slug  # as it will look: under its own address
    context = {"fiche": fiche, "reading": Reading(fiche), "days": settings.PREVIEW_DAYS}
    return render(request, "fiches/apercu.html", context)
