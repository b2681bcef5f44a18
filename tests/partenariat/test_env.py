"""Settings from the environment: a bad value stops the program with one clear line, and says no secret."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from partenariat import env

ROOT = Path(__file__).resolve().parents[2]
GOOD_KEY = "0123456789abcdef" * 4


@pytest.fixture
def variable(monkeypatch):
    """Sets, or with None removes, the variable that every function below is asked to read."""

    def set_variable(value):
        monkeypatch.delenv("VARIABLE", raising=False)
        if value is not None:
            monkeypatch.setenv("VARIABLE", value)

    return set_variable


def refusal(read, *args, **kwargs):
    with pytest.raises(SystemExit) as stopped:
        read("VARIABLE", *args, **kwargs)
    message = stopped.value.code
    assert message.startswith("Configuration error: VARIABLE ")
    assert "\n" not in message
    return message


@pytest.mark.parametrize("value", ["1", "true", "True", "YES", "on", " 1 "])
def test_boolean_true(variable, value):
    variable(value)
    assert env.boolean("VARIABLE") is True


@pytest.mark.parametrize("value", ["0", "false", "False", "no", "OFF", "", " "])
def test_boolean_false_even_where_the_default_is_true(variable, value):
    variable(value)
    assert env.boolean("VARIABLE", default=True) is False


@pytest.mark.parametrize("default", [True, False])
def test_boolean_unset_takes_the_default(variable, default):
    variable(None)
    assert env.boolean("VARIABLE", default=default) is default


@pytest.mark.parametrize("value", ["oui", "2", "tru", "none"])
def test_boolean_refuses_anything_else(variable, value):
    variable(value)
    assert "1 or 0" in refusal(env.boolean)


def test_integer(variable):
    variable(None)
    assert env.integer("VARIABLE", 7) == 7
    variable("")
    assert env.integer("VARIABLE", 7) == 7
    variable(" 42 ")
    assert env.integer("VARIABLE", 7) == 42


@pytest.mark.parametrize("value", ["-1", "1.5", "deux", "1e3"])
def test_integer_refuses_what_is_not_a_whole_number(variable, value):
    variable(value)
    assert "whole number" in refusal(env.integer, 7)


def test_choice(variable):
    variable(None)
    assert env.choice("VARIABLE", "text", ("text", "json")) == "text"
    variable(" JSON ")
    assert env.choice("VARIABLE", "text", ("text", "json")) == "json"
    variable("xml")
    assert "text, json" in refusal(env.choice, "text", ("text", "json"))


def test_listing_drops_blanks(variable):
    variable(" a.fr , ,b.fr,")
    assert env.listing("VARIABLE") == ["a.fr", "b.fr"]
    variable(" , ")
    assert env.listing("VARIABLE", ("x",)) == ["x"]


@pytest.mark.parametrize(
    "key",
    [
        None,
        "",
        "short",
        GOOD_KEY[:49],
        "ab" * 40,
        "django-insecure-" + GOOD_KEY,
    ],
)
def test_a_missing_or_weak_key_is_refused(variable, key):
    variable(key)
    refusal(env.secret_key, debug=False)


def test_a_weak_key_is_refused_in_debug_too_when_it_was_given(variable):
    variable("short")
    refusal(env.secret_key, debug=True)


def test_a_refused_key_is_not_printed(variable):
    variable("my-little-secret")
    assert "my-little-secret" not in refusal(env.secret_key, debug=False)


def test_a_key_of_fifty_characters_is_enough(variable):
    variable(GOOD_KEY[:50])
    assert env.secret_key("VARIABLE", debug=False) == GOOD_KEY[:50]


def test_debug_needs_no_key_and_no_host(variable):
    variable(None)
    assert len(env.secret_key("VARIABLE", debug=True)) >= 50
    assert env.hosts("VARIABLE", debug=True) == ["127.0.0.1", "localhost"]


@pytest.mark.parametrize("value", [None, "", " , ", "*", "example.org,*"])
def test_missing_or_open_hosts_are_refused(variable, value):
    variable(value)
    refusal(env.hosts, debug=False)


def test_hosts(variable):
    variable("example.org, www.example.org")
    assert env.hosts("VARIABLE", debug=False) == ["example.org", "www.example.org"]


def test_without_a_database_address_it_is_a_file_whose_folder_is_made(variable, tmp_path):
    variable(None)
    file = tmp_path / "data" / "base.sqlite3"
    config = env.database("VARIABLE", default_file=file)
    assert config["ENGINE"] == "django.db.backends.sqlite3"
    assert config["NAME"] == str(file)
    assert file.parent.is_dir()


def test_sqlite_waits_and_never_upgrades_a_read_to_a_write(variable, tmp_path):
    variable(f"sqlite:///{tmp_path}/base.sqlite3")
    options = env.database("VARIABLE", default_file=tmp_path / "other")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] >= 10
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_sqlite_options_reach_the_database(tmp_path):
    said = manage(
        "shell",
        "--no-imports",
        "-c",
        "from django.db import connection as c\n"
        "with c.cursor() as k:\n"
        "    k.execute('PRAGMA journal_mode'); print(k.fetchone()[0])\n"
        "    k.execute('PRAGMA synchronous'); print(k.fetchone()[0])",
        SECRET_KEY=GOOD_KEY,
        ALLOWED_HOSTS="example.org",
        DATABASE_URL=f"sqlite:///{tmp_path}/base.sqlite3",
    )
    assert said.stdout.split() == ["wal", "2"], said.stderr  # 2 is FULL


def test_sqlite_in_a_folder_that_does_not_exist_is_refused(variable, tmp_path):
    variable(f"sqlite:///{tmp_path}/absent/base.sqlite3")
    assert f"{tmp_path}/absent" in refusal(env.database, default_file=tmp_path / "other")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("postgres://user:secret@db.example.org:5433/base", "db.example.org"),
        ("postgresql://user@%2Frun%2Fpostgresql/base", "/run/postgresql"),
    ],
)
def test_postgresql(variable, tmp_path, url, host):
    variable(url)
    config = env.database("VARIABLE", default_file=tmp_path / "other")
    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert config["HOST"] == host
    assert config["CONN_HEALTH_CHECKS"] is True
    assert config["OPTIONS"]["connect_timeout"] == 5


def test_what_an_address_says_of_its_timeouts_wins(variable, tmp_path):
    variable("postgres://user@db.example.org/base?connect_timeout=2&sslmode=require")
    options = env.database("VARIABLE", default_file=tmp_path / "other")["OPTIONS"]
    assert (int(options["connect_timeout"]), options["sslmode"]) == (2, "require")


@pytest.mark.parametrize(
    "url",
    [
        "user:pa55word@host/base",
        "postgres://user:pa55word@host:port/base",
        "postgres://user:pa55word@[host/base",
        "mongodb://user:pa55word@host/base",
        "mysql://user:pa55word@host/base",
        "oracle://user:pa55word@host:1521/base",
        "pa55word",
    ],
)
def test_a_bad_database_address_is_refused_without_its_password(variable, tmp_path, url):
    variable(url)
    assert "pa55word" not in refusal(env.database, default_file=tmp_path / "other")


def manage(*arguments, **variables):
    """Run manage.py with nothing in the environment but `variables`."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": GOOD_KEY}, "ALLOWED_HOSTS"),
        ({"SECRET_KEY": GOOD_KEY, "ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"DEBUG": "peut-être"}, "DEBUG"),
        ({"DEBUG": "1", "DATABASE_URL": "postgres://u:pa55word@h:x/b"}, "DATABASE_URL"),
        ({"DEBUG": "1", "HSTS_SECONDS": "-3", "HTTPS": "1"}, "HSTS_SECONDS"),
    ],
)
def test_the_program_stops_with_one_line_and_code_1(variables, named):
    said = manage("check", **variables)
    assert said.returncode == 1
    assert said.stdout == ""
    lines = said.stderr.splitlines()
    assert len(lines) == 1, said.stderr
    assert lines[0].startswith(f"Configuration error: {named} ")
    assert "pa55word" not in said.stderr


