"""The database as it is at one instant, while others go on writing."""

import copy
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction

ALIAS = "moment"


@contextmanager
def moment(using=DEFAULT_DB_ALIAS):
    """Yields the alias of a connection of its own that sees the database of this instant, and can only read.

    Writers are not delayed: PostgreSQL takes a snapshot, and so does SQLite in WAL mode, provided that the transaction
    does not begin as ours do, by asking for the right to write.
    """
    config = copy.deepcopy(connections[using].settings_dict)
    if connections[using].vendor == "sqlite":
        config["OPTIONS"]["transaction_mode"] = "DEFERRED"
    connections.settings[ALIAS] = config
    try:
        with transaction.atomic(using=ALIAS):
            with connections[ALIAS].cursor() as cursor:
                if connections[ALIAS].vendor == "sqlite":
                    cursor.execute("PRAGMA query_only = 1")
                else:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                lift_time_limits(cursor)
                cursor.execute("SELECT 1 FROM django_migrations")  # the instant is that of the first reading
                cursor.fetchone()
            yield ALIAS
    finally:
        connections[ALIAS].close()
        del connections[ALIAS], connections.settings[ALIAS]


def lift_time_limits(cursor):
    """For the transaction that is open: what protects pages from a slow query would cut a backup short."""
    if cursor.db.vendor == "postgresql":
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
