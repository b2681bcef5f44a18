"""When the site itself is at fault: a page in French that asks nothing of what has failed."""

import logging

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

RETRY_AFTER = 60  # seconds


def _fault(template, status):
    return HttpResponse(render_to_string(template, {"site_name": settings.SITE_NAME}), status=status)


def server_error(request):
    """Django's handler500."""
    return _fault("500.html", 500)


class DatabaseGone:
    """Middleware: a database that cannot be reached, is locked or has no room left is a 503, not a bug."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        logger.error("The database did not answer: %s", type(exception).__name__)
        response = _fault("503.html", 503)
        response["Retry-After"] = str(RETRY_AFTER)
        return response
