"""How long each request took, and how many queries it made: the slow ones are told to the log."""

import logging
import secrets
import time

from django.conf import settings
from django.db import connection

from .logs import method_of, request_id, route_of

logger = logging.getLogger(__name__)


def timing(get_response):
    """Middleware, the outermost: gives a number to each request, which the lines of the log about it carry.

    A request of SLOW_MS milliseconds or more is a warning; the others are told at the level INFO. An answer that is at
    fault carries its number (`X-Request-ID`), for whoever reports it.
    """
    slow = settings.SLOW_MS

    def middleware(request):
        number = secrets.token_hex(6)
        token = request_id.set(number)
        queries = Count()
        started = time.perf_counter()
        # Not by `execute_wrapper()`, which takes away the last that came: the guard of the content, when the
        # connection opens during the request (acteurs/stamp.py).
        connection.execute_wrappers.insert(0, queries)
        try:
            response = get_response(request)
            ms = (time.perf_counter() - started) * 1000
            if response.status_code >= 500:
                response["X-Request-ID"] = number
            level = logging.WARNING if ms >= slow else logging.INFO
            if logger.isEnabledFor(level):
                _tell(level, request, response, ms, queries.n)
            return response
        finally:
            connection.execute_wrappers.remove(queries)
            request_id.reset(token)

    return middleware


class Count:
    """Counts the queries that go through it."""

    def __init__(self):
        self.n = 0

    def __call__(self, execute, sql, params, many, context):
        self.n += 1
        return execute(sql, params, many, context)


def _tell(level, request, response, ms, queries):
    static = request.path.startswith(settings.STATIC_URL)
    about = {
        "method": method_of(request),
        "route": "static" if static else route_of(request),
        "status": response.status_code,
        "ms": round(ms),
        "queries": queries,
    }
    logger.log(level, "Slow request" if level == logging.WARNING else "Request", extra=about)
