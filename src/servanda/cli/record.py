"""`servanda record`: record events of tickets, one JSON object a line; also how a connector hands them over."""

import argparse
import sys
from contextlib import nullcontext
from itertools import groupby
from pathlib import Path

from servanda import wall_time
from servanda.bad_input import BadInput
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_options, opened, viewer_of
from servanda.files.event_lines import EventLine, read_event_lines

EXAMPLE = "servanda record events.jsonl"
STANDARD_INPUT = "-"
LINE = (
    '{"source": "desk", "ticket": "T1", "kind": "opened", "happened_at": "2026-01-05T09:00:00+00:00", '
    '"changes": {"service": "mail", "priority": "P2"}}'
)


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "record",
        says="Record events of tickets, one JSON object a line. The events of a ticket that follow each other are "
        "recorded together; what is known already changes nothing.",
        example=f"{EXAMPLE}\n\nA line:\n  {LINE}",
        run=run,
    )
    parser.add_argument("file", metavar="FILE", help=f"the lines; {STANDARD_INPUT} reads the standard input")
    add_database_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Record each line; an event that is refused ends the run, and those before it stay recorded."""
    path = Path(arguments.file)
    with opened(arguments):
        from servanda.services import events

        standard = arguments.file == STANDARD_INPUT
        added = known = 0
        with nullcontext(sys.stdin) if standard else path.open(encoding="utf-8") as lines:
            for (source, ticket), some in groupby(read_event_lines(lines, path), key=_ticket):
                now = wall_time.now()
                group = list(some)
                viewer, told = viewer_of(arguments, now), [each.event for each in group]
                try:
                    recorded = events.record(viewer, source, ticket, told, now=now)
                except BadInput as refusal:
                    raise _at_its_line(refusal, path, group[0], added) from None
                added, known = added + recorded.added, known + recorded.known
        print(f"{added:,} events recorded, {known:,} known already.")
    return DONE


def _at_its_line(refusal: BadInput, path: Path, first: EventLine, added: int) -> BadInput:
    """Return a refusal with the line of the ticket's first event, and what stays recorded of the lines before."""
    before = f"; the {added:,} new events of the lines before stay recorded" if added else ""
    return BadInput(
        f"ticket '{first.ticket}': {refusal.found}{before}",
        expected=refusal.expected,
        mend=refusal.mend,
        file=path,
        line=first.line,
    )


def _ticket(line: EventLine) -> tuple[str, str]:
    return line.source, line.ticket
