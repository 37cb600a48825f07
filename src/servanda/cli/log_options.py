"""What the commands that judge a log share: which files, as of when, and how far the work has come."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from servanda import wall_time
from servanda.engine.calendars import FIRST_DATE, LAST_DATE
from servanda.services import logs

LINE = "\r{stage:<10} {percent:>3} %"


def add_log_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a log and what it is judged by."""
    parser.add_argument("--agreements", type=Path, required=True, metavar="FILE", help="agreements as a YAML file")
    parser.add_argument("--mapping", type=Path, required=True, metavar="FILE", help="how the table is read, as YAML")
    parser.add_argument("--tickets", type=Path, required=True, metavar="FILE", help="the table, as CSV or CSV.gz")
    parser.add_argument(
        "--as-of",
        type=instant,
        metavar="INSTANT",
        help="judge open tickets as of this instant, such as 2018-06-30T23:59:59+00:00 (default: the last event)",
    )


def instant(text: str) -> datetime:
    """Return an instant from the command line; it must carry its offset."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no instant; write 2018-06-30T17:00:00+00:00") from None
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(f"'{text}' has no offset; write {text}+00:00, or the offset that holds")
    if not FIRST_DATE.year < at.year < LAST_DATE.year - 1:
        raise argparse.ArgumentTypeError(
            f"'{text}' lies outside the years {FIRST_DATE.year + 1} to {LAST_DATE.year - 2} that calendars reach"
        )
    return at


def read_log(arguments: argparse.Namespace) -> logs.Log:
    """Return the log that the options name; raise `BadInput` when a file cannot be used."""
    return logs.read(
        arguments.agreements,
        arguments.mapping,
        arguments.tickets,
        as_of=arguments.as_of,
        now=wall_time.now(),
        progress=show_progress,
    )


def judge_log(arguments: argparse.Namespace) -> logs.Judged:
    """Return the judged log that the options name."""
    return logs.judge_all(read_log(arguments), show_progress)


def show_progress(stage: str, done: int, total: int) -> None:
    """Show how far the work has come, to a person at a terminal only."""
    if sys.stderr is not None and sys.stderr.isatty():
        end = "\r" + " " * 20 + "\r" if done >= total else ""
        print(LINE.format(stage=stage, percent=100 * done // max(total, 1)) + end, end="", file=sys.stderr, flush=True)
