"""Queries that are put into SQL once for each of the ways they are asked, and only answered from then on.

To write the SQL of a query of the models takes several times what the database takes to answer it. A function under
`prepared` makes a query of its arguments alone, and is called once for each of them; what changes from one time to the
next stands in it as `Given`, and is told when the rows are asked for.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any, ParamSpec

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from servanda.engine.instants import to_microseconds

Asked = ParamSpec("Asked")
Row = tuple[Any, ...]
Converters = Sequence[tuple[int, Sequence[Callable[..., Any]], Any]]
WAYS = 500
"""How many ways of asking each function remembers."""


class Given(Expression):
    """A value that is told when the rows are asked for."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """Return the place of the value, and in the value's stead what names it."""
        return "%s", (self,)


SERVICE = Given("service")
"""The one service that is asked about: a page of each needs no statements of its own."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The SQL of a query with its values, and what makes of each column what the models have; no SQL: never any row."""

    sql: str
    values: tuple[Any, ...]
    converters: Converters

    def rows(self, **given: datetime | str | int) -> list[Row]:
        """Return the rows, in one statement; each value that the query leaves open is given by its name."""
        if not self.sql:
            return []
        values = [_value(given[each.name]) if isinstance(each, Given) else each for each in self.values]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            found: list[Row] = cursor.fetchall()
        return [*self._converted(found)] if self.converters else found

    def _converted(self, rows: Iterable[Row]) -> Iterable[Row]:
        for row in rows:
            values = list(row)
            for place, converters, column in self.converters:
                for convert in converters:
                    values[place] = convert(values[place], column, connection)
            yield tuple(values)


def _value(given: datetime | str | int) -> str | int:
    return to_microseconds(given) if isinstance(given, datetime) else given


def prepared(query: Callable[Asked, QuerySet[Any]]) -> Callable[Asked, Prepared]:
    """Make of a function, whose query returns tuples, one that writes its SQL once for each of its arguments."""
    compiled = lru_cache(WAYS)(lambda vendor, asked, named: _compiled(query(*asked, **dict(named))))

    @wraps(query)
    def found(*asked: Asked.args, **named: Asked.kwargs) -> Prepared:
        return compiled(connection.vendor, asked, tuple(named.items()))

    return found


def _compiled(query: QuerySet[Any]) -> Prepared:
    compiler = query.query.get_compiler(connection=connection)
    try:
        sql, values = compiler.as_sql()
    except EmptyResultSet:
        return Prepared("", (), ())
    columns = [expression for expression, _, _ in compiler.select]
    converters = tuple((place, *each) for place, each in compiler.get_converters(columns).items())
    return Prepared(sql, tuple(values), converters)
