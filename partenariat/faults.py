"""What is answered when a request cannot be: in French, and when the site itself is at fault, without its help."""

import errno
import logging
import sys
from math import ceil

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.defaults import bad_request as usual_bad_request

from . import kept_text
from .logs import request_id

logger = logging.getLogger(__name__)

RETRY_AFTER = 60  # seconds
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # no room on the disk, none for this account, a disk only read
# What SQLite says of a file that is damaged, or no database; PostgreSQL when it only lets read, as a stand-by does.
OUT = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "25006")


def bad_request(request, exception):
    """Django's handler400: 413 for a form that sends too much, else 400."""
    if request.method == "POST" and isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large(request)
    return usual_bad_request(request, exception)


def too_large(request):
    return render(request, "413.html", status=413)


def too_often(request, seconds):
    """429: what is asked may be asked again in so many `seconds`."""
    answer = render(request, "429.html", {"minutes": ceil(seconds / 60)}, status=429)
    answer["Retry-After"] = seconds
    return answer


def server_error(request):
    """Django's handler500: 503 when the database is gone, locked or full, or a disk is full, wherever that was met.

    Else 500. Django has logged the error by then. What was being written is undone; what was typed in a form of the
    admin is in the page, to be sent again.
    """
    if not _is_outage(sys.exc_info()[1]):
        return _fault("500.html", 500, reference=request_id.get())
    if request.method in SAFE:
        return _fault("503.html", 503)
    hidden, words = kept_text.typed_in(request)
    token = get_token(request) if hidden else ""
    return _fault("non_enregistre.html", 503, to=request.get_full_path(), hidden=hidden, words=words, token=token)


def _is_outage(error):
    """Whether the database or a disk is at fault, rather than the code: a table that is missing is a bug."""
    if isinstance(error, OperationalError | InterfaceError):
        return not str(error).startswith("no such")
    if isinstance(error, DatabaseError):
        said = error.__cause__
        return (getattr(said, "sqlite_errorname", None) or getattr(said, "sqlstate", None)) in OUT
    return isinstance(error, OSError) and error.errno in FULL


def _fault(template, status, **context):
    html = render_to_string(template, {"site_name": settings.SITE_NAME, **context})
    headers = {"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"} if status == 503 else {}
    return HttpResponse(html, status=status, headers=headers)


class Sessions(SessionMiddleware):
    """Django's, but what has been answered stays so when the database can no longer write that the session goes on.

    A login writes its session earlier, and fails.
    """

    def process_response(self, request, response):
        try:
            return super().process_response(request, response)
        except (SessionInterrupted, OperationalError, InterfaceError) as error:
            if not any(_is_outage(one) for one in _chain(error)):
                raise
            logger.warning("A session could not be renewed")
            return response


def _chain(error):
    """`error`, then those that it comes from: Django takes a session that cannot be written for one that is gone."""
    while error:
        yield error
        error = error.__cause__ or error.__context__
