"""What a loss of power leaves of an SQLite file: its write-ahead log up to some byte, a checkpoint up to some page.

The format of the log: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

import random
import shutil
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from tests.databases import work_on
from tests.rig.kills_databases import SqliteCopies, faults_of_file
from tests.rig.kills_scene import Job, Scene, State, state

HEADER, FRAME_HEADER = 32, 24
BIG_ENDIAN_SUMS = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """The log as it stood at one moment, and how many commits had been acknowledged before."""

    acknowledged: int
    length: int


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole log that was written from one commit to the next, and how it stood at moments on the way."""

    log: bytes
    commits: tuple[int, ...]
    seen: tuple[Seen, ...]

    def whole(self, length: int) -> int:
        """Return how many commits have all their frames within so many bytes."""
        return sum(end <= length for end in self.commits)


def watch(scene: Scene, job: Job) -> Recording:
    """Let a command write, and copy the log again and again meanwhile."""
    copies = scene.copies
    assert isinstance(copies, SqliteCopies)
    copies.put_back()
    log = Path(f"{copies.path}-wal")
    with closing(sqlite3.connect(copies.path)) as other:  # or the last to leave would clear the log
        other.execute("SELECT count(*) FROM store_organisation").fetchone()
        process = scene.start(job)
        seen: list[tuple[int, bytes]] = []
        while len(process.reached()) == 0 or job.acknowledged(process.reached()) < len(job.states) - 1:
            acknowledged = job.acknowledged(process.reached())
            seen.append((acknowledged, log.read_bytes()))
        assert process.wait() == 0, process.output
        written = log.read_bytes()
    assert all(written.startswith(part) for _, part in seen)
    moments = sorted({(acknowledged, len(part)) for acknowledged, part in seen} | {(len(job.states) - 1, len(written))})
    return Recording(written, tuple(commits(written)), tuple(Seen(*each) for each in moments))


def commits(log: bytes) -> Iterator[int]:
    """Yield the length of the log after each commit whose frames are whole."""
    magic, _, page, _, *salt = struct.unpack(">6I", log[:24])
    order = ">" if magic & BIG_ENDIAN_SUMS else "<"
    sums = summed(log[:24], (0, 0), order)
    assert sums == struct.unpack(">2I", log[24:HEADER])
    for start in range(HEADER, len(log) - FRAME_HEADER - page + 1, FRAME_HEADER + page):
        content = start + FRAME_HEADER
        _, size, *own = struct.unpack(">6I", log[start:content])
        sums = summed(log[content : content + page], summed(log[start : start + 8], sums, order), order)
        if own != [*salt, *sums]:
            return
        if size:
            yield content + page


def summed(part: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    """Return the checksum of the log after some more bytes."""
    first, second = sums
    words = struct.unpack(f"{order}{len(part) // 4}I", part)
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second


def cut(recording: Recording, chance: random.Random) -> tuple[Seen, bytes]:
    """Return a moment, and what the log of that moment has when it is cut off somewhere.

    Behind the cut stands nothing, or zeros or noise where the file had grown but its content was never written.
    """
    moment = chance.choice([each for each in recording.seen if each.length])
    end = chance.choice((moment.length, chance.randrange(moment.length), _near_a_commit(recording, moment, chance)))
    missing = moment.length - end
    rest = chance.choice((b"", bytes(missing), chance.randbytes(missing)))
    return Seen(moment.acknowledged, end), recording.log[:end] + rest


def _near_a_commit(recording: Recording, moment: Seen, chance: random.Random) -> int:
    near = chance.choice(recording.commits) + chance.choice((-FRAME_HEADER, -1, 0, 1, FRAME_HEADER))
    return min(near, moment.length)


def state_of(database: Path, log: bytes, folder: Path) -> tuple[State, list[str]]:
    """Return what a database with a log holds once it is opened, and what SQLite finds wrong with it."""
    path = folder / "after.sqlite3"
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    shutil.copyfile(database, path)
    Path(f"{path}-wal").write_bytes(log)
    work_on(f"sqlite:///{path}")
    try:
        return state(), faults_of_file(path)
    finally:
        connections.close_all()


def torn(before: bytes, after: bytes, chance: random.Random, page: int = 4096) -> bytes:
    """Return a file in the midst of a checkpoint: some pages old, some new, and one of them half of each."""
    size = chance.choice((len(before), len(after)))
    old, new = before.ljust(size, b"\0"), after.ljust(size, b"\0")
    pages = [chance.choice((old, new))[start : start + page] for start in range(0, size, page)]
    place = chance.randrange(len(pages))
    half = chance.randrange(page)
    pages[place] = (new[place * page :][:half] + old[place * page :][half:])[:page]
    return b"".join(pages)


def checkpointed(scene: Scene, log: bytes, folder: Path) -> bytes:
    """Return the database after a checkpoint of a log."""
    copies = scene.copies
    assert isinstance(copies, SqliteCopies)
    path = folder / "checkpointed.sqlite3"
    shutil.copyfile(copies.kept, path)
    Path(f"{path}-wal").write_bytes(log)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


def faults_of_cut(job: Job, commits_found: Sequence[int], found: State, wrong: list[str]) -> list[str]:
    """Return what is wrong with a state in which one of some numbers of commits was to be found."""
    allowed = [job.states[number] for number in commits_found]
    return wrong if found in allowed else [*wrong, f"{found}, and expected {commits_found} commits: {allowed}"]
