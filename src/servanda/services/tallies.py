"""Tallies: verdicts counted by month as they fall, and taken back where events of the past change them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from servanda.engine.clocks import State
from servanda.store import models, raw
from servanda.store.translate import ClockRow

UNIQUE = ("organisation_id", "month", "service", "customer", "priority", "kind", "party", "target", "version")
ADDED = ("met", "missed", "elapsed")


Counted = models.Clock | ClockRow


class Count(NamedTuple):
    """What a tally counts by."""

    month: date
    service: str
    customer: str
    priority: str
    kind: str
    party: str
    target: str
    version: str


class Difference:
    """How tallies change together: each verdict counted once, each one taken back once."""

    def __init__(self) -> None:
        self._sums: dict[Count, list[int]] = {}

    def count(self, ticket: models.Ticket, clocks: Iterable[Counted], labels: Mapping[int, str]) -> None:
        """Count the verdicts of a ticket's clocks; `labels` names agreement versions by key."""
        self._add(ticket, clocks, labels, 1)

    def take_back(self, ticket: models.Ticket, clocks: Iterable[Counted], labels: Mapping[int, str]) -> None:
        """Take back the verdicts of a ticket's clocks, as they were counted while the record said what it says."""
        self._add(ticket, clocks, labels, -1)

    def _add(self, ticket: models.Ticket, clocks: Iterable[Counted], labels: Mapping[int, str], sign: int) -> None:
        for clock in clocks:
            if clock.month is not None:
                sums = self._sums.setdefault(_count_of(ticket, clock, labels), [0, 0, 0])
                sums[clock.state == State.MISSED.value] += sign
                sums[2] += sign * clock.elapsed

    @property
    def sums(self) -> dict[Count, tuple[int, int, int]]:
        """What changes by how much: met, missed and elapsed microseconds."""
        return {each: (sums[0], sums[1], sums[2]) for each, sums in self._sums.items() if any(sums)}

    def keep(self, organisation_id: int) -> None:
        """Add the difference to the tallies of an organisation, and remove those that count nothing any more."""
        rows = [(organisation_id, each.month.isoformat(), *each[1:], *sums) for each, sums in sorted(self.sums.items())]
        if not rows:
            return
        updates = [f"{name} = t.{name} + excluded.{name}" for name in ADDED]
        raw.upsert(models.Tally, (*UNIQUE, *ADDED), UNIQUE, updates, rows)
        if any(min(row[-3:]) < 0 for row in rows):
            models.Tally.objects.filter(organisation_id=organisation_id, met=0, missed=0).delete()


def _count_of(ticket: models.Ticket, clock: Counted, labels: Mapping[int, str]) -> Count:
    assert clock.month is not None  # as chosen by the caller
    return Count(
        clock.month,
        ticket.service,
        ticket.customer,
        clock.priority,
        clock.kind,
        clock.party,
        clock.target,
        labels[clock.version_id],
    )
