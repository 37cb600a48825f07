"""The values that tests are made of, in few words: `instant("2026-01-09 16:00 Europe/Paris")`, `office()`.

Unless a test says otherwise the zone is Europe/Paris, whose winter time is UTC+1. 2026-01-05 is a Monday.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from servanda.engine import zones
from servanda.engine.agreements import AgreementKind, AgreementVersion, Book, Customer, Organisation, Service
from servanda.engine.calendars import Calendar, Shift, Shifts, Week
from servanda.engine.clocks import Cycle, Terms, replay
from servanda.engine.coverage import Coverage
from servanda.engine.events import Event, EventKind, Ticket
from servanda.engine.judging import Reading, judge
from servanda.engine.shifts import WEEKDAYS
from servanda.engine.targets import ANY_PRIORITY, Limit, Target, TargetKind, Unit

ZONE = "Europe/Paris"
MICROSECOND = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NOTHING = timedelta()


def instant(text: str, zone: str = ZONE) -> datetime:
    """Return the instant, in UTC, of '2026-01-09 16:00' in a zone, which may stand at the end of the text."""
    words = text.split()
    if len(words) == 3:
        zone = words.pop()
    return datetime.fromisoformat(" ".join(words)).replace(tzinfo=zones.zone(zone)).astimezone(UTC)


def instants(*texts: str, zone: str = ZONE) -> list[datetime]:
    """Return the instants of several texts."""
    return [instant(text, zone) for text in texts]


def on(text: str) -> date:
    """Return the date written as 2026-01-09."""
    return date.fromisoformat(text)


def time_of_day(text: str) -> int:
    """Return the seconds after midnight of 09:00, 30:00 or 23:59:59."""
    hour, minute, second = (*map(int, text.split(":")), 0)[:3]
    return hour * 3600 + minute * 60 + second


def hours(text: str) -> Shifts:
    """Return the shifts of '09:00-12:00 13:00-17:00'; none of ''."""
    pairs = (each.split("-") for each in text.split())
    return tuple(Shift(time_of_day(start), time_of_day(end)) for start, end in pairs)


def week(working: str = "", **days: str) -> Week:
    """Return a week: what is open from Monday to Friday, and what single days have instead."""
    usual = dict.fromkeys(WEEKDAYS[:5], working) | days
    mon, tue, wed, thu, fri, sat, sun = (hours(usual.get(day, "")) for day in WEEKDAYS)
    return mon, tue, wed, thu, fri, sat, sun


def dated(entries: Mapping[str, str]) -> dict[date, Shifts]:
    """Return shifts by date."""
    return {on(day): hours(text) for day, text in entries.items()}


def named(*days: str) -> dict[date, str]:
    """Return holidays on these dates."""
    return {on(day): "a holiday" for day in days}


def calendar(working: str = "", zone: str = ZONE, **rest: Any) -> Calendar:
    """Return a calendar: hours from Monday to Friday, and of single days (`sat=...`) or anything else it has."""
    days = {day: rest.pop(day) for day in WEEKDAYS if day in rest}
    return Calendar(id="hours", zone=zone, weekly=week(working, **days), **rest)


def office(**rest: Any) -> Calendar:
    """Return the office: Monday to Friday, 09:00 to 17:00."""
    return calendar("09:00-17:00", **rest)


OFFICE = office()


def open_time(**length: float) -> Limit:
    """Return a limit in open time, such as `open_time(hours=4)`."""
    return Limit(timedelta(**length) // MICROSECOND, Unit.OPEN_TIME)


def elapsed_time(**length: float) -> Limit:
    """Return a limit in time round the clock."""
    return Limit(timedelta(**length) // MICROSECOND, Unit.ELAPSED)


def working_days(count: int, *, end_of_day: bool = False) -> Limit:
    """Return a limit in open dates."""
    return Limit(count, Unit.WORKING_DAYS, end_of_day)


def calendar_days(count: int) -> Limit:
    """Return a limit in dates."""
    return Limit(count, Unit.CALENDAR_DAYS)


def event(text: str, zone: str = ZONE, **rest: Any) -> Event:
    """Return the event written as '2026-01-05 10:00 paused customer' or '2026-01-05 09:00 opened priority=2'.

    A word after the kind is the reason, a pair what the event changes; the rest are fields of `Event`.
    """
    day, time, kind, *words = text.split()
    changes = dict(word.split("=") for word in words if "=" in word)
    reason = " ".join(word for word in words if "=" not in word)
    at = instant(f"{day} {time}", zone)
    return Event(EventKind.of(kind), at, reason=reason, changes=changes, **rest)


def history(*texts: str, zone: str = ZONE) -> list[Event]:
    """Return events in judging order."""
    return ticket(*texts, zone=zone).ordered()


def ticket(*texts: str | Event, zone: str = ZONE, number: str = "INC-1") -> Ticket:
    """Return a ticket to which this happened, in the order in which it is written."""
    return Ticket(number, tuple(text if isinstance(text, Event) else event(text, zone) for text in texts))


def resolution(limit: Limit | None, hours_of: Calendar | None = None, **rest: Any) -> Terms:
    """Return the terms of a resolution clock, paused while the customer is awaited."""
    return _terms(TargetKind.RESOLUTION, limit, hours_of, rest)


def first_response(limit: Limit | None, hours_of: Calendar | None = None, **rest: Any) -> Terms:
    """Return the terms of a first-response clock, which nothing pauses by default."""
    return _terms(TargetKind.FIRST_RESPONSE, limit, hours_of, {"reasons": frozenset(), **rest})


def update(limit: Limit | None, hours_of: Calendar | None = None, **rest: Any) -> Terms:
    """Return the terms of an update clock, paused while the customer is awaited."""
    return _terms(TargetKind.UPDATE, limit, hours_of, rest)


def informed(limit: Limit | None, hours_of: Calendar | None = None, **rest: Any) -> Terms:
    """Return the terms of an informed clock, paused while the customer is awaited."""
    return _terms(TargetKind.INFORMED, limit, hours_of, rest)


def hand_over(party: str, limit: Limit | None, hours_of: Calendar | None = None, **rest: Any) -> Terms:
    """Return the terms of a hand-over clock, paused while the customer is awaited."""
    return _terms(TargetKind.HAND_OVER, limit, hours_of, {"party": party, **rest})


def _terms(kind: TargetKind, limit: Limit | None, hours_of: Calendar | None, rest: dict[str, Any]) -> Terms:
    return Terms(kind, limit, hours_of or OFFICE, **{"reasons": frozenset({"customer"}), **rest})


def cycles(terms: Terms, as_of: str, *texts: str) -> tuple[Cycle, ...]:
    """Return the cycles of a clock after a history, as of an instant."""
    return replay(terms, history(*texts), instant(as_of)).cycles


def clock(terms: Terms, as_of: str, *texts: str) -> Cycle:
    """Return the cycle that speaks for a clock after a history, as of an instant."""
    worst = replay(terms, history(*texts), instant(as_of)).worst
    assert worst is not None
    return worst


def target(kind: str, limits: Limit | Mapping[str, Limit], **rest: Any) -> Target:
    """Return a target of a kind, with one limit or one for each priority, in office hours."""
    by_priority = {ANY_PRIORITY: limits} if isinstance(limits, Limit) else limits
    made: dict[str, Any] = {"id": kind.replace("_", "-"), "calendar": OFFICE, **rest}
    return Target(kind=TargetKind(kind), limits=by_priority, **made)


def version(*targets: Target, number: int = 1, **rest: Any) -> AgreementVersion:
    """Return a version of the service desk's agreement, in force from the start of 2026, paused for the customer."""
    made: dict[str, Any] = {
        "agreement": "service-desk",
        "kind": AgreementKind.SLA,
        "name": "Service desk",
        "zone": ZONE,
        "effective_from": on("2026-01-01"),
        "pause_reasons": frozenset({"customer"}),
        **rest,
    }
    return AgreementVersion(number=number, targets=targets, **made)


def book(*versions: AgreementVersion) -> Book:
    """Return the book of a school with these versions, and whatever they name."""
    return Book(
        Organisation("school", "School", ZONE),
        customers=tuple(Customer(name, name) for name in _named_in(versions, "customers")),
        services=tuple(Service(name, name) for name in _named_in(versions, "services")),
        calendars=tuple({id(each.calendar): each.calendar for one in versions for each in one.targets}.values()),
        priorities=tuple({one.priorities.id: one.priorities for one in versions if one.priorities.id}.values()),
        versions=versions,
    )


def _named_in(versions: tuple[AgreementVersion, ...], field: str) -> list[str]:
    parts = [part for one in versions for part in (one, *one.targets, *one.exclusions)]
    return sorted({name for part in parts for name in getattr(part, field)})


def judged(versions: AgreementVersion | Book, as_of: str, *texts: str | Event) -> tuple[Reading, ...]:
    """Return the readings of a ticket under a version or a book, as of an instant."""
    whole = versions if isinstance(versions, Book) else book(versions)
    return judge(ticket(*texts), Coverage(whole), instant(as_of))
