"""`servanda backup`: everything as of one instant in a file, tried by restoring it."""

import argparse
from pathlib import Path

from servanda import wall_time
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_option, opened
from servanda.files.outputs import check_not_there, check_outputs

EXAMPLE = "servanda backup /backups/"


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "backup",
        says="Write a backup while others go on working, restore it elsewhere to try it, and keep the date of that.",
        example=EXAMPLE,
        run=run,
    )
    parser.add_argument(
        "file",
        type=Path,
        help="the backup, or a folder in which it gets a name with the date; a copy of an SQLite file, else a dump "
        "(packed if its name ends in .gz)",
    )
    parser.add_argument("--replace", action="store_true", help="write over a file of this name")
    add_database_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the backup."""
    now = wall_time.now()
    with opened(arguments):
        from django.db import connection

        from servanda.services import backups

        path: Path = arguments.file
        if path.is_dir():
            ending = "sqlite3" if connection.vendor == "sqlite" else "jsonl.gz"
            path = path / f"servanda-{now:%Y%m%dT%H%M%SZ}.{ending}"
        check_outputs([path], [Path(connection.settings_dict["NAME"])] if connection.vendor == "sqlite" else [])
        check_not_there(path, replace=arguments.replace)
        made = backups.make(path, now=now)
    print(f"Backup written to {made.path}: {made.held.total:,} rows, {made.path.stat().st_size:,} bytes.")
    print(f"It was restored into {made.tried_in} and held the same rows (hash {made.held.state_hash[:16]}).")
    return DONE
