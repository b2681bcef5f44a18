"""The tests' own tools: an undefined variable fails, a base is empty or full, PostgreSQL is never forgotten."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection
from django.template import Context, Origin, Template

from fiches.models import Fiche
from tests import postgres
from tests.factories import make_published_fiche, make_ready_fiche

OURS = settings.BASE_DIR / "templates" / "essai.html"


def render(source, path=OURS, **context):
    return Template(source, origin=Origin(str(path), template_name="essai.html")).render(Context(context))


@pytest.mark.parametrize(
    "source",
    [
        "{{ absent }}",
        "{{ here.absent }}",
        "{{ absent|upper }}",
        "{% if here %}{{ absent }}{% endif %}",
        "{% for x in here %}{{ x.absent }}{% endfor %}",
        "{% with a=absent %}{% endwith %}",
        "{% filter upper %}{{ absent }}{% endfilter %}",
    ],
)
def test_an_undefined_variable_in_our_templates_fails(source):
    with pytest.raises(pytest.fail.Exception, match=r"absent in essai\.html"):
        render(source, here=["x"])


@pytest.mark.parametrize("source", ["{{ here }}", "{% if absent %}x{% endif %}", "{% for x in absent %}x{% endfor %}"])
def test_a_defined_or_tested_variable_does_not(source):
    assert render(source, here="") == ""


def test_templates_of_other_packages_are_left_alone():
    assert render("[{{ absent }}]", path="/elsewhere/admin/base.html") == "[]"
    assert Template("[{{ absent }}]").render(Context()) == "[]"


@pytest.mark.django_db
def test_a_base_is_empty_unless_it_is_asked_for():
    assert not Fiche.objects.exists()


@pytest.mark.django_db
def test_a_ready_sheet_is_ready_and_a_published_one_is_read():
    for genre in ("pratique", "piege", "projet"):
        assert make_ready_fiche(genre=genre).missing_to_publish() == []
        assert make_published_fiche(genre=genre) in Fiche.objects.published()


def test_committed_content_is_seen_by_another_thread(committed_content):
    def count():
        try:
            return Fiche.objects.published().count()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(count).result(30) == 75


@pytest.fixture
def nowhere(monkeypatch):
    """A machine without PostgreSQL."""
    monkeypatch.setattr(postgres, "server_binaries", lambda: None)
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.delenv("REQUIRE_POSTGRES", raising=False)


def python(code):
    return [sys.executable, "-c", code]


def test_without_postgresql_it_is_said_loudly(nowhere, capfd):
    assert postgres.main(python("print('ran')")) == 0
    said = capfd.readouterr()
    assert "NOT TESTED ON POSTGRESQL" in said.err
    assert "ran" not in said.out


def test_without_postgresql_where_it_is_required_it_fails(nowhere, monkeypatch, capfd):
    monkeypatch.setenv("REQUIRE_POSTGRES", "1")
    assert postgres.main(python("")) == 1
    assert "NOT TESTED ON POSTGRESQL" in capfd.readouterr().err


@pytest.mark.parametrize("code", [0, 3])
def test_a_given_server_is_used_and_the_exit_code_is_the_commands(nowhere, monkeypatch, code):
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://given/base")
    check = "import os, sys; assert os.environ['DATABASE_URL'] == 'postgres://given/base'; "
    assert postgres.main(python(f"{check}sys.exit({code})")) == code
