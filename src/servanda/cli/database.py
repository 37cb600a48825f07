"""`servanda database`: bring a database to this version."""

import argparse

from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_option, opened

EXAMPLE = "servanda database upgrade"


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers, "database", says="Bring the tables of a database to this version.", example=EXAMPLE, run=upgrade
    )
    steps = parser.add_subparsers(metavar="STEP", required=True)
    step = add_command(
        steps,
        "upgrade",
        says="Make the tables that are missing and change older ones; make a copy of the database before.",
        example=EXAMPLE,
        run=upgrade,
    )
    add_database_option(step)


def upgrade(arguments: argparse.Namespace) -> int:
    """Bring the tables to this version."""
    with opened(arguments, without_tables=True):
        from servanda.store import tables

        if tables.standing() is tables.Standing.CURRENT:
            print("The tables are those of this version already.")
            return DONE
        tables.make()
        print("The tables are those of this version now.")
    return DONE
