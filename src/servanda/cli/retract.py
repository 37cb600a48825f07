"""`servanda retract`: take back one event of a ticket, for a reason that stays with it."""

import argparse

from servanda import wall_time
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_options, opened, viewer_of


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "retract",
        says="Take back one event of a ticket; without --event list its events with their keys.",
        example='servanda retract --source desk --ticket T1 --event e4 --reason "the wrong ticket"',
        run=run,
    )
    parser.add_argument("--source", required=True, help="the source of the ticket")
    parser.add_argument("--ticket", required=True, metavar="NUMBER", help="the number of the ticket there")
    parser.add_argument("--event", metavar="KEY", help="the key of the event, as the list shows it")
    parser.add_argument("--reason", default="", help="why it is wrong")
    add_database_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Take the event back, or list the events."""
    with opened(arguments):
        from servanda.services import corrections

        now = wall_time.now()
        viewer = viewer_of(arguments, now)
        if arguments.event is None:
            for key, event in corrections.keys(viewer, arguments.source, arguments.ticket):
                print(f"{event.happened_at.isoformat()}  {event.kind.word:<16}  {key}")
            return DONE
        corrections.retract(viewer, arguments.source, arguments.ticket, arguments.event, arguments.reason, now=now)
        print(f"Event {arguments.event} of ticket {arguments.ticket} is taken back.")
    return DONE
