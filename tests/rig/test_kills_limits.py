"""A disk that is full or fails, a database that is read-only, locked or cut off: said in words, and nothing is lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.rig.kills import DONE, REFUSED
from tests.rig.kills_databases import Copies, PostgresqlCopies, SqliteCopies
from tests.rig.kills_limits import Limits
from tests.rig.kills_scene import Job, Process, Scene

A_PAGE = 4096
A_FRAME = A_PAGE + 24
GROWING = ("import", "record", "undo")  # the others fit into pages that are free
WRITING = (*GROWING, "apply")
FULL = "The disk of the database is full"
FAILING = "The disk of the database could not be read or written"
READ_ONLY = "The database cannot be written: it is read-only"
LOCKED = "The database is locked: another program is writing to it"
GONE = "The database server broke off the connection"
SOON = Limits(wait=0.4)


def refused(scene: Scene, job: Job, words: str, limits: Limits) -> bool:
    """Run a bound command; say whether it was refused, in these words and with nothing left by half."""
    process = scene.start(job, limits)
    code = process.wait()
    judge_end(scene, job, process, code, words)
    return code == REFUSED


def judge_end(scene: Scene, job: Job, process: Process, code: int, words: str) -> None:
    """Refuse anything but a command that is done, or refused in words, with nothing left by half."""
    assert code in (DONE, REFUSED), process.output
    assert code == DONE or says(process, words), process.output
    assert "Traceback" not in process.output
    scene.copies.settle()
    assert scene.copies.faults() == []
    assert scene.state() in job.states


def says(process: Process, words: str) -> bool:
    """Say whether a line that a process printed is a refusal in these words."""
    return any(line.startswith(f"servanda: {words}") for line in process.output.splitlines())


def ends_well(scene: Scene, job: Job) -> None:
    """Run a command without bounds, to where it comes unharmed."""
    process = scene.start(job)
    assert process.wait() == DONE, process.output
    assert scene.state() == job.states[-1]


def path_of(scene: Scene) -> Path:
    """Return the file of the scene."""
    assert isinstance(scene.copies, SqliteCopies)
    return scene.copies.path


@pytest.mark.slow
@pytest.mark.parametrize("command", GROWING)
def test_a_disk_that_is_full_at_any_page_is_named_and_the_next_run_goes_on(file_scene: Scene, command: str) -> None:
    job = file_scene.jobs[command]
    file_scene.copies.put_back()
    pages = path_of(file_scene).stat().st_size // A_PAGE
    rounds = 0
    while refused(file_scene, job, FULL, Limits(pages=pages + rounds)):
        rounds += 1
    assert rounds >= 1  # of the run that was done, nothing was missing
    assert file_scene.state() == job.states[-1]


@pytest.mark.slow
@pytest.mark.parametrize("command", WRITING)
def test_a_disk_that_fails_at_some_writes_is_named_and_the_next_run_goes_on(file_scene: Scene, command: str) -> None:
    fail_at_every(file_scene, command, 9 * A_FRAME)


@pytest.mark.full
@pytest.mark.parametrize("command", WRITING)
def test_a_disk_that_fails_at_any_write_is_named_and_the_next_run_goes_on(file_scene: Scene, command: str) -> None:
    assert fail_at_every(file_scene, command, A_FRAME // 2) >= 10


def fail_at_every(scene: Scene, command: str, step: int) -> int:
    """Let no file grow beyond ever more bytes until the command is done; return how often it was refused."""
    job = scene.jobs[command]
    scene.copies.put_back()
    limit = 1_000
    rounds = 0
    while refused(scene, job, FAILING, Limits(file_size=limit)):
        limit += step
        rounds += 1
        assert limit < 1 << 21
    assert rounds >= 1
    assert scene.state() == job.states[-1]
    return rounds


@contextmanager
def read_only(path: Path, *, folder: bool) -> Iterator[None]:
    """Take away the right to write a file and, if asked, to make files beside it."""
    path.chmod(0o444)
    path.parent.chmod(0o555 if folder else 0o755)
    try:
        yield
    finally:
        path.parent.chmod(0o755)
        path.chmod(0o644)


@pytest.mark.slow
@pytest.mark.parametrize("command", WRITING)
@pytest.mark.parametrize("folder", [False, True])
def test_a_file_that_is_read_only_is_named_and_the_next_run_goes_on(
    file_scene: Scene, command: str, *, folder: bool
) -> None:
    job = file_scene.jobs[command]
    file_scene.copies.put_back()
    with read_only(path_of(file_scene), folder=folder):
        process = file_scene.start(job, Limits(permissions=True))
        code = process.wait()
    judge_end(file_scene, job, process, code, READ_ONLY)
    assert code == REFUSED
    ends_well(file_scene, job)


@pytest.mark.slow
def test_a_file_that_is_read_only_can_still_be_verified(file_scene: Scene) -> None:
    file_scene.copies.put_back()
    with read_only(path_of(file_scene), folder=False):
        process = file_scene.start(file_scene.jobs["verify"], Limits(permissions=True))
        assert process.wait() == DONE, process.output


@contextmanager
def held(copies: Copies) -> Iterator[None]:
    """Write to the database and do not finish."""
    if isinstance(copies, SqliteCopies):
        with closing(sqlite3.connect(copies.path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
    elif isinstance(copies, PostgresqlCopies):
        with psycopg.connect(copies.url) as other:
            other.execute("SELECT 1 FROM store_organisation FOR UPDATE")
            yield


@pytest.mark.slow
@pytest.mark.parametrize("command", WRITING)
def test_a_database_that_another_program_holds_is_named_and_the_next_run_goes_on(scene: Scene, command: str) -> None:
    job = scene.jobs[command]
    scene.copies.put_back()
    tell_server(scene.copies, "SET lock_timeout = '400ms'")
    with held(scene.copies):
        process = scene.start(job, SOON)
        assert process.wait() == REFUSED
        assert says(process, LOCKED), process.output
        reading = scene.start(scene.jobs["verify"], SOON)
        assert reading.wait() == DONE, reading.output  # who reads waits for nobody
    scene.copies.settle()
    assert scene.state() == job.states[0]
    ends_well(scene, job)


@pytest.mark.full
def test_a_writer_waits_twenty_seconds_for_its_turn(file_scene: Scene) -> None:
    job = file_scene.jobs["record"]
    file_scene.copies.put_back()
    with held(file_scene.copies):
        process = file_scene.start(job)
        assert process.wait() == REFUSED
    assert says(process, LOCKED), process.output
    ends_well(file_scene, job)


def tell_server(copies: Copies, setting: str) -> None:
    """Give a database of a server a setting of its own; a file has none."""
    if isinstance(copies, PostgresqlCopies):
        with psycopg.connect(copies.server, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {copies.name} {setting}".encode())


@pytest.mark.slow
@pytest.mark.parametrize("command", WRITING)
def test_a_server_that_only_lets_read_is_named_and_the_next_run_goes_on(server_scene: Scene, command: str) -> None:
    job = server_scene.jobs[command]
    server_scene.copies.put_back()
    tell_server(server_scene.copies, "SET default_transaction_read_only = on")
    assert refused(server_scene, job, READ_ONLY, Limits())
    tell_server(server_scene.copies, "RESET default_transaction_read_only")
    ends_well(server_scene, job)


@pytest.mark.slow
@pytest.mark.parametrize("command", WRITING)
def test_a_server_that_breaks_off_is_named_and_the_next_run_goes_on(server_scene: Scene, command: str) -> None:
    job, copies = server_scene.jobs[command], server_scene.copies
    assert isinstance(copies, PostgresqlCopies)
    copies.put_back()
    with held(copies):
        process = server_scene.start(job)
        copies.break_off_waiting()
        code = process.wait()
    judge_end(server_scene, job, process, code, GONE)
    assert code == REFUSED
    ends_well(server_scene, job)
