"""Whether a database has the tables of this Servanda, and how it gets them."""

from enum import Enum
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from servanda.bad_input import BadInput

APP = "store"
WHEN_CURRENT = "a database with the tables of this version"


class WrongTables(BadInput):
    """A database whose tables this version cannot work with."""


class Standing(Enum):
    """How the tables of a database stand to those this version works with."""

    NONE = "none"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def standing() -> Standing:
    """Return how the tables stand; a file that is not there yet is not made by asking."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return Standing.NONE
    loader = MigrationLoader(connection)
    applied = {name for app, name in loader.applied_migrations if app == APP}
    if not applied:
        return Standing.NONE
    if applied - _known(loader):
        return Standing.NEWER
    return Standing.OLDER if {name for app, name in loader.graph.nodes if app == APP} - applied else Standing.CURRENT


def _known(loader: MigrationLoader) -> set[str]:
    """Return the migrations of this version, with those that they stand for."""
    own = {name: each for (app, name), each in loader.disk_migrations.items() if app == APP}
    return {*own, *(name for each in own.values() for _, name in each.replaces)}


def refuse_unless_current(found: Standing) -> None:
    """Raise `WrongTables` where the tables are not those of this version."""
    if found is Standing.NONE:
        raise WrongTables(
            "The database has no tables yet.",
            expected=WHEN_CURRENT,
            mend="Run 'servanda organisation add', which makes them, or correct --database.",
        )
    if found is Standing.OLDER:
        raise WrongTables(
            "The database was made by an older Servanda.",
            expected=WHEN_CURRENT,
            mend="Make a copy of it, then run 'servanda database upgrade'.",
        )
    refuse_newer(found)


def refuse_newer(found: Standing) -> None:
    """Raise `WrongTables` where a newer Servanda has worked on the database."""
    if found is Standing.NEWER:
        raise WrongTables(
            "The database was written by a newer Servanda.",
            expected=WHEN_CURRENT,
            mend="Use that Servanda, or a newer one; nothing was changed.",
        )


def make() -> None:
    """Make the tables that are missing, and bring older ones to this version; refuse those of a newer Servanda."""
    refuse_newer(standing())
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as failure:
        if "already exists" not in f"{failure}":
            raise
        raise WrongTables(
            "Somebody else was making the tables of the database at the same time.",
            expected="one who makes them while nobody else does",
            mend="Run the command again.",
        ) from failure
