"""`servanda work`: it runs what was ordered, watches a folder, waits for the database and stops when it is told to."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError

from servanda.cli import build_parser, work
from servanda.engine.rights import Assignment, Role
from servanda.reports.attainment.as_job import REPORT
from servanda.services import jobs
from servanda.services.imports.planning import hash_of
from servanda.services.jobs import IMPORT, Ended, Worker
from servanda.store import models, translate
from tests.architecture.sources import ROOT
from tests.cli.kept import run
from tests.databases import SQLITE_URL, work_on
from tests.services.fresh import made
from tests.services.hill import KIM, NOW, hill


@pytest.fixture
def inbox(store: str, tmp_path: Path) -> Path:
    """Keep Hill School with Kim, and return an empty folder."""
    keep_hill(tmp_path)
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def keep_hill(folder: Path) -> None:
    """Keep Hill School with Kim, who manages its services."""
    person = models.Person.objects.create(organisation=hill(folder), slug="kim", name="Kim")
    translate.record_of_assignment(Assignment(Role.SERVICE_MANAGER), person).save()


def order(folder: Path) -> None:
    """Order the import of the eight tickets."""
    file = folder / "tickets.csv"
    payload = {"file": str(file), "mapping": str(folder / "mapping.yaml"), "file_hash": hash_of(file)}
    jobs.order(KIM, IMPORT, "import 1", payload, now=NOW)


def test_what_was_ordered_is_run_with_a_line_for_each_job(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    order(tmp_path)
    assert run(monkeypatch, "work", "--once") == 0
    assert capsys.readouterr().out == ("hill: import done: tickets.csv: batch 1; 8 new, 0 changed, 0 same, 0 refused\n")
    assert run(monkeypatch, "work", "--once") == 0
    assert capsys.readouterr().out == ""


def test_a_job_that_is_refused_is_a_finding(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    order(tmp_path)
    (tmp_path / "tickets.csv").unlink()
    assert run(monkeypatch, "work", "--once") == 1
    assert "hill: import refused: " in capsys.readouterr().out


def watch(monkeypatch: pytest.MonkeyPatch, inbox: Path, *words: str) -> int:
    """Work once with a watched folder."""
    mapping = str(inbox.parent / "mapping.yaml")
    named = ("--watch", str(inbox), "--mapping", mapping, "--settled-after", "0", "--as", "kim")
    return run(monkeypatch, "work", "--once", *named, *words)


def test_what_lies_in_a_watched_folder_is_imported_and_put_aside(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (inbox / "june.csv").write_bytes((inbox.parent / "tickets.csv").read_bytes())
    assert watch(monkeypatch, inbox) == 0
    assert capsys.readouterr().out.splitlines() == [
        "watch: june.csv: its import is ordered",
        "hill: import done: june.csv: batch 1; 8 new, 0 changed, 0 same, 0 refused",
        "watch: june.csv: moved to done/june.csv",
    ]


def test_the_good_rows_alone_are_a_choice(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = (inbox.parent / "tickets.csv").read_text()
    (inbox / "june.csv").write_text(table.replace("2018", "20x8", 1))
    assert watch(monkeypatch, inbox, "--good-rows") == 0
    assert "batch 1; 7 new, 0 changed, 0 same, 1 refused" in capsys.readouterr().out


def test_half_of_what_a_watched_folder_needs_is_refused(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "work", "--once", "--watch", str(inbox)) == 2
    assert "only one of --watch and --mapping" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["-1", "ten", "1.5", "86401"])
def test_nonsense_seconds_are_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["work", f"--settled-after={text}"])
    assert "is no number of seconds" in capsys.readouterr().err


class Failing(Worker):
    """A worker to whom the database is away twice; then there is nothing to do, and it is told to stop."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__("one", {}, lambda: NOW)
        self.stop = stop
        self.answers: Iterator[Exception | Ended | None] = iter(
            [OperationalError("server closed the connection"), OSError("no disk"), None]
        )

    def run_one(self) -> Ended | None:
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        self.stop.set()
        return answer


