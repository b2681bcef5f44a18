"""Is the site alive, and is it ready? For what watches it: a balancer, a container, a cron. It tells no secret.

`/sante` asks nothing of anybody. `/sante/pret` asks the database, at most once every two seconds in each process, and
never twice at the same time: probes cannot take the place of readers, even when the database does not answer.
"""

import logging
import threading
import time
from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fiches.search import index

logger = logging.getLogger(__name__)

KEPT = 2  # seconds that an answer serves for
STALE = 30  # seconds after which an answer that is being looked for again says no more

_NOT_READY = {"base": False, "migrations": False, "index": False}
_asking = threading.Lock()
_last = (float("-inf"), _NOT_READY)  # when it was asked (monotonic seconds), what was found


@never_cache
@require_safe
def live(request):
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def ready(request):
    """200 when readers can be sent here, else 503; which part is missing, true or false for each."""
    found = state()
    return JsonResponse(found, status=200 if all(found.values()) else 503)


def state():
    """{"base", "migrations", "index": bool}, some seconds old at most."""
    global _last
    at, found = _last
    if time.monotonic() - at > KEPT and _asking.acquire(blocking=False):
        try:
            found = _look()
            _last = (time.monotonic(), found)
        finally:
            _asking.release()
    elif time.monotonic() - at > STALE:
        return _NOT_READY  # somebody has been asking for all that time
    return found


def _look():
    found = dict(_NOT_READY)
    try:
        applied = MigrationRecorder(connection).applied_migrations().keys()
        found["base"] = True
        found["migrations"] = _known_migrations() <= applied
        if found["migrations"]:
            index.fresh()  # built here, if it must be, rather than by the first reader
            found["index"] = True
    except Error as error:  # the database's words may name a host or an account: they are not for the log either
        logger.warning("Not ready: %s, with %s", type(error).__name__, found)
    except Exception:
        logger.exception("Not ready: the search index cannot be built")
    return found


@cache
def _known_migrations():
    """Those that this version expects: read once, they are files."""
    return MigrationLoader(None).graph.nodes.keys()
