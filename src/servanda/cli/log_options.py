"""What the commands that judge a log share: three files or a database, as of when, and how far the work has come."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from servanda import wall_time
from servanda.bad_input import BadInput
from servanda.cli.database_options import add_database_options, opened, viewer_of
from servanda.engine.calendars import FIRST_DATE, LAST_DATE
from servanda.engine.logs import Log
from servanda.engine.rights import Action
from servanda.services import logs

LINE = "\r{stage:<10} {percent:>3} %"
FILES = ("agreements", "mapping", "tickets")
OF_DATABASE = ("database", "organisation", "person", "source")


def add_log_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a log and what it is judged by."""
    files = parser.add_argument_group("a log out of files")
    files.add_argument("--agreements", type=Path, metavar="FILE", help="agreements as a YAML file")
    files.add_argument("--mapping", type=Path, metavar="FILE", help="how the table is read, as YAML")
    files.add_argument("--tickets", type=Path, metavar="FILE", help="the table, as CSV, CSV.gz or XLSX")
    kept = parser.add_argument_group("or what is kept in a database")
    add_database_options(kept)
    kept.add_argument("--source", metavar="ID", help="only the tickets of this source (default: of every source)")
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


def input_files(arguments: argparse.Namespace) -> list[Path]:
    """Return the files that the options name, so that no output overwrites one."""
    return [getattr(arguments, name) for name in FILES if getattr(arguments, name) is not None]


def out_of_files(arguments: argparse.Namespace) -> bool:
    """Whether the log is one of three files; raise `BadInput` for some of them, or for files beside a database."""
    files = [name for name in FILES if getattr(arguments, name) is not None]
    of_database = [name for name in OF_DATABASE if getattr(arguments, name) is not None]
    if files and of_database:
        raise BadInput(
            f"both {_options(files)} and {_options(of_database)}",
            expected="three files, or a database, not both",
            mend="leave out the options of one side",
        )
    missing = [name for name in FILES if name not in files]
    if files and missing:
        raise BadInput(
            f"{_options(files)} without {_options(missing)}",
            expected="all three of --agreements, --mapping and --tickets",
            mend="name the missing files, or none to judge what is kept in a database",
        )
    return bool(files)


def _options(names: list[str]) -> str:
    return " and ".join("--as" if name == "person" else f"--{name}" for name in names)


@contextmanager
def log_of(arguments: argparse.Namespace, action: Action) -> Iterator[Log]:
    """Give the log that the options name, out of files or a database, for an action there.

    Raise `BadInput` when a file or the database cannot be used, or the viewer may not do that to any of it.
    """
    if out_of_files(arguments):
        yield read_log(arguments)
        return
    with opened(arguments):
        from servanda.queries import logs as queries
        from servanda.store.snapshots import snapshot

        viewer = viewer_of(arguments, wall_time.now())
        with snapshot():
            yield queries.kept(viewer, action, source=arguments.source, as_of=arguments.as_of)


def read_log(arguments: argparse.Namespace) -> logs.Log:
    """Return the log of the three files that the options name; raise `BadInput` when one cannot be used."""
    return logs.read(
        arguments.agreements,
        arguments.mapping,
        arguments.tickets,
        as_of=arguments.as_of,
        now=wall_time.now(),
        progress=show_progress,
    )


def show_progress(stage: str, done: int, total: int) -> None:
    """Show how far the work has come, to a person at a terminal only."""
    if sys.stderr is not None and sys.stderr.isatty():
        end = "\r" + " " * 20 + "\r" if done >= total else ""
        print(LINE.format(stage=stage, percent=100 * done // max(total, 1)) + end, end="", file=sys.stderr, flush=True)
