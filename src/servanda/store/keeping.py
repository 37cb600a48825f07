"""Rows that are only ever added: the model refuses to change or remove them, and so does the database itself.

The triggers of `protect` hold against whatever comes past the model: a bulk statement, another program, a hand. Those
of `let_samples_go` allow one thing: that the rows of a sample organisation are removed. What is marked as a sample was
so from its first moment, which a trigger sees to as well; so no row of anybody else's can ever go that way.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NoReturn, Self, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
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


# --- samples ---

MARKS = "store_samplemark"
NO_LATE_MARK = "an organisation is a sample from its first moment or never"
_OF_A_SAMPLE = f"EXISTS (SELECT 1 FROM {MARKS} WHERE organisation_id = OLD.organisation_id)"
_HAS_AN_AUDIT = "EXISTS (SELECT 1 FROM store_entry WHERE organisation_id = NEW.organisation_id)"

SQLITE_DELETION = (
    "DROP TRIGGER {table}_no_delete",
    f"CREATE TRIGGER {{table}}_no_delete BEFORE DELETE ON {{table}} WHEN NOT {_OF_A_SAMPLE} "
    "BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
)
POSTGRESQL_DELETION = (
    "DROP TRIGGER {table}_only_added ON {table}",
    "CREATE TRIGGER {table}_only_added BEFORE UPDATE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_added()",
    "CREATE FUNCTION {table}_no_delete() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN IF {_OF_A_SAMPLE} THEN RETURN OLD; END IF; "
    "RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_no_delete()",
)
DELETIONS = {"sqlite": SQLITE_DELETION, "postgresql": POSTGRESQL_DELETION}
UNDONE_DELETIONS = {
    "sqlite": ("DROP TRIGGER {table}_no_delete", SQLITE_TRIGGER.replace("{verb}", "delete")),
    "postgresql": (
        "DROP TRIGGER {table}_no_delete ON {table}",
        "DROP FUNCTION {table}_no_delete()",
        "DROP TRIGGER {table}_only_added ON {table}",
        POSTGRESQL_TRIGGER,
    ),
}
LATE_MARKS = {
    "sqlite": (
        f"CREATE TRIGGER {MARKS}_first BEFORE INSERT ON {MARKS} WHEN {_HAS_AN_AUDIT} "
        f"BEGIN SELECT RAISE(ABORT, '{NO_LATE_MARK}'); END",
    ),
    "postgresql": (
        f"CREATE FUNCTION {MARKS}_first() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {_HAS_AN_AUDIT} THEN RAISE EXCEPTION '{NO_LATE_MARK}' USING ERRCODE = 'restrict_violation'; "
        "END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {MARKS}_first BEFORE INSERT ON {MARKS} FOR EACH ROW EXECUTE FUNCTION {MARKS}_first()",
    ),
}
UNDONE_LATE_MARKS = {
    "sqlite": (f"DROP TRIGGER {MARKS}_first",),
    "postgresql": (f"DROP TRIGGER {MARKS}_first ON {MARKS}", f"DROP FUNCTION {MARKS}_first()"),
}


def let_samples_go(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Let the protection of a table allow that the rows of a sample organisation are removed, and nothing else."""
    _each(editor, DELETIONS, table)


def protect_samples(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Let the protection of a table hold for sample organisations again: the way back of a migration."""
    _each(editor, UNDONE_DELETIONS, table)


def refuse_late_marks(editor: BaseDatabaseSchemaEditor) -> None:
    """Let the database refuse to mark an organisation as a sample that anything was done in already."""
    _each(editor, LATE_MARKS)


def allow_late_marks(editor: BaseDatabaseSchemaEditor) -> None:
    """Take that refusal away again: the way back of a migration."""
    _each(editor, UNDONE_LATE_MARKS)


def _each(editor: BaseDatabaseSchemaEditor, told: Mapping[str, Sequence[str]], table: str = "") -> None:
    for statement in told[editor.connection.vendor]:
        editor.execute(statement.format(table=table, refusal=REFUSAL.format(table=table)) if table else statement)


PROTECTED = {
    "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name = tbl_name || '_no_update'",
    "postgresql": "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE t.tgname = c.relname || '_only_added' AND c.relnamespace = current_schema()::regnamespace",
}


def protected(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the tables of a database that are protected, by name."""
    with connection.cursor() as cursor:
        cursor.execute(PROTECTED[connection.vendor])
        return sorted(name for (name,) in cursor.fetchall())
