"""Whether the tables of a database are those of this version, on empty databases of both kinds."""

import pytest
from django.db import connection

from servanda.store import tables
from servanda.store.tables import Standing, WrongTables
from tests.databases import work_on
from tests.services.fresh import Fresh
from tests.services.fresh import fresh as fresh


def change(statement: str) -> None:
    """Change the database as another version of Servanda might have left it."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_empty_database_has_none_until_they_are_made(fresh: Fresh) -> None:
    work_on(fresh("tables"))
    assert tables.standing() is Standing.NONE
    with pytest.raises(WrongTables, match="has no tables yet"):
        tables.refuse_unless_current(tables.standing())
    tables.make()
    assert tables.standing() is Standing.CURRENT
    tables.refuse_unless_current(tables.standing())


def test_to_ask_makes_no_file(fresh: Fresh) -> None:
    work_on(fresh("asked"))
    tables.standing()
    if connection.vendor == "sqlite":
        assert connection.connection is None


def test_a_newer_servanda_is_told_by_migrations_that_are_not_known(fresh: Fresh) -> None:
    work_on(fresh("newer"))
    tables.make()
    change("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', '2099-01-01')")
    assert tables.standing() is Standing.NEWER
    for step in (tables.make, lambda: tables.refuse_unless_current(tables.standing())):
        with pytest.raises(WrongTables, match="written by a newer Servanda"):
            step()


def test_an_older_servanda_is_told_by_migrations_that_are_missing(fresh: Fresh) -> None:
    work_on(fresh("older"))
    tables.make()
    change("DELETE FROM django_migrations WHERE app = 'store' AND name NOT LIKE '0001%'")
    assert tables.standing() is Standing.OLDER
    with pytest.raises(WrongTables, match="made by an older Servanda"):
        tables.refuse_unless_current(tables.standing())


def test_tables_that_somebody_else_is_just_making_are_told_in_words(fresh: Fresh) -> None:
    work_on(fresh("twice"))
    tables.make()
    change("DELETE FROM django_migrations")  # as it is before the other has come to its end
    with pytest.raises(WrongTables, match="Somebody else was making the tables"):
        tables.make()
