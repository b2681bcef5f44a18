"""The finder, what its box suggests, and one sheet."""

from dataclasses import replace

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from acteurs.bases import fold
from fiches.models import Fiche
from fiches.models.questions import record_unanswered
from fiches.reading import Reading
from fiches.search.criteria import MAX_FILTERS, Criteria, Tri
from fiches.search.finder import find
from fiches.search.suggestions import suggest

# What the finder shows beside the sheets: kind → its heading, and how many entries at once; the others are folded.
PANEL = {
    "acteur": ("Acteurs", 3),
    "levier": ("Leviers", 3),
    "phrase": ("Ce que l’on entend", 1),
    "terme": ("Glossaire", 2),
    "dispositif": ("Dispositifs", 3),
    "ressource": ("Textes et ressources", 3),
}
PANEL_SHOWN = 3  # kinds at once


@require_safe
def fiche_list(request):
    found = find(Criteria.from_query(request.GET))
    if _is_unanswered(request, found):
        record_unanswered(found.words)
    panel, panel_more = _panel(found)
    context = {
        "found": found,
        "page": found.page,
        "panel": panel,
        "panel_more": panel_more,
        "ways": _ways(found.criteria),
        "orders": _orders(found.criteria),
        "address": _address(found.criteria, found.page.number),
        "is_full": found.criteria.count >= MAX_FILTERS,
    }
    response = render(request, "fiches/list.html", context)
    if found.words and not found.total:
        response["Cache-Control"] = "no-store"  # each such question is counted: none may be answered by a cache
    return response


def _is_unanswered(request, found):
    """Whether a reader asked for something that no sheet tells: what browsers fetch ahead was asked by nobody."""
    ahead = any("prefetch" in request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    criteria = found.criteria
    is_narrowed = criteria.count or criteria.exact or criteria.page not in ("", "1")
    return request.method == "GET" and not ahead and not found.total and bool(found.words) and not is_narrowed


def _panel(found):
    """What is not a sheet, on the first page: [(kind, heading, entries), …] shown at once, and the same for the rest.

    The kinds that hold the very words come first.
    """
    if found.page.number > 1:
        return [], []
    words = f" {fold(found.criteria.q)} "
    kinds = [kind for kind in PANEL if kind in found.panel]
    kinds.sort(key=lambda kind: not any(words in f" {fold(entry.label)} " for entry in found.panel[kind]))
    shown, more = [], []
    for rank, kind in enumerate(kinds):
        heading, limit = PANEL[kind]
        cut = limit if rank < PANEL_SHOWN else 0
        for groups, entries in ((shown, found.panel[kind][:cut]), (more, found.panel[kind][cut:])):
            if entries:
                groups.append((kind, heading, entries))
    return shown, more


def _ways(criteria):
    """The query strings of other ways to read the same words."""
    return {
        "as_typed": replace(criteria, exact=True).query_string(),
        "corrected": replace(criteria, exact=False).query_string(),
        "words_only": replace(criteria, chosen={}).query_string(),
    }


def _orders(criteria):
    """[(value in the address, label, chosen), …]. The usual order has no value: it changes when words are typed."""
    offered = [tri for tri in Tri if criteria.q or tri != Tri.PERTINENCE]
    return [(tri.value if n else "", tri.label, tri == criteria.tri) for n, tri in enumerate(offered)]


def _address(criteria, number):
    """The one address of a page of results, without what it does not understand."""
    query = criteria.query_string()
    if number > 1:
        query = f"{query}&page={number}".lstrip("&")
    return reverse("fiches:list") + (f"?{query}" if query else "")


@require_safe
@conditional_page
@cache_control(no_cache=True)
def suggestions(request):
    """A fragment for the search box; empty when there is nothing to suggest. Kept by nobody without asking again."""
    q = Criteria.from_query(request.GET).q
    if request.GET.get("q", "")[-1:].isspace():
        q += " "  # the last word is whole
    response = render(request, "fiches/_suggestions.html", {"groups": suggest(q)})
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def fiche_detail(request, slug):
    try:
        fiche = Fiche.objects.published().for_page().find(slug)
    except Fiche.DoesNotExist:
        return withdrawn_or_unknown(request, slug)
    if fiche.slug != slug:
        return redirect(fiche, permanent=True)
    return render(request, "fiches/detail.html", {"fiche": fiche, "reading": Reading(fiche)})


def withdrawn_or_unknown(request, slug):
    """410 for a sheet that was read once; 404 for all else, drafts included. Neither names anything."""
    try:
        Fiche.objects.withdrawn().find(slug)
    except Fiche.DoesNotExist:
        raise Http404 from None
    return render(request, "410.html", status=410)
