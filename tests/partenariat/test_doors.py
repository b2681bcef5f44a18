"""Doors that close after failures, for every process of the site."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from partenariat import doors
from tests.accounts import make_account
from tests.admin_pages import visible_text
from tests.fiches.search.elsewhere import database_url

pytestmark = pytest.mark.django_db

LOGIN = reverse("admin:login")
PASSWORD = "un mot de passe long"


def attempt(username="ana", word="non", address="10.0.0.1"):
    return Client(REMOTE_ADDR=address).post(LOGIN, {"username": username, "password": word})


def test_five_failures_are_counted_across_processes(transactional_db):
    """Two here, two in another process: the fifth, here, closes the door, and in the other it is closed as well."""
    make_account("Relecteur", "ana")
    here = [attempt().status_code for _ in range(2)]
    there = elsewhere("non", "non")
    assert (here, there) == ([200, 200], [200, 200])
    assert attempt().status_code == 429
    assert elsewhere(PASSWORD) == [429]


def elsewhere(*words):
    """The status of a login with each of these passwords, in a process of its own."""
    code = f"""
import django; django.setup()
from django.test import Client
for word in {words!r}:
    answer = Client(REMOTE_ADDR="10.0.0.1").post({LOGIN!r}, {{"username": "ana", "password": word}})
    print(answer.status_code)
"""
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database_url()}
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=variables, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    return [int(line) for line in said.stdout.split()]


def test_a_door_closed_to_one_is_open_to_others():
    make_account("Relecteur", "ana")
    make_account("Relecteur", "ben")
    for _ in range(5):
        attempt()
    assert attempt(word=PASSWORD).status_code == 429
    assert attempt("ben", PASSWORD).status_code == 302
    assert attempt("ana", PASSWORD, address="10.0.0.2").status_code == 302


def test_one_password_tried_on_many_accounts_closes_the_door_of_the_address(monkeypatch):
    monkeypatch.setattr(doors, "FAILURES", 6)
    make_account("Relecteur", "ana")
    assert [attempt(f"compte{n}").status_code for n in range(6)] == [200] * 6
    closed = attempt("ana", PASSWORD)
    assert closed.status_code == 429
    assert 890 < int(closed["Retry-After"]) <= 900
    assert "Revenez dans 15 minutes" in visible_text(closed.content.decode())
    assert attempt("ana", PASSWORD, address="10.0.0.2").status_code == 302


def test_logins_that_succeed_are_not_counted(monkeypatch):
    monkeypatch.setattr(doors, "FAILURES", 3)
    make_account("Relecteur", "ana")
    assert {attempt("ana", PASSWORD).status_code for _ in range(6)} == {302}
