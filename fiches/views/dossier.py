"""A dossier: sheets that someone chose, in their order. The address holds the choice; nothing is kept here."""

from dataclasses import replace

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fiches.models import Fiche, Theme
from fiches.packs.choice import Choice
from fiches.packs.html import html_of
from fiches.packs.telling import dossier_document
from fiches.packs.writing import FORMATS

from .files import site_of


@require_safe
def dossier(request):
    """What is in the dossier, to put in order and to take away."""
    choice = Choice.from_query(request.GET)
    fiches = choice.sheets(Fiche.objects.published().for_cards())
    kept = choice if choice.whole else replace(choice, slugs=tuple(fiche.slug for fiche in fiches))
    context = {
        "choice": kept,
        "lost": 0 if choice.whole else len(choice.slugs) - len(fiches),
        "rows": [(fiche, *_moves(kept, fiche)) for fiche in fiches],
        "formats": FORMATS.values(),
        "themes": Theme.objects.filter(fiches__in=Fiche.objects.published()).distinct(),
    }
    return render(request, "dossier/page.html", context)


def _moves(choice, fiche):
    """The query strings that move this sheet up, down and out; "" where there is no such move."""
    if choice.whole:
        return "", "", ""
    first, last = choice.slugs[0] == fiche.slug, choice.slugs[-1] == fiche.slug
    up = "" if first else choice.moved(fiche.slug, -1).query_string()
    down = "" if last else choice.moved(fiche.slug, 1).query_string()
    return up, down, choice.without(fiche.slug).query_string()


@require_safe
def dossier_read(request):
    """The whole dossier on one page, to read and to print."""
    choice = Choice.from_query(request.GET)
    fiches = choice.sheets()
    query = choice.query_string()
    if not fiches:
        return redirect(reverse("fiches:dossier"))
    address = request.build_absolute_uri(f"{reverse('fiches:dossier')}?{query}")
    document = dossier_document(fiches, site_of(request), address)
    context = {"document": document, "html": html_of(document), "query": query, "formats": FORMATS.values()}
    return render(request, "dossier/lire.html", context)