def test_it_waits_for_a_database_that_is_away_and_goes_on(
    store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from django.db import connection

    monkeypatch.setattr(work, "pause", lambda refused: 0.001)
    monkeypatch.setattr(connection, "close", lambda: None)
    stop = threading.Event()
    assert work.work_on(Failing(stop), lambda: iter(()), stop) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("waiting: The database")
    assert second == "waiting: no disk"


def test_the_first_signal_asks_it_to_stop_and_the_second_ends_the_job() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with work.stopped_by_signals() as stop:
        signal.raise_signal(signal.SIGTERM)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


def test_pauses_grow_to_a_minute_and_are_never_quite_the_same() -> None:
    for refused, usual in ((0, 1), (1, 2), (5, 32), (6, 60), (1000, 60)):
        pauses = {work.pause(refused) for _ in range(50)}
        assert 0.75 * usual <= min(pauses) < max(pauses) <= 1.25 * usual


def test_what_is_told_stays_on_its_line() -> None:
    assert work.one_line("  a\x1b[2J file\r\nand more") == "a?[2J file?"


# --- as a process ---


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Return the address of a database of its own, with Hill School and an order to import its tickets."""
    url = made(f"sqlite:///{tmp_path / 'work.sqlite3'}")
    keep_hill(tmp_path)
    order(tmp_path)
    yield url
    work_on(SQLITE_URL)


def started(url: str, *words: str, **environment: str) -> subprocess.Popen[str]:
    """Start the command on a database."""
    told = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "SERVANDA_DATABASE": url, **environment}
    command = [sys.executable, "-u", "-m", "servanda", "work", *words]
    return subprocess.Popen(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_it_is_told_to(address: str, number: signal.Signals) -> None:
    process = started(address)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("hill: import done")
    process.send_signal(number)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "point",
    [
        "outbox.claimed",
        "import.staged",
        "import.begun",
        "import.events",
        "import.audit",
        "import.committed",
        "outbox.finishing",
        "outbox.done",
    ],
)
def test_killed_halfway_and_run_again_it_comes_to_the_same_end(
    address: str, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    killed = started(address, "--once", SERVANDA_CRASH_AT=point)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    models.Message.objects.filter(state="running").update(due_at=NOW)  # as if its lease had run out
    heir = started(address, "--once")
    heir.communicate(timeout=60)
    assert heir.returncode == 0
    assert [each.state for each in models.Message.objects.filter(kind="import")] == ["done"]
    assert [models.Ticket.objects.count(), models.Batch.objects.count()] == [8, 1]


@pytest.mark.slow
@pytest.mark.parametrize("point", ["outbox.claimed", "outbox.finishing", "outbox.done"])
def test_a_report_killed_halfway_and_run_again_is_the_same_report(address: str, tmp_path: Path, point: str) -> None:
    started(address, "--once").communicate(timeout=60)
    payload = {"folder": str(tmp_path), "name": "june", "period": "2018-06"}
    jobs.order(KIM, REPORT, "report june", payload, now=NOW)
    killed = started(address, "--once", SERVANDA_CRASH_AT=point)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    models.Message.objects.filter(state="running").update(due_at=NOW)
    assert not started(address, "--once").communicate(timeout=60)[1]
    once = (tmp_path / "june.csv").read_bytes()
    assert jobs.order_again(KIM, REPORT, "report june", payload, now=NOW)
    assert "report done" in started(address, "--once").communicate(timeout=60)[0]
    assert (tmp_path / "june.csv").read_bytes() == once


@pytest.mark.slow
@pytest.mark.parametrize(
    "point", ["watch.ordered", "outbox.claimed", "import.committed", "outbox.done", "watch.moving"]
)
def test_a_watched_file_survives_a_kill_at_every_step(address: str, tmp_path: Path, point: str) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    models.Message.objects.all().delete()
    (inbox / "june.csv").write_bytes((tmp_path / "tickets.csv").read_bytes())
    words = ("--once", "--watch", str(inbox), "--mapping", str(tmp_path / "mapping.yaml"), "--settled-after", "0")
    killed = started(address, *words, "--as", "kim", SERVANDA_CRASH_AT=point)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    models.Message.objects.filter(state="running").update(due_at=NOW)
    for _ in range(2):
        heir = started(address, *words, "--as", "kim")
        assert heir.communicate(timeout=60)[1] == ""
    kept = sorted(each.name for each in (inbox / "done").iterdir() if each.stat().st_size)
    assert len(kept) == 1
    assert not (inbox / "june.csv").exists()
    assert [models.Ticket.objects.count(), models.Batch.objects.count()] == [8, 1]
