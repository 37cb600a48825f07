"""What a database refuses, in words: what was found, what was expected and what to do."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from django.db import Error, OperationalError, connection

from servanda.bad_input import BadInput

Words = tuple[str, str, str]
LONGEST = 300
FAULTY_STATEMENT = "SQLITE_ERROR"


class DatabaseRefused(BadInput):
    """The database cannot be reached, read or written as it stands; whatever was begun is undone."""


LOCKED: Words = (
    "The database is locked: another program is writing to it and did not finish in time.",
    "a database that is free within 20 seconds",
    "Wait for the other program or end it, then try again.",
)
READ_ONLY: Words = (
    "The database cannot be written: it is read-only.",
    "a database, and a folder around it, that may be written",
    "Correct the permissions of the file and its folder, or of the user of the database.",
)
FULL: Words = (
    "The disk of the database is full; nothing was left half written.",
    "room for what is to be kept",
    "Make room on the disk, then try again.",
)
NOT_OPENED: Words = (
    "The database file cannot be opened.",
    "a file that this user may read and write, in a folder that exists",
    "Check the path and its permissions.",
)
NOT_READ: Words = (
    "The disk of the database could not be read or written.",
    "a disk that works",
    "Look into the log of the machine for faults of the disk, then try again.",
)
NO_DATABASE: Words = (
    "The file is no SQLite database, or it is damaged.",
    "a file that Servanda has made",
    "Correct --database, or restore the last backup.",
)
OTHER_TABLES: Words = (
    "The database lacks a table or a column of this Servanda.",
    "a database with the tables of this version",
    "Run 'servanda database upgrade', or restore the last backup where somebody changed the tables.",
)
UNREACHED: Words = (
    "The database server cannot be reached",
    "a server that runs and lets this user in",
    "Check that it runs, and the host, user, password and name in --database or SERVANDA_DATABASE.",
)
GONE: Words = (
    "The database server broke off the connection; whatever was begun is undone.",
    "a server that runs",
    "Wait until it runs again, then try again.",
)
NOT_ALLOWED: Words = (
    "The database does not let this user do that.",
    "a user who owns the tables",
    "Give the user the rights, or name another user in --database.",
)

BY_SQLITE_NAME: Mapping[str, Words] = MappingProxyType(
    {
        "SQLITE_BUSY": LOCKED,
        "SQLITE_LOCKED": LOCKED,
        "SQLITE_READONLY": READ_ONLY,
        "SQLITE_FULL": FULL,
        "SQLITE_CANTOPEN": NOT_OPENED,
        "SQLITE_IOERR": NOT_READ,
        "SQLITE_CORRUPT": NO_DATABASE,
        "SQLITE_NOTADB": NO_DATABASE,
        "SQLITE_PERM": NOT_OPENED,
        "SQLITE_AUTH": NOT_OPENED,
    }
)
"""By the name of the error, or the beginning of its name."""

BY_SQL_STATE: Mapping[str, Words] = MappingProxyType(
    {
        "25006": READ_ONLY,
        "40001": LOCKED,
        "40P01": LOCKED,
        "42501": NOT_ALLOWED,
        "42703": OTHER_TABLES,
        "42P01": OTHER_TABLES,
        "53100": FULL,
        "53300": UNREACHED,
        "55P03": LOCKED,
        "57P": GONE,
        "58": NOT_READ,
        "08": GONE,
        "XX001": NO_DATABASE,
        "XX002": NO_DATABASE,
    }
)
"""By the code that PostgreSQL gives an error, or the beginning of it."""


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what the database refuses into `DatabaseRefused`; what is a fault of the program passes as it is."""
    try:
        yield
    except Error as failure:
        refusal = refusal_of(failure)
        if refusal is None:
            raise
        raise refusal from failure


def refusal_of(failure: Error) -> DatabaseRefused | None:
    """Return a failure in words; `None` where it is none of the database's own."""
    cause = failure.__cause__
    name, state = getattr(cause, "sqlite_errorname", None), getattr(cause, "sqlstate", None)
    words = _words(name, state, str(failure))
    if words is None and isinstance(failure, OperationalError) and name != FAULTY_STATEMENT:
        found, expected, mend = UNREACHED if connection.vendor == "postgresql" else NOT_OPENED
        words = (f"{found.removesuffix('.')}: {_on_one_line(failure)}.", expected, mend)
    if words is None:
        return None
    found, expected, mend = words
    return DatabaseRefused(f"{found.removesuffix('.')}.", expected=expected, mend=mend)


def _words(sqlite_name: str | None, sql_state: str | None, told: str) -> Words | None:
    if sqlite_name == FAULTY_STATEMENT:
        return OTHER_TABLES if told.startswith(("no such table", "no such column")) else None
    return _beginning(BY_SQLITE_NAME, sqlite_name) or _beginning(BY_SQL_STATE, sql_state)


def _beginning(words: Mapping[str, Words], name: str | None) -> Words | None:
    return next((told for start, told in words.items() if name and name.startswith(start)), None)


def _on_one_line(failure: Error) -> str:
    """Return what the database itself says, on one line; drivers never repeat a password."""
    told = " ".join(str(failure).split())
    return told[:LONGEST].rstrip(".") or "no reason given"
