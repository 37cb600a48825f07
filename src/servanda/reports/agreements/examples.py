"""Worked examples: when a ticket opened at some instant would be due under a version, as the engine finds it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from servanda.engine import zones
from servanda.engine.agreements import AgreementVersion
from servanda.engine.calendars import NoOpeningHours
from servanda.engine.clocks import Terms, replay
from servanda.engine.events import Event, EventKind
from servanda.engine.targets import Limit, Target, TargetKind
from servanda.reports.words import instant

FRIDAY = 4
LATE_ON_FRIDAY = time(15, 50)
NEVER = "never: the calendar has no opening hours left"
_STARTS: Mapping[TargetKind, tuple[EventKind, str]] = {
    TargetKind.UPDATE: (EventKind.CUSTOMER_REPLIED, "A message of the customer"),
    TargetKind.INFORMED: (EventKind.REPLIED, "Our message"),
    TargetKind.HAND_OVER: (EventKind.ASSIGNED, "A hand-over"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """When what was promised is due, for one target and priority; `due_at` is empty where it never is."""

    target: str
    code: str
    due_at: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class Worked:
    """The instant of an example, in words and as a form writes it, and what it comes to if the version is in force."""

    at: datetime
    words: str
    written: str
    in_force: bool
    found: tuple[Example, ...]


def worked(version: AgreementVersion, last_day: date | None, asked: datetime | None, today: date) -> Worked:
    """Return the example for a wall-clock time that was asked for, else for a usual one.

    What is opened on another day than those of the version comes under another, so nothing is worked out for it.
    """
    at = local_instant(asked, version) if asked else usual_instant(version, last_day, today)
    in_force = version.effective_from <= at.date() and (last_day is None or at.date() <= last_day)
    found = examples(version, at) if in_force else ()
    return Worked(at, instant(at, version.zone), f"{at:%Y-%m-%dT%H:%M}", in_force, found)


def usual_instant(version: AgreementVersion, last_day: date | None, today: date) -> datetime:
    """Return an instant to show: late on the next Friday on which the version is in force, else on its last."""
    first = max(today, version.effective_from)
    friday = first + timedelta(days=(FRIDAY - first.weekday()) % 7)
    if last_day is not None and friday > last_day:
        friday = max(last_day - timedelta(days=(last_day.weekday() - FRIDAY) % 7), version.effective_from)
    return local_instant(datetime.combine(friday, LATE_ON_FRIDAY), version)


def five_starts(version: AgreementVersion, first: date) -> tuple[datetime, ...]:
    """Return five instants at which work may begin in the first days of a version, the awkward ones among them.

    Early and late on a day, late on a Friday, at noon on a Saturday and early on a Monday.
    """
    day = max(first, version.effective_from)
    friday = day + timedelta(days=(FRIDAY - day.weekday()) % 7 or 7)
    wanted = (
        datetime.combine(day, time(9)),
        datetime.combine(day, time(18, 30)),
        datetime.combine(friday, LATE_ON_FRIDAY),
        datetime.combine(friday + timedelta(days=1), time(12)),
        datetime.combine(friday + timedelta(days=3), time(7, 30)),
    )
    return tuple(local_instant(each, version) for each in wanted)


def local_instant(at: datetime, version: AgreementVersion) -> datetime:
    """Return the instant of a wall-clock time in the zone of a version, seconds left out."""
    return at.replace(second=0, microsecond=0, tzinfo=zones.zone(version.zone))


def start_words(kind: TargetKind) -> str:
    """Return what happens at the instant from which a target of a kind counts."""
    return _STARTS[kind][1] if kind in _STARTS else "A ticket opened"


def examples(version: AgreementVersion, at: datetime) -> tuple[Example, ...]:
    """Return when each target would be due, for each of its priorities, for what begins at an instant."""
    return tuple(_examples(version, at))


def _examples(version: AgreementVersion, at: datetime) -> Iterator[Example]:
    for target in version.targets:
        for code, limit in target.limits.items():
            due_at = due(target, limit, at)
            yield Example(target.id, code, due_at, instant(due_at, version.zone) if due_at else NEVER)


def due(target: Target, limit: Limit, at: datetime) -> datetime | None:
    """Return when a target is due under one of its limits, without any pause; nothing where hours run out."""
    kind, _ = _STARTS.get(target.kind, (EventKind.OPENED, ""))
    changes = {"team": target.party} if target.kind is TargetKind.HAND_OVER else {}
    events = [Event(EventKind.OPENED, at)]
    if kind is not EventKind.OPENED:
        events.append(Event(kind, at, sequence=1, changes=changes))
    try:
        found = replay(Terms.of(target, limit, frozenset()), events, at).worst
    except NoOpeningHours:
        return None
    return found.due_at if found else None
