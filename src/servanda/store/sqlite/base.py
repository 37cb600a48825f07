"""How a writer waits for its turn on an SQLite file that many processes write to.

SQLite's own wait looks again only every tenth of a second and knows no order: of 32 writers on two cores some went
through again and again while others waited for their whole time-out and were turned away. Here a writer who has waited
for long goes first: it locks an empty file beside the database, and whoever comes now waits there until it has begun.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from servanda import wall_time

PATIENCE = 2.0
"""Seconds in which a writer takes its chance like any other."""

SHORT_WAIT = 0.02
"""Seconds in which SQLite looks four times."""

QUEUE_SUFFIX = "-queue"


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that lets a writer begin first who has waited for long."""

    connection: Any
    opened_file: tuple[int, int] | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open the file; a new one, and what SQLite puts beside it, is for its owner alone: it holds people's names."""
        if os.name == "posix" and not str(conn_params["database"]).startswith((":", "file:")):
            _make_own(conn_params["database"])
        opened = super().get_new_connection(conn_params)
        self.opened_file = _file_at(conn_params["database"])
        return opened

    def is_usable(self) -> bool:
        """Say whether the file that is open still stands under its name: another may have been put there."""
        return self.opened_file == _file_at(self.settings_dict["NAME"])

    def _start_transaction_under_autocommit(self) -> None:
        """Begin a transaction; raise `OperationalError` when others write for the whole of the time-out."""
        limit = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        end = wall_time.stopwatch() + limit
        queue = f"{self.settings_dict['NAME']}{QUEUE_SUFFIX}"
        try:
            with in_turn(queue, first=False):
                pass  # whoever goes first has begun
            if not self._has_begun(min(PATIENCE, seconds_until(end))):
                with in_turn(queue, first=True):
                    self._begin_first(end)
        finally:
            self._let_sqlite_wait(limit)

    def _has_begun(self, seconds: float) -> bool:
        """Begin, and say whether it was possible in so many seconds."""
        try:
            self._begin(seconds)
        except OperationalError as refusal:
            if "locked" not in f"{refusal}":
                raise
            return False
        return True

    def _begin_first(self, end: float) -> None:
        """Begin as the first in the queue, who alone looks often: each wait of SQLite begins with short ones."""
        while seconds_until(end) > SHORT_WAIT:
            if self._has_begun(SHORT_WAIT):
                return
        self._begin(seconds_until(end))

    def _begin(self, seconds: float) -> None:
        self._let_sqlite_wait(seconds)
        super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the types

    def _let_sqlite_wait(self, seconds: float) -> None:
        self.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}").close()


def _file_at(path: str) -> tuple[int, int] | None:
    """Return which file stands at a path, if one does."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def seconds_until(end: float) -> float:
    """Return the seconds left, never less than none."""
    return max(0.0, end - wall_time.stopwatch())


@contextmanager
def in_turn(path: str, *, first: bool) -> Iterator[None]:
    """Wait until nobody else goes first; with `first`, let nobody else begin for as long as the block lasts.

    Where no file can be made, or the system has no such locks, there is no turn to wait for.
    """
    file = _opened(path)
    try:
        if file is not None and sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX if first else fcntl.LOCK_SH)
        yield
    finally:
        if file is not None:
            os.close(file)


def _make_own(path: str) -> None:
    """Make an empty file that only its owner may read, unless it is there; SQLite says why it cannot be made."""
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _opened(path: str) -> int | None:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None
