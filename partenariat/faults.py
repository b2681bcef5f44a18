"""What is answered when a request cannot be: in French, and when the site itself is at fault, without its help."""

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.defaults import bad_request as usual_bad_request

from . import kept_text

RETRY_AFTER = 60  # seconds


def bad_request(request, exception):
    """Django's handler400: 413 for a form that sends too much, else 400."""
    if request.method == "POST" and isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large(request)
    return usual_bad_request(request, exception)


def too_large(request):
    return render(request, "413.html", status=413)


def closed_door(request, response, credentials):
    """What django-axes answers to who failed five times. The text that waits for a login stays on that page."""
    waiting = {"texte": request.POST.get(kept_text.FIELD, ""), "next": request.POST.get("next", "")}
    closed = render(request, "admin/lockout.html", waiting, status=429)
    closed["Retry-After"] = int(settings.AXES_COOLOFF_TIME.total_seconds())
    return closed


def server_error(request):
    """Django's handler500: 503 when the database is gone, locked or full, wherever that was met; else 500.

    Django has logged the error by then. A table or a column that is missing is a bug, not an outage.
    """
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError) and not str(error).startswith("no such"):
        return _fault("503.html", 503, headers={"Retry-After": str(RETRY_AFTER)})
    return _fault("500.html", 500)


def _fault(template, status, headers=None):
    html = render_to_string(template, {"site_name": settings.SITE_NAME})
    return HttpResponse(html, status=status, headers=headers)
