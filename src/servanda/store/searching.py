"""Expressions by which rows are searched, so written that an index can hold them on either database."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, CharField, Func, IntegerField
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


class Part(Func):
    """Between which of some ascending whole numbers a column lies: 0 before the first, 1 from it to the second.

    One short text instead of a tree of conditions, which takes longer to be written than to be answered.
    """

    output_field = IntegerField()

    def __init__(self, column: str, edges: Sequence[int]) -> None:
        parts = "".join(f" WHEN %(expressions)s < {int(edge)} THEN {place}" for place, edge in enumerate(edges))
        super().__init__(column, template=f"(CASE{parts} ELSE {len(edges)} END)")
