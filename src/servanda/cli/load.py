"""`servanda load`: what a dump tells, into a database that does not hold it yet."""

import argparse
from pathlib import Path

from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_option, opened

EXAMPLE = "servanda load servanda.jsonl.gz --database postgresql://servanda@localhost/servanda"


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "load",
        says="Keep all that a dump tells in an empty database, or one that does not have its organisation yet.",
        example=EXAMPLE,
        run=run,
    )
    parser.add_argument("file", type=Path, help="a file written by 'servanda dump'")
    add_database_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Load the dump; make the tables where there are none."""
    with opened(arguments, without_tables=True):
        from servanda.services import transfers
        from servanda.store import tables

        if tables.standing() is tables.Standing.NONE:
            tables.make()
        tables.refuse_unless_current(tables.standing())
        summary = transfers.load_file(arguments.file)
    print(f"{summary.total:,} rows of {summary.organisation or 'all organisations'} loaded.")
    print(f"sha256:{summary.sha256}")
    return DONE
