"""The commands `backup`, `restore`, `dump` and `load`, each in a process of its own: what they say, and when killed."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.databases import postgresql_url as postgresql_url
from tests.services.fresh import drop, on_server

pytestmark = pytest.mark.slow

SEED = """
from servanda.config import setup
setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.upgrades import seeded
seeded.seed(30)
"""
COUNTS = """
from servanda.config import setup
setup()
from servanda.services import audit
from servanda.store.models import Entry, Organisation, Ticket
broken = [each for one in Organisation.objects.all() for each in audit.breaks(one)]
print(Ticket.objects.count(), Entry.objects.filter(action="back_up").count(), broken)
"""


def python(
    url: str, *words: str, limit: Callable[[], None] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Python on a database."""
    told = {**os.environ, "SERVANDA_DATABASE": url, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **environment}
    told.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, *words], env=told, capture_output=True, text=True, preexec_fn=limit, timeout=120
    )


def servanda(
    url: str, *words: str, limit: Callable[[], None] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command on a database; it never ends in a traceback."""
    done = python(url, "-m", "servanda", *words, limit=limit, **environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def counts(url: str) -> str:
    """Return how many tickets and how many notes of a backup a database has, and the breaks of its chains."""
    done = python(url, "-c", COUNTS)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def seeded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a seeded SQLite database, for every test to copy."""
    path = tmp_path_factory.mktemp("seeded") / "servanda.sqlite3"
    done = python(f"sqlite:///{path}", "-c", SEED)
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def own(seeded_file: Path, tmp_path: Path) -> str:
    """Return the address of a seeded database of the test's own."""
    shutil.copy(seeded_file, tmp_path / "own.sqlite3")
    return f"sqlite:///{tmp_path / 'own.sqlite3'}"


@pytest.fixture
def server(postgresql_url: str) -> Iterator[str]:
    """Return the address of an empty database on a server."""
    yield on_server(postgresql_url, "commands")
    drop(postgresql_url, "commands")


def test_a_backup_in_a_folder_gets_a_name_with_its_date_and_comes_back(own: str, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    done = servanda(own, "backup", f"{tmp_path / 'kept'}")
    assert (done.returncode, done.stderr) == (0, "")
    (path,) = (tmp_path / "kept").iterdir()
    assert path.name.startswith("servanda-20")
    assert f"Backup written to {path}: " in done.stdout
    assert "It was restored into the copy itself and held the same rows" in done.stdout
    other = f"sqlite:///{tmp_path / 'new' / 'other.sqlite3'}"
    done = servanda(own, "restore", f"{path}", "--database", other)
    assert (done.returncode, done.stderr) == (0, "")
    assert counts(other) == "60 0 []"
    assert counts(own) == "60 2 []"


def test_a_dump_goes_to_a_server_and_back_byte_for_byte(own: str, server: str, tmp_path: Path) -> None:
    one, two, three = (tmp_path / f"{name}.jsonl.gz" for name in ("one", "two", "three"))
    back = f"sqlite:///{tmp_path / 'back.sqlite3'}"
    hashes = []
    for url, words in (
        (own, ("dump", f"{one}")),
        (server, ("load", f"{one}")),
        (server, ("dump", f"{two}")),
        (back, ("load", f"{two}")),
        (back, ("dump", f"{three}")),
    ):
        done = servanda(url, *words)
        assert (done.returncode, done.stderr) == (0, "")
        hashes.append(done.stdout.splitlines()[-1])
    assert one.read_bytes() == two.read_bytes() == three.read_bytes()
    assert len(set(hashes)) == 1


def test_a_server_is_backed_up_tried_and_restored(own: str, server: str, tmp_path: Path) -> None:
    servanda(own, "dump", f"{tmp_path / 'one.jsonl'}")
    servanda(server, "load", f"{tmp_path / 'one.jsonl'}")
    done = servanda(server, "backup", f"{tmp_path}")
    assert "It was restored into a database of the same server and held the same rows" in done.stdout, done.stderr
    (path,) = tmp_path.glob("servanda-20*.jsonl.gz")
    done = servanda(server, "restore", f"{path}", "--replace")
    assert "The old state is kept as schema replaced_20" in done.stdout, done.stderr
    assert counts(server) == "60 0 []"


def test_one_organisation_is_dumped_for_who_may_and_holds_nothing_of_another(own: str, tmp_path: Path) -> None:
    path = tmp_path / "school.jsonl"
    done = servanda(own, "dump", f"{path}", "--organisation", "school", "--as", "kim")
    assert done.returncode == 0, done.stderr
    assert "college" not in path.read_text(encoding="utf-8")
    done = servanda(own, "dump", f"{path}", "--replace", "--organisation", "school", "--as", "person-1")
    assert (done.returncode, "There is no person 'person-1' here." in done.stderr) == (2, True)


def test_a_full_database_is_not_restored_over_without_a_word(own: str, tmp_path: Path) -> None:
    servanda(own, "backup", f"{tmp_path / 'b.sqlite3'}")
    done = servanda(own, "restore", f"{tmp_path / 'b.sqlite3'}")
    assert done.returncode == 2
    assert "add --replace, which puts the old state aside first" in done.stderr


def test_the_database_is_not_overwritten_by_its_own_backup(own: str, tmp_path: Path) -> None:
    for command in ("backup", "dump"):
        done = servanda(own, command, f"{tmp_path / 'own.sqlite3'}")
        assert (done.returncode, "this file is read here" in done.stderr) == (2, True)
    assert counts(own) == "60 0 []"


@pytest.mark.parametrize("command", ["backup", "restore", "dump", "load"])
def test_a_file_or_folder_that_is_not_there_is_named(command: str, own: str, tmp_path: Path) -> None:
    url = own if command in ("backup", "dump") else f"sqlite:///{tmp_path / 'none.sqlite3'}"
    done = servanda(url, command, f"{tmp_path / 'missing' / 'b.sqlite3'}")
    assert done.returncode == 2
    assert "missing" in done.stderr
    assert "to do:" in done.stderr


def test_a_damaged_dump_is_refused_with_its_line(own: str, tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    servanda(own, "dump", f"{path}")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:100]))
    done = servanda(f"sqlite:///{tmp_path / 'new.sqlite3'}", "load", f"{path}")
    assert done.returncode == 2
    assert "one.jsonl:101: the file ends too early" in done.stderr


