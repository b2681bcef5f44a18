"""One value chosen in the address of a page, among those that the page offers."""

import re

from django.core.exceptions import BadRequest
from django.http import Http404

_SLUG = re.compile(r"[-\w]{1,80}")


def chosen(request, name, known):
    """The value of `name` in the address, "" when it is left out or empty. 404 when `known` does not hold it."""
    value = request.GET.get(name, "")
    if value and value not in known:
        raise Http404
    return value


def chosen_row(query, name, model):
    """The row of `model` whose slug is the value of `name` in `query`; None when it is left out or empty.

    A former address still leads to it. BadRequest (400) for what cannot be a slug, 404 for an unknown one.
    """
    slug = query.get(name, "")
    if not slug:
        return None
    if not _SLUG.fullmatch(slug):
        raise BadRequest("Ce choix est mal écrit.")
    find = getattr(model.objects, "find", model.objects.get_by_natural_key)
    try:
        return find(slug)
    except model.DoesNotExist:
        raise Http404 from None
