"""`servanda dump`: everything in an open form that moves between databases."""

import argparse
from pathlib import Path

from servanda import wall_time
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_options, opened, viewer_of
from servanda.files.outputs import check_not_there, check_outputs

EXAMPLE = "servanda dump servanda.jsonl.gz"


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "dump",
        says="Write everything, or one organisation, as lines of JSON that 'servanda load' reads into any database.",
        example=EXAMPLE,
        run=run,
    )
    parser.add_argument("file", type=Path, help="the dump; packed if its name ends in .gz")
    parser.add_argument("--replace", action="store_true", help="write over a file of this name")
    add_database_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the dump: of one organisation, if one or a person of it is named."""
    with opened(arguments):
        from django.db import connection

        from servanda.services import transfers

        check_outputs(
            [arguments.file], [Path(connection.settings_dict["NAME"])] if connection.vendor == "sqlite" else []
        )
        check_not_there(arguments.file, replace=arguments.replace)
        one = arguments.organisation or arguments.person
        viewer = viewer_of(arguments, wall_time.now()) if one else None
        summary = transfers.dump_file(arguments.file, viewer)
    print(f"Dump written to {arguments.file}: {summary.total:,} rows of {summary.organisation or 'all organisations'}.")
    print(f"sha256:{summary.sha256}")
    return DONE
