"""Read settings from the environment, and refuse a bad one in a single clear line.

A volunteer who mistypes a variable should read its name and what is expected, not a traceback:
every refusal is a `SystemExit` (exit code 1, one line on standard error).
"""

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def refuse(name, why):
    """Stop the program: `name` is the environment variable at fault, `why` what it should hold."""
    raise SystemExit(f"Configuration error: {name} {why}")


def text(name, default=""):
    """The variable without surrounding blanks, or `default` when it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def boolean(name, default=False):
    """True for 1/true/yes/on, False for 0/false/no/off or an empty value; anything else is refused."""
    value = os.environ.get(name)
    if value is None:
        return default
    value = value.strip().lower()
    if value not in _TRUE | _FALSE:
        refuse(name, "must be 1 or 0.")
    return value in _TRUE


def integer(name, default):
    """The variable as a whole number of at least 0, or `default` when it is unset or empty."""
    value = text(name)
    if not value:
        return default
    if not value.isdecimal():
        refuse(name, f"must be a whole number, not {value!r}.")
    return int(value)


def choice(name, default, options):
    """The variable, one of `options` (in lower case), or `default` when it is unset or empty."""
    value = text(name, default).lower()
    if value not in options:
        refuse(name, f"must be one of {', '.join(options)}.")
    return value


def listing(name, default=()):
    """The comma-separated items of the variable, blanks dropped, or a list of `default`."""
    return [item.strip() for item in text(name).split(",") if item.strip()] or list(default)


def secret_key(name, *, debug):
    """The key that signs sessions and tokens. Outside DEBUG it must be long and not Django's sample."""
    key = text(name)
    if debug and not key:
        return "development-only-" + "not-secret-" * 4
    if not key:
        refuse(name, "is not set. Give it 50 random characters or more, kept out of the code.")
    if len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-"):
        refuse(name, "is too weak: give it 50 random characters or more.")
    return key


def hosts(name, *, debug):
    """The host names that this site answers to. Outside DEBUG there must be one, and never `*`."""
    found = listing(name, ["127.0.0.1", "localhost"] if debug else ())
    if not found:
        refuse(name, "is not set. List the site's host names, separated by commas.")
    if "*" in found and not debug:
        refuse(name, "may not be *: list the site's host names.")
    return found


# Measured: only IMMEDIATE removes "database is locked" under concurrent writers (WAL alone makes it
# worse), and FULL is what survives a power cut. Never set ATOMIC_REQUESTS: each read would become a writer.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,  # seconds
    # For each of the eight threads of a site: a larger page cache (kB) or more statements gain no time, since the
    # system keeps the file in memory, and took up to 36 MB each.
    "cached_statements": 16,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-512; PRAGMA temp_store=MEMORY;"
    ),
}


# A server that is gone is known to be in seconds, even when its machine no longer answers at all.
POSTGRESQL_OPTIONS = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 30,  # seconds
    "keepalives_interval": 10,  # seconds
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}


def database(name, *, default_file):
    """Django's DATABASES entry for the URL in the variable (SQLite or PostgreSQL).

    Without the variable: SQLite in `default_file` (a Path), whose folder is created.
    """
    url = text(name)
    if not url:
        default_file.parent.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{default_file}"
    try:
        config = dj_database_url.parse(url)
    except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError, ValueError):
        # The value may hold a password: it is not printed.
        refuse(name, "is not a database address such as postgres://user:password@host:5432/name.")
    if config["ENGINE"] == "django.db.backends.sqlite3":
        if config["NAME"] != ":memory:" and not Path(config["NAME"]).parent.is_dir():
            refuse(name, f"names a file in a folder that does not exist: {Path(config['NAME']).parent}")
        if Path(config["NAME"]).is_dir():
            refuse(name, f"names a folder, not a file: {config['NAME']}")
        config["OPTIONS"] = {**config.get("OPTIONS", {}), **SQLITE_OPTIONS}
        config["CONN_MAX_AGE"] = None  # measured: opening the file and its four settings takes longer than a kept page
    elif config["ENGINE"] == "django.db.backends.postgresql":
        config["OPTIONS"] = {**POSTGRESQL_OPTIONS, **config.get("OPTIONS", {})}
        config["CONN_MAX_AGE"] = 600  # seconds
        config["CONN_HEALTH_CHECKS"] = True
    else:
        refuse(name, "must be a SQLite or a PostgreSQL address.")
    return config


def site_url(name, default=""):
    """The site's own address without its final slash, such as https://fiches.example.org; "" when it is not said."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        refuse(name, "must be the site's address, such as https://fiches.example.org")
    return value


def path(name, default):
    """The beginning of some addresses, such as `admin/`: small letters, figures and hyphens between slashes."""
    value = text(name, default).strip("/")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*", value):
        refuse(name, "must be the beginning of an address such as coulisses/: small letters, figures and hyphens.")
    return f"{value}/"


_MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}


def email(name, *, debug):
    """(Django's backend, {host, port, user, password, tls, ssl}) for the mail server that the variable tells.

    `smtp+tls://user:password@host:587` (STARTTLS), `smtp+ssl://…:465`, or `smtp://host:25` without encryption. Signs
    of the password that an address keeps for itself are percent-encoded. Without the variable, what is sent is
    printed in DEBUG, and refused by `send_digest` elsewhere.
    """
    said = {"host": "", "port": 25, "user": "", "password": "", "tls": False, "ssl": False}
    url = text(name)
    if not url:
        return f"django.core.mail.backends.{'console' if debug else 'dummy'}.EmailBackend", said
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _MAIL_PORTS or not parts.hostname:
        # The value may hold a password: it is not printed.
        refuse(name, "is not a mail server such as smtp+tls://user:password@mail.example.org:587")
    said |= {
        "host": parts.hostname,
        "port": port or _MAIL_PORTS[parts.scheme],
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "tls": parts.scheme == "smtp+tls",
        "ssl": parts.scheme == "smtp+ssl",
    }
    return "django.core.mail.backends.smtp.EmailBackend", said
