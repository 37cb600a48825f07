"""`servanda audit`: who did what and when in an organisation, entry by entry."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from servanda import wall_time
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_options, opened, viewer_of
from servanda.engine.agreements import FIRST_YEAR, LAST_YEAR
from servanda.engine.rights import Action
from servanda.files.outputs import check_outputs, write_rows
from servanda.reports import audit as report

if TYPE_CHECKING:
    from servanda.queries.audit import Listing

EXAMPLE = "servanda audit --from 2026-01-01 --until 2026-03-31 --action import_log --csv audit.csv"


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "audit",
        says="List what was done in an organisation, by whom and when, from the first entry on.",
        example=EXAMPLE,
        run=run,
    )
    parser.add_argument("--from", dest="first", type=day, metavar="DATE", help="only entries from this date on")
    parser.add_argument("--until", dest="last", type=day, metavar="DATE", help="only entries up to this date")
    parser.add_argument("--actor", metavar="PERSON", help="only what this person did")
    parser.add_argument("--action", choices=[each.value for each in Action], help="only entries of this sort")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--csv", type=Path, metavar="FILE", help="write the entries as CSV, with their content and hash")
    shown.add_argument("--json", action="store_true", help="print each entry as a JSON object on a line of its own")
    add_database_options(parser)


def day(text: str) -> date:
    """Return a date from the command line."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no date; write 2026-03-31") from None
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise argparse.ArgumentTypeError(f"'{text}' lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return on


def run(arguments: argparse.Namespace) -> int:
    """List the entries as they are read."""
    check_outputs([arguments.csv] if arguments.csv else [])
    with opened(arguments):
        from servanda.queries import audit as queries
        from servanda.store.snapshots import snapshot

        action = Action(arguments.action) if arguments.action else None
        asked = queries.Asked(arguments.first, arguments.last, arguments.actor, action)
        viewer = viewer_of(arguments, wall_time.now())
        with snapshot():
            show(queries.entries(viewer, asked), arguments)
    return DONE


def show(listing: "Listing", arguments: argparse.Namespace) -> None:
    """Write or print the entries."""
    if arguments.csv:
        write_rows(arguments.csv, report.COLUMNS, (report.row(each, listing.zone) for each in listing))
        print(f"Entries written to {arguments.csv}.")
        return
    for entry in listing:
        print(json.dumps(report.record(entry, listing.zone)) if arguments.json else report.line(entry, listing.zone))
