"""What a database refuses reaches a person in words, on both databases; what is a fault of the program does not."""

import sqlite3
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import Error, IntegrityError, OperationalError, connection, transaction

from servanda.store import models
from servanda.store.failures import DatabaseRefused, in_words, refusal_of
from tests.databases import SQLITE_URL, work_on
from tests.services.fresh import Fresh
from tests.services.fresh import fresh as fresh


def execute(*statements: str) -> None:
    """Run statements in a transaction of their own, told in words."""
    with in_words(), transaction.atomic(), connection.cursor() as cursor:
        for each in statements:
            cursor.execute(each)


def write() -> None:
    """Write a row."""
    models.Organisation.objects.create(slug="school", name="x" * 100_000, zone="UTC")


def test_a_table_that_is_not_there_is_told_with_the_command_that_mends(store: str) -> None:
    with pytest.raises(DatabaseRefused, match="lacks a table") as refusal:
        execute("SELECT * FROM store_nothing")
    assert "servanda database upgrade" in refusal.value.mend


def test_a_column_that_is_not_there_is_told_alike(store: str) -> None:
    with pytest.raises(DatabaseRefused, match="lacks a table or a column"):
        execute("SELECT absent FROM store_organisation")


@pytest.mark.parametrize("statement", ["SELEC 1", "SELECT (1"])
def test_a_statement_that_is_none_is_a_fault_of_the_program(store: str, statement: str) -> None:
    with pytest.raises(Error):
        execute(statement)


def test_a_row_given_twice_is_a_fault_of_the_program(store: str) -> None:
    write()
    with pytest.raises(IntegrityError), in_words(), transaction.atomic():
        write()


READ_ONLY = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET TRANSACTION READ ONLY"}
WRITABLE = {"sqlite": "PRAGMA query_only = OFF", "postgresql": "SELECT 1"}


def test_a_read_only_database_is_told(store: str) -> None:
    with pytest.raises(DatabaseRefused, match="read-only"):
        write_after(READ_ONLY[store])
    with connection.cursor() as cursor:
        cursor.execute(WRITABLE[store])


def write_after(*statements: str) -> None:
    """Run statements and write a row, in a transaction of their own, told in words."""
    with in_words(), transaction.atomic():
        with connection.cursor() as cursor:
            for each in statements:
                cursor.execute(each)
        write()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_and_nothing_is_left_half_written(store: str) -> None:
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
    with pytest.raises(DatabaseRefused, match="disk of the database is full"):
        write_after(f"PRAGMA max_page_count = {pages}")
    assert models.Organisation.objects.count() == 0


def test_a_database_that_another_writes_to_is_told_as_locked(fresh: Fresh) -> None:
    url = fresh("locked")
    work_on(url)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 1")
        other = sqlite3.connect(urlsplit(url).path.removeprefix("/"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseRefused, match="The database is locked"):
            write_after()
        other.close()
        return
    with psycopg.connect(url) as holder:
        holder.execute("CREATE TABLE busy (number integer)")
        holder.commit()
        holder.execute("LOCK TABLE busy")
        with pytest.raises(DatabaseRefused, match="The database is locked"):
            execute("SET LOCAL lock_timeout = '1ms'", "INSERT INTO busy VALUES (1)")


def test_a_server_that_breaks_off_is_told(postgresql_url: str) -> None:
    work_on(postgresql_url)
    try:
        with (
            pytest.raises(DatabaseRefused, match="broke off the connection"),
            in_words(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    finally:
        work_on(SQLITE_URL)


def test_a_database_that_the_server_does_not_have_is_told(postgresql_url: str) -> None:
    work_on(urlunsplit(urlsplit(postgresql_url)._replace(path="/not_there")))
    try:
        with pytest.raises(DatabaseRefused, match=r'cannot be reached: .*"not_there" does not exist'), in_words():
            connection.ensure_connection()
    finally:
        work_on(SQLITE_URL)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("SQLITE_BUSY_SNAPSHOT", "locked"),
        ("SQLITE_LOCKED", "locked"),
        ("SQLITE_READONLY_DIRECTORY", "read-only"),
        ("SQLITE_FULL", "full"),
        ("SQLITE_CANTOPEN", "cannot be opened"),
        ("SQLITE_IOERR_WRITE", "could not be read or written"),
        ("SQLITE_CORRUPT", "damaged"),
        ("SQLITE_NOTADB", "no SQLite database"),
    ],
)
def test_each_failure_of_sqlite_has_words(store: str, name: str, found: str) -> None:
    refusal = refusal_of(failure("sqlite_errorname", name))
    assert refusal is not None
    assert found in refusal.found


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("53100", "full"),
        ("25006", "read-only"),
        ("40P01", "locked"),
        ("57P01", "broke off"),
        ("08006", "broke off"),
        ("42501", "does not let this user"),
        ("53300", "cannot be reached"),
        ("58030", "could not be read or written"),
        ("XX001", "damaged"),
    ],
)
def test_each_failure_of_postgresql_has_words(store: str, state: str, found: str) -> None:
    refusal = refusal_of(failure("sqlstate", state))
    assert refusal is not None
    assert found in refusal.found


def failure(attribute: str, value: str) -> OperationalError:
    """Return a failure as Django hands it on, with what the driver says of it."""
    told = OperationalError("it failed")
    told.__cause__ = Exception("it failed")
    setattr(told.__cause__, attribute, value)
    return told
