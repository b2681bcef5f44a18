"""The finder, and one sheet."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fiches.models import Fiche
from fiches.reading import Reading
from fiches.search.criteria import Criteria, Tri
from fiches.search.finder import find


@require_safe
def fiche_list(request):
    found = find(Criteria.from_query(request.GET))
    context = {
        "found": found,
        "page": found.page,
        "orders": _orders(found.criteria),
        "address": _address(found.criteria, found.page.number),
    }
    return render(request, "fiches/list.html", context)


def _orders(criteria):
    """The orders on offer: the closest first has no meaning without words."""
    return [(value, label) for value, label in Tri.choices if criteria.q or value != Tri.PERTINENCE]


def _address(criteria, number):
    """The one address of a page of results, without what it does not understand."""
    query = criteria.query_string()
    if number > 1:
        query = f"{query}&page={number}".lstrip("&")
    return reverse("fiches:list") + (f"?{query}" if query else "")


@require_safe
def fiche_detail(request, slug):
    try:
        fiche = Fiche.objects.published().for_page().find(slug)
    except Fiche.DoesNotExist:
        return _withdrawn_or_unknown(request, slug)
    if fiche.slug != slug:
        return redirect(fiche, permanent=True)
    return render(request, "fiches/detail.html", {"fiche": fiche, "reading": Reading(fiche)})


def _withdrawn_or_unknown(request, slug):
    """410 for a sheet that was read once; 404 for all else, drafts included. Neither names anything."""
    try:
        Fiche.objects.withdrawn().find(slug)
    except Fiche.DoesNotExist:
        raise Http404 from None
    return render(request, "410.html", status=410)
