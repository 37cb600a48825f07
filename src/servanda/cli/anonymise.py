"""`servanda anonymise`: forget people, and keep what happened."""

import argparse
from datetime import date

from servanda import wall_time
from servanda.bad_input import BadInput
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_options, opened, viewer_of

EXAMPLE = "servanda anonymise p-0c1f5e7a9b3d2e4f6a8b --reason 'request of 3 May'"


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "anonymise",
        says="Empty the names and addresses of people, for ever; counts, events and hashes stay.",
        example=EXAMPLE,
        run=run,
    )
    parser.add_argument("forgotten", nargs="?", metavar="person", help="a person, by the id or by the exact name")
    parser.add_argument(
        "--unseen-since",
        type=day,
        metavar="DATE",
        help="everybody whom only sources name, and whose last event lies before this day",
    )
    parser.add_argument("--clean", action="store_true", help="only clean away traces that were left in the database")
    parser.add_argument("--reason", default="", help="why, without a name in it; it stands in the audit")
    add_database_options(parser)


def day(text: str) -> date:
    """Return a date from the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no date; write it as 2026-01-31") from None


def run(arguments: argparse.Namespace) -> int:
    """Forget whom the options name, and leave no trace in the database."""
    if sum(map(bool, (arguments.forgotten, arguments.unseen_since, arguments.clean))) != 1:
        raise BadInput(
            "it is not said whom to forget",
            expected="a person, --unseen-since or --clean, one of them",
            mend="Name a person by the id or the exact name.",
        )
    now = wall_time.now()
    with opened(arguments):
        from servanda.services import retention

        viewer = viewer_of(arguments, now)
        if arguments.forgotten:
            slug = retention.find(viewer, arguments.forgotten)
            retention.anonymise(viewer, slug, now=now, reason=arguments.reason)
            print(f"{slug} has no name any more.", flush=True)
        elif arguments.unseen_since:
            gone = retention.anonymise_unseen(viewer, arguments.unseen_since, now=now, reason=arguments.reason)
            print(f"{len(gone):,} people have no name any more.", flush=True)
        else:
            retention.may_clean(viewer)
        retention.leave_no_trace()
        print("Nothing of what was emptied is left in the database; copies made before keep what they held.")
    return DONE
