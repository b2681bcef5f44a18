"""The lines of the log: what happened and where; nothing that people typed, nor where they went, nor who they are.

Our own messages are written with that in mind, and told whole. Those of Django and of others are built from addresses,
values and names: of theirs a line keeps the kind of error and its places in the code, for a request the route and the
status, else the sentence with its blanks left blank.

It needs no settings: the server's first process, which has none, writes its lines with it too (`deploy/logs.json`).
"""

import errno
import json
import logging
import os
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
OURS = ("partenariat", "fiches", "acteurs", "_granian")  # whose messages are told whole
FIELDS = ("method", "route", "status", "ms", "queries")  # that our messages may carry beside their words
PLACES = 12  # of an error, the innermost

request_id = ContextVar("request_id", default="")  # of the request that this thread answers


def event(record):
    """What a line tells of a LogRecord: a dict of texts, numbers and lists."""
    told = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": _message(record),
        **({"request": request_id.get()} if request_id.get() else {}),
        **_about_request(record),
        **{name: record.__dict__[name] for name in FIELDS if name in record.__dict__},
    }
    if record.exc_info and record.exc_info[1]:
        told["error"] = _error(record.exc_info[1])
    return told


def _message(record):
    if record.name.partition(".")[0] in OURS:
        return record.getMessage()
    if hasattr(record, "status_code"):
        return HTTPStatus(record.status_code).phrase
    said = f"{record.msg} " if record.args else ""  # without arguments, it may have been put together beforehand
    return f"{said}({_place(record.pathname, record.lineno, record.funcName)})"


def _about_request(record):
    """Django joins the request to its record. Its address may hold a name, or open a draft; its route does not."""
    request = getattr(record, "request", None)
    if not hasattr(request, "path_info"):
        return {}
    return {"method": method_of(request), "route": route_of(request), "status": getattr(record, "status_code", None)}


def method_of(request):
    """A method may be any word that someone chose: those that are not of HTTP are not repeated."""
    return request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "?"


def route_of(request):
    """The name of the view, « fiches:detail »; « - » when the address leads nowhere."""
    from django.urls import Resolver404, resolve  # not for the server's first process

    match = request.resolver_match
    if match is None:  # answered before Django looked for the view
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return "-"
    return match.view_name or "-"


def _error(error):
    """Its kind, its code if it has one, its places, and the kinds of those that led to it. Never its words."""
    causes, seen = [], error
    while (seen := seen.__cause__ or seen.__context__) and len(causes) < PLACES:
        causes.append(seen)
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)][-PLACES:]
    codes = [code for one in (error, *causes) if (code := _code(one))]
    return {
        "type": _kind(error),
        **({"code": codes[0]} if codes else {}),
        **({"from": [_kind(one) for one in causes]} if causes else {}),
        "places": [_place(code.co_filename, line, code.co_name) for code, line in frames],
    }


def _kind(error):
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _code(error):
    """« SQLITE_FULL », « 53100 » (PostgreSQL), « ENOSPC »: what an operator needs, and no value."""
    if isinstance(error, OSError) and error.errno:
        return errno.errorcode.get(error.errno, str(error.errno))
    return getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)


def _place(path, line, name):
    path = Path(path)
    if path.is_relative_to(HERE) and "site-packages" not in path.parts:
        path = path.relative_to(HERE)
    else:
        path = Path(*path.parts[-3:])
    return f"{path}:{line} {name}"


class JsonLines(logging.Formatter):
    """One line, one JSON object."""

    def format(self, record):
        return json.dumps(event(record), ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """One line for a person: time, level, logger, message, then the rest by name."""

    def format(self, record):
        told = event(record)
        head = " ".join([told.pop("time"), told.pop("level"), told.pop("logger"), told.pop("message")])
        error = told.pop("error", {})
        rest = [f"{name}={value}" for name, value in told.items()]
        rest += [f"{name}={' < '.join(v) if isinstance(v, list) else v}" for name, v in error.items()]
        return " ".join([head, *rest]).replace("\n", " ⏎ ").replace("\r", " ")


FORMATTERS = {"json": JsonLines, "text": TextLines}


def formatter():
    """That of the environment, for the server's first process: a wrong LOG_FORMAT is refused by the settings."""
    return FORMATTERS.get(os.environ.get("LOG_FORMAT", "").strip(), TextLines)()


class NotAboutThreads(logging.Filter):
    """Granian finds sixteen threads many for a small machine: most of them wait, on purpose (shedding.py)."""

    def filter(self, record):
        return "Python threads" not in record.getMessage()
