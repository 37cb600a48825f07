"""Rows in bulk, through the databases' own statements: the one place that goes past the models.

Whoever calls opens the transaction, has asked for the right once for the whole batch, and writes the audit entry.
Values come as the database keeps them: instants as microseconds, content as canonical text, references as keys.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from django.db import connection, models

ROWS_AT_ONCE = 500
FEW = 20
PARAMETERS_AT_ONCE = 30_000  # SQLite takes 32,766 in one statement

Values = Sequence[Any]


def columns_of(model: type[models.Model]) -> tuple[str, ...]:
    """Return the columns of a table but for its own key, in the order of the model."""
    return tuple(str(each.column) for each in model._meta.concrete_fields if not each.primary_key)


def reserve(model: type[models.Model], count: int) -> Sequence[int]:
    """Return so many keys of a table that nobody else will get.

    On SQLite the transaction holds the only right to write, so the next keys are free; PostgreSQL counts them out.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
            last = int(cursor.fetchone()[0])
            return range(last + 1, last + 1 + count)
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [int(key) for (key,) in cursor.fetchall()]


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Values]) -> int:
    """Add rows to a table and return how many there were."""
    table, names = model._meta.db_table, ", ".join(columns)
    if connection.vendor == "postgresql":
        return _copy_or_add(table, names, iter(rows))
    marks = ", ".join(["?"] * len(columns))
    count = 0
    for some in _chunks(rows, ROWS_AT_ONCE):
        count += len(some)
        with connection.cursor() as cursor, connection.wrap_database_errors:
            # Past Django's cursor, which would look for placeholders in every one of the statements.
            cursor.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", some)
    return count


def _copy_or_add(table: str, names: str, rows: Iterator[Values]) -> int:
    """Copy many rows in; add a few by one statement, as to begin and end a copy takes two more answers."""
    few = list(islice(rows, FEW + 1))
    if len(few) > FEW:
        return _copy(f"COPY {table} ({names}) FROM STDIN", chain(few, rows))
    if few:
        marks = ", ".join("(" + ", ".join(["%s"] * len(each)) + ")" for each in few)
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({names}) VALUES {marks}", [value for each in few for value in each])
    return len(few)


def _copy(statement: str, rows: Iterable[Values]) -> int:
    count = 0
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def upsert(
    model: type[models.Model],
    columns: Sequence[str],
    unique: Sequence[str],
    updates: Sequence[str],
    rows: Sequence[Values],
) -> None:
    """Add rows, or where one with the same unique columns stands, set it by `updates`, such as 'met = t.met + excluded.met'.

    In `updates` the table is called `t`.
    """  # noqa: E501  # the example is one piece
    table = model._meta.db_table
    row_marks = "(" + ", ".join(["%s"] * len(columns)) + ")"
    for some in _chunks(rows, max(1, min(ROWS_AT_ONCE, PARAMETERS_AT_ONCE // len(columns)))):
        statement = (
            f"INSERT INTO {table} AS t ({', '.join(columns)}) VALUES {', '.join([row_marks] * len(some))} "
            f"ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {', '.join(updates)}"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [value for row in some for value in row])


def update_many(model: type[models.Model], columns: Sequence[str], rows: Sequence[Values]) -> None:
    """Set columns of rows by key: each row holds its values in the order of the columns, and then its key."""
    table, settings = model._meta.db_table, ", ".join(f"{name} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {settings} WHERE id = %s", rows)


def _chunks(rows: Iterable[Values], size: int) -> Iterable[list[Values]]:
    rows = iter(rows)
    while some := list(islice(rows, size)):
        yield some


def delete_of(model: type[models.Model], column: str, keys: Sequence[int]) -> None:
    """Remove the rows of a table that refer to one of some keys."""
    for some in _chunks([(key,) for key in keys], PARAMETERS_AT_ONCE):
        marks = ", ".join(["%s"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE {column} IN ({marks})", [key for (key,) in some])
