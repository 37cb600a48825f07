"""The commands `organisation` and `database`, each in a process of its own, on a database that begins empty."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ADD = ("organisation", "add", "school", "--name", "A school", "--zone", "Europe/London", "--administrator", "kim")
COUNT = """
from servanda.config import setup
setup()
from servanda.store import models
print(*models.Organisation.objects.values_list("slug", "name", "zone"), models.Entry.objects.count())
print(*models.Person.objects.values_list("slug", "active"), len(models.Organisation.objects.get().pseudonym_key))
"""


def servanda(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with a data folder of its own."""
    return run(folder, "-m", "servanda", *words, **environment)


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with a data folder of its own."""
    told = {**os.environ, "SERVANDA_DATA": str(folder), **environment}
    told.pop("DJANGO_SETTINGS_MODULE", None)
    told.setdefault("SERVANDA_DATABASE", "")
    if "SERVANDA_DATABASE" not in environment:
        told["SERVANDA_DATABASE"] = ""
    return subprocess.run([sys.executable, *words], env=told, capture_output=True, text=True, cwd=folder)


def test_the_first_organisation_makes_the_tables_its_administrator_and_an_entry(tmp_path: Path) -> None:
    done = servanda(tmp_path, *ADD)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Organisation 'school' is made; 'kim' administers it.\n"
    assert run(tmp_path, "-c", COUNT).stdout.splitlines() == [
        "('school', 'A school', 'Europe/London') 1",
        "('kim', True) 64",
    ]


def test_the_same_organisation_again_is_refused(tmp_path: Path) -> None:
    servanda(tmp_path, *ADD)
    done = servanda(tmp_path, *ADD)
    assert done.returncode == 2
    assert "There is an organisation 'school' already." in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("organisation", "add", "A School", "--zone", "UTC", "--administrator", "kim"), "'A School' is no id"),
        (("organisation", "add", "school", "--zone", "UTC", "--administrator", "Kim!"), "'Kim!' is no id of a person"),
        (("organisation", "add", "school", "--zone", "Mars", "--administrator", "kim"), "'Mars' is no time zone"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = servanda(tmp_path, *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_an_upgrade_makes_missing_tables_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    assert servanda(tmp_path, "database", "upgrade").stdout == "The tables are those of this version now.\n"
    assert servanda(tmp_path, "database", "upgrade").stdout == "The tables are those of this version already.\n"


def changed(folder: Path, statement: str) -> None:
    """Change the database as another version of Servanda, or somebody else, might have left it."""
    with sqlite3.connect(folder / "servanda.sqlite3") as connection:
        connection.execute(statement)
    connection.close()


def test_a_database_of_a_newer_servanda_is_left_alone(tmp_path: Path) -> None:
    servanda(tmp_path, *ADD)
    changed(tmp_path, "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', '2099-01-01')")
    for words in (ADD, ("database", "upgrade")):
        done = servanda(tmp_path, *words)
        assert done.returncode == 2
        assert "was written by a newer Servanda" in done.stderr


def test_a_database_of_an_older_servanda_is_to_be_upgraded(tmp_path: Path) -> None:
    servanda(tmp_path, *ADD)
    changed(tmp_path, "DELETE FROM django_migrations WHERE app = 'store' AND name NOT LIKE '0001%'")
    done = servanda(tmp_path, *ADD)
    assert done.returncode == 2
    assert "run 'servanda database upgrade'" in done.stderr


def test_a_file_that_is_no_database_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "servanda.sqlite3").write_text("name,age\nkim,9\n" * 500, "utf-8")
    done = servanda(tmp_path, *ADD)
    assert done.returncode == 2
    assert "is no SQLite database" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_does_not_run_is_told_without_the_password(tmp_path: Path) -> None:
    done = servanda(tmp_path, *ADD, SERVANDA_DATABASE="postgresql://kim:secret@127.0.0.1:1/servanda")
    assert done.returncode == 2
    assert "The database server cannot be reached" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_without_django_it_is_said_what_to_install(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['django'] = None; from servanda.cli import main; sys.exit(main(sys.argv[1:]))"
    done = run(tmp_path, "-c", hidden, *ADD)
    assert done.returncode == 2
    assert "pip install 'servanda[server]'" in done.stderr