def test_the_program_is_ready_for_production():
    """No warning of Django's deployment check, with the two variables that production must give."""
    said = manage("check", "--deploy", "--fail-level", "WARNING", SECRET_KEY=GOOD_KEY, ALLOWED_HOSTS="example.org")
    assert said.returncode == 0, said.stderr


class TestAdminPath:
    @pytest.mark.parametrize(
        ("value", "path"),
        [(None, "admin/"), ("", "admin/"), ("coulisses", "coulisses/"), (" /a-b/c2/ ", "a-b/c2/")],
    )
    def test_ends_with_a_slash(self, variable, value, path):
        variable(value)
        assert env.path("VARIABLE", "admin/") == path

    @pytest.mark.parametrize("value", ["Admin", "a//b", "../x", "-a", "a_b", "é", "a b", "a?b", "<x>", "a.b", "/"])
    def test_what_is_no_beginning_of_an_address_is_refused(self, variable, value):
        variable(value)
        assert "small letters" in refusal(env.path, "admin/")

    @pytest.mark.parametrize("taken", ["fiches", "api/equipe", "static", "sante", "robots", "a-propos"])
    def test_where_other_pages_are_is_refused_at_the_start(self, taken):
        said = manage("check", DEBUG="1", DATABASE_URL="sqlite://:memory:", ADMIN_PATH=taken)
        assert said.returncode == 1
        (line,) = said.stderr.splitlines()
        assert (
            line == f"Configuration error: ADMIN_PATH may not be {taken}/: other pages are there. Choose another word."
        )

    def test_the_curators_work_there_and_nobody_is_told(self):
        said = manage(
            "shell", "--no-imports", "-c",
            "from django.test import Client\n"
            "from django.urls import is_valid_path, reverse\n"
            "print(reverse('admin:login'), is_valid_path('/' + 'admin/'))\n"
            "ask = Client(headers={'host': '127.0.0.1'}).get\n"
            "print('Connexion' in ask(reverse('admin:login')).content.decode())\n"
            "print([url for url in ('/robots.txt', '/lire-d-avance.json') if b'coulisses' in ask(url).content])",
            DEBUG="1", DATABASE_URL="sqlite://:memory:", ADMIN_PATH="coulisses/equipe",
        )  # fmt: skip
        assert said.stdout.splitlines() == ["/coulisses/equipe/login/ False", "True", "[]"], said.stderr


