"""The audit: each entry holds the hash of the one before, so that none can be changed, left out or put in unseen.

What the chain alone cannot show is that its newest entries are missing; `head` is what to keep elsewhere for that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from servanda.engine.canonical import sha256
from servanda.engine.instants import to_microseconds
from servanda.engine.rights import Action, Viewer
from servanda.store import models, records

NO_ENTRY = ""


class OutsideTransaction(Exception):
    """An entry was about to be kept apart from what it tells of: one could then be lost without the other."""

    def __init__(self) -> None:
        super().__init__("An audit entry is written in the transaction of what it tells of. Open one with atomic().")


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold: the sequence number, and what is wrong there."""

    sequence: int
    sentence: str


def note(
    organisation: models.Organisation,
    viewer: Viewer,
    action: Action,
    subject: str,
    *,
    now: datetime,
    content: Mapping[str, Any] | None = None,
) -> models.Entry:
    """Add an entry to the chain of an organisation, inside the transaction of what it tells of, and return it."""
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction
    # One after the other: the second writer waits here until the first is done. SQLite waits at BEGIN already.
    records.find(models.Organisation, "id = %s", [organisation.pk], locked=True)
    last = newest(organisation)
    entry = models.Entry(
        organisation=organisation,
        sequence=last.sequence + 1 if last else 1,
        recorded_at=now,
        actor=viewer.person,
        action=action.value,
        subject=subject,
        content=dict(content or {}),
        previous_hash=last.entry_hash if last else NO_ENTRY,
    )
    entry.entry_hash = hash_of(entry)
    records.add(entry)
    return entry


def newest(organisation: models.Organisation) -> models.Entry | None:
    """Return the latest entry of an organisation."""
    return records.first(models.Entry, "organisation_id = %s ORDER BY sequence DESC LIMIT 1", [organisation.pk])


def head(organisation: models.Organisation) -> str:
    """Return the hash that stands for all entries up to now; '' where there is none."""
    last = newest(organisation)
    return last.entry_hash if last else NO_ENTRY


def hash_of(entry: models.Entry) -> str:
    """Return the hash of what an entry says, of its place and of the entry before it."""
    return sha256(
        {
            "organisation": entry.organisation.slug,
            "sequence": entry.sequence,
            "recorded_at": to_microseconds(entry.recorded_at) if entry.recorded_at else None,
            "actor": entry.actor,
            "action": entry.action,
            "subject": entry.subject,
            "content": entry.content,
            "previous_hash": entry.previous_hash,
        }
    )


def breaks(organisation: models.Organisation) -> Iterator[Break]:
    """Yield every place where the chain of an organisation does not hold; none where all is as it was written."""
    expected, previous = 1, NO_ENTRY
    entries = models.Entry.objects.filter(organisation=organisation).select_related("organisation")
    for entry in entries.order_by("sequence").iterator():
        if entry.sequence != expected:
            yield Break(entry.sequence, f"entries {expected} to {entry.sequence - 1} are missing")
        elif entry.previous_hash != previous:
            yield Break(entry.sequence, "the entry before it is not the one that it was added to")
        if entry.entry_hash != hash_of(entry):
            yield Break(entry.sequence, "it does not say what it said when it was written")
        expected, previous = entry.sequence + 1, entry.entry_hash
