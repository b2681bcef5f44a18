"""When too much is asked at once: what is beyond the means of a process is told to come back, and reading goes on.

A process answers with a few threads. What is asked with words or choices, and documents, must be made each time: so it
may hold `SEATS` threads at most, working or waiting, and there is always one for the pages that are kept ready. Who
finds no seat is told so at once, for next to nothing, whatever the database does: 503, and when to come back.
"""

import logging
import re
import threading
import time
from collections import Counter, deque
from contextlib import contextmanager
from functools import cache, partial
from itertools import count
from typing import NamedTuple

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.middleware.security import SecurityMiddleware
from django.template.loader import render_to_string
from django.urls import reverse

from .headers import security_headers
from .page_cache import is_kept

logger = logging.getLogger(__name__)

SEATS = 12  # threads: a process has four more (see the Makefile)
RETRY_AFTER = 5  # seconds at least,
SPREAD = 10  # and up to so many more: those who were refused together do not come back together
TOLD_EVERY = 10  # seconds between two lines of the log
_DOCUMENT = re.compile(r"\.(pdf|docx|odt|epub)$")


class Lane(NamedTuple):
    """One kind of work."""

    at_once: int  # how many are made at the same time
    seats: int  # how many threads it may hold, those that wait included
    patience: float  # seconds that one may wait for its turn


LANES = {
    # One more than can compute at once: while it asks the database, the other works. A third only slows the readers.
    "recherche": Lane(at_once=2, seats=12, patience=2),
    # They have slots of their own, for the whole machine (fiches/packs/slots.py), and wait there.
    "document": Lane(at_once=2, seats=2, patience=0),
}


class NoSeat(Exception):
    """Too many are working or waiting already."""


class Gate:
    """Who may work now, among the threads of this process."""

    def __init__(self, lanes, seats):
        self._lanes, self._seats = lanes, seats
        self._lock = threading.Lock()
        self._seated, self._working = Counter(), Counter()
        self._waiting = {name: deque() for name in lanes}  # of Events, one for each thread that waits

    @contextmanager
    def seat(self, name):
        """Hold a seat of the lane `name` and work. Raises NoSeat: at once, or after the patience of the lane."""
        turn = self._sit(name)
        if turn and not turn.wait(self._lanes[name].patience) and self._give_up(name, turn):
            raise NoSeat
        try:
            yield
        finally:
            self._leave(name)

    def _sit(self, name):
        """None when one may work at once, else an Event: one's turn."""
        lane = self._lanes[name]
        with self._lock:
            if self._seated.total() >= self._seats or self._seated[name] >= lane.seats:
                raise NoSeat
            self._seated[name] += 1
            if self._working[name] < lane.at_once:
                self._working[name] += 1
                return None
            turn = threading.Event()
            self._waiting[name].append(turn)
            return turn

    def _give_up(self, name, turn):
        """False if the turn came meanwhile."""
        with self._lock:
            if turn.is_set():
                return False
            self._waiting[name].remove(turn)
            self._seated[name] -= 1
            return True

    def _leave(self, name):
        """To whoever has waited longest."""
        with self._lock:
            self._seated[name] -= 1
            if self._waiting[name]:
                self._waiting[name].popleft().set()
            else:
                self._working[name] -= 1


def shedding(get_response):
    """Middleware, around the one that keeps pages: what has to be made goes through the gate of this process."""
    gate, tally = Gate(LANES, SEATS), Tally()
    come_back = security_headers(SecurityMiddleware(partial(_come_back, count())))

    def middleware(request):
        lane = lane_of(request)
        if not lane or is_kept(request):
            return get_response(request)
        try:
            with gate.seat(lane):
                return get_response(request)
        except NoSeat:
            tally.add()
            return come_back(request)

    return middleware


def lane_of(request):
    """The lane of what is asked; "" for what goes freely: plain pages, files, the curators' work."""
    if _DOCUMENT.search(request.path):
        lane = "document"
    # Whoever has a session, or says so, gets no page that was kept.
    elif request.META.get("QUERY_STRING") or settings.SESSION_COOKIE_NAME in request.COOKIES:
        lane = "recherche"
    else:
        return ""
    return "" if request.path.startswith((_admin(), settings.STATIC_URL)) else lane


@cache
def _admin():
    return reverse("admin:index")


class Tally:
    """How many were told to come back: a line of the log in `TOLD_EVERY` seconds at most."""

    def __init__(self):
        self._lock = threading.Lock()
        self._n, self._told = 0, float("-inf")

    def add(self):
        with self._lock:
            self._n += 1
            if time.monotonic() - self._told < TOLD_EVERY:
                return
            n, self._n, self._told = self._n, 0, time.monotonic()
        logger.warning("Too much at once: told to come back: %d", n)


def _come_back(turns, request):
    """503, which browsers ask again by themselves: nothing is lost of a page that only says to wait."""
    if request.path.startswith("/api/"):
        response = JsonResponse({"detail": "Trop de demandes à la fois : réessayez dans quelques secondes."})
    else:
        response = HttpResponse(_page(lane_of(request)))
    response.status_code = 503
    response["Retry-After"] = response["Refresh"] = RETRY_AFTER + next(turns) % SPREAD
    response["Cache-Control"] = "no-store"
    response._has_been_logged = True  # by the tally: Django would write a line for each
    return response


@cache
def _page(lane):
    """It is the same for everyone, and asks nothing of the database."""
    return render_to_string("occupe.html", {"site_name": settings.SITE_NAME, "is_document": lane == "document"})
