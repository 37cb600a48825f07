"""Databases that are put back as they were before each round: an SQLite file, and a database of a PostgreSQL server."""

import shutil
import sqlite3
import time
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import psycopg

BESIDE = ("", "-wal", "-shm", "-journal", "-queue")
PATIENCE = 30.0


class Copies(Protocol):
    """A prepared database, and the copy of it that every round begins with."""

    vendor: str
    url: str

    def keep(self) -> None:
        """Take what the database holds now as that with which rounds begin."""

    def put_back(self) -> None:
        """Let the database hold what was kept."""

    def settle(self) -> None:
        """Wait until nothing of a killed process is under way any more."""

    def faults(self) -> list[str]:
        """Return what the database's own tests find."""


class SqliteCopies:
    """One file, alone in its folder and copied from another."""

    vendor = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "database" / "servanda.sqlite3"
        self.path.parent.mkdir(parents=True)
        self.kept = folder / "kept.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def keep(self) -> None:
        """Copy the file, which nobody has open."""
        assert not Path(f"{self.path}-wal").exists()
        shutil.copyfile(self.path, self.kept)

    def put_back(self) -> None:
        """Copy it back, and remove what stood beside it."""
        for ending in BESIDE:
            Path(f"{self.path}{ending}").unlink(missing_ok=True)
        shutil.copyfile(self.kept, self.path)

    def settle(self) -> None:
        """What is dead writes no file."""

    def faults(self) -> list[str]:
        """Return what SQLite finds in the file."""
        return faults_of_file(self.path)


def faults_of_file(path: Path) -> list[str]:
    """Return what SQLite finds in a file: pages that contradict each other, and references to nothing."""
    connection = sqlite3.connect(path)
    try:
        told = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        loose = [f"loose reference {row}" for row in connection.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as failure:
        return [str(failure)]
    finally:
        connection.close()
    return [*(each for each in told if each != "ok"), *loose]


class PostgresqlCopies:
    """A database made from a template before each round."""

    vendor = "postgresql"

    def __init__(self, server: str, name: str = "kills") -> None:
        self.server = server
        self.name = name
        self.url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        self._tell(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._tell(f"DROP DATABASE IF EXISTS {name}_kept WITH (FORCE)")
        self._tell(f"CREATE DATABASE {name}")

    def keep(self) -> None:
        """Rename the database: from now on it is the template."""
        self._tell(f"ALTER DATABASE {self.name} RENAME TO {self.name}_kept")

    def put_back(self) -> None:
        """Make the database anew from the template."""
        self._tell(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        self._tell(f"CREATE DATABASE {self.name} TEMPLATE {self.name}_kept")

    def settle(self) -> None:
        """Wait until the server has noticed that the killed process is gone."""
        end = time.monotonic() + PATIENCE
        while self._tell(f"SELECT pid FROM pg_stat_activity WHERE datname = '{self.name}'"):
            assert time.monotonic() < end, "the server still works for a process that is dead"
            time.sleep(0.01)

    def break_off_waiting(self) -> None:
        """Wait until somebody waits for another's lock, and end that connection."""
        waiting = f"datname = '{self.name}' AND wait_event_type = 'Lock'"
        end = time.monotonic() + PATIENCE
        while not self._tell(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {waiting}"):
            assert time.monotonic() < end, "nobody waits"
            time.sleep(0.01)

    def faults(self) -> list[str]:
        """Return why the server does not answer, or which references lead nowhere."""
        try:
            with psycopg.connect(self.url) as connection:
                return _loose(connection)
        except psycopg.Error as failure:
            return [str(failure)]

    def _tell(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.server, autocommit=True) as connection:
            told = connection.execute(statement.encode())
            return told.fetchall() if told.description else []


REFERENCES = """
SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f'
"""


def _loose(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """Return references to nothing."""
    found = []
    for table, column, target in connection.execute(REFERENCES).fetchall():
        rows = connection.execute(
            f"SELECT count(*) FROM {table} t WHERE t.{column} IS NOT NULL"
            f" AND NOT EXISTS (SELECT 1 FROM {target} r WHERE r.id = t.{column})".encode()
        ).fetchone()
        if rows and rows[0]:
            found.append(f"{rows[0]} loose references {table}.{column}")
    return found
