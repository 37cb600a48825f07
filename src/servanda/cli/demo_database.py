"""The second half of the demo: the logs are taken into a database, and everything kept is worked out again.

It goes on in a process of its own while the first half prints, as each of the two takes about a minute.
"""

import importlib.util
import multiprocessing
import secrets
import signal
from collections.abc import Iterator, Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from servanda.bad_input import BadInput
from servanda.engine.rights import Assignment, Role, Viewer
from servanda.files import agreements as agreement_files

PERSON = "kim"
ADDRESS = "kim@example.org"
FILE = "servanda.sqlite3"
NEEDS = "A database needs more packages: pip install 'servanda[server]'."
PASSWORD_BYTES = 9


class Sample(NamedTuple):
    """A log shipped with the product, with all it is judged by; a list of holidays where there is one."""

    agreements: Path
    mapping: Path
    table: Path
    holidays: Path | None


class Refused(NamedTuple):
    """What a refusal says, on its way between two processes."""

    found: str
    expected: str
    mend: str


class Keeping:
    """The taking in, under way elsewhere: an iterator of what came of it, in sentences, as it comes.

    Ended before its time, this program takes it along. Raise `BadInput` where the database refuses.
    """

    def __init__(self, folder: Path, samples: Sequence[Sample], now: datetime) -> None:
        apart = multiprocessing.get_context("spawn")
        self._told, tells = apart.Pipe(duplex=False)
        self._process = apart.Process(target=_tell, args=(tells, folder, samples, now), daemon=True)
        self._process.start()
        tells.close()

    def __iter__(self) -> Iterator[str]:
        while True:
            try:
                told = self._told.recv()
            except EOFError:
                break
            if isinstance(told, Refused):
                raise BadInput(told.found, expected=told.expected, mend=told.mend)
            yield str(told)
        self._process.join()
        if self._process.exitcode:
            raise BadInput(
                "the database was not finished",
                expected="a demo that takes its samples in",
                mend="See what is said above, and run the demo again.",
            )


def _tell(tells: Connection, folder: Path, samples: Sequence[Sample], now: datetime) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that this one belongs to
    try:
        for sentence in kept(folder, samples, now):
            tells.send(sentence)
    except BadInput as refusal:
        tells.send(Refused(refusal.found, refusal.expected, refusal.mend))
    except OSError as failure:
        mend = "End a demo that still runs, make room, or name another folder with --out."
        tells.send(Refused(f"{failure}", "a folder that can be written to", mend))


def has_database() -> bool:
    """Return whether the packages that a database needs are there."""
    return importlib.util.find_spec("django") is not None


def kept(folder: Path, samples: Sequence[Sample], now: datetime) -> Iterator[str]:
    """Take logs into a new database in a folder, each as an organisation, and yield what came of it in sentences."""
    if not has_database():
        yield NEEDS
        return
    database = _new(folder)
    from servanda.config import setup

    setup(f"sqlite:///{database}", folder)
    from servanda.store import tables

    tables.make()
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    for sample in samples:
        yield from _taken_in(sample, database.name, password, now)
    yield f"Sign in to the pages as {ADDRESS} with the password {password}"


def _taken_in(sample: Sample, database: str, password: str, now: datetime) -> Iterator[str]:
    from servanda.services import accounts, agreements, imports, organisations, people, verification

    book = agreement_files.load(sample.agreements)
    own = organisations.add(book.organisation.id, book.organisation.name, book.organisation.zone, PERSON, now)
    administrator = people.viewer(own, PERSON, now=now)
    people.assign(administrator, PERSON, Assignment(Role.SERVICE_MANAGER), now=now)
    viewer = people.viewer(own, PERSON, now=now)
    accounts.choose_password(accounts.invite(viewer, PERSON, now=now), ADDRESS, password, now=now)
    agreements.apply(viewer, book, now=now)
    with imports.plan(viewer, sample.table, sample.mapping, now=now) as planned:
        committed = imports.commit(viewer, planned, now=now)
    counts = committed.counts
    yield (
        f"{own.name}: {counts['new']:,} tickets with {counts['events added']:,} events are now in {database}, "
        f"written in one transaction; 'servanda undo 1 --organisation {own.slug}' would take them back."
    )
    verified = verification.verify(viewer)
    outcome = "equal" if verified.equal else f"{len(verified.differences):,} differences"
    yield f"Every event replayed, and {verified.clocks:,} clocks compared with what is kept: {outcome}."
    _order_reconciliation(viewer, now)


def _order_reconciliation(viewer: Viewer, now: datetime) -> None:
    """Order what the page of reconciliation shows, which the worker works out while the pages are served."""
    from servanda.queries.reconciliation import choices, job_key
    from servanda.reports.reconciliation.as_job import RECONCILE
    from servanda.services import jobs

    kind = choices(viewer).usual_kind
    jobs.order(viewer, RECONCILE, job_key("", kind), {"source": "", "kind": kind.value}, now=now)


def _new(folder: Path) -> Path:
    """Return the path of a database that is not there yet; that of an earlier demo goes."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{FILE}*"):
        old.unlink()
    return folder / FILE
