"""Calendars, instants and histories of an awkward kind, for the laws.

Instants are drawn near the edges at which answers change: the hours at which shifts begin and end, a microsecond
on either side, and dates on which clocks change, a day is skipped or a leap day comes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from servanda.engine import zones
from servanda.engine.calendars import Calendar
from servanda.engine.clocks import Terms
from servanda.engine.events import Event, EventKind
from servanda.engine.shifts import NO_WEEK, Season, Shift, Shifts, Week
from servanda.engine.targets import DueRolls, Limit, TargetKind, Unit
from tests.builders import HOUR, MICROSECOND, MINUTE, SECOND, hours

DAY = timedelta(days=1)
PLACES = (
    ("UTC", date(2024, 2, 28)),
    ("Europe/Paris", date(2026, 3, 28)),
    ("Europe/Paris", date(2026, 10, 24)),
    ("America/St_Johns", date(2011, 3, 12)),  # at 00:01
    ("America/Sao_Paulo", date(2018, 11, 3)),  # at midnight
    ("America/Havana", date(2026, 10, 31)),  # back to midnight
    ("Australia/Lord_Howe", date(2026, 4, 4)),  # half an hour
    ("Africa/Casablanca", date(2026, 2, 14)),
    ("Antarctica/Troll", date(2026, 3, 28)),  # two hours
    ("Asia/Kathmandu", date(2026, 1, 9)),
    ("Asia/Pyongyang", date(2018, 5, 4)),
    ("Pacific/Apia", date(2011, 12, 29)),  # no 30 December
    ("Pacific/Chatham", date(2026, 9, 26)),
)
PATTERNS = (
    "",
    "09:00-17:00",
    "08:00-12:00 13:00-17:30",
    "00:00-24:00",
    "22:00-30:00",
    "02:10-02:50 03:00-05:00",
    "00:00-01:00 02:30-04:00",
    "23:00-48:00",
    "06:00-14:00 14:00-22:00",
    "09:00:30-09:00:31",
)
BREAKS = ("", "12:00-13:00", "02:00-03:00 12:30-12:45", "23:30-25:00", "00:00-24:00")
REASONS = ("customer", "supplier", "unlisted")
LISTED = frozenset(REASONS[:2])


costly = settings(max_examples=settings().max_examples // 8)  # for laws that compile calendars of their own
FEW = 60  # calendars compiled for a fast run, each once


def calendars() -> st.SearchStrategy[tuple[Calendar, date]]:
    """Return a strategy for calendars that always open again, each with the date around which it is awkward."""
    most = 10**6 if settings.get_current_profile_name() == "full" else FEW - 1
    return st.integers(0, most).map(calendar_of)


@lru_cache(maxsize=1000)
def calendar_of(seed: int) -> tuple[Calendar, date]:
    """Return the calendar of a number; the first ones are in every place there is."""
    chance = Random(seed)
    zone, base = PLACES[seed % len(PLACES)]

    def near() -> date:
        return base + timedelta(chance.randint(-4, 6))

    rest: dict[str, Any] = {}
    if chance.random() < 0.5:
        rest["weekly_breaks"] = _week(chance, BREAKS[:4])
    if chance.random() < 0.6:
        rest["holidays"] = {near(): "a holiday" for _ in range(chance.randint(0, 3))}
        rest["breaks"] = {near(): hours(chance.choice(BREAKS)) for _ in range(chance.randint(0, 2))}
        rest["special"] = {near(): hours(chance.choice(PATTERNS)) for _ in range(chance.randint(0, 2))}
    if chance.random() < 0.4:
        first = near()
        rest["seasons"] = (Season(first, first + timedelta(chance.randint(0, 3)), _week(chance, PATTERNS)),)
        rest["recurring"] = {(base.month, base.day): "every year"}
    weekly = _week(chance, PATTERNS)
    while not any(weekly):
        weekly = _week(chance, PATTERNS)
    return Calendar(id=f"drawn-{seed}", zone=zone, weekly=weekly, **rest), base


def _week(chance: Random, options: Sequence[str]) -> Week:
    mon, tue, wed, thu, fri, sat, sun = (hours(chance.choice(options)) for _ in range(7))
    return mon, tue, wed, thu, fri, sat, sun


AMOUNTS = st.one_of(
    st.sampled_from(
        [timedelta(), MICROSECOND, SECOND, MINUTE, 30 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR, 40 * HOUR, 20 * DAY]
    ),
    st.integers(0, 20 * 86_400_000_000).map(lambda count: timedelta(microseconds=count)),
)
NUDGES = (timedelta(), timedelta(), timedelta(), MICROSECOND, -MICROSECOND, 7 * MINUTE, timedelta(0, 1397, 123_457))
SLOTS = 48 * len(NUDGES)


def moment(number: int) -> timedelta:
    """Return a number of half hours, the nudge away that is the rest of the number."""
    halves, nudge = divmod(number, len(NUDGES))
    return halves * 30 * MINUTE + NUDGES[nudge]


def instants(calendar: Calendar, base: date, first: int = -6, last: int = 9) -> st.SearchStrategy[datetime]:
    """Return instants from so many days before a date to so many after it: its half hours, or a nudge away."""
    begin = midnight(calendar, base)
    return st.integers(first * SLOTS, last * SLOTS).map(lambda number: begin + moment(number))


def midnight(calendar: Calendar, base: date) -> datetime:
    """Return about the midnight at which a date begins."""
    return datetime(base.year, base.month, base.day, tzinfo=zones.zone(calendar.zone)).astimezone(UTC)


@st.composite
def questions(draw: st.DrawFn, count: int = 1) -> tuple[Calendar, list[datetime]]:
    """Draw a calendar and instants in order."""
    calendar, base = draw(calendars())
    return calendar, sorted(draw(st.lists(instants(calendar, base), min_size=count, max_size=count)))


_KINDS = (
    EventKind.PAUSED,
    EventKind.PAUSED,
    EventKind.RESUMED,
    EventKind.RESUMED,
    EventKind.RESOLVED,
    EventKind.REOPENED,
    EventKind.REOPENED,
    EventKind.CLOSED,
    EventKind.CANCELLED,
    EventKind.CUSTOMER_REPLIED,
    EventKind.REPLIED,
    EventKind.FIRST_RESPONDED,
    EventKind.ASSIGNED,
    EventKind.NOTED,
    EventKind.OPENED,
)
_CHANGES: tuple[Mapping[str, str], ...] = (
    {"team": "network"},
    {"team": "desk"},
    {"supplier": "acme"},
    {"person": "ada"},
)


_OPENINGS: tuple[Mapping[str, str], ...] = ({}, {"by": "customer"}, {"team": "network"})
_WORDS = 12


def event(number: int, begin: datetime, before: Event) -> Event:
    """Return the event of a number, one in four at the instant of the event before; its id would be its content's."""
    rest, word = divmod(number, _WORDS)
    slot, kind = divmod(rest, len(_KINDS))
    at = before.happened_at if slot % 4 == 3 else begin + moment(slot)
    made = Event(_KINDS[kind], at, id=f"e{int(before.id[1:]) + 1:02}")
    if made.kind is EventKind.PAUSED:
        return replace(made, reason=REASONS[word % 3])
    if made.kind is EventKind.RESUMED:
        return replace(made, reason=("", *REASONS)[word % 4])
    if made.kind is EventKind.ASSIGNED:
        return replace(made, changes=_CHANGES[word % 4])
    if made.kind is EventKind.OPENED:
        return replace(made, changes={"by": "customer"})
    return made


