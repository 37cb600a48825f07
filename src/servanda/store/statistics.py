"""What a database knows of its tables, by which it chooses how to look something up."""

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

AFTER = 1_000
"""Rows; after so many were written at once, what a server knew of its tables before says little."""


def refresh(into: BaseDatabaseWrapper) -> None:
    """Let a PostgreSQL server look at its tables anew, as it would by itself only a minute after a transaction ends.

    Until then it takes tables for empty, and reads them whole for every row that is asked for. SQLite chooses without.
    """
    if into.vendor != "postgresql":
        return
    tables = sorted(each._meta.db_table for each in apps.get_app_config("store").get_models())
    with into.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
