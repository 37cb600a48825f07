"""Expressions by which rows are searched, so written that an index can hold them on either database."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, CharField, Func
from django.db.models.sql.compiler import SQLCompiler

Sql = tuple[str, Any]


class InCodePoints(Func):
    """A text that a database orders and compares by its signs' numbers, as Python does."""

    template = '(%(expressions)s COLLATE "C")'
    output_field = CharField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **told: Any) -> Sql:
        """Return the expression in the words of SQLite."""
        return super().as_sql(compiler, connection, template="%(expressions)s COLLATE BINARY", **told)


class Flagged(Func):
    """Whether a list of flags has any; the list is canonical text."""

    template = "(%(expressions)s <> '[]')"
    output_field = BooleanField()


class Told(Func):
    """Whether a text says anything."""

    template = "(%(expressions)s <> '')"
    output_field = BooleanField()


class NamesSupplier(Func):
    """Whether the changes of an event name a supplier; in their canonical text quotes inside a name are escaped."""

    template = "(STRPOS(%(expressions)s, '\"supplier\":') > 0)"
    output_field = BooleanField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **told: Any) -> Sql:
        """Return the expression in the words of SQLite."""
        return super().as_sql(compiler, connection, template="(INSTR(%(expressions)s, '\"supplier\":') > 0)", **told)
