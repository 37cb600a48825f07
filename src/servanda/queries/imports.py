"""Imports as they are kept: each file that was taken in, by whom, what it brought, and whether it still stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import Any

from servanda.engine.rights import Action, Viewer
from servanda.store import models
from servanda.store.access import NotFound, access_organisation

IMPORTS_A_PAGE = 50
JOBS_SHOWN = 20
JOBS_LOOKED_AT = 10_000
LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Counts:
    """What the plan of an import counted: tickets, refused ones among them, and events.

    `causes` are the rows refused for each cause, `flags` the tickets accepted with each fault, the most frequent first;
    `None` where they were not kept, as by programs before this one.
    """

    new: int
    changed: int
    same: int
    refused: int
    events_added: int
    events_taken_back: int
    causes: Mapping[str, int] | None
    flags: Mapping[str, int] | None

    @property
    def tickets(self) -> int:
        """How many tickets the file tells of, or rows that name none."""
        return self.new + self.changed + self.same + self.refused


@dataclass(frozen=True, slots=True)
class Undoing:
    """Who took an import back, when and why."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Import:
    """One file that was taken in. `undone` is empty while what it brought stands."""

    number: int
    source: str
    file_name: str
    counts: Counts
    by: str
    at: datetime
    stands: bool
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportInFull:
    """An import with the text of its mapping, its columns, its hashes, and how it was taken back."""

    told: Import
    file_hash: str
    mapping_hash: str
    mapping: str
    columns: tuple[str, ...]
    undoing: Undoing | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An import that was ordered and brought nothing so far: the file, its state, and why it failed."""

    file_name: str
    state: str
    error: str
    ordered_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of imports, the latest first, how many there are, and what was ordered and brought nothing."""

    imports: tuple[Import, ...]
    page: int
    pages: int
    total: int
    waiting: tuple[Waiting, ...] = field(default=())


def listing(viewer: Viewer, page: int = 1) -> Listing:
    """Return a page of the imports of an organisation; raise `NotFound` where the viewer may not see what was done.

    A page after the last is not there either.
    """
    organisation = access_organisation(viewer, Action.SEE_AUDIT)
    own = models.Batch.objects.filter(organisation=organisation)
    total = own.count()
    pages = max(1, -(-total // IMPORTS_A_PAGE))
    if not 1 <= page <= pages:
        raise NotFound("page")
    records = own.order_by("-number").defer("mapping", "columns")
    shown = records[(page - 1) * IMPORTS_A_PAGE : page * IMPORTS_A_PAGE]
    return Listing(tuple(map(_told, shown)), page, pages, total, _waiting(organisation) if page == 1 else ())


def one(viewer: Viewer, number: int) -> ImportInFull:
    """Return the import of a number; raise `NotFound` where there is none or the viewer may not see it."""
    organisation = access_organisation(viewer, Action.SEE_AUDIT)
    known = models.Batch.objects.filter(organisation=organisation, number=number) if number <= LARGEST_NUMBER else None
    record = known.first() if known is not None else None
    if record is None:
        raise NotFound(f"import {number}")
    return ImportInFull(
        _told(record),
        record.file_hash,
        record.mapping_hash,
        record.mapping,
        tuple(record.columns),
        _undoing(organisation, record),
    )


def _told(record: models.Batch) -> Import:
    assert record.committed_at is not None  # as the column has it
    return Import(
        record.number,
        record.source,
        record.file_name,
        _counts(record.counts),
        record.actor,
        record.committed_at,
        record.state == models.Batch.State.COMMITTED,
        record.undone_at,
    )


def _counts(kept: Mapping[str, Any]) -> Counts:
    return Counts(
        new=kept.get("new", 0),
        changed=kept.get("changed", 0),
        same=kept.get("same", 0),
        refused=kept.get("refused", 0),
        events_added=kept.get("events added", 0),
        events_taken_back=kept.get("events taken back", 0),
        causes=_most_first(kept.get("causes")),
        flags=_most_first(kept.get("flags")),
    )


def _most_first(counted: Mapping[str, int] | None) -> Mapping[str, int] | None:
    return None if counted is None else dict(sorted(counted.items(), key=lambda each: (-each[1], each[0])))


def _undoing(organisation: models.Organisation, record: models.Batch) -> Undoing | None:
    """Return how an import was taken back, as the audit has it."""
    if record.undone_at is None:
        return None
    entries = models.Entry.objects.filter(
        organisation=organisation, action=Action.UNDO_IMPORT.value, subject=f"batch {record.number}"
    )
    entry = entries.order_by("-sequence").first()
    reason = entry.content.get("reason", "") if entry else ""
    return Undoing(record.undone_at, entry.actor if entry else "", str(reason))


def _waiting(organisation: models.Organisation) -> tuple[Waiting, ...]:
    """Return the imports that were ordered last and are not done; a failed one says why.

    Only the latest messages of all are looked at, so that it takes as long after years as on the first day.
    """
    newest = models.Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    latest = models.Message.objects.filter(organisation=organisation, kind="import", pk__gt=newest - JOBS_LOOKED_AT)
    found = latest.exclude(state=models.Message.State.DONE).order_by("-pk")[:JOBS_SHOWN]
    return tuple(_ordered(each) for each in found)


def _ordered(message: models.Message) -> Waiting:
    assert message.created_at is not None  # as the column has it
    place, by = (str(message.payload.get(each, "")) for each in ("file", "actor"))
    name = PurePath(place).name
    error = message.error.replace(place, name) if place else message.error  # not where the server keeps it
    return Waiting(name, message.state, error, message.created_at, by)
