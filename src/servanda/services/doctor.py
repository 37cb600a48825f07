"""The doctor: what is well with a database, the machine under it and what is kept, and what to do where it is not.

It only looks. Each finding says what was found, even where all is well, so that nobody has to take its word.
"""

import base64
import importlib.util
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from cryptography import x509
from django.conf import settings
from django.db import connection
from django.db.models import Max, Min

from servanda.engine import zones
from servanda.engine.agreements import AgreementVersion, by_agreement
from servanda.engine.rights import Role
from servanda.services import audit, backups
from servanda.store import books, checks, models, tables, translate
from servanda.store.file_systems import network_kind_of

LEAST_ROOM = 1024**3
DRILL_EVERY = timedelta(days=35)
WAITING_TOO_LONG = timedelta(hours=1)
AHEAD = timedelta(minutes=5)
BEFORE_A_CERTIFICATE_ENDS = timedelta(days=30)

SQLITE_SETTINGS = {
    "journal_mode": ("wal", "wal"),
    "synchronous": (2, "FULL"),
    "foreign_keys": (1, "on"),
    "recursive_triggers": (1, "on"),
}
SERVER_SETTINGS = {
    "fsync": ("on", "on"),
    "full_page_writes": ("on", "on"),
    "synchronous_commit": ("on", "on"),
    "server_encoding": ("UTF8", "UTF8"),
}


