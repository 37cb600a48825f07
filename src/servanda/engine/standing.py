"""What a ticket comes to as of its last event: all that is kept of it beside its events, and nothing that time changes.

A pure function of the events and the agreements, so that whatever is kept can be worked out again and compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from servanda.engine.agreements import UnknownPriority
from servanda.engine.calendars import NoOpeningHours
from servanda.engine.coverage import Coverage, TiedCoverage
from servanda.engine.events import Event, EventKind, Ticket
from servanda.engine.judging import Reading, classification, readings_of
from servanda.engine.results import Cohort, Standing, place_of


@dataclass(frozen=True, slots=True)
class TicketStanding:
    """The events of a ticket that stand, in judging order, what they say, and a reading for each clock it has.

    `unjudged` says why no clock could be given; `unknown_priority` that the reason is a value no scheme knows.
    """

    events: tuple[Event, ...]
    known: Mapping[str, str]
    readings: tuple[Reading, ...] = ()
    unjudged: str = ""
    unknown_priority: bool = False

    @property
    def opened_at(self) -> datetime | None:
        """The instant of the first opening that stands."""
        return next((each.happened_at for each in self.events if each.kind is EventKind.OPENED), None)

    @property
    def last_event_at(self) -> datetime | None:
        """The instant of the last event that stands."""
        return self.events[-1].happened_at if self.events else None


def standing_of(ticket: Ticket, coverage: Coverage) -> TicketStanding:
    """Return what a ticket comes to as of its last event, under the agreements of a coverage."""
    events = tuple(ticket.ordered())
    known = classification(events)
    if not any(each.kind is EventKind.OPENED for each in events):
        return TicketStanding(events, known)
    try:
        readings = readings_of(ticket, events, coverage, events[-1].happened_at)
    except UnknownPriority as refusal:
        return TicketStanding(events, known, unjudged=str(refusal), unknown_priority=True)
    except (TiedCoverage, NoOpeningHours) as refusal:
        return TicketStanding(events, known, unjudged=str(refusal))
    return TicketStanding(events, known, tuple(each for each in readings if each.cycle is not None))


def month_of(reading: Reading) -> date | None:
    """Return the first day of the month in which a verdict was decided, in the zone of its agreement.

    `None` while nothing is decided, and for a verdict that does not count.
    """
    place = place_of(reading, Cohort.DECIDED_IN)
    if place.standing not in (Standing.MET, Standing.MISSED) or reading.cover.version is None:
        return None
    return reading.cover.version.local_date(place.at).replace(day=1)
