"""Rows that are only ever added: the model refuses to change or remove them, and so does the database itself.

The triggers of `protect` hold against whatever comes past the model: a bulk statement, another program, a hand.
"""

from typing import Any, ClassVar, NoReturn, Self, TypeVar

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

Row = TypeVar("Row", bound=models.Model, covariant=True)


class OnlyAdded(Exception):
    """Something tried to change or remove a row that is kept for ever."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"A row of {table} was about to be changed or removed, but what is kept there is only ever added to. "
            "Add a row that says what is different now."
        )


class AddedOnlyRows(models.QuerySet[Row]):
    """Rows that can be added and read."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise OnlyAdded(self.model._meta.db_table)

    update = _refuse
    bulk_update = _refuse
    update_or_create = _refuse
    delete = _refuse


class AddedOnlyTable(models.Manager[Row]):
    """A table whose rows can be added and read; written out, because types cannot see through `as_manager`."""

    def get_queryset(self) -> AddedOnlyRows[Row]:
        """Return all rows."""
        return AddedOnlyRows(self.model, using=self._db)


class AddedOnly(models.Model):
    """A row that is added once and never changed or removed."""

    objects: ClassVar[AddedOnlyTable[Self]] = AddedOnlyTable()

    class Meta:
        abstract = True

    def save(self, *arguments: Any, **named: Any) -> None:
        """Add the row; refuse one that the database already has."""
        if not self._state.adding:
            raise OnlyAdded(self._meta.db_table)
        super().save(*arguments, **{**named, "force_insert": True})

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise OnlyAdded(self._meta.db_table)


REFUSAL = "rows of {table} are only ever added"

SQLITE_TRIGGER = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""
POSTGRESQL_FUNCTION = """
CREATE FUNCTION {table}_only_added() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END $$
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_added()
"""


def protect(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Let the database itself refuse to change or remove a row of a table."""
    for statement in statements(editor.connection.vendor, table):
        editor.execute(statement)


def release(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Take the protection of a table away again: the way back of a migration."""
    if editor.connection.vendor == "sqlite":
        for verb in ("update", "delete"):
            editor.execute(f"DROP TRIGGER {table}_no_{verb}")
    else:
        editor.execute(f"DROP TRIGGER {table}_only_added ON {table}")
        editor.execute(f"DROP FUNCTION {table}_only_added()")


def statements(vendor: str, table: str) -> list[str]:
    """Return the statements that protect a table on one kind of database."""
    refusal = REFUSAL.format(table=table)
    if vendor == "sqlite":
        return [SQLITE_TRIGGER.format(table=table, verb=verb, refusal=refusal) for verb in ("update", "delete")]
    return [each.format(table=table, refusal=refusal) for each in (POSTGRESQL_FUNCTION, POSTGRESQL_TRIGGER)]
