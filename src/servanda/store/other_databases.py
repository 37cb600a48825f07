"""Databases besides the one that a process works on: one instant of it to read from, and files to try a restore in."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

PLAIN_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON",
}
"""How a file is opened that nobody else works on: no log beside it, so that the file is all there is."""

BEGIN_READING = {
    "sqlite": ("PRAGMA query_only=ON", "BEGIN", "SELECT count(*) FROM sqlite_master"),
    "postgresql": ("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",),
}


def sqlite_file(path: Path) -> dict[str, Any]:
    """Return the settings of an SQLite file that nobody else works on."""
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": dict(PLAIN_SQLITE)}


@contextmanager
def opened(entry: dict[str, Any]) -> Iterator[BaseDatabaseWrapper]:
    """Open another database for the length of a block, under a name of its own."""
    alias = f"other_{secrets.token_hex(4)}"
    connections.settings[alias] = connections.configure_settings({"default": entry})["default"]
    try:
        yield connections[alias]
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


@contextmanager
def snapshot(own: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    """Give a connection on which all that is read is of one instant, while others go on writing.

    Inside a transaction this is the connection itself, which sees its own writing.
    """
    if own.in_atomic_block:
        yield own
        return
    apart = own.copy()
    try:
        with apart.cursor() as cursor:
            for statement in BEGIN_READING[own.vendor]:
                cursor.execute(statement)
        yield apart
    finally:
        apart.close()


def migrate(connection: BaseDatabaseWrapper) -> None:
    """Make the tables of this version in a database, or bring those of an older one up to it."""
    call_command("migrate", database=connection.alias, verbosity=0, skip_checks=True)


def applied(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the migrations that a database has had, in their order; none where it has no tables."""
    return sorted(name for app, name in MigrationLoader(connection).applied_migrations if app == "store")


def known(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of all migrations of this version, those that a later one replaces too."""
    loader = MigrationLoader(connection)
    replaced = {each for one in loader.disk_migrations.values() for each in one.replaces}
    return sorted(name for app, name in {*loader.disk_migrations, *replaced} if app == "store")
