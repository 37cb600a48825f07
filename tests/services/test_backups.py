"""A backup is whole and tried before it has a name; a restore gives all of it back, or changes nothing."""

import gzip
import io
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from servanda.bad_input import BadInput
from servanda.services import audit, backups, transfers
from servanda.services.backups import BackupDamaged
from servanda.services.transfers import DamagedDump, NotEmpty
from servanda.store import models
from tests.databases import SQLITE_URL, work_on
from tests.services.fresh import Fresh, made, on_server
from tests.services.fresh import fresh as fresh
from tests.upgrades import seeded

pytestmark = pytest.mark.slow

NOW = seeded.RECORDED + timedelta(days=1)
TICKETS = 6


def dumped() -> list[bytes]:
    """Return the lines of a dump of the database that is worked on, but for the last."""
    stream = io.BytesIO()
    transfers.dump(stream)
    return stream.getvalue().splitlines()[:-1]


def school_on(url: str) -> list[bytes]:
    """Seed a database, and return what it holds."""
    made(url)
    seeded.seed(TICKETS)
    return dumped()


def name_of(folder: Path) -> Path:
    """Return the path of a backup as each of the two databases makes it."""
    return folder / ("b.sqlite3" if connection.vendor == "sqlite" else "b.jsonl.gz")


def without_newest_entries(lines: list[bytes]) -> list[bytes]:
    """Return a dump without what a backup or a restore added to the audit."""
    return [line for line in lines if b'"back_up"' not in line and b'"restore"' not in line]


def test_a_backup_is_restored_to_what_was_kept(fresh: Fresh, tmp_path: Path) -> None:
    kept = school_on(fresh("own"))
    made_one = backups.make(name_of(tmp_path), now=NOW)
    assert made_one.held.rows["ticket"] == 2 * TICKETS
    work_on(fresh("other"))
    restored = backups.restore(made_one.path, now=NOW)
    assert restored.held.state_hash == made_one.held.state_hash
    assert restored.old_state == ""
    assert without_newest_entries(dumped()) == kept
    assert [list(audit.breaks(each)) for each in models.Organisation.objects.all()] == [[], []]
    assert {models.Entry.objects.filter(organisation=each).latest("sequence").action for each in _all()} == {"restore"}


def _all() -> list[models.Organisation]:
    return list(models.Organisation.objects.all())


def test_the_audit_of_each_organisation_keeps_the_date_of_the_drill(fresh: Fresh, tmp_path: Path) -> None:
    school_on(fresh("own"))
    assert [backups.last_drill(each) for each in _all()] == [None, None]
    backups.make(name_of(tmp_path), now=NOW, by="kim")
    assert [backups.last_drill(each) for each in _all()] == [NOW, NOW]
    assert [list(audit.breaks(each)) for each in _all()] == [[], []]
    assert models.Entry.objects.latest("sequence").actor == "kim"


def test_a_backup_leaves_one_file_for_its_owner_alone(fresh: Fresh, tmp_path: Path) -> None:
    school_on(fresh("own"))
    folder = tmp_path / "backups"
    folder.mkdir()
    path = backups.make(name_of(folder), now=NOW).path
    assert os.listdir(folder) == [path.name]
    assert path.stat().st_mode & 0o077 == 0
    assert no_drill_is_left()


def no_drill_is_left() -> bool:
    """Say whether the server has no database of a drill any more."""
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'servanda_drill%'")
        return not cursor.fetchone()[0]


def test_a_drill_needs_no_right_to_make_databases(
    tmp_path: Path, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "_database_made", lambda *_: False)
    kept = school_on(on_server(postgresql_url, "unprivileged"))
    made_one = backups.make(tmp_path / "b.jsonl.gz", now=NOW)
    assert made_one.tried_in == "an SQLite file"
    assert gzip.decompress(made_one.path.read_bytes()).splitlines()[:-1] == kept
    assert os.listdir(tmp_path) == ["b.jsonl.gz"]
    work_on(SQLITE_URL)