class TestMail:
    def test_without_a_server_letters_are_printed_in_debug_and_dropped_elsewhere(self, monkeypatch):
        monkeypatch.delenv("EMAIL_URL", raising=False)
        assert env.email("EMAIL_URL", debug=True)[0].endswith("console.EmailBackend")
        assert env.email("EMAIL_URL", debug=False)[0].endswith("dummy.EmailBackend")

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("smtp://localhost", ("localhost", 25, "", "", False, False)),
            ("smtp+tls://moi:a%40b@m.fr", ("m.fr", 587, "moi", "a@b", True, False)),
            ("smtp+ssl://moi:x@m.fr:4650", ("m.fr", 4650, "moi", "x", False, True)),
        ],
    )
    def test_a_server(self, monkeypatch, url, said):
        monkeypatch.setenv("EMAIL_URL", url)
        backend, found = env.email("EMAIL_URL", debug=False)
        assert backend.endswith("smtp.EmailBackend")
        assert tuple(found.values()) == said

    @pytest.mark.parametrize("url", ["m.fr", "http://m.fr", "smtp://", "smtp://m.fr:port", "smtp+tls://u:secret@:x"])
    def test_a_wrong_one_is_refused_without_printing_it(self, monkeypatch, url):
        monkeypatch.setenv("EMAIL_URL", url)
        with pytest.raises(SystemExit) as refusal:
            env.email("EMAIL_URL", debug=False)
        assert "EMAIL_URL" in str(refusal.value)
        assert "secret" not in str(refusal.value)


class TestSiteUrl:
    @pytest.mark.parametrize(("value", "url"), [("", ""), ("https://a.fr/", "https://a.fr")])
    def test_without_its_final_slash(self, monkeypatch, value, url):
        monkeypatch.setenv("SITE_URL", value)
        assert env.site_url("SITE_URL") == url

    @pytest.mark.parametrize("value", ["a.fr", "ftp://a.fr", "https://", "https://a.fr/?x"])
    def test_what_is_no_address_is_refused(self, monkeypatch, value):
        monkeypatch.setenv("SITE_URL", value)
        with pytest.raises(SystemExit, match="SITE_URL"):
            env.site_url("SITE_URL")
