"""`servanda work`: run the long jobs that were ordered, and import what appears in a folder."""

import argparse
import os
import random
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from servanda import wall_time
from servanda.bad_input import BadInput
from servanda.cli.command import DONE, FINDINGS, Subparsers, add_command
from servanda.cli.database_options import add_database_options, opened, viewer_of
from servanda.config.serving.lifeline import follow_supervisor

if TYPE_CHECKING:
    from servanda.services.jobs import Ended, Handler, Worker

EXAMPLE = "servanda work --watch /srv/exports --mapping mapping.yaml"
IDLE = 1.0
LONGEST_PAUSE = 60.0


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "work",
        says="Run the long jobs that were ordered, of all organisations, until it is told to stop; several may work "
        "at once. With --watch, import each file that appears in a folder.",
        example=EXAMPLE,
        run=run,
    )
    parser.add_argument("--once", action="store_true", help="end when nothing is left to do now")
    watch = parser.add_argument_group("a folder whose files are imported")
    watch.add_argument("--watch", type=Path, metavar="FOLDER", help="import each file that appears here")
    watch.add_argument("--mapping", type=Path, metavar="FILE", help="how the files there are read, as YAML")
    watch.add_argument("--good-rows", action="store_true", help="import the good rows alone, where some are refused")
    watch.add_argument(
        "--settled-after",
        type=seconds,
        default=timedelta(seconds=10),
        metavar="SECONDS",
        help="how long a file must look the same before it is imported (default: 10)",
    )
    add_database_options(parser)


def seconds(text: str) -> timedelta:
    """Return seconds from the command line."""
    if not text.isdecimal() or int(text) > 86_400:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of seconds from 0 to 86400")
    return timedelta(seconds=int(text))


def run(arguments: argparse.Namespace) -> int:
    """Work until told to stop, or with --once until nothing is left to do; 1 where a job did not get done then."""
    if bool(arguments.watch) != bool(arguments.mapping):
        raise BadInput(
            "only one of --watch and --mapping",
            expected="both, to import the files of a folder, or neither",
            mend="name the other too",
        )
    follow_supervisor()
    with opened(arguments), stopped_by_signals() as stop:
        from servanda.services.jobs import Worker

        worker = Worker(name(), handlers(), wall_time.now)
        look = watcher(arguments)
        return work_once(worker, look, arguments, stop) if arguments.once else work_on(worker, look, stop)


def name() -> str:
    """Return a name that no other worker has."""
    return f"{socket.gethostname()[:100]} {os.getpid()} {secrets.token_hex(4)}"


def handlers() -> Mapping[str, "Handler"]:
    """Return what does the jobs of each kind."""
    from servanda.reports.attainment.as_job import REPORT
    from servanda.reports.monthly.issuing import MONTH_REPORT
    from servanda.reports.reconciliation.as_job import RECONCILE
    from servanda.services.jobs import IMPORT

    return {each.kind: each for each in (IMPORT, RECONCILE, REPORT, MONTH_REPORT)}


def watcher(arguments: argparse.Namespace) -> Callable[[], Iterator[str]]:
    """Return what looks at the watched folder once, or at nothing where none is watched."""
    if not arguments.watch:
        return lambda: iter(())
    from servanda.files.mappings import read_mapping
    from servanda.services.watch_folders import Watch, WatchedFolder

    read_mapping(arguments.mapping)  # refused now rather than with every file
    choice = "good_rows" if arguments.good_rows else "all"
    watch = Watch(WatchedFolder(arguments.watch, arguments.mapping, arguments.settled_after, choice))

    def look() -> Iterator[str]:
        now = wall_time.now()
        return watch.look(viewer_of(arguments, now), now=now)

    return look


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """Give an event that the first signal to stop sets; a second one ends the job at once, and it is handed back."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    heeded = (getattr(signal, each) for each in ("SIGTERM", "SIGINT", "SIGBREAK") if hasattr(signal, each))
    before = {each: signal.signal(each, ask) for each in heeded}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def work_once(
    worker: "Worker", look: Callable[[], Iterator[str]], arguments: argparse.Namespace, stop: threading.Event
) -> int:
    """Look at the folder twice, run all jobs that are due, and put aside what they were about."""
    verdicts: list[str] = []
    tell(look())
    if arguments.watch:
        stop.wait(arguments.settled_after.total_seconds())
    tell(look())
    while not stop.is_set() and (ended := worker.run_one()):
        verdicts.append(ended.verdict)
        print(line(ended), flush=True)
    tell(look())
    return FINDINGS if set(verdicts) - {"done", "left"} else DONE


def work_on(worker: "Worker", look: Callable[[], Iterator[str]], stop: threading.Event) -> int:
    """Work until told to stop; what the database or a disk refuses is waited for, longer each time in a row."""
    from django.db import Error, connection

    from servanda.store.failures import DatabaseRefused, refusal_of

    refused = 0
    while not stop.is_set():
        try:
            tell(look())
            ended = worker.run_one()
        except (Error, DatabaseRefused, OSError) as failure:
            known = refusal_of(failure) if isinstance(failure, Error) else failure
            print(f"waiting: {one_line(known or failure)}", flush=True)
            connection.close()
            refused += 1
            stop.wait(pause(refused))
            continue
        refused = 0
        if ended:
            print(line(ended), flush=True)
        else:
            stop.wait(pause(0))
    return DONE


def pause(refused: int) -> float:
    """Return how many seconds to wait: about one, and twice as long after each refusal in a row, up to a minute.

    By chance up to a quarter more or less, so that several workers do not look at once.
    """
    return min(IDLE * 2.0 ** min(refused, 10), LONGEST_PAUSE) * (0.75 + 0.5 * random.random())


def tell(lines: Iterator[str]) -> None:
    """Print what was said of the watched folder, as it is said."""
    for each in lines:
        print(f"watch: {one_line(each)}", flush=True)


def line(ended: "Ended") -> str:
    """Return what became of a job, on one line."""
    return f"{ended.organisation}: {ended.kind} {ended.verdict}: {one_line(ended.sentence)}"


def one_line(told: object) -> str:
    """Return the first line of what is told, with signs that would leave it replaced."""
    first = str(told).strip().partition("\n")[0]
    return "".join(sign if sign.isprintable() else "?" for sign in first)
