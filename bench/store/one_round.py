"""One round on one database: the same rows by an import and by bare statements, then live events one by one."""

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from servanda.config import setup

url, folder = sys.argv[1], Path(sys.argv[2])
setup(url)

from bench.store import logs  # noqa: E402 - Django has to know the database first
from bench.store.desk import BY, NOW, desk, empty  # noqa: E402 - as above
from django.db import connection, transaction  # noqa: E402 - as above

from servanda.engine.events import Event, EventKind  # noqa: E402 - as above
from servanda.services import events, imports  # noqa: E402 - as above
from servanda.store import models, raw  # noqa: E402 - as above

TICKETS = 5_000
LIVE = 500
TABLES = (models.Batch, models.Ticket, models.Event, models.SourceRow, models.Clock, models.Claim, models.Tally)


def main() -> None:
    """Print each figure as name=value."""
    table = folder / "log.csv"
    logs.write_event_log(table, TICKETS)
    empty()
    desk(folder)
    figures = _imported(table) | _floor() | _live()
    for name, value in figures.items():
        print(f"{name}={value}")


def _imported(table: Path) -> dict[str, float]:
    mapping = folder / "mapping.yaml"
    mapping.write_text(logs.LOG_MAPPING, encoding="utf-8")
    began = time.perf_counter()
    with imports.plan(BY, table, mapping, now=NOW) as planned:
        read = time.perf_counter()
        imports.commit(BY, planned, now=NOW)
    return {"plan": read - began, "commit": time.perf_counter() - read, "events": models.Event.objects.count()}


def _floor() -> dict[str, float]:
    """Insert the rows that the import made again by bare statements in one transaction, into emptied tables."""
    held = [(model, raw.columns_of(model), list(_values(model))) for model in TABLES]
    rows = sum(len(values) for _, _, values in held)
    empty(keep_agreements=True)
    began = time.perf_counter()
    with transaction.atomic():
        for model, columns, values in held:
            raw.insert(model, ("id", *columns), values)
    return {"floor": time.perf_counter() - began, "rows": rows}


def _values(model: type) -> list[tuple[object, ...]]:
    columns = ", ".join(("id", *raw.columns_of(model)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {model._meta.db_table} ORDER BY id")  # type: ignore[attr-defined]  # of any model
        return list(cursor.fetchall())


def _live() -> dict[str, float]:
    empty(keep_agreements=True)
    began = time.perf_counter()
    for number in range(LIVE):
        opened = NOW - timedelta(days=2, minutes=number)
        _record(number, Event(EventKind.OPENED, opened, id="a", changes={"service": "mail"}))
        _record(number, Event(EventKind.RESOLVED, opened + timedelta(hours=3), id="b"))
    rate = 2 * LIVE / (time.perf_counter() - began)
    return {"live": rate} | _statements()


def _record(number: int, event: Event) -> None:
    events.record(BY, "desk", f"L{number}", [event], now=NOW)


def _statements() -> dict[str, float]:
    """Count the statements of one live event that stops a clock."""
    _record(LIVE, Event(EventKind.OPENED, NOW - timedelta(days=1), id="a", changes={"service": "mail"}))
    told: list[str] = []

    def listen(execute: Callable[..., object], sql: str, *rest: object) -> object:
        told.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(listen):
        _record(LIVE, Event(EventKind.RESOLVED, NOW - timedelta(hours=1), id="b"))
    tables = [sql for sql in told if "store_" in sql]
    own = next(place for place in range(len(tables) - 1, -1, -1) if "store_organisation" in tables[place])
    audit = len(tables) - own  # the audit takes its own turn at the organisation, then reads and adds an entry
    return {"statements": len(tables) - audit, "audit": audit}


main()
