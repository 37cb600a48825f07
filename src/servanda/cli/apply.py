"""`servanda apply`: keep in the database what an agreement file says, once and for ever."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from servanda import wall_time
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_options, opened, viewer_of
from servanda.files import agreements

if TYPE_CHECKING:
    from servanda.services.agreements import Applied

WORDS = {
    "versions": "version",
    "endings": "end of",
    "signatures": "signature of",
    "calendars": "calendar",
    "priorities": "priority scheme",
    "customers": "customer",
    "services": "service",
}


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "apply",
        says="Keep what an agreement file adds: its new versions, signatures and ends; nothing kept ever changes.",
        example="servanda apply agreements.yaml --plan",
        run=run,
    )
    parser.add_argument("agreements", type=Path, metavar="AGREEMENTS", help="a YAML file, or a folder of them")
    parser.add_argument("--plan", action="store_true", help="show what would be added, and add nothing")
    parser.add_argument("--as-planned", default="", metavar="MARK", help="refuse anything but what `plan` showed")
    add_database_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Keep what the file adds and print it; raise `BadInput` where the file contradicts what is kept."""
    draft = agreements.read(arguments.agreements)
    book = draft.book()
    if warnings := len(draft.findings.all()):
        things = f"{warnings} thing{'s' if warnings > 1 else ''}"
        print(f"'servanda lint {arguments.agreements}' warns of {things} to think twice about.", file=sys.stderr)
    with opened(arguments):
        from servanda.services import agreements as services

        now = wall_time.now()
        viewer = viewer_of(arguments, now)
        if arguments.plan:
            applied = services.plan(viewer, book, now)
        else:
            applied = services.apply(viewer, book, now, as_planned=arguments.as_planned)
    print(*lines(applied, arguments.plan), sep="\n")
    return DONE


def lines(applied: "Applied", planned: bool) -> Iterator[str]:
    """Yield what was added, or would be, and what was the same."""
    for name, word in WORDS.items():
        for each in getattr(applied, name):
            yield f"{'to add' if planned else 'added'}: {word} {each}"
    for each in applied.same:
        yield f"as kept: version {each}"
    if planned:
        yield "Nothing was written." if applied.changed else "Nothing is to be added."
    elif applied.changed:
        yield f"{applied.judged:,} tickets were judged anew."
    else:
        yield "Nothing was added."
