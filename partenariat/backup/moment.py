"""The database as it is at one instant, while others go on writing."""

from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction


@contextmanager
def moment(using=DEFAULT_DB_ALIAS):
    """Until the block ends, this thread sees the database `using` as it is now, and can only read it.

    It does so on a connection of its own. Writers are not delayed: PostgreSQL takes a snapshot, and so does SQLite in
    WAL mode, provided that the transaction does not begin as ours do, by asking for the right to write.
    """
    usual = connections[using]
    own = usual.copy()
    if own.vendor == "sqlite":
        own.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"
    connections[using] = own
    try:
        with transaction.atomic(using=using):
            with own.cursor() as cursor:
                if own.vendor == "sqlite":
                    cursor.execute("PRAGMA query_only = 1")
                else:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                lift_time_limits(cursor)
                cursor.execute("SELECT 1 FROM django_migrations")  # the instant is that of the first reading
                cursor.fetchone()
            yield
    finally:
        own.close()
        connections[using] = usual


def lift_time_limits(cursor):
    """For the transaction that is open: what protects pages from a slow query would cut a backup short."""
    if cursor.db.vendor == "postgresql":
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
