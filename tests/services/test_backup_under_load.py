"""A backup made while others write, and what is restored of it: one instant of the database, whole and verified."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.databases import VENDORS
from tests.services.fresh import drop, on_server

WRITERS, RATE, AT_ONCE = 4, 200, 4
"""Writers side by side, events a second that they write together, and events in one transaction."""
ROUNDS_IN_FULL = 50
ROUNDS_ON_ONE = 5
"""After so many rounds the writers begin on a new database, as a growing one takes longer each time."""

BEGIN = """
import sys, time, json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from servanda.config import setup
setup()
from servanda.engine.rights import Assignment, Role, Viewer
KIM = Viewer("school", "kim", date(2026, 2, 2), (Assignment(Role.ADMINISTRATOR),))
"""
SEED = (
    BEGIN
    + """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.upgrades import seeded
seeded.seed(10, ("school",))
"""
)
WRITE = (
    BEGIN
    + """
from servanda.engine.events import Event, EventKind
from servanda.services import events
name, ready, stop, pause = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4])
at_once = int(sys.argv[5])
START = datetime(2026, 2, 1, 9, tzinfo=UTC)
LIFE = (EventKind.OPENED, EventKind.FIRST_RESPONDED, EventKind.REPLIED, EventKind.CUSTOMER_REPLIED, EventKind.PAUSED,
        EventKind.RESUMED, EventKind.REPLIED, EventKind.RESOLVED)
written, began = 0, time.monotonic()
while not stop.exists():
    number, place = divmod(written, len(LIFE))
    opened = START + timedelta(seconds=number)
    told = [
        Event(kind, opened + step * timedelta(hours=number % 30), id=f"{step}", actor=name,
              changes={} if step else {"service": "mail"})
        for step, kind in enumerate(LIFE[place:place + at_once], place)
    ]
    events.record(KIM, "desk", f"{name}-{number:06d}", told, now=START + timedelta(days=19))
    written += at_once
    if written >= 40:
        ready.touch()
    time.sleep(max(0.0, began + written * pause - time.monotonic()))
print(json.dumps([written, time.monotonic() - began]))
"""
)
EXAMINE = (
    BEGIN
    + """
import io
from servanda.services import transfers, verification
from servanda.store.models import Entry, Event, Ticket
from tests.upgrades import seeded
verified = verification.verify(KIM)
told = {(each.subject.partition("/")[2], key) for each in Entry.objects.filter(action="record_event")
        for key in each.content["events"]}
