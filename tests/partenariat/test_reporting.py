"""Errors told to a collector: only when asked, clearly refused when it cannot be, and without a word of anybody."""

import importlib.util
import logging
import sys
from types import ModuleType, SimpleNamespace

import pytest

from partenariat import reporting
from tests.partenariat.test_env import manage

CANARY = "canari"
EVENT = {
    "event_id": "1",
    "level": "error",
    "platform": "python",
    "logger": "django.request",
    "server_name": CANARY,
    "transaction": f"/fiches/{CANARY}/",
    "user": {"username": CANARY, "ip_address": CANARY},
    "request": {
        "url": f"https://example.org/apercu/{CANARY}/",
        "query_string": f"q={CANARY}",
        "cookies": {"sessionid": CANARY},
        "headers": {"User-Agent": CANARY},
        "data": {"titre": CANARY},
    },
    "breadcrumbs": {"values": [{"message": CANARY}]},
    "extra": {"sys.argv": [CANARY]},
    "contexts": {"trace": {"description": CANARY}},
    "logentry": {"message": "%s: %s", "params": [CANARY]},
    "exception": {
        "values": [
            {
                "type": "ValueError",
                "module": "builtins",
                "value": CANARY,
                "mechanism": {"data": CANARY},
                "stacktrace": {
                    "frames": [{"filename": "a.py", "function": "f", "lineno": 3, "vars": {"typed": CANARY}}]
                },
            }
        ]
    },
}


def test_an_error_is_told_without_a_word_of_anybody():
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "%s: %s", ("x", CANARY), None)
    told = reporting.stripped(EVENT, {"log_record": record})
    assert CANARY not in str(told)
    (error,) = told["exception"]["values"]
    assert (error["type"], error["stacktrace"]["frames"][0]["lineno"]) == ("ValueError", 3)
    assert told["message"].startswith("%s: %s")


@pytest.fixture
def sdk(monkeypatch):
    """The library, as far as we use it."""
    told = ModuleType("sentry_sdk")
    told.asked = []
    told.init = lambda **options: told.asked.append(options)
    told.utils = SimpleNamespace(BadDsn=ValueError)
    monkeypatch.setitem(sys.modules, "sentry_sdk", told)
    return told


def test_the_library_itself_is_told_to_gather_nothing(sdk):
    reporting.start("https://key@errors.example.org/1")
    (options,) = sdk.asked
    assert options["send_default_pii"] is False
    assert options["include_local_variables"] is False
    assert options["max_breadcrumbs"] == 0
    assert options["max_request_body_size"] == "never"
    assert options["before_send"] is reporting.stripped


def test_a_wrong_address_is_refused_without_being_printed(sdk):
    def refuse(**options):
        raise ValueError(options["dsn"])

    sdk.init = refuse
    with pytest.raises(SystemExit) as stopped:
        reporting.start(f"https://{CANARY}")
    assert "SENTRY_DSN" in stopped.value.code
    assert CANARY not in stopped.value.code


def test_without_the_library_the_program_stops_with_one_line():
    if importlib.util.find_spec("sentry_sdk"):
        pytest.skip("the library is installed here")
    said = manage("check", DEBUG="1", SENTRY_DSN="https://key@errors.example.org/1")
    assert said.returncode == 1
    assert said.stderr.splitlines() == [
        "Configuration error: SENTRY_DSN needs a library that is not installed: pip install 'sentry-sdk>=2,<3'"
    ]
