"""What must be true of the machine before anything is kept on it, as Django system checks."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks

from servanda.store.file_systems import network_kind_of

Version = tuple[int, ...]
SQLITE = "servanda.store.sqlite"
WAL_RESET_MENDED: Version = (3, 51, 3)
WAL_RESET_MENDED_EARLIER: tuple[Version, ...] = ((3, 50, 7), (3, 44, 6))


@dataclass(frozen=True, slots=True)
class Danger:
    """A reason not to keep anything: what was found, what was expected and what to do."""

    found: str
    expected: str
    mend: str


def announce() -> None:
    """Let Django run the checks of this module."""
    checks.register(lies_on_the_machine, checks.Tags.database)
    checks.register(is_not_older_than_the_mend, checks.Tags.database)


def dangers() -> Iterator[Danger]:
    """Yield why the database must not be used where it is."""
    entry = settings.DATABASES["default"]
    kind = network_kind_of(Path(entry["NAME"])) if entry["ENGINE"] == SQLITE else ""
    if kind:
        yield Danger(
            f"The database file {entry['NAME']} lies on a network file system ({kind}), "
            "whose locks do not keep two writers apart.",
            "a file on a disk of this machine",
            "Move the file, or use PostgreSQL where more than one machine writes.",
        )


def lies_on_the_machine(**_: Any) -> list[checks.CheckMessage]:
    """Refuse an SQLite file on a network file system."""
    return [checks.Error(each.found, hint=each.mend, id="servanda.E001") for each in dangers()]


def is_not_older_than_the_mend(**_: Any) -> list[checks.CheckMessage]:
    """Warn of an SQLite that can damage a file when two connections write and tidy at the same instant."""
    if settings.DATABASES["default"]["ENGINE"] != SQLITE or not has_wal_reset_fault(sqlite3.sqlite_version_info):
        return []
    found = (
        f"SQLite {sqlite3.sqlite_version} may damage a database, very rarely, when two connections write and tidy "
        "the log at the same instant (the WAL-reset fault, mended in 3.51.3)."
    )
    return [checks.Warning(found, hint="Use a Python with a newer SQLite, or PostgreSQL.", id="servanda.W001")]


def has_wal_reset_fault(version: Version) -> bool:
    """Say whether an SQLite has the fault: below 3.51.3, but for the two older lines that were mended."""
    mended = any(version[:2] == each[:2] and version >= each for each in WAL_RESET_MENDED_EARLIER)
    return version < WAL_RESET_MENDED and not mended
