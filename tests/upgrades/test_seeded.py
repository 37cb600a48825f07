"""A database of each release comes to this version whole, on both databases, with the figures that it had."""

import gzip
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from servanda.engine.rights import Assignment, Role, Viewer
from servanda.services import transfers, verification
from servanda.store import tables
from tests.databases import SQLITE_URL, work_on
from tests.services.fresh import Fresh
from tests.services.fresh import fresh as fresh
from tests.upgrades import seeded

RELEASES = sorted(path.name.removesuffix(".json") for path in seeded.FOLDER.glob("*.json"))


def figures_now() -> dict[str, object]:
    """Return what a report says of the database that is worked on."""
    return {slug: seeded.figures(slug) for slug in seeded.SLUGS}


def figures_then(release: str) -> dict[str, object]:
    """Return what a release said of its database."""
    told = json.loads((seeded.FOLDER / f"{release}.json").read_text(encoding="utf-8"))
    assert isinstance(told, dict)
    return told


def differences() -> list[str]:
    """Return what a verification finds of the database that is worked on."""
    found: list[str] = []
    for slug in seeded.SLUGS:
        asking = Viewer(slug, "kim", date(2026, 2, 2), (Assignment(Role.ADMINISTRATOR),))
        found.extend(f"{slug}: {each}" for each in verification.verify(asking).differences)
    return found


@pytest.fixture
def unpacked(tmp_path: Path) -> Iterator[Path]:
    """Give the path of a database file of the test's own, and change back afterwards."""
    yield tmp_path / "upgraded.sqlite3"
    work_on(SQLITE_URL)


def test_a_database_of_this_version_is_kept() -> None:
    assert RELEASES


@pytest.mark.parametrize("release", RELEASES)
def test_the_dump_of_a_release_loads_with_its_figures(release: str, fresh: Fresh) -> None:
    work_on(fresh("upgraded"))
    tables.make()
    transfers.load_file(seeded.FOLDER / f"{release}.jsonl.gz")
    assert figures_now() == figures_then(release)
    assert differences() == []


@pytest.mark.parametrize("release", RELEASES)
def test_the_file_of_a_release_is_brought_to_this_version_with_its_figures(release: str, unpacked: Path) -> None:
    with gzip.open(seeded.FOLDER / f"{release}.sqlite3.gz") as packed, unpacked.open("wb") as file:
        shutil.copyfileobj(packed, file)
    work_on(f"sqlite:///{unpacked}")
    tables.make()
    assert tables.standing() is tables.Standing.CURRENT
    assert figures_now() == figures_then(release)
    assert differences() == []


@pytest.mark.parametrize("release", RELEASES)
def test_the_files_of_a_release_are_small_and_hold_one_state(release: str, unpacked: Path) -> None:
    assert sum(path.stat().st_size for path in seeded.FOLDER.glob(f"{release}.*")) < 300_000
    with gzip.open(seeded.FOLDER / f"{release}.sqlite3.gz") as packed:
        unpacked.write_bytes(packed.read())
    with gzip.open(seeded.FOLDER / f"{release}.jsonl.gz") as packed:
        told = json.loads(packed.read().splitlines()[-1])["rows"]
    with closing(sqlite3.connect(unpacked)) as file:
        assert told == {name: file.execute(f"SELECT count(*) FROM store_{name}").fetchone()[0] for name in told}


def test_the_maker_makes_the_same_each_time(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        work_on(f"sqlite:///{tmp_path / name / 'own.sqlite3'}")
        seeded.make(tmp_path / name, "now")
        made.append((tmp_path / name / "now.jsonl.gz").read_bytes())
    work_on(SQLITE_URL)
    assert made[0] == made[1]
