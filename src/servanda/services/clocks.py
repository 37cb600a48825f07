"""Clocks: what is kept of them, always worked out from all events of the ticket, never from what was kept before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from servanda.engine.clocks import State
from servanda.engine.coverage import Coverage
from servanda.engine.events import Ticket
from servanda.engine.standing import TicketStanding, standing_of
from servanda.services.tallies import Counted, Difference
from servanda.store import histories, models, raw, records, statistics, translate
from servanda.store.books import coverage_of
from servanda.store.translate import ClockRow

UNIQUE = ("organisation_id", "ticket_id", "kind", "party")
SET = tuple(f"{name} = excluded.{name}" for name in translate.CLOCK_COLUMNS if name not in UNIQUE)
DESCRIBED = (
    "opened_at",
    "service",
    "customer",
    "priority",
    "last_event_at",
    "event_count",
    "event_hash",
    "standing_hash",
    "flags",
    "exempted",
    "unjudged",
)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What tickets of an organisation are judged by, with the keys of its agreement versions by their labels."""

    coverage: Coverage
    keys: Mapping[str, int]
    labels: Mapping[int, str]


def agreed(organisation: models.Organisation) -> Agreed:
    """Return what an organisation has agreed; the record must be freshly read."""
    coverage = coverage_of(organisation)
    if coverage not in _agreed:
        _agreed.clear()
        _agreed[coverage] = read_anew(organisation, coverage)
    return _agreed[coverage]


_agreed: dict[Coverage, Agreed] = {}


def read_anew(organisation: models.Organisation, coverage: Coverage) -> Agreed:
    """Return a coverage with the keys of the versions that are kept now."""
    kept = models.AgreementVersion.objects.filter(organisation=organisation)
    keys = {f"{agreement}/{number}": key for key, agreement, number in kept.values_list("pk", "agreement", "number")}
    return Agreed(coverage, keys, {key: label for label, key in keys.items()})


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a ticket's clocks: how the ticket stands, and the clocks that are missed and were not before."""

    standing: TicketStanding
    newly_missed: tuple[ClockRow, ...]


def refresh(record: models.Ticket, ticket: Ticket, by: Agreed) -> Changed:
    """Keep what a ticket comes to now: its record, its clocks and the tallies; return what changed.

    `record` still says what it said before. Five statements at most, however long the history.
    """
    before = records.find(models.Clock, "ticket_id = %s ORDER BY id", [record.pk])
    difference = Difference()
    difference.take_back(record, before, by.labels)
    standing = standing_of(ticket, by.coverage)
    translate.describe(record, ticket, standing.events, standing.unjudged)
    records.change(record, DESCRIBED)
    rows = rows_of(standing, len(ticket.flags), by)
    difference.count(record, rows, by.labels)
    _keep(record, before, rows)
    difference.keep(record.organisation_id)
    return Changed(standing, _newly_missed(before, rows))


def rows_of(standing: TicketStanding, flags_of_ticket: int, by: Agreed) -> list[ClockRow]:
    """Return what is to be kept of the clocks that a ticket has; it has so many flags of its own."""
    return [translate.row_of_clock(each, flags_of_ticket, by.keys[each.version]) for each in standing.readings]


def _keep(record: models.Ticket, before: Sequence[models.Clock], rows: Sequence[ClockRow]) -> None:
    gone = {_name(each): each.pk for each in before}
    for each in rows:
        gone.pop(_name(each), None)
    if gone:
        models.Clock.objects.filter(pk__in=gone.values()).delete()
    values = [[record.organisation_id, record.pk, *translate.clock_values(each)] for each in rows]
    raw.upsert(models.Clock, ("organisation_id", "ticket_id", *translate.CLOCK_COLUMNS), UNIQUE, SET, values)


def _name(clock: Counted) -> tuple[str, str]:
    return clock.kind, clock.party


def _newly_missed(before: Iterable[models.Clock], after: Iterable[ClockRow]) -> tuple[ClockRow, ...]:
    missed = State.MISSED.value
    known = {_name(each) for each in before if each.state == missed}
    return tuple(each for each in after if each.state == missed and _name(each) not in known)


def rebuild(organisation: models.Organisation, coverage: Coverage, *, opened_from: datetime | None) -> int:
    """Judge tickets anew after agreements were applied: those opened since an instant, or all; return how many.

    Runs in the transaction of the caller, in bounded memory.
    """
    by = read_anew(organisation, coverage)
    chosen = models.Ticket.objects.filter(organisation=organisation)
    if opened_from is not None:
        chosen = chosen.filter(Q(opened_at__gte=opened_from) | Q(opened_at=None))
    difference = Difference()
    count = 0
    for some in histories.in_chunks(chosen):
        _judge_anew(organisation, some, by, difference)
        count += len(some)
    difference.keep(organisation.pk)
    if count > statistics.AFTER:
        statistics.refresh(connection)
    return count


def _judge_anew(
    organisation: models.Organisation, records: Sequence[models.Ticket], by: Agreed, difference: Difference
) -> None:
    kept = kept_clocks(records)
    clocks: list[list[Any]] = []
    for record, ticket in zip(records, histories.histories(records, organisation.slug), strict=True):
        standing = standing_of(ticket, by.coverage)
        difference.take_back(record, kept.get(record.pk, ()), by.labels)
        fresh = rows_of(standing, len(ticket.flags), by)
        difference.count(record, fresh, by.labels)
        record.unjudged = standing.unjudged
        clocks += ([organisation.pk, record.pk, *translate.clock_values(each)] for each in fresh)
    raw.delete_of(models.Clock, "ticket_id", [record.pk for record in records])
    raw.insert(models.Clock, ("organisation_id", "ticket_id", *translate.CLOCK_COLUMNS), clocks)
    models.Ticket.objects.bulk_update(records, ["unjudged"], batch_size=500)


def kept_clocks(records: Sequence[models.Ticket]) -> dict[int, list[models.Clock]]:
    """Return the clocks that are kept of some tickets, by the ticket's key."""
    found: dict[int, list[models.Clock]] = {}
    for clock in models.Clock.objects.filter(ticket_id__in=[record.pk for record in records]):
        found.setdefault(clock.ticket_id, []).append(clock)
    return found