def histories(calendar: Calendar, base: date, most: int = 9) -> st.SearchStrategy[list[Event]]:
    """Return what may happen to a ticket, in any order: an opening and up to so many other events."""
    begin = midnight(calendar, base)

    def history(opening: int, others: list[int]) -> list[Event]:
        slot, word = divmod(opening, len(_OPENINGS))
        opened = Event(EventKind.OPENED, begin - 2 * DAY + moment(slot), id="e00", changes=_OPENINGS[word])
        return list(accumulate(others, lambda before, number: event(number, begin, before), initial=opened))

    numbers = st.integers(0, 8 * SLOTS * len(_KINDS) * _WORDS)
    return st.builds(history, st.integers(0, 4 * SLOTS * len(_OPENINGS)), st.lists(numbers, max_size=most))


LIMITS = st.one_of(
    AMOUNTS.map(lambda length: Limit(length // MICROSECOND, Unit.OPEN_TIME)),
    AMOUNTS.map(lambda length: Limit(length // MICROSECOND, Unit.ELAPSED)),
    st.integers(0, 6).map(lambda days: Limit(days, Unit.CALENDAR_DAYS)),
    st.builds(Limit, st.integers(1, 6), st.just(Unit.WORKING_DAYS), st.booleans()),
)
_STOPS = (EventKind.RESOLVED, EventKind.RESOLVED, EventKind.CLOSED, EventKind.REPLIED, EventKind.FIRST_RESPONDED)


@st.composite
def terms(draw: st.DrawFn, calendar: Calendar, kind: TargetKind | None = None) -> Terms:
    """Draw the terms of a clock on a calendar; the reasons of a first response pause nothing by default."""
    chosen = kind or draw(st.sampled_from(TargetKind))
    return Terms(
        chosen,
        draw(LIMITS),
        calendar,
        reasons=LISTED if chosen is not TargetKind.FIRST_RESPONSE or draw(st.booleans()) else frozenset(),
        stop=draw(st.sampled_from(_STOPS)) if chosen is TargetKind.RESOLUTION else EventKind.RESOLVED,
        due_rolls=draw(st.sampled_from(DueRolls)),
        start_rolls=draw(st.booleans()),
        party="network" if chosen is TargetKind.HAND_OVER else "",
    )


@st.composite
def clocks(draw: st.DrawFn, kind: TargetKind | None = None) -> tuple[Terms, list[Event], datetime]:
    """Draw the terms of a clock, a history and the instant as of which it is read."""
    calendar, base = draw(calendars())
    happened = draw(histories(calendar, base))
    return draw(terms(calendar, kind)), happened, draw(instants(calendar, base, 0, 10))


def parted(calendar: Calendar) -> Calendar:
    """Return a drawn calendar with each shift in two that touch."""
    return _parted(int(calendar.id.removeprefix("drawn-")))


def without_breaks(calendar: Calendar) -> Calendar:
    """Return a drawn calendar with nothing cut out of its shifts but holidays."""
    return _without_breaks(int(calendar.id.removeprefix("drawn-")))


@lru_cache(maxsize=1000)
def _without_breaks(seed: int) -> Calendar:
    calendar, _ = calendar_of(seed)
    return replace(calendar, weekly_breaks=NO_WEEK, breaks={})


@lru_cache(maxsize=1000)
def _parted(seed: int) -> Calendar:
    calendar, _ = calendar_of(seed)
    return replace(
        calendar,
        weekly=_split_week(calendar.weekly),
        special={day: split(shifts) for day, shifts in calendar.special.items()},
        seasons=tuple(replace(each, weekly=_split_week(each.weekly)) for each in calendar.seasons),
    )


def _split_week(week: Week) -> Week:
    mon, tue, wed, thu, fri, sat, sun = map(split, week)
    return mon, tue, wed, thu, fri, sat, sun


def split(shifts: Shifts) -> Shifts:
    """Return shifts with each of more than a second cut in two that touch."""
    parts: list[Shift] = []
    for shift in shifts:
        middle = (shift.start + shift.end) // 2
        if shift.start < middle < 86_400:
            parts += [Shift(shift.start, middle), Shift(middle, shift.end)]
        else:
            parts.append(shift)
    return tuple(parts)
