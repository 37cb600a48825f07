"""Writers on one SQLite file: who has waited for long goes first, and who waits in vain is told."""

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db.utils import OperationalError

from servanda.store.sqlite import base
from servanda.store.sqlite.base import QUEUE_SUFFIX, DatabaseWrapper, in_turn

LIMIT = 0.3


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[DatabaseWrapper]:
    """Return a connection to a database of one table, which waits a third of a second at most."""
    with sqlite3.connect(tmp_path / "turns.sqlite3") as made:
        made.executescript("PRAGMA journal_mode=WAL; CREATE TABLE note (content TEXT)")
    made.close()
    opened = wrapper(tmp_path / "turns.sqlite3")
    yield opened
    opened.close()


def wrapper(path: Path) -> DatabaseWrapper:
    """Return a connection of ours to a file."""
    told: dict[str, Any] = {
        "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": LIMIT},
        "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "TIME_ZONE": None,
        "USER": "",
        "PASSWORD": "",
        "HOST": "",
        "PORT": "",
        "TEST": {},
    }
    return DatabaseWrapper(told, alias="turns")


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has such modes")
def test_a_new_file_and_what_stands_beside_it_are_for_their_owner_alone(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        opened = wrapper(tmp_path / "new.sqlite3")
        with opened.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("CREATE TABLE note (content TEXT)")
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
        opened.close()
    finally:
        os.umask(mask)
    assert modes == {f"new.sqlite3{ending}": 0o600 for ending in ("", "-shm", "-wal")}


def test_the_mode_of_a_file_that_is_there_stays(connection: DatabaseWrapper, tmp_path: Path) -> None:
    file = tmp_path / "turns.sqlite3"
    file.chmod(0o640)
    write(connection)
    assert stat.S_IMODE(file.stat().st_mode) == (0o640 if os.name == "posix" else 0o666)


def write(connection: DatabaseWrapper) -> None:
    """Write one row in a transaction of its own."""
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO note VALUES ('written')")
    connection.commit()
    connection.set_autocommit(True)


def rows(connection: DatabaseWrapper) -> int:
    """Return how many rows there are."""
    with connection.cursor() as cursor:
        return int(cursor.execute("SELECT count(*) FROM note").fetchone()[0])


@contextmanager
def another_writer(connection: DatabaseWrapper) -> Iterator[None]:
    """Write from elsewhere, past our turns, for as long as the block lasts."""
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.rollback()
    other.close()


def test_a_writer_alone_writes(connection: DatabaseWrapper) -> None:
    write(connection)
    assert rows(connection) == 1


def test_a_writer_who_waits_in_vain_is_told_after_the_whole_time_out(connection: DatabaseWrapper) -> None:
    connection.ensure_connection()
    began = time.monotonic()
    with another_writer(connection), pytest.raises(OperationalError, match="locked"):
        write(connection)
    assert LIMIT * 0.9 <= time.monotonic() - began < LIMIT + 5


def test_afterwards_a_statement_waits_as_long_as_before(connection: DatabaseWrapper) -> None:
    write(connection)
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (300,)


def test_a_writer_lets_another_begin_who_goes_first(connection: DatabaseWrapper) -> None:
    path = Path(connection.settings_dict["NAME"])
    begun = threading.Event()

    def begin() -> None:
        second = wrapper(path)
        write(second)
        second.close()
        begun.set()

    writer = threading.Thread(target=begin)
    with in_turn(f"{path}{QUEUE_SUFFIX}", first=True):
        writer.start()
        assert not begun.wait(LIMIT)
    writer.join(timeout=20)
    assert begun.is_set()
    assert rows(connection) == 1


def test_who_goes_first_begins_as_soon_as_the_database_is_free(
    connection: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.settings_dict["OPTIONS"]["timeout"] = 30
    connection.ensure_connection()
    monkeypatch.setattr(base, "PATIENCE", 0.01)
    free = threading.Event()
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    def end() -> None:
        time.sleep(LIMIT)
        free.set()
        other.rollback()

    ending = threading.Thread(target=end)
    ending.start()
    write(connection)
    assert free.is_set()
    ending.join()
    other.close()
    assert rows(connection) == 1


def test_without_a_place_for_the_queue_a_writer_still_writes(connection: DatabaseWrapper) -> None:
    Path(f"{connection.settings_dict['NAME']}{QUEUE_SUFFIX}").mkdir()
    write(connection)
    assert rows(connection) == 1


def test_what_is_wrong_for_another_reason_is_said_at_once(connection: DatabaseWrapper) -> None:
    connection.settings_dict["OPTIONS"]["timeout"] = 20
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    began = time.monotonic()
    with pytest.raises(OperationalError, match="within a transaction"):
        connection._start_transaction_under_autocommit()
    assert time.monotonic() - began < 5
    connection.rollback()


@pytest.mark.skipif(os.name == "nt", reason="there an open file keeps its place")
def test_a_connection_that_is_kept_notices_another_file_in_the_place_of_its_own(tmp_path: Path) -> None:
    path, other = tmp_path / "turns.sqlite3", tmp_path / "other.sqlite3"
    for each, content in ((path, "old"), (other, "new")):
        with closing(sqlite3.connect(each)) as made:
            made.executescript(f"CREATE TABLE note (content TEXT); INSERT INTO note VALUES ('{content}')")
    opened = wrapper(path)
    opened.settings_dict["CONN_HEALTH_CHECKS"] = True
    with opened.cursor() as cursor:
        assert cursor.execute("SELECT content FROM note").fetchall() == [("old",)]
    assert opened.is_usable()
    os.replace(other, path)
    assert not opened.is_usable()
    opened.close_if_unusable_or_obsolete()  # what Django does as a request begins
    with opened.cursor() as cursor:
        assert cursor.execute("SELECT content FROM note").fetchall() == [("new",)]
    opened.close()
