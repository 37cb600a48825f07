"""`servanda restore`: put a backup in the place of a database."""

import argparse
from pathlib import Path

from servanda import wall_time
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_option

EXAMPLE = "servanda restore /backups/servanda-20261122T020000Z.sqlite3 --database sqlite:///servanda.sqlite3"


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "restore",
        says="Put a backup or a dump in the place of a database that is empty, not there yet, or to be put aside.",
        example=EXAMPLE,
        run=run,
    )
    parser.add_argument("file", type=Path, help="a file written by 'servanda backup' or 'servanda dump'")
    parser.add_argument(
        "--replace", action="store_true", help="put what the database holds aside first, under a name with the date"
    )
    add_database_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Restore the file."""
    from servanda.config import setup

    setup(arguments.database)
    from servanda.services import backups
    from servanda.store import failures

    with failures.in_words():
        restored = backups.restore(arguments.file, now=wall_time.now(), replace=arguments.replace)
    print(f"{restored.held.total:,} rows restored and compared (hash {restored.held.state_hash[:16]}).")
    if restored.old_state:
        print(f"The old state is kept as {restored.old_state}.")
    return DONE
