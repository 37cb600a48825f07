"""A folder whose files are imported: each that has stopped growing is ordered once, and afterwards put aside.

What was taken in goes to `done/`, what was refused to `refused/` with the reasons beside it; nothing is ever removed
or written over. To die between an import and the move is harmless: the import runs again, and changes nothing.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, count
from pathlib import Path

from servanda.bad_input import BadInput
from servanda.engine.rights import Viewer
from servanda.files.outputs import written
from servanda.services import jobs
from servanda.services.imports.planning import hash_of
from servanda.store import crash_points, models
from servanda.store.access import NotFound
from servanda.store.failures import DatabaseRefused

DONE, REFUSED = "done", "refused"
PARTIAL = frozenset({".tmp", ".part", ".partial", ".crdownload", ".download", ".swp"})
State = models.Message.State

Look = tuple[int, int]
"""How a file looks: its size, and when it was last written, in nanoseconds."""


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """What is watched: the folder, the mapping its files are read by, and how long a file must look the same."""

    folder: Path
    mapping: Path
    settled_after: timedelta = timedelta(seconds=10)
    choice: str = "all"

    def __post_init__(self) -> None:
        if not self.folder.is_dir():
            raise BadInput(
                "there is no such folder to watch",
                expected="a folder in which files appear",
                mend="Make the folder, or name another.",
                file=self.folder,
            )


@dataclass(slots=True)
class Watch:
    """The watch over a folder: what was seen there, since when, and what was ordered."""

    watched: WatchedFolder
    _seen: dict[Path, tuple[Look, datetime]] = field(default_factory=dict)
    _hashes: dict[tuple[Path, Look], str] = field(default_factory=dict)
    _ordered: set[tuple[Path, str]] = field(default_factory=set)
    _told: dict[Path, str] = field(default_factory=dict)

    def look(self, viewer: Viewer, *, now: datetime) -> Iterator[str]:
        """Look at every file once: order the imports of those that have settled, put aside those whose import ended.

        Yields a line for each that something was done with.
        """
        found = sorted(candidates(self.watched.folder))
        self._forget_all_but(found)
        for file in found:
            try:
                yield from self._look_at(file, viewer, now)
            except (NotFound, DatabaseRefused):
                raise
            except (OSError, BadInput) as failure:
                yield from self._cannot_be_used(file, failure)

    def _cannot_be_used(self, file: Path, failure: Exception) -> Iterator[str]:
        """Say once why nothing can be done with a file; one that somebody has taken away meanwhile is no matter."""
        if os.path.lexists(file) and self._told.get(file) != str(failure):
            self._told[file] = str(failure)
            yield f"{file.name}: {failure}"

    def _forget_all_but(self, found: list[Path]) -> None:
        there = set(found)
        self._seen = {file: seen for file, seen in self._seen.items() if file in there}
        self._hashes = {seen: known for seen, known in self._hashes.items() if seen[0] in there}
        self._ordered = {each for each in self._ordered if each[0] in there}
        self._told = {file: told for file, told in self._told.items() if file in there}

    def _look_at(self, file: Path, viewer: Viewer, now: datetime) -> Iterator[str]:
        if file.is_symlink() or not file.is_file():
            yield self._put_aside(file, REFUSED, "This is a link or no ordinary file; put the file itself here.")
        elif self._has_settled(file, now):
            yield from self._take(file, viewer, now)

    def _has_settled(self, file: Path, now: datetime) -> bool:
        """Say whether a file has looked the same for long enough, over two looks at least."""
        look = _look(file)
        before, since = self._seen.get(file, (None, now))
        if look != before:
            self._seen[file] = (look, now)
            return False
        return now - since >= self.watched.settled_after

    def _take(self, file: Path, viewer: Viewer, now: datetime) -> Iterator[str]:
        file_hash = self._hash(file)
        key = f"import {file_hash} {hash_of(self.watched.mapping)}"
        message = models.Message.objects.filter(organisation__slug=viewer.organisation, key=key).first()
        if message is None or self._is_to_be_ordered_again(file, key, file_hash, message):
            self._order(file, key, file_hash, viewer, now, again=message is not None)
            yield f"{file.name}: its import is ordered"
        elif message.state == State.DONE:
            known = "" if (file, key) in self._ordered else " (the same content was taken in before)"
            yield self._put_aside(file, DONE) + known
        elif message.state == State.DEAD:
            yield self._put_aside(file, REFUSED, message.error)

    def _hash(self, file: Path) -> str:
        seen = (file, _look(file))
        if seen not in self._hashes:
            self._hashes[seen] = hash_of(file)
        return self._hashes[seen]

    def _is_to_be_ordered_again(self, file: Path, key: str, file_hash: str, message: models.Message) -> bool:
        """Say whether known content counts anew: it was refused, or its import undone, and it was put here again."""
        if (file, key) in self._ordered and message.payload.get("file") == str(file):
            return False
        if message.state == State.DEAD:
            return True
        return message.state == State.DONE and _was_undone(message, file_hash)

    def _order(self, file: Path, key: str, file_hash: str, viewer: Viewer, now: datetime, *, again: bool) -> None:
        rejects = self._folder(REFUSED) / f"{file.stem}-{file_hash[-12:]}.rows.csv"
        payload = {
            "file": str(file),
            "mapping": str(self.watched.mapping.absolute()),
            "file_hash": file_hash,
            "choice": self.watched.choice,
            "rejects": str(rejects),
        }
        (jobs.order_again if again else jobs.order)(viewer, jobs.IMPORT, key, payload, now=now)
        self._ordered.add((file, key))
        crash_points.reach("watch.ordered")

    def _put_aside(self, file: Path, place: str, reasons: str = "") -> str:
        """Move a file to a folder inside the watched one, the reasons beside it, and say so in a line."""
        target = reserved(self._folder(place), file.name)
        if reasons:
            with written(target.with_name(f"{target.name}.txt")) as text:
                text.write(f"{reasons}\n")
        crash_points.reach("watch.moving")
        try:
            os.replace(file, target)
        except OSError:
            target.unlink()  # the empty file that kept its place
            raise
        self._seen.pop(file, None)
        self._ordered = {each for each in self._ordered if each[0] != file}
        return f"{file.name}: moved to {place}/{target.name}"

    def _folder(self, place: str) -> Path:
        folder = self.watched.folder.absolute() / place
        folder.mkdir(exist_ok=True)
        return folder


def candidates(folder: Path) -> Iterator[Path]:
    """Yield what lies in a folder and may be meant: no folders, nothing hidden, nothing that is still being brought."""
    for each in folder.absolute().iterdir():
        is_folder = each.is_dir() and not each.is_symlink()
        if not (is_folder or each.name.startswith((".", "~")) or each.name.endswith("~") or _is_partial(each)):
            yield each


def _is_partial(file: Path) -> bool:
    return file.suffix.lower() in PARTIAL


def reserved(folder: Path, name: str) -> Path:
    """Return a path that nothing else has, with an empty file in its place: the name, else the name with a number."""
    stem, dot, suffix = name.partition(".")
    names = (f"{stem}-{number}{dot}{suffix}" for number in count(2))
    return next(target for each in chain([name], names) if _is_reserved(target := folder / each))


def _is_reserved(target: Path) -> bool:
    """Take a path if neither it nor the name of its reasons is there already."""
    if target.with_name(f"{target.name}.txt").exists():
        return False
    try:
        target.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _look(file: Path) -> Look:
    status = file.stat()
    return status.st_size, status.st_mtime_ns


def _was_undone(message: models.Message, file_hash: str) -> bool:
    batches: Mapping[str, object] = {"organisation": message.organisation_id, "file_hash": file_hash}
    newest = models.Batch.objects.filter(**batches).order_by("-number").first()
    return newest is not None and newest.state == models.Batch.State.UNDONE
