"""When the site itself is at fault: a page in French that asks nothing of what has failed."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

RETRY_AFTER = 60  # seconds


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
