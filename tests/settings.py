"""The site's own settings, as in production, less what would slow tests down or tie them to this machine.

Plain `pytest` needs no environment: only DATABASE_URL is read from it (SQLite without it).
"""

import atexit
import os
import sys
import tempfile
from pathlib import Path

import pytest
from django.template.base import Origin

os.environ.update(
    DEBUG="0",
    SECRET_KEY="for-tests-only-" + "0123456789abcdef" * 3,
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    HTTPS="0",  # the test client and the test browser speak plain HTTP
)

from partenariat.settings import *

_folder = tempfile.TemporaryDirectory(prefix="partenariat-tests-")
atexit.register(_folder.cleanup)

# A file, not memory: several threads must be able to write, as they do in production.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder.name}/test.sqlite3"}
MEDIA_ROOT = f"{_folder.name}/media"
WORK_DIR = f"{_folder.name}/travail"
PAGE_CACHE = False  # its own tests turn it on: elsewhere, what is tried is how pages are made
CACHES["documents"]["LOCATION"] = f"{WORK_DIR}/documents"

# The manifest exists only after collectstatic.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


class FailOnUndefined(str):
    """Django's `string_if_invalid`: fails the test where one of our templates prints an undefined variable.

    Django computes `string_if_invalid % variable` at each such place. The nearest node on the call stack
    says which template it is in: those of Django and of other packages, the admin's above all, rely on
    undefined variables being empty, and they stay so. `{% if %}` and `{% for %}` may test what is not there.
    """

    def __mod__(self, variable):
        frame = sys._getframe(1)
        while frame:
            origin = getattr(frame.f_locals.get("self"), "origin", None)
            if isinstance(origin, Origin):
                if Path(origin.name).is_relative_to(BASE_DIR / "templates"):
                    pytest.fail(f"Undefined variable {variable} in {origin.template_name}", pytrace=False)
                return ""
            frame = frame.f_back
        return ""


TEMPLATES = [
    {**engine, "OPTIONS": {**engine["OPTIONS"], "string_if_invalid": FailOnUndefined("%s")}} for engine in TEMPLATES
]
