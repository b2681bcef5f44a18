"""Fixtures of the whole suite. Rows are made by the plain functions of `factories.py`."""

from io import StringIO
from typing import NamedTuple

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from acteurs.stamp import content_tables, editing, stamp

DATABASE = {"db", "transactional_db", "live_server", "django_db_setup"}  # fixtures


@pytest.hookimpl(tryfirst=True)  # before `-m` is read
def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("django_db") or DATABASE & set(item.fixturenames):
            item.add_marker("database")


class Shipped(NamedTuple):
    rows: dict  # {model: [instances]}
    version: int  # the stamp's, after the load


@pytest.fixture(scope="session")
def shipped(django_db_setup, django_db_blocker):
    """All rows of the content that ships, as `load_content` makes them on an empty base.

    Loading takes seconds, putting the rows back a few tenths: so it is done once, then undone.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_content", stdout=StringIO())
        models = [m for m in apps.get_models(include_auto_created=True) if m._meta.db_table in content_tables()]
        found = Shipped({model: list(model._base_manager.order_by("pk")) for model in models}, stamp().version)
        transaction.set_rollback(True)
    return found


def _put(rows):
    with editing(), connection.cursor() as cursor:
        for model, instances in rows.items():
            model._base_manager.bulk_create(instances)
        for sql in connection.ops.sequence_reset_sql(no_style(), list(rows)):
            cursor.execute(sql)
        cursor.execute("ANALYZE")  # else the planner takes full tables for empty ones: pages take minutes


@pytest.fixture(scope="module")
def content(shipped, django_db_blocker):
    """The content that ships, for every later test of the module. Each test still undoes its own writes.

    A module that wants it says so for all its tests: `pytestmark = [pytest.mark.django_db,
    pytest.mark.usefixtures("content")]`. Not for transactional tests: see `committed_content`.
    """
    whole_module = transaction.atomic()
    with django_db_blocker.unblock():
        whole_module.__enter__()
        _put(shipped.rows)
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        whole_module.__exit__(None, None, None)


@pytest.fixture
def committed_content(shipped, transactional_db):
    """The content that ships, where other threads and a browser see it. Slower: it is emptied after each test."""
    _put(shipped.rows)