class Level(Enum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found, and what to do where something is wrong."""

    level: Level
    about: str
    found: str
    mend: str = ""


Check = Callable[[datetime], Iterator[Finding]]


def examine(now: datetime) -> list[Finding]:
    """Return what was found, in the order in which it is best read; without tables, only that of the machine."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return [_no_file()]
    found = [each for check in OF_THE_MACHINE for each in check(now)]
    if tables.standing() is not tables.Standing.CURRENT:
        return found
    return [*found, *(each for check in OF_WHAT_IS_KEPT for each in check(now))]


def _no_file() -> Finding:
    found = f"there is no file {connection.settings_dict['NAME']} yet"
    return Finding(Level.FAULT, "database", found, "Correct --database, or run 'servanda organisation add'.")


def _ok(about: str, found: str) -> Finding:
    return Finding(Level.OK, about, found)


# --- the machine and the database ---


def _database(_: datetime) -> Iterator[Finding]:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        yield _ok("database", f"SQLite {sqlite3.sqlite_version}, the file {name}")
        yield from _fault_of_the_log(sqlite3.sqlite_version_info)
    else:
        version = _answer("SHOW server_version")
        yield _ok("database", f"PostgreSQL {version}, the database '{name}'")


def _fault_of_the_log(version: tuple[int, ...]) -> Iterator[Finding]:
    if checks.has_wal_reset_fault(version):
        yield Finding(
            Level.WARNING,
            "database",
            "this SQLite may damage a database, very rarely, when two connections write and tidy the log at the same "
            "instant (the WAL-reset fault, mended in 3.51.3)",
            "Use a Python with a newer SQLite, or PostgreSQL.",
        )


def _answer(statement: str) -> Any:
    """Return the one value that a statement yields."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
        return row[0] if row else None


def _settings(_: datetime) -> Iterator[Finding]:
    """Compare the settings really in force on a connection with those that keep what was accepted."""
    of_sqlite = connection.vendor == "sqlite"
    for name, (wanted, word) in (SQLITE_SETTINGS if of_sqlite else SERVER_SETTINGS).items():
        found = _answer(f"PRAGMA {name}" if of_sqlite else f"SHOW {name}")
        if found == wanted:
            yield _ok("settings", f"{name} is {word}")
        else:
            yield Finding(
                Level.FAULT,
                "settings",
                f"{name} is {found}, and should be {word}: what was accepted could be lost",
                "Find who changed the setting of the database or its server, and put it back.",
            )


def _file(_: datetime) -> Iterator[Finding]:
    """Look at the file of an SQLite database: where it lies, who may read it, and whether it is whole."""
    path = Path(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or not path.exists():
        return
    kind = network_kind_of(path)
    if kind:
        yield Finding(
            Level.FAULT,
            "file",
            f"it lies on a network file system ({kind}), whose locks do not keep two writers apart",
            "Move the file to a disk of this machine, or use PostgreSQL.",
        )
    else:
        yield _ok("file", "it lies on a disk of this machine")
    if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH) and path.parent.stat().st_mode & stat.S_IXOTH:
        yield Finding(
            Level.WARNING,
            "file",
            "everybody on this machine may read it, and it holds people's names",
            f"chmod 600 {path}",
        )
    yield _whole()


def _whole() -> Finding:
    told = _answer("PRAGMA quick_check(1)")
    stray = _answer("PRAGMA foreign_key_check")
    if told == "ok" and stray is None:
        return _ok("file", "the database in it is whole")
    return Finding(
        Level.FAULT,
        "file",
        f"the database in it is damaged: {told if told != 'ok' else f'a row of {stray} refers to nothing'}",
        "Stop writing to it, look at the disk, and restore the last backup.",
    )


def _room(_: datetime) -> Iterator[Finding]:
    """Look for room to grow and for one more copy."""
    if connection.vendor != "sqlite":
        size = _answer("SELECT pg_database_size(current_database())")
        yield _ok("room", f"the database has {_bytes(size)}; how much room its server has left is not told to clients")
        return
    path = Path(connection.settings_dict["NAME"])
    size = path.stat().st_size if path.exists() else 0
    free = shutil.disk_usage(path.parent).free
    found = f"the database has {_bytes(size)}, and {_bytes(free)} are free"
    if free < max(size, LEAST_ROOM):
        yield Finding(Level.WARNING, "room", found, "Make room: a backup needs as much again, and so does an import.")
    else:
        yield _ok("room", found)


def _bytes(size: int) -> str:
    megabytes = size * 10 // 1024**2
    return f"{megabytes // 10:,}.{megabytes % 10} MB"


def _tables(_: datetime) -> Iterator[Finding]:
    found = tables.standing()
    if found is tables.Standing.CURRENT:
        yield _ok("tables", "they are those of this version")
        return
    words = {
        tables.Standing.NONE: ("there are none yet", "Run 'servanda organisation add', which makes them."),
        tables.Standing.OLDER: (
            "they are those of an older version",
            "Make a copy, then run 'servanda database upgrade'.",
        ),
        tables.Standing.NEWER: ("they are those of a newer version", "Use that version, or a newer one."),
    }
    yield Finding(Level.FAULT, "tables", *words[found])


def _packages(_: datetime) -> Iterator[Finding]:
    """Look for the packages that a server should have, and for the one that only makes it faster."""
    for package, purpose in SERVER_PACKAGES.items():
        if importlib.util.find_spec(package) is None:
            found = f"{package} is missing, without which {purpose} cannot be read"
            yield Finding(Level.WARNING, "packages", found, "pip install 'servanda[server]'")
        else:
            yield _ok("packages", f"{package} is there")
    there = importlib.util.find_spec("numba") is not None
    yield _ok("packages", f"numba is {'there' if there else 'not installed'}; it only makes judging whole logs faster")


def _sign_on(now: datetime) -> Iterator[Finding]:
    """Name the providers of single sign-on, and whose certificates have ended or soon do: they will sign by others."""
    for each in settings.SIGN_ON:
        ends = [_end_of(one) for one in getattr(each, "certificates", ())]
        if not ends or max(ends) > now + BEFORE_A_CERTIFICATE_ENDS:
            yield _ok("sign-on", f"people may sign on with {each.title} ({each.issuer})")
        else:
            found = f"the last certificate of {each.title} holds until {max(ends):%Y-%m-%d}"
            mend = "Ask for its new metadata, put it in place of the old file, and start again."
            yield Finding(Level.WARNING, "sign-on", found, mend)


def _end_of(certificate: str) -> datetime:
    return x509.load_der_x509_certificate(base64.b64decode(certificate)).not_valid_after_utc


SERVER_PACKAGES = {"psycopg": "a PostgreSQL database"}


# --- what is kept ---


def _organisations() -> list[models.Organisation]:
    return list(models.Organisation.objects.order_by("slug"))


def _administrators(now: datetime) -> Iterator[Finding]:
    """Look for organisations that nobody can give a role in any more."""
    for organisation in _organisations():
        on = now.astimezone(zones.zone(organisation.zone)).date()
        kept = models.RoleAssignment.objects.filter(
            organisation=organisation, role=Role.ADMINISTRATOR.value, person__active=True
        )
        assignments = [(each.person_id, translate.assignment_of(each)) for each in kept]
        people = {person for person, each in assignments if each.scope.is_whole and each.holds_on(on)}
        if people:
            yield _ok("administrators", f"{organisation.slug} has {len(people)}")
        else:
            yield Finding(
                Level.FAULT,
                "administrators",
                f"{organisation.slug} has no active administrator, so nobody can give anybody a role",
                "Restore a backup of when it had one, or ask whoever runs the database to give the role.",
            )


def _sign_in(_: datetime) -> Iterator[Finding]:
    """Say who can sign in; that nobody can is well where nobody reads pages."""
    for organisation in _organisations():
        count = models.Person.objects.filter(organisation=organisation, active=True, account__isnull=False).count()
        none = f"nobody of {organisation.slug} can sign in yet; 'servanda people invite' makes a link for somebody"
        yield _ok("sign-in", f"{count} of {organisation.slug} can sign in" if count else none)


def _drills(now: datetime) -> Iterator[Finding]:
    for organisation in _organisations():
        last, returned = backups.last_drill(organisation), backups.last_return(organisation)
        if returned is not None and (last is None or last < returned.at):
            yield _of_return(organisation, returned, now)
            continue
        if last is not None and now - last <= DRILL_EVERY:
            yield _ok("backup", f"{organisation.slug} was last backed up and restored on trial on {last:%Y-%m-%d}")
            continue
        found = f"last on {last:%Y-%m-%d}, more than {DRILL_EVERY.days} days ago" if last else "never"
        yield Finding(
            Level.WARNING,
            "backup",
            f"{organisation.slug} was backed up and restored on trial {found}",
            "Run 'servanda backup' every night.",
        )


def _of_return(organisation: models.Organisation, returned: backups.Return, now: datetime) -> Finding:
    """Say of which backup an organisation came, which was whole as it could be restored."""
    upto = f", which tells of what was done up to {returned.last_done_at:%Y-%m-%d %H:%M} UTC"
    found = (
        f"{organisation.slug} was restored on {returned.at:%Y-%m-%d} from the backup '{returned.file}'"
        f"{upto if returned.last_done_at else ''}, and was not backed up since"
    )
    if now - returned.at <= DRILL_EVERY:
        return _ok("backup", found)
    return Finding(Level.WARNING, "backup", found, "Run 'servanda backup' every night.")


def _chains(_: datetime) -> Iterator[Finding]:
    for organisation in _organisations():
        broken = next(audit.breaks(organisation), None)
        if broken is None:
            count = models.Entry.objects.filter(organisation=organisation).count()
            yield _ok("audit", f"the {count:,} entries of {organisation.slug} are as they were written")
        else:
            yield Finding(
                Level.FAULT,
                "audit",
                f"the chain of {organisation.slug} breaks at entry {broken.sequence}: {broken.sentence}",
                "Find out who had access to the database, and compare with the last backup.",
            )


def _outbox(now: datetime) -> Iterator[Finding]:
    waiting = models.Message.objects.exclude(state__in=(models.Message.State.DONE, models.Message.State.DEAD))
    oldest = waiting.filter(due_at__lte=now).aggregate(at=Min("due_at"))["at"]
    if oldest is not None and now - oldest > WAITING_TOO_LONG:
        yield Finding(
            Level.WARNING,
            "outbox",
            f"the oldest message has waited since {oldest:%Y-%m-%d %H:%M} UTC",
            "See that a worker runs, and what its log says.",
        )
    else:
        yield _ok("outbox", f"{waiting.count():,} messages wait, none for more than an hour")
    dead = models.Message.objects.filter(state=models.Message.State.DEAD)
    if dead.exists():
        kinds = ", ".join(sorted(set(dead.values_list("kind", flat=True))))
        yield Finding(
            Level.WARNING,
            "outbox",
            f"{dead.count():,} messages were given up ({kinds})",
            "Read their errors, and send them again once the cause is mended.",
        )


def _agreements(now: datetime) -> Iterator[Finding]:
    for organisation in _organisations():
        try:
            kept = books.versions(organisation)
        except ValueError as refusal:
            yield Finding(
                Level.FAULT,
                "agreements",
                f"a version kept for {organisation.slug} cannot be read: {refusal}",
                "Run 'servanda verify', and restore the last backup from before it was changed.",
            )
            continue
        faults = [*_ended(kept, now), *_calendars(organisation, kept, now)]
        yield from (
            Finding(Level.WARNING, "agreements", f"{organisation.slug}: {found}", mend) for found, mend in faults
        )
        if not faults:
            yield _ok("agreements", f"{organisation.slug} keeps {len(kept):,} versions, and none of them needs a look")


def _ended(kept: tuple[AgreementVersion, ...], now: datetime) -> Iterator[tuple[str, str]]:
    """Yield the agreements that have ended without a successor."""
    for name, versions in by_agreement(kept).items():
        last = versions[-1]
        if last.ends_at is not None and last.ends_at <= now:
            yield (
                f"agreement '{name}' has ended with its version {last.number} and has no successor",
                "Apply a new version, unless nothing is agreed any more.",
            )


def _calendars(
    organisation: models.Organisation, kept: tuple[AgreementVersion, ...], now: datetime
) -> Iterator[tuple[str, str]]:
    """Yield the calendars of versions in force that are not kept, or that say nothing of today."""
    known = set(models.CalendarVersion.objects.filter(organisation=organisation).values_list("slug", flat=True))
    used: dict[str, tuple[AgreementVersion, Any]] = {}
    for version in kept:
        if version.ends_at is None or version.ends_at > now:
            used.update({each.calendar.id: (version, each.calendar) for each in version.targets})
    for name, (version, calendar) in sorted(used.items()):
        if known and name not in known:
            yield f"the calendar '{name}' of {version.label} is missing", "Apply the agreements again."
        elif calendar.valid_until is not None and calendar.valid_until < version.local_date(now):
            yield (
                f"the calendar '{name}' of {version.label} says nothing after {calendar.valid_until}",
                "Apply a version of the agreement with the calendar of the coming year.",
            )


def _time(now: datetime) -> Iterator[Finding]:
    """Look for records of the future: then the clock of this machine, or of another that wrote them, is wrong."""
    told = (
        models.Entry.objects.aggregate(at=Max("recorded_at"))["at"],
        models.Event.objects.aggregate(at=Max("recorded_at"))["at"],
    )
    newest = max((at for at in told if at is not None), default=None)
    if newest is not None and newest > now + AHEAD:
        yield Finding(
            Level.FAULT,
            "time",
            f"something was recorded at {newest:%Y-%m-%d %H:%M:%S} UTC, and here it is {now:%Y-%m-%d %H:%M:%S} UTC",
            "Set the clocks of this machine and of all that write to the database.",
        )
    else:
        found = f"the newest record is of {newest:%Y-%m-%d %H:%M:%S} UTC" if newest else "nothing was recorded yet"
        yield _ok("time", f"{found}, and here it is {now:%Y-%m-%d %H:%M:%S} UTC")


OF_THE_MACHINE: tuple[Check, ...] = (_database, _settings, _file, _room, _packages, _sign_on, _tables)
OF_WHAT_IS_KEPT: tuple[Check, ...] = (_administrators, _sign_in, _drills, _chains, _outbox, _agreements, _time)
