"""Getting ready for a database, each time in a process of its own, as a command does."""

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.test_core_install import run_without_server_packages

SHOW = """
from servanda.config import setup
setup({first!r})
{then}
from django.db import connection
with connection.cursor() as cursor:
    for name in ("journal_mode", "synchronous", "foreign_keys"):
        print(name, cursor.execute("PRAGMA " + name).fetchone()[0])
"""


def run(program: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program with a data folder of its own."""
    told = {**os.environ, "SERVANDA_DATA": str(folder / "own"), **environment}
    told.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run([sys.executable, "-c", program], env=told, capture_output=True, text=True, cwd=folder)


def test_an_sqlite_connection_is_made_as_decided(tmp_path: Path) -> None:
    done = run(SHOW.format(first=None, then=""), tmp_path, SERVANDA_DATABASE="")
    assert done.stdout.splitlines() == ["journal_mode wal", "synchronous 2", "foreign_keys 1"], done.stderr
    assert (tmp_path / "own" / "servanda.sqlite3").exists()


def test_a_second_set_up_for_the_same_database_changes_nothing(tmp_path: Path) -> None:
    done = run(SHOW.format(first="sqlite:///a.sqlite3", then="setup()"), tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.sqlite3").exists()


def test_a_process_is_refused_a_second_database(tmp_path: Path) -> None:
    done = run(SHOW.format(first="sqlite:///a.sqlite3", then="setup('sqlite:///b.sqlite3')"), tmp_path)
    assert "AnotherDatabase" in done.stderr
    assert "one database for a process" in done.stderr


def test_without_django_it_is_said_what_to_install() -> None:
    done = run_without_server_packages("from servanda.config import setup\nsetup()")
    assert "pip install 'servanda[server]'" in done.stderr
