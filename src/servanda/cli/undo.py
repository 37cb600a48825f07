"""`servanda undo`: take back all that an import brought, by other events; nothing is removed."""

import argparse

from servanda import wall_time
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_options, opened, viewer_of
from servanda.cli.log_options import show_progress


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "undo",
        says="Take back an import: its events are taken back by others, and those it took back come again.",
        example='servanda undo 3 --reason "the wrong export"',
        run=run,
    )
    parser.add_argument("batch", type=int, metavar="NUMBER", help="the number of the batch, as the import printed it")
    parser.add_argument("--reason", required=True, help="why; it stays with the tickets for ever")
    add_database_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Undo the batch."""
    with opened(arguments):
        from servanda.services import imports

        now = wall_time.now()
        undone = imports.undo(
            viewer_of(arguments, now), arguments.batch, arguments.reason, now=now, progress=show_progress
        )
        print(
            f"Batch {arguments.batch} is undone: {undone.tickets:,} tickets, {undone.taken_back:,} events taken back, "
            f"{undone.restored:,} that come again."
        )
    return DONE