kept = set(Event.objects.filter(ticket__number__contains="-").values_list("ticket__number", "key"))
lines = io.BytesIO()
transfers.dump(lines)
rows = [line for line in lines.getvalue().splitlines()[1:-1] if b'"restore"' not in line and b'"back_up"' not in line]
print(json.dumps({
    "differences": [str(each) for each in verified.differences],
    "state": verified.state_hash,
    "entries without their event": len(told - kept),
    "events without their entry": len(kept - told),
    "tickets": Ticket.objects.count(),
    "figures": seeded.figures("school"),
    "rows": transfers.hashlib.sha256(b"\\n".join(rows)).hexdigest(),
}))
"""
)


def started(url: str, *words: str) -> "subprocess.Popen[str]":
    """Start Python on a database."""
    told = {**os.environ, "SERVANDA_DATABASE": url, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    told.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.Popen(
        [sys.executable, *words], env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(process: "subprocess.Popen[str]") -> str:
    """Return what a program printed, once it has ended well."""
    printed, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return printed


def run(url: str, *words: str) -> str:
    """Run Python on a database and return what it printed."""
    return finished(started(url, *words))


def restored(file: Path, url: str) -> dict[str, object]:
    """Restore a backup, and return what is found there."""
    run(url, "-m", "servanda", "restore", f"{file}", "--replace")
    found = json.loads(run(url, "-c", EXAMINE))
    assert isinstance(found, dict)
    return found


@contextmanager
def writers(url: str, folder: Path, name: str) -> Iterator[list[tuple[int, float]]]:
    """Let processes write for the length of a block, once all do; then tell how much each wrote in how many seconds."""
    stop, told = folder / f"{name}.stop", list[tuple[int, float]]()
    ready = [folder / f"{name}.{number}.ready" for number in range(WRITERS)]
    writing = [
        started(url, "-c", WRITE, f"{name}w{number}", f"{each}", f"{stop}", f"{WRITERS / RATE}", f"{AT_ONCE}")
        for number, each in enumerate(ready)
    ]
    try:
        until = time.monotonic() + 120
        while not all(each.exists() for each in ready):
            assert time.monotonic() < until
            time.sleep(0.05)
        yield told
    finally:
        stop.touch()
        told.extend((count, seconds) for count, seconds in map(json.loads, map(finished, writing)))


def written_so_far(url: str) -> int:
    """Return how many tickets a database has."""
    return int(run(url, "-c", BEGIN + "from servanda.store.models import Ticket; print(Ticket.objects.count())"))


@pytest.fixture(params=VENDORS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Return a function that names an empty database, on each of the two."""
    names: list[str] = []

    def named(name: str) -> str:
        if request.param == "sqlite":
            return f"sqlite:///{tmp_path / name}.sqlite3"
        names.append(name)
        return on_server(request.getfixturevalue("postgresql_url"), name)

    yield named
    for name in names:
        drop(request.getfixturevalue("postgresql_url"), name)


def backed_up_under_load(
    place: Callable[[str], str], folder: Path, rounds: int, part: int = 0
) -> list[tuple[int, float]]:
    """Back up a database under load and restore it, so many times; return what the writers wrote meanwhile.

    The first of the backups is also restored into the other kind of database, or into another file.
    """
    own, other = place(f"load_own_{part}"), place(f"load_other_{part}")
    crossed = f"sqlite:///{folder / f'crossed_{part}.sqlite3'}"
    run(own, "-c", SEED)
    wrote: list[tuple[int, float]] = []
    for number in range(rounds):
        name = f"{number}.sqlite3" if own.startswith("sqlite") else f"{number}.jsonl.gz"
        before = written_so_far(own)
        with writers(own, folder, f"p{part}r{number}") as told:
            run(own, "-m", "servanda", "backup", f"{folder / name}")
        wrote += told
        found = restored(folder / name, other)
        assert found["differences"] == []
        assert (found["entries without their event"], found["events without their entry"]) == (0, 0)
        assert isinstance(found["tickets"], int)
        assert before < found["tickets"] < written_so_far(own)
        assert number or restored(folder / name, crossed) == found
        (folder / name).unlink()
        for each in folder.glob("*.replaced-*"):
            each.unlink()
    return wrote


@pytest.mark.slow
def test_a_backup_under_load_is_one_instant_of_the_database(
    place: Callable[[str], str], tmp_path: Path, figure: Callable[[str, object], None]
) -> None:
    figure("events a second while a backup was made", rate(backed_up_under_load(place, tmp_path, rounds=1)))


@pytest.mark.full
def test_fifty_backups_under_load_are_each_one_instant_of_the_database(
    place: Callable[[str], str], tmp_path: Path, figure: Callable[[str, object], None]
) -> None:
    told = []
    for part in range(ROUNDS_IN_FULL // ROUNDS_ON_ONE):
        told += backed_up_under_load(place, tmp_path, ROUNDS_ON_ONE, part)
        for each in tmp_path.glob(f"*_{part}.sqlite3*"):
            each.unlink()
    figure("events a second under fifty backups", rate(told))


def rate(told: list[tuple[int, float]]) -> int:
    """Return how many events there were in a second of the writers, who wrote side by side."""
    return round(WRITERS * sum(count for count, _ in told) / sum(seconds for _, seconds in told))
