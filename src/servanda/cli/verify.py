"""`servanda verify`: work out again all that is kept beside the events, and name each difference."""

import argparse
import json
from dataclasses import replace

from servanda import wall_time
from servanda.cli.command import DONE, FINDINGS, Subparsers, add_command
from servanda.cli.database_options import add_database_options, opened, viewer_of
from servanda.cli.log_options import show_progress


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "verify",
        says="Replay every event and compare all that is kept: clocks, tallies, agreement versions, issued reports, "
        "the audit. Writes nothing.",
        example="servanda verify",
        run=run,
    )
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")
    add_database_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Verify; 1 where something differs."""
    with opened(arguments):
        from servanda.reports import verification as words
        from servanda.reports.monthly.verification import differences
        from servanda.services import verification

        viewer = viewer_of(arguments, wall_time.now())
        verified = verification.verify(viewer, show_progress)
        verified = replace(verified, differences=(*verified.differences, *differences(viewer)))
        if arguments.json:
            print(json.dumps(words.as_json(verified), indent=2))
        else:
            print(*words.in_words(verified), sep="\n")
    return DONE if verified.equal else FINDINGS
