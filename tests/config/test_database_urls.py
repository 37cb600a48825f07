"""The database as one line of text: what it names, and what is refused without repeating a password."""

from pathlib import Path

import pytest

from servanda.config.database_urls import POSTGRESQL, SQLITE, Database, InvalidDatabaseUrl, database_of

FOLDER = Path("/var/lib/servanda")


def test_without_an_address_it_is_a_file_in_the_data_folder() -> None:
    assert database_of(None, FOLDER) == Database(SQLITE, str(FOLDER / "servanda.sqlite3"))
    assert database_of("", FOLDER) == database_of(None, FOLDER)


def test_three_slashes_are_a_relative_path_and_four_an_absolute_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert database_of("sqlite:///desk.sqlite3", FOLDER).name == str(tmp_path / "desk.sqlite3")
    assert database_of("sqlite:////var/desk%20one.sqlite3", FOLDER).name == str(Path("/var/desk one.sqlite3"))


def test_a_server_is_named_with_user_password_host_and_port() -> None:
    named = database_of("postgresql://kim:p%40ss%2F@db.example.org:5433/servanda?sslmode=require", FOLDER)
    assert named == Database(
        POSTGRESQL, "servanda", "kim", "p@ss/", "db.example.org", 5433, options=(("sslmode", "require"),)
    )
    assert named.as_django()["OPTIONS"] == {"sslmode": "require"}
    assert named.as_django()["PORT"] == "5433"


def test_a_socket_is_named_by_its_folder() -> None:
    named = database_of("postgresql://postgres:@/servanda?host=/run/postgresql", FOLDER)
    assert (named.host, named.port, named.password) == ("/run/postgresql", None, "")


def test_a_written_database_does_not_show_its_password() -> None:
    assert "secret" not in repr(database_of("postgresql://kim:secret@db/servanda", FOLDER))


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("mysql://kim:secret@db/servanda", "starts with 'mysql'"),
        ("servanda.sqlite3", "no '://'"),
        ("sqlite:/servanda.sqlite3", "no '://'"),
        ("sqlite://servanda.sqlite3", "after 'sqlite://' comes 'servanda.sqlite3'"),
        ("sqlite:///", "no file to keep anything in"),
        ("sqlite:///:memory:", "no file to keep anything in"),
        ("sqlite:///folder/", "no file to keep anything in"),
        ("sqlite:///desk.sqlite3?timeout=1", "takes no parameters"),
        ("postgresql://kim:secret@db", "names no database"),
        ("postgresql://kim:secret@db/servanda/more", "names no database"),
        ("postgresql://kim:secret@db:many/servanda", "a host or a port that is none"),
        ("postgresql://kim:secret@db/servanda?options=-c", "the parameter 'options' is not known"),
    ],
)
def test_text_that_names_no_database_is_refused_in_words(url: str, found: str) -> None:
    with pytest.raises(InvalidDatabaseUrl) as refusal:
        database_of(url, FOLDER)
    assert found in str(refusal.value)
    assert "SERVANDA_DATABASE" in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_an_sqlite_file_is_opened_so_that_writers_wait_and_nothing_is_lost_at_a_power_cut() -> None:
    options = database_of(None, FOLDER).as_django()["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert options["init_command"].split("; ") == [
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "PRAGMA foreign_keys=ON",
        "PRAGMA recursive_triggers=ON",
    ]


def test_the_folder_of_a_file_is_made_and_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    database_of(None, tmp_path / "own").make_folder()
    assert (tmp_path / "own").stat().st_mode & 0o077 == 0
