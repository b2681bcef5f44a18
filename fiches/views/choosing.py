"""One value chosen in the address of a page, among those that the page offers."""

from django.http import Http404


def chosen(request, name, known):
    """The value of `name` in the address, "" when it is left out or empty. 404 when `known` does not hold it."""
    value = request.GET.get(name, "")
    if value and value not in known:
        raise Http404
    return value