# --- killed ---


@pytest.mark.parametrize("point", ["backup.copied", "backup.verified"])
def test_a_backup_that_is_killed_leaves_no_file_of_its_name(point: str, own: str, tmp_path: Path) -> None:
    path = tmp_path / "b.sqlite3"
    path.write_bytes(b"the one of yesterday")
    done = servanda(own, "backup", f"{path}")
    assert (done.returncode, "there is a file of this name already" in done.stderr) == (2, True)
    done = servanda(own, "backup", f"{path}", "--replace", SERVANDA_CRASH_AT=point)
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"the one of yesterday"
    assert counts(own) == "60 0 []"
    assert servanda(own, "backup", f"{path}", "--replace").returncode == 0
    assert counts(own) == "60 2 []"


@pytest.mark.parametrize("point", ["backup.copied", "backup.verified"])
def test_a_backup_of_a_server_that_is_killed_leaves_no_file_of_its_name(
    point: str, own: str, server: str, tmp_path: Path
) -> None:
    path = tmp_path / "b.jsonl.gz"
    servanda(own, "dump", f"{path}")
    servanda(server, "load", f"{path}")
    path.unlink()
    assert servanda(server, "backup", f"{path}", SERVANDA_CRASH_AT=point).returncode == -signal.SIGKILL
    assert not path.exists()
    assert counts(server) == "60 0 []"


def test_a_restore_that_is_killed_leaves_the_old_state(own: str, tmp_path: Path) -> None:
    path = tmp_path / "b.sqlite3"
    servanda(own, "backup", f"{path}")
    with closing(sqlite3.connect(tmp_path / "own.sqlite3")) as later:
        later.execute("UPDATE store_organisation SET name = 'of today'")
        later.commit()
    words = ("restore", f"{path}", "--replace")
    assert servanda(own, *words, SERVANDA_CRASH_AT="restore.copied").returncode == -signal.SIGKILL
    with closing(sqlite3.connect(tmp_path / "own.sqlite3")) as old:
        assert old.execute("SELECT DISTINCT name FROM store_organisation").fetchall() == [("of today",)]
    assert counts(own) == "60 2 []"
    assert servanda(own, *words).returncode == 0
    assert counts(own) == "60 0 []"


def test_a_restore_on_a_server_that_is_killed_leaves_the_old_state(own: str, server: str, tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl.gz"
    servanda(own, "dump", f"{path}")
    servanda(server, "load", f"{path}")
    servanda(server, "backup", f"{tmp_path / 'later.jsonl.gz'}")
    words = ("restore", f"{path}", "--replace")
    assert servanda(server, *words, SERVANDA_CRASH_AT="restore.copied").returncode == -signal.SIGKILL
    assert counts(server) == "60 2 []"
    assert servanda(server, *words).returncode == 0
    assert counts(server) == "60 0 []"


# --- no room, no right ---


def no_file_over(size: int) -> Callable[[], None]:
    """Return what lets a process write no file beyond a size: the nearest thing to a full disk that needs no rights."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize(("command", "name"), [("backup", "b.sqlite3"), ("dump", "b.jsonl")])
def test_without_room_nothing_is_left_half_written(command: str, name: str, own: str, tmp_path: Path) -> None:
    before = sorted(os.listdir(tmp_path))
    done = servanda(own, command, f"{tmp_path / name}", limit=no_file_over(40_000))
    assert done.returncode == 2
    assert "to do:" in done.stderr
    assert sorted(os.listdir(tmp_path)) == before
    assert counts(own) == "60 0 []"


def test_without_room_for_what_is_restored_nothing_is_kept(own: str, tmp_path: Path) -> None:
    servanda(own, "dump", f"{tmp_path / 'one.jsonl'}")
    target = tmp_path / "new" / "t.sqlite3"
    words = ("restore", f"{tmp_path / 'one.jsonl'}")
    done = servanda(f"sqlite:///{target}", *words, limit=no_file_over(300_000))
    assert (done.returncode, "to do:" in done.stderr) == (2, True)
    assert os.listdir(target.parent) == []


def test_without_room_for_what_is_loaded_nothing_is_kept(own: str, tmp_path: Path) -> None:
    servanda(own, "dump", f"{tmp_path / 'one.jsonl'}")
    url = f"sqlite:///{tmp_path / 't.sqlite3'}"
    python(url, "-c", SEED.replace("seed(30)", "seed(1, ())"))
    done = servanda(url, "load", f"{tmp_path / 'one.jsonl'}", limit=no_file_over(100_000))
    assert (done.returncode, "to do:" in done.stderr) == (2, True)
    assert counts(url) == "0 0 []"


@pytest.mark.parametrize("command", ["backup", "dump"])
def test_a_folder_that_nobody_may_write_to_is_refused(command: str, own: str) -> None:
    done = servanda(own, command, "/sys/b.jsonl")
    assert done.returncode == 2
    assert "nothing can be written here" in done.stderr
