"""What is kept of tickets before an import changes them, read for many at a time in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from servanda.engine.events import Claims, Event, EventKind, Ticket
from servanda.services import clocks
from servanda.store import histories, models, translate


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row as a batch brought it: the number of the batch, how it was read then, its place and its cells."""

    batch: int
    mapping_hash: str
    columns: tuple[str, ...]
    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """A ticket as it is kept: its record, its history, which events came out of files, their rows and its clocks."""

    record: models.Ticket
    ticket: Ticket
    imported: frozenset[str]
    rows: tuple[KeptRow, ...]
    clocks: tuple[models.Clock, ...]

    @property
    def standing_imports(self) -> list[Event]:
        """The events out of files that no other event takes back."""
        retracted = {each.retracts for each in self.ticket.events if each.kind is EventKind.RETRACTED}
        return [each for each in self._imports if each.id not in retracted]

    @property
    def imports_taken_back_by_hand(self) -> list[Event]:
        """The events out of files that somebody has taken back: the same rows do not bring them again."""
        by_hand = {
            each.retracts
            for each in self.ticket.events
            if each.kind is EventKind.RETRACTED and each.id not in self.imported
        }
        return [each for each in self._imports if each.id in by_hand]

    @property
    def _imports(self) -> list[Event]:
        return [
            each for each in self.ticket.events if each.id in self.imported and each.kind is not EventKind.RETRACTED
        ]


@dataclass(slots=True)
class _Parts:
    imported: dict[int, set[str]] = field(default_factory=dict)
    rows: dict[int, list[KeptRow]] = field(default_factory=dict)


def kept_tickets(organisation: models.Organisation, source: str, numbers: Sequence[str]) -> dict[str, Before]:
    """Return the tickets of a source that are kept already, by their numbers."""
    found = models.Ticket.objects.filter(organisation=organisation, source=source, number__in=numbers)
    return {each.record.number: each for each in before(organisation, list(found.order_by("pk")))}


def before(organisation: models.Organisation, records: Sequence[models.Ticket]) -> list[Before]:
    """Return all that is kept of some tickets, in six statements."""
    if not records:
        return []
    parts = _Parts(_imported(records), _rows(records))
    kept = clocks.kept_clocks(records)
    tickets = histories.histories(records, organisation.slug, claims=True)
    return [
        Before(
            record,
            ticket,
            frozenset(parts.imported.get(record.pk, ())),
            tuple(parts.rows.get(record.pk, ())),
            tuple(kept.get(record.pk, ())),
        )
        for record, ticket in zip(records, tickets, strict=True)
    ]


def _imported(records: Sequence[models.Ticket]) -> dict[int, set[str]]:
    keys = [record.pk for record in records]
    found: dict[int, set[str]] = {}
    events = models.Event.objects.filter(ticket_id__in=keys, batch__isnull=False)
    for ticket, key in events.values_list("ticket_id", "key"):
        found.setdefault(ticket, set()).add(key)
    return found


def _rows(records: Sequence[models.Ticket]) -> dict[int, list[KeptRow]]:
    """Return the rows of batches that stand, in the order of batch and row."""
    keys = [record.pk for record in records]
    batches = _standing_batches(records[0].organisation_id)
    rows = models.SourceRow.objects.filter(ticket_id__in=keys).order_by("batch__number", "row")
    found: dict[int, list[KeptRow]] = {}
    for ticket, batch, row, cells in rows.values_list("ticket_id", "batch__number", "row", "cells"):
        if batch in batches:
            found.setdefault(ticket, []).append(KeptRow(batch, *batches[batch], row, tuple(cells)))
    return found


def _standing_batches(organisation_id: int) -> Mapping[int, tuple[str, tuple[str, ...]]]:
    """Return how each batch that stands was read: the hash of its mapping, and the columns."""
    standing = models.Batch.objects.filter(organisation_id=organisation_id, state=models.Batch.State.COMMITTED)
    told = standing.values_list("number", "mapping_hash", "columns")
    return {number: (mapping_hash, tuple(columns)) for number, mapping_hash, columns in told}


def claims_changed(kept: Before | None, claims: Claims) -> bool:
    """Say whether a source claims something else than is kept of its claims."""
    return kept is None or translate.claim_values(kept.ticket.claims) != translate.claim_values(claims)
