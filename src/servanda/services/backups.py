"""Backups: everything as of one instant, tried out by a restore before it gets its name, and the way back.

Who makes or restores one holds the database itself, so no right inside an organisation is asked for; each organisation
finds it in its audit.
"""

import secrets
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from django.db import Error, OperationalError, ProgrammingError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from servanda.bad_input import BadInput
from servanda.engine import zones
from servanda.engine.rights import Action, Viewer
from servanda.files.outputs import placed
from servanda.services import audit, transfers
from servanda.services.transfers import NotEmpty, Summary
from servanda.store import crash_points, failures, models, other_databases
from servanda.store.other_databases import opened, sqlite_file

OPERATOR = "operator"
SQLITE_MAGIC = b"SQLite format 3\0"
BESIDE = ("-wal", "-shm", "-journal")
STALE = timedelta(days=1)
RESTORE_FIRST = "Restore another backup; nothing was changed."


class BackupDamaged(BadInput):
    """A backup that does not hold what was kept, or cannot be read any more."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made and tried: its file, what it holds, and where it was restored to try it."""

    path: Path
    held: Summary
    tried_in: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and where the old state was put; '' where there was none."""

    held: Summary
    old_state: str


@dataclass(frozen=True, slots=True)
class Return:
    """When an organisation was restored, from which file, and when the last of what that file tells was done."""

    at: datetime
    file: str
    last_done_at: datetime | None


# --- making one ---


def make(path: Path, *, now: datetime, by: str = OPERATOR) -> Backup:
    """Write a backup of everything while others go on writing, restore it elsewhere, compare, and only then name it.

    A copy of the database where that is an SQLite file, else a dump. The audit of each organisation keeps the date of
    the drill. Raise `BackupDamaged` where what was restored is not what was kept; then there is no file either.
    """
    _sweep(path, now)
    with _sqlite_in_words(), placed(path) as beside:
        beside.chmod(0o600)  # it holds people's names
        with other_databases.snapshot(connection) as reading:
            kept = _copy_file(reading, beside) if reading.vendor == "sqlite" else _copy_server(reading, beside, path)
        crash_points.reach("backup.copied")
        restored, tried_in = _tried(beside)
        if restored.state_hash != kept.state_hash:
            raise BackupDamaged(
                "what was restored from the backup is not what was kept",
                expected="equal rows in both",
                mend="Run 'servanda doctor' and look at the disk; the backup was not kept.",
            )
        crash_points.reach("backup.verified")
    _note(Action.BACK_UP, path.name, kept, now, by)
    return Backup(path, kept, tried_in)


def _copy_file(reading: BaseDatabaseWrapper, beside: Path) -> Summary:
    """Copy an SQLite database page by page as of the instant of a reading transaction; return what that holds."""
    with closing(sqlite3.connect(beside)) as copy:
        reading.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # so that the file is all there is
    return transfers.dump_from(reading, None)


def _copy_server(reading: BaseDatabaseWrapper, beside: Path, path: Path) -> Summary:
    """Write the dump of a server as of one instant; return what it holds."""
    with beside.open("wb") as file, transfers.packed(file, path.suffix.lower() == ".gz") as stream:
        return transfers.dump_from(reading, stream)


def _tried(beside: Path) -> tuple[Summary, str]:
    """Restore a backup where it disturbs nobody; return what is there then, and where it was."""
    if _is_sqlite(beside):
        return _checked_file(beside), "the copy itself"
    with _scratch(beside.parent) as (scratch, where):
        other_databases.migrate(scratch)
        transfers.load_file(beside, scratch)
        return transfers.dump(None, source=scratch), where


def _checked_file(path: Path) -> Summary:
    """Return what an SQLite file holds, once it is whole and all its references lead somewhere."""
    with opened(sqlite_file(path)) as copy:
        check_file(copy, path)
        return transfers.dump(None, source=copy)


def check_file(copy: BaseDatabaseWrapper, path: Path) -> None:
    """Raise `BackupDamaged` where an SQLite database is damaged or a reference leads nowhere."""
    with copy.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(3)")
        faults = [line for (line,) in cursor.fetchall() if line != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        faults.extend(f"row {row[1]} of {row[0]} refers to nothing in {row[2]}" for row in cursor.fetchmany(3))
    if faults:
        raise BackupDamaged(
            f"the database in this file is damaged: {'; '.join(faults)}",
            expected="a whole database",
            mend=RESTORE_FIRST,
            file=path,
        )


@contextmanager
def _scratch(folder: Path) -> Iterator[tuple[BaseDatabaseWrapper, str]]:
    """Give an empty database that is gone after the block: on the server where its user may make one, else a file."""
    name = f"servanda_drill_{secrets.token_hex(4)}"
    apart = connection.copy()
    try:
        made = _database_made(apart, name)
        if made:
            try:
                with opened({**connection.settings_dict, "NAME": name}) as scratch:
                    yield scratch, "a database of the same server"
            finally:
                _execute(apart, f"DROP DATABASE {connection.ops.quote_name(name)}")
    finally:
        apart.close()
    if not made:
        with tempfile.TemporaryDirectory(prefix=".drill-", dir=folder) as own, _opened_in(Path(own)) as scratch:
            yield scratch, "an SQLite file"


@contextmanager
def _opened_in(folder: Path) -> Iterator[BaseDatabaseWrapper]:
    with opened(sqlite_file(folder / "drill.sqlite3")) as scratch:
        yield scratch


def _database_made(apart: BaseDatabaseWrapper, name: str) -> bool:
    """Make a database on the server; return False where the user may not."""
    try:
        _execute(apart, f"CREATE DATABASE {connection.ops.quote_name(name)} TEMPLATE template0")
    except (ProgrammingError, OperationalError):
        return False
    return True


def _execute(apart: BaseDatabaseWrapper, statement: str) -> None:
    with apart.cursor() as cursor:
        cursor.execute(statement)


def _sweep(path: Path, now: datetime) -> None:
    """Remove what backups of the same name left behind when they were killed, a day ago or more."""
    for left in path.resolve().parent.glob(f".{path.resolve().name}.*.part*"):
        if left.is_file() and now.timestamp() - left.stat().st_mtime > STALE.total_seconds():
            left.unlink(missing_ok=True)


def _note(action: Action, name: str, held: Summary, now: datetime, by: str) -> None:
    """Tell each organisation, in its audit, of a backup or a restore."""
    with transaction.atomic():
        for organisation in models.Organisation.objects.order_by("slug"):
            on = now.astimezone(zones.zone(organisation.zone)).date()
            content = {"file": name, "state_hash": held.state_hash}
            audit.note(
                organisation,
                Viewer(organisation.slug, by, on),
                action,
                "everything",
                now=now,
                content=content,
            )


def last_drill(organisation: models.Organisation) -> datetime | None:
    """Return when a backup of an organisation was last made and restored to try it; nothing if never."""
    last = _last_entry(organisation, Action.BACK_UP)
    return last.recorded_at if last else None


def last_return(organisation: models.Organisation) -> Return | None:
    """Return how an organisation last came out of a backup; nothing if never.

    A backup is noted only after it is made, so the one it came out of does not tell of itself.
    """
    last = _last_entry(organisation, Action.RESTORE)
    if last is None or last.recorded_at is None:
        return None
    before = models.Entry.objects.filter(organisation=organisation, sequence=last.sequence - 1).first()
    return Return(last.recorded_at, last.content["file"], before.recorded_at if before else None)


def _last_entry(organisation: models.Organisation, action: Action) -> models.Entry | None:
    entries = models.Entry.objects.filter(organisation=organisation, action=action.value, subject="everything")
    return entries.order_by("-sequence").first()


# --- the way back ---


def restore(file: Path, *, now: datetime, replace: bool = False, by: str = OPERATOR) -> Restored:
    """Put a backup or a dump in the place of the database that is worked on: all of it, or nothing is changed.

    That database holds nothing yet, or `replace` says that its state is to be put aside first. Raise `NotEmpty` where
    it is kept from that, `BackupDamaged` or `DamagedDump` where the file is not whole.
    """
    with _sqlite_in_words(file):
        kind_is_sqlite = _is_sqlite(file)
        if connection.vendor == "sqlite":
            restored = _restore_file(file, kind_is_sqlite, replace, now)
            _note(Action.RESTORE, file.name, restored.held, now, by)
            return restored
        if kind_is_sqlite:
            with tempfile.TemporaryDirectory(prefix="servanda-restore-") as folder:
                return _restore_server(_dump_of(file, Path(folder)), file.name, replace, now, by)
        return _restore_server(file, file.name, replace, now, by)


def _is_sqlite(file: Path) -> bool:
    """Say whether a file is an SQLite database rather than a dump; raise `BackupDamaged` for neither."""
    with file.open("rb") as opened_file:
        begins = opened_file.read(len(SQLITE_MAGIC))
    if begins == SQLITE_MAGIC:
        return True
    if begins.startswith((transfers.GZIP_MAGIC, b"{")):
        return False
    raise BackupDamaged(
        "this is no backup" if begins else "this file is empty",
        expected="a file written by 'servanda backup' or 'servanda dump'",
        mend="Name another file; nothing was changed.",
        file=file,
    )


def _restore_file(file: Path, is_sqlite: bool, replace: bool, now: datetime) -> Restored:
    """Restore into an SQLite file: made whole beside its place, then put there."""
    target = Path(connection.settings_dict["NAME"])
    _refuse_same(file, target)
    connection.close()
    empty = _file_is_empty(target)
    if not empty and not replace:
        raise _not_empty(f"{target}")
    with placed(target) as beside:
        beside.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o600)
        held = _filled_from_file(file, beside) if is_sqlite else _filled_from_dump(file, beside)
        crash_points.reach("restore.copied")
        old_state = _set_aside(target, now, empty)
    return Restored(held, old_state)


def _refuse_same(file: Path, target: Path) -> None:
    if target.exists() and file.samefile(target):
        raise BadInput(
            "this is the database itself",
            expected="a backup of it",
            mend="Name the backup, and the database with --database.",
            file=file,
        )


def _not_empty(name: str) -> NotEmpty:
    return NotEmpty(
        f"the database {name} holds something already",
        expected="a database that is empty or not there yet",
        mend="Name another with --database, or add --replace, which puts the old state aside first.",
    )


def _file_is_empty(target: Path) -> bool:
    """Say whether nothing would be lost with an SQLite file; what is no database, or another's, is not empty."""
    if not target.exists() or not target.stat().st_size:
        return True
    try:
        with closing(sqlite3.connect(_address(target, "rw"), uri=True)) as there:
            names = {name for (name,) in there.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "store_organisation" not in names:
                return not names
            return not there.execute("SELECT count(*) FROM store_organisation").fetchone()[0]
    except sqlite3.DatabaseError:
        return False


def _address(path: Path, mode: str) -> str:
    return f"file:{quote(str(path.resolve()))}?mode={mode}"


def _filled_from_file(file: Path, beside: Path) -> Summary:
    """Copy a backup into a file, bring that to this version, and return what it holds, once compared."""
    with closing(sqlite3.connect(_address(file, "ro"), uri=True)) as source, closing(sqlite3.connect(beside)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    with opened(sqlite_file(beside)) as restored:
        check_file(restored, file)
        had, known = other_databases.applied(restored), other_databases.known(restored)
        _refuse_strange(had, known, file)
        other_databases.migrate(restored)
        held = transfers.dump(None, source=restored)
    if tuple(had) == held.migrations:
        with opened(sqlite_file(file)) as source_again:
            _refuse_unlike(transfers.dump(None, source=source_again), held, file)
    return held


def _filled_from_dump(file: Path, beside: Path) -> Summary:
    """Load a dump into a file and return what it holds then."""
    with opened(sqlite_file(beside)) as restored:
        other_databases.migrate(restored)
        told = transfers.load_file(file, restored)
        check_file(restored, file)
        held = transfers.dump(None, source=restored, organisation=told.organisation)
    _refuse_unlike(told, held, file)
    return held


def _refuse_strange(had: list[str], known: list[str], file: Path) -> None:
    """Refuse a database that is not ours, or a newer Servanda's."""
    strange = sorted({*had} - {*known})
    if not had:
        raise BackupDamaged(
            "this database holds nothing of Servanda",
            expected="a file written by 'servanda backup'",
            mend="Name another file; nothing was changed.",
            file=file,
        )
    if strange:
        raise BackupDamaged(
            f"this backup was made by a newer Servanda, after a change called '{strange[-1]}'",
            expected="a backup of this version or an earlier one",
            mend="Install the version that made it, or a newer one; nothing was changed.",
            file=file,
        )


def _refuse_unlike(told: Summary, held: Summary, file: Path) -> None:
    """Refuse what does not hold the rows of the file; one of an older version may be told in other columns."""
    if told.migrations == held.migrations and told.state_hash != held.state_hash:
        raise BackupDamaged(
            "what was restored is not what the file tells",
            expected="equal rows in both",
            mend=RESTORE_FIRST,
            file=file,
        )


def _set_aside(target: Path, now: datetime, empty: bool) -> str:
    """Give the old state another name, beside the one it has until the new state takes that; return the name."""
    _let_go(target)
    aside = _free(target.with_name(f"{target.name}.replaced-{now:%Y%m%dT%H%M%SZ}"))
    for ending in BESIDE:  # of a file that is gone or damaged: it would be taken for the new one's
        left = target.with_name(target.name + ending)
        if left.exists():
            left.rename(aside.with_name(aside.name + ending))
    if not target.exists() or empty:
        return ""
    aside.hardlink_to(target)
    return str(aside)


def _free(path: Path) -> Path:
    """Return a path, or one like it that is not taken."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def _let_go(target: Path) -> None:
    """Bring all of an SQLite database into its one file; raise `BadInput` while somebody works on it."""
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(_address(target, "rw"), uri=True, timeout=2)) as old:
            old.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as failure:
        if failure.sqlite_errorname.startswith("SQLITE_BUSY"):
            raise BadInput(
                "somebody is working on the database that is to be replaced",
                expected="a database that nobody works on",
                mend="Stop the other programs of Servanda, then try again; nothing was changed.",
                file=target,
            ) from None
        raise
    except sqlite3.DatabaseError:
        pass  # no database at all: it is put aside as it is


def _dump_of(file: Path, folder: Path) -> Path:
    """Return a dump of a backup that is an SQLite file, in a folder that passes."""
    copy, told = folder / "copy.sqlite3", folder / "copy.jsonl.gz"
    _filled_from_file(file, copy)
    with opened(sqlite_file(copy)) as source, told.open("wb") as raw, transfers.packed(raw, True) as stream:
        transfers.dump(stream, source=source)
    return told


def _restore_server(file: Path, name: str, replace: bool, now: datetime, by: str) -> Restored:
    """Restore into a PostgreSQL database, in one transaction."""
    full = _server_holds_something()
    if full and not replace:
        raise _not_empty(str(connection.settings_dict["NAME"]))
    with transaction.atomic():
        old_state = _rename_schema(now) if full else ""
        other_databases.migrate(connection)
        told = transfers.load_file(file)
        held = transfers.dump(None, organisation=told.organisation)
        _refuse_unlike(told, held, file)
        _note(Action.RESTORE, name, held, now, by)
        crash_points.reach("restore.copied")
    return Restored(held, old_state)


def _server_holds_something() -> bool:
    """Say whether the database has an organisation, or tables that are not ours."""
    names = set(connection.introspection.table_names())
    if "store_organisation" not in names:
        return bool(names)
    return models.Organisation.objects.exists()


def _rename_schema(now: datetime) -> str:
    """Put everything aside under another schema, and make an empty one in its place; return the other name."""
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        own = cursor.fetchone()[0]
        aside = f"replaced_{now:%Y%m%dt%H%M%Sz}"
        cursor.execute(f"ALTER SCHEMA {quoted(own)} RENAME TO {quoted(aside)}")
        cursor.execute(f"CREATE SCHEMA {quoted(own)}")
    return f"schema {aside}"


@contextmanager
def _sqlite_in_words(file: Path | None = None) -> Iterator[None]:
    """Say in words what SQLite refuses outside Django; of a file that is no database, that it is damaged."""
    try:
        yield
    except (sqlite3.Error, Error) as failure:
        cause = failure if isinstance(failure, sqlite3.Error) else failure.__cause__
        if file and getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            raise BackupDamaged(
                "this file is damaged", expected="a whole backup", mend=RESTORE_FIRST, file=file
            ) from None
        if isinstance(failure, Error):
            raise
        with failures.in_words():
            raise OperationalError(str(failure)) from failure
