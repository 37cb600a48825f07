"""Databases of their own, for tests of what works on whole databases and commits what it does."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.core.management import call_command

from tests.databases import SQLITE_URL, VENDORS, work_on

Fresh = Callable[[str], str]


def on_server(server: str, name: str) -> str:
    """Make an empty database on a PostgreSQL server and return its address."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"'.encode())
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def drop(server: str, name: str) -> None:
    """Remove a database from a PostgreSQL server."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def made(url: str) -> str:
    """Change over to a database and make its tables."""
    work_on(url)
    call_command("migrate", verbosity=0)
    return url


@pytest.fixture(params=VENDORS)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Return a function that names an empty database, on each of the two; change back at the end."""
    names: list[str] = []

    def named(name: str) -> str:
        if request.param == "sqlite":
            return f"sqlite:///{tmp_path / name}.sqlite3"
        names.append(name)
        return on_server(request.getfixturevalue("postgresql_url"), name)

    yield named
    work_on(SQLITE_URL)
    for name in names:
        drop(request.getfixturevalue("postgresql_url"), name)
