"""The system checks: which SQLite has the WAL-reset fault, and which database is refused."""

from pathlib import Path

import pytest
from django.core.checks import run_checks

from servanda.store import checks, file_systems
from servanda.store.checks import Version, has_wal_reset_fault


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 50, 6), (3, 51, 0), (3, 51, 2)])
def test_an_sqlite_before_the_mend_has_the_fault(version: Version) -> None:
    assert has_wal_reset_fault(version)


@pytest.mark.parametrize("version", [(3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 53, 0), (4, 0, 0)])
def test_an_sqlite_with_the_mend_has_not(version: Version) -> None:
    assert not has_wal_reset_fault(version)


def test_a_file_on_a_network_is_refused_and_one_on_the_machine_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_systems, "MOUNTS", tmp_path / "mounts")
    (tmp_path / "mounts").write_text("22 1 8:1 / / rw - nfs4 files:/ rw\n", encoding="utf-8")
    (refusal,) = checks.lies_on_the_machine()
    assert refusal.id == "servanda.E001"
    assert "network file system (nfs4)" in refusal.msg
    (tmp_path / "mounts").write_text("22 1 8:1 / / rw - ext4 /dev/sda1 rw\n", encoding="utf-8")
    assert checks.lies_on_the_machine() == []


def test_an_sqlite_with_the_fault_is_warned_of_whenever_django_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 40, 1))
    assert [each.id for each in run_checks()] == ["servanda.W001"]
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 51, 3))
    assert run_checks() == []
