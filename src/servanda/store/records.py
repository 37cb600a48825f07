"""Records by statements that are put together once for each table: what every page and every live event asks for.

A query of the models is worked out anew each time, which costs many times what the database itself takes for it.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import Any, NamedTuple, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)
Conversion = Callable[[Any], Any]


class Shape(NamedTuple):
    """A table as statements name it: its columns in the order of the model, its own key among them."""

    table: str
    names: tuple[str, ...]
    columns: str
    conversions: tuple[tuple[int, Conversion], ...]


def find(model: type[Row], condition: str, values: Sequence[Any], *, locked: bool = False) -> list[Row]:
    """Return the records of a table for which an SQL condition holds; `locked`: kept for this transaction alone."""
    shape = _shape(model, connection.vendor)
    lock = " FOR UPDATE" if locked and connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {shape.columns} FROM {shape.table} WHERE {condition}{lock}", values)
        rows = cursor.fetchall()
    return [_record(model, shape, row) for row in rows]


def first(model: type[Row], condition: str, values: Sequence[Any], *, locked: bool = False) -> Row | None:
    """Return the first of the records that `find` returns, if there is one."""
    return next(iter(find(model, condition, values, locked=locked)), None)


def add(record: models.Model) -> None:
    """Add a record, which has its key from then on."""
    fields = _without_key(type(record))
    marks = ", ".join(["%s"] * len(fields))
    columns = ", ".join(str(each.column) for each in fields)
    statement = f"INSERT INTO {record._meta.db_table} ({columns}) VALUES ({marks}) RETURNING id"
    with connection.cursor() as cursor:
        cursor.execute(statement, _values(record, fields))
        (record.pk,) = cursor.fetchone()
    record._state.adding, record._state.db = False, connection.alias


def change(record: models.Model, names: Iterable[str]) -> None:
    """Write some fields of a record that is kept."""
    fields = [record._meta.get_field(name) for name in names]
    settings = ", ".join(f"{each.column} = %s" for each in fields)  # type: ignore[union-attr]  # no relation from elsewhere
    with connection.cursor() as cursor:
        statement = f"UPDATE {record._meta.db_table} SET {settings} WHERE id = %s"
        cursor.execute(statement, [*_values(record, fields), record.pk])


@cache
def _shape(model: type[models.Model], vendor: str) -> Shape:
    fields = model._meta.concrete_fields
    table = model._meta.db_table
    conversions = tuple((place, each) for place, field in enumerate(fields) for each in _conversions(field, table))
    return Shape(
        table, tuple(field.attname for field in fields), ", ".join(str(field.column) for field in fields), conversions
    )


def _conversions(field: "models.Field[Any, Any]", table: str) -> Iterable[Conversion]:
    """Yield what makes of a column's value what the model has, each in its turn."""
    column = field.get_col(table)
    converters = (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
    for convert in converters:
        yield partial(_converted, convert, column)


def _converted(convert: Callable[..., Any], column: Any, value: Any) -> Any:
    return convert(value, column, connection)


def _record(model: type[Row], shape: Shape, row: Sequence[Any]) -> Row:
    values = list(row)
    for place, convert in shape.conversions:
        values[place] = convert(values[place])
    return model.from_db(connection.alias, shape.names, values)


@cache
def _without_key(model: type[models.Model]) -> tuple["models.Field[Any, Any]", ...]:
    return tuple(each for each in model._meta.concrete_fields if not each.primary_key)


def _values(record: models.Model, fields: Iterable[Any]) -> list[Any]:
    return [each.get_db_prep_save(getattr(record, each.attname), connection) for each in fields]
