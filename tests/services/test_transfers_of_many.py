"""A large database goes from SQLite to PostgreSQL and back, to the same bytes, in little memory."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.services.fresh import drop, on_server
from tests.services.test_backup_under_load import BEGIN, run

TICKETS = 100_020
COPIES = 1_667  # of sixty tickets
MEGABYTE = 1024
SEED = (
    BEGIN
    + """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.upgrades import seeded
seeded.seed(seeded.TICKETS, ("school",))
"""
)
COMMAND = """
import json, resource, sys, time
from servanda.cli import main
began = time.monotonic()
code = main(sys.argv[1:])
print()
print(json.dumps([code, time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


def measured(url: str, *words: str) -> tuple[float, int]:
    """Run a command and return the seconds it took and the most memory it had, in kilobytes."""
    code, seconds, memory = json.loads(run(url, "-c", COMMAND, *words).splitlines()[-1])
    assert code == 0
    return seconds, memory


@pytest.fixture
def server(postgresql_url: str) -> Iterator[str]:
    """Return the address of an empty database on a server."""
    yield on_server(postgresql_url, "many")
    drop(postgresql_url, "many")


def sha256(path: Path) -> str:
    """Return the hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def multiplied(told: Path, path: Path) -> None:
    """Write a dump with so many copies of each ticket, its events and its claims, under numbers of their own."""
    lines = told.read_text(encoding="utf-8").split("\n")[:-2]
    counts: dict[str, int] = {}
    table, sha256 = "", hashlib.sha256()
    with path.open("wb") as file:
        for line in lines:
            content = json.loads(line)
            if isinstance(content, dict):
                table = content.get("table", "")
            copies = COPIES if isinstance(content, list) and table in ("ticket", "event", "claim") else 1
            if isinstance(content, list):
                counts[table] = counts.get(table, 0) + copies
            elif table:
                counts[table] = 0
            for copy in range(copies):
                raw = line.replace('"T0', f'"C{copy}-T0', 1) if copy else line
                file.write(f"{raw}\n".encode())
                sha256.update(f"{raw}\n".encode())
        file.write(json.dumps({"rows": counts, "sha256": sha256.hexdigest()}).encode() + b"\n")


@pytest.mark.full
def test_a_hundred_thousand_tickets_move_to_a_server_and_back_byte_for_byte(
    server: str, tmp_path: Path, figure: Callable[[str, object], None]
) -> None:
    one, own, back = (f"sqlite:///{tmp_path / name}.sqlite3" for name in ("one", "own", "back"))
    small, many = tmp_path / "small.jsonl", tmp_path / "many.jsonl"
    run(one, "-c", SEED)
    run(one, "-m", "servanda", "dump", f"{small}")
    multiplied(small, many)
    dumps = [tmp_path / f"{number}.jsonl" for number in range(3)]
    for url, command, path in (
        (own, "load", many),
        (own, "dump", dumps[0]),
        (server, "load", dumps[0]),
        (server, "dump", dumps[1]),
        (back, "load", dumps[1]),
        (back, "dump", dumps[2]),
    ):
        seconds, memory = measured(url, command, f"{path}")
        kind = url.partition(":")[0]
        figure(f"{command} of {TICKETS:,} tickets, {kind}", f"{seconds:.0f} s, {memory // MEGABYTE} MB")
        assert memory < 250 * MEGABYTE
    assert len({sha256(path) for path in dumps}) == 1
    figure("size of the dump", f"{dumps[0].stat().st_size // 2**20} MB")
