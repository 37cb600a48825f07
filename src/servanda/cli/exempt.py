"""`servanda exempt`: let a target not count for one ticket, for a reason that stays with it."""

import argparse

from servanda import wall_time
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_options, opened, viewer_of


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "exempt",
        says="Let a target not count for one ticket; who asks is named as the one who approved it.",
        example='servanda exempt --source desk --ticket T1 --target fix --reason "the site was closed by the police"',
        run=run,
    )
    parser.add_argument("--source", required=True, help="the source of the ticket")
    parser.add_argument("--ticket", required=True, metavar="NUMBER", help="the number of the ticket there")
    parser.add_argument("--target", required=True, help="the id of the target in the agreement")
    parser.add_argument("--reason", required=True, help="why it does not count")
    add_database_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exempt the ticket from the target."""
    with opened(arguments):
        from servanda.services import exemptions

        now = wall_time.now()
        viewer = viewer_of(arguments, now)
        exemptions.exempt(viewer, arguments.source, arguments.ticket, arguments.target, arguments.reason, now=now)
        print(f"Target {arguments.target} does not count for ticket {arguments.ticket}.")
    return DONE
