"""An organisation with an agreement of two targets, and tables emptied past their guards, for a benchmark alone."""

from datetime import UTC, date, datetime
from pathlib import Path

from bench.store.logs import AGREEMENTS
from django.core.management import call_command
from django.db import connection

from servanda.engine.rights import Assignment, Role, Viewer
from servanda.files import agreements as files
from servanda.services import agreements, organisations
from servanda.store import books

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
BY = Viewer("bench", "kim", date(2026, 11, 1), (Assignment(Role.ADMINISTRATOR),))


def desk(folder: Path) -> None:
    """Make the organisation, and apply its agreement."""
    call_command("migrate", verbosity=0)
    path = folder / "agreements.yaml"
    path.write_text(AGREEMENTS, encoding="utf-8")
    organisations.add("bench", "Bench", "Europe/London", "kim", NOW)
    agreements.apply(BY, files.load(path), now=NOW)


def empty(*, keep_agreements: bool = False) -> None:
    """Begin with empty tables: all of them, or all but what says who agreed what."""
    books.forget()
    tables = [name for name in connection.introspection.table_names() if name.startswith("store_")]
    if not tables:
        return
    if not keep_agreements:
        call_command("migrate", "store", "zero", verbosity=0)
        call_command("migrate", verbosity=0)
        return
    emptied = ("tally", "clock", "claim", "sourcerow", "event", "ticket", "batch", "message")
    with connection.cursor() as cursor:
        for name in emptied:
            _empty(cursor, f"store_{name}")


def _empty(cursor: "object", table: str) -> None:
    from servanda.store.keeping import statements

    guarded = table in ("store_event", "store_sourcerow")
    execute = cursor.execute  # type: ignore[attr-defined]  # the cursor below Django's
    if guarded and connection.vendor == "sqlite":
        execute(f"DROP TRIGGER {table}_no_update")
        execute(f"DROP TRIGGER {table}_no_delete")
    elif guarded:
        execute(f"DROP TRIGGER {table}_only_added ON {table}")
        execute(f"DROP FUNCTION {table}_only_added()")
    execute(f"DELETE FROM {table}")
    for each in statements(connection.vendor, table) if guarded else ():
        execute(each)
