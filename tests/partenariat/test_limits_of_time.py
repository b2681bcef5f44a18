"""What a page may ask of PostgreSQL, and a command may not be held to."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from tests.fiches.search.elsewhere import database_url

pytestmark = pytest.mark.django_db(transaction=True)

SHOW = """
from django.db import connection
with connection.cursor() as cursor:
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        cursor.execute(f"SHOW {name}")
        print(cursor.fetchone()[0])
"""


@pytest.mark.parametrize(
    ("start", "limits"),
    [
        ("import partenariat.wsgi", ["30s", "20s", "2min"]),
        ("import django; django.setup()", ["0", "0", "0"]),
    ],
)
def test_a_page_is_cut_short_and_a_command_is_not(start, limits):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows one limit, for locks: it is in the settings.")
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database_url()}
    said = subprocess.run(
        [sys.executable, "-c", start + SHOW],
        cwd=settings.BASE_DIR, env=variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.stdout.split() == limits, said.stderr