def test_a_backup_that_does_not_hold_what_was_kept_gets_no_name(
    fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    school_on(fresh("own"))
    folder = tmp_path / "backups"
    folder.mkdir()
    tried = backups._tried

    def lossy(beside: Path) -> tuple[transfers.Summary, str]:
        held, where = tried(beside)
        return transfers.Summary(held.organisation, held.migrations, held.rows, held.sha256, "another"), where

    monkeypatch.setattr(backups, "_tried", lossy)
    with pytest.raises(BackupDamaged, match="is not what was kept"):
        backups.make(name_of(folder), now=NOW)
    assert os.listdir(folder) == []
    assert [backups.last_drill(each) for each in _all()] == [None, None]


def test_a_backup_of_a_killed_process_is_swept_away_after_a_day(tmp_path: Path) -> None:
    school_on(f"sqlite:///{tmp_path / 'own'}.sqlite3")
    left, young = tmp_path / ".b.sqlite3.0a0b0c0d.part", tmp_path / ".b.sqlite3.0a0b0c0e.part"
    left.touch()
    young.touch()
    os.utime(left, (NOW.timestamp() - 90_000, NOW.timestamp() - 90_000))
    os.utime(young, (NOW.timestamp() - 80_000, NOW.timestamp() - 80_000))
    backups.make(tmp_path / "b.sqlite3", now=NOW)
    assert (left.exists(), young.exists()) == (False, True)
    work_on(SQLITE_URL)


# --- into what is there already ---


def test_a_database_that_holds_something_is_not_touched(fresh: Fresh, tmp_path: Path) -> None:
    kept = school_on(fresh("own"))
    path = backups.make(name_of(tmp_path), now=NOW).path
    with pytest.raises(NotEmpty, match="holds something already"):
        backups.restore(path, now=NOW)
    assert without_newest_entries(dumped()) == kept


def test_the_old_state_is_put_aside_whole(fresh: Fresh, tmp_path: Path) -> None:
    url = fresh("own")
    kept = school_on(url)
    path = backups.make(name_of(tmp_path), now=NOW).path
    seeded.seed(1, ("abbey",))
    later = dumped()
    restored = backups.restore(path, now=NOW, replace=True)
    assert without_newest_entries(dumped()) == kept
    if connection.vendor == "sqlite":
        assert restored.old_state == f"{tmp_path / 'own.sqlite3'}.replaced-20260203T093000Z"
        work_on(f"sqlite:///{restored.old_state}")
        assert dumped() == later
    else:
        assert restored.old_state == "schema replaced_20260203t093000z"
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM replaced_20260203t093000z.store_organisation")
            assert cursor.fetchone()[0] == 3


def test_a_restored_database_is_written_to_as_before(fresh: Fresh, tmp_path: Path) -> None:
    school_on(fresh("own"))
    path = backups.make(name_of(tmp_path), now=NOW).path
    work_on(fresh("other"))
    backups.restore(path, now=NOW)
    seeded.seed(2, ("abbey",))
    with pytest.raises(Exception, match="only ever added"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_event")


def test_an_empty_database_with_tables_is_filled(fresh: Fresh, tmp_path: Path) -> None:
    kept = school_on(fresh("own"))
    path = backups.make(name_of(tmp_path), now=NOW).path
    made(fresh("other"))
    backups.restore(path, now=NOW)
    assert without_newest_entries(dumped()) == kept


def test_the_same_moves_from_one_kind_of_database_to_the_other(tmp_path: Path, postgresql_url: str) -> None:
    kept = school_on(f"sqlite:///{tmp_path / 'own.sqlite3'}")
    copy = backups.make(tmp_path / "b.sqlite3", now=NOW).path
    work_on(on_server(postgresql_url, "moved"))
    backups.restore(copy, now=NOW)
    assert without_newest_entries(dumped()) == kept
    told = backups.make(tmp_path / "b.jsonl.gz", now=NOW).path
    work_on(f"sqlite:///{tmp_path / 'back.sqlite3'}")
    backups.restore(told, now=NOW)
    assert without_newest_entries(dumped()) == kept
    work_on(SQLITE_URL)


def test_a_dump_of_one_organisation_is_restored_alone(fresh: Fresh, tmp_path: Path) -> None:
    school_on(fresh("own"))
    transfers.dump_file(tmp_path / "college.jsonl", None, "college")
    work_on(fresh("other"))
    assert backups.restore(tmp_path / "college.jsonl", now=NOW).held.rows["organisation"] == 1


# --- an SQLite file and what lies beside it ---


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """Return a backup of a seeded SQLite file, in a folder of its own."""
    school_on(f"sqlite:///{tmp_path / 'own.sqlite3'}")
    (tmp_path / "kept").mkdir()
    path = backups.make(tmp_path / "kept" / "b.sqlite3", now=NOW).path
    work_on(SQLITE_URL)
    return path


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Path]:
    """Return the path of a database that is not there yet, which is worked on."""
    (tmp_path / "target").mkdir()
    path = tmp_path / "target" / "t.sqlite3"
    work_on(f"sqlite:///{path}")
    yield path
    work_on(SQLITE_URL)


def restored_to(target: Path, file: Path, *, replace: bool = False) -> backups.Restored:
    """Restore a file to a database."""
    work_on(f"sqlite:///{target}")
    return backups.restore(file, now=NOW, replace=replace)


def test_a_log_left_beside_a_file_that_is_gone_is_not_taken_for_the_new_ones(backup: Path, target: Path) -> None:
    left = target.with_name("t.sqlite3-wal")
    left.write_bytes(b"of another database")
    restored_to(target, backup)
    assert models.Ticket.objects.count() == 2 * TICKETS
    assert target.with_name("t.sqlite3.replaced-20260203T093000Z-wal").read_bytes() == b"of another database"


def test_what_was_in_the_log_of_the_old_state_is_put_aside_with_it(backup: Path, target: Path, tmp_path: Path) -> None:
    # A process that ends without closing leaves its last rows in the log alone.
    source, log = tmp_path / "own.sqlite3", tmp_path / "own.sqlite3-wal"
    with closing(sqlite3.connect(source)) as writing:
        writing.execute("PRAGMA journal_mode=WAL")
        writing.execute("PRAGMA wal_autocheckpoint=0")
        writing.execute("UPDATE store_organisation SET name = 'in the log'")
        writing.commit()
        shutil.copy(source, target)
        shutil.copy(log, target.with_name("t.sqlite3-wal"))
    old_state = restored_to(target, backup, replace=True).old_state
    with closing(sqlite3.connect(old_state)) as old:
        assert old.execute("SELECT DISTINCT name FROM store_organisation").fetchall() == [("in the log",)]


def test_a_database_that_somebody_works_on_is_not_replaced(backup: Path, target: Path) -> None:
    shutil.copy(backup, target)
    with closing(sqlite3.connect(target)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM store_ticket").fetchone()
        with pytest.raises(BadInput, match="somebody is working on the database"):
            restored_to(target, backup, replace=True)
        other.execute("ROLLBACK")
    assert sorted(os.listdir(target.parent)) == ["t.sqlite3"]


def test_a_file_that_is_no_database_is_put_aside_only_on_demand(backup: Path, target: Path) -> None:
    target.write_bytes(b"a letter" * 1000)
    with pytest.raises(NotEmpty):
        restored_to(target, backup)
    assert Path(restored_to(target, backup, replace=True).old_state).read_bytes() == b"a letter" * 1000
    assert models.Ticket.objects.count() == 2 * TICKETS


def test_the_database_is_not_restored_from_itself(backup: Path) -> None:
    with pytest.raises(BadInput, match="this is the database itself"):
        restored_to(backup, backup, replace=True)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def scratched(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes(4096) + content[middle + 4096 :]


@pytest.mark.parametrize("damage", [cut, scratched, lambda _: b"", lambda _: b"no backup at all"])
def test_a_damaged_backup_is_refused_and_nothing_is_changed(
    backup: Path, target: Path, damage: Callable[[bytes], bytes]
) -> None:
    shutil.copy(backup, target)
    before = target.read_bytes()
    backup.write_bytes(damage(backup.read_bytes()))
    with pytest.raises(BackupDamaged):
        restored_to(target, backup, replace=True)
    assert target.read_bytes() == before
    assert os.listdir(target.parent) == ["t.sqlite3"]


def test_a_damaged_dump_is_refused_and_nothing_is_left(target: Path, backup: Path, tmp_path: Path) -> None:
    work_on(f"sqlite:///{backup}")
    path = tmp_path / "b.jsonl.gz"
    transfers.dump_file(path, None)
    path.write_bytes(cut(path.read_bytes()))
    with pytest.raises(DamagedDump):
        restored_to(target, path)
    assert os.listdir(target.parent) == []


def test_another_programs_database_is_no_backup(target: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE notes (text TEXT)")
    with pytest.raises(BackupDamaged, match="holds nothing of Servanda"):
        restored_to(target, path)


def test_a_backup_of_a_newer_servanda_is_refused(backup: Path, target: Path) -> None:
    with closing(sqlite3.connect(backup)) as later:
        later.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', '2027-01-01')")
        later.commit()
    with pytest.raises(BackupDamaged, match="newer Servanda, after a change called '9999_later'"):
        restored_to(target, backup)
    assert os.listdir(target.parent) == []


def test_a_folder_that_may_not_be_written_is_refused(backup: Path, tmp_path: Path) -> None:
    work_on(f"sqlite:///{tmp_path / 'own.sqlite3'}")
    with pytest.raises(BadInput, match="there is no folder"):
        backups.make(tmp_path / "missing" / "b.sqlite3", now=NOW)
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="nothing can be written here"):
        backups.make(tmp_path / "file" / "b.sqlite3", now=NOW)
    work_on(SQLITE_URL)


def test_a_restore_on_a_server_that_fails_leaves_what_was_there(postgresql_url: str, tmp_path: Path) -> None:
    url = on_server(postgresql_url, "kept")
    kept = school_on(url)
    path = tmp_path / "b.jsonl"
    transfers.dump_file(path, None)
    path.write_bytes(path.read_bytes().replace(b"january", b"JANUARY", 1))
    with pytest.raises(DamagedDump, match="the hash differs"):
        backups.restore(path, now=NOW, replace=True)
    assert dumped() == kept
    with psycopg.connect(url) as apart:
        found = apart.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'replaced%'").fetchone()
    assert found == (0,)
    work_on(SQLITE_URL)
