"""Hypotheses: each a pure what-if, which works out a ticket anew as the source might have done.

A trial that comes to the claim explains the difference; the simplest that does is taken. None of them knows any
source: they are the ways in which clocks are found to differ.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from servanda.engine import zones
from servanda.engine.agreements import UnknownPriority
from servanda.engine.calendars import Calendar, NoOpeningHours
from servanda.engine.clocks import Cycle, Terms
from servanda.engine.events import Event, EventKind
from servanda.engine.instants import DAY
from servanda.engine.judging import classification
from servanda.engine.reconciliation.cases import VERDICTS, Case
from servanda.engine.targets import DueRolls, Limit, Target, Unit

MINUTE = timedelta(minutes=1)
WHOLE_HOURS = tuple(hour for size in range(1, 15) for hour in (size, -size))
LONGEST_SPAN = 1_000


@dataclass(frozen=True, slots=True)
class Trial:
    """What a clock would have come to if `words` held: its due instant, or one up to `slack` later; its verdict."""

    words: str
    due_at: datetime | None
    met: bool | None
    slack: timedelta = timedelta()

    def reproduces(self, case: Case, tolerance: timedelta) -> bool:
        """Whether the source claims just this: the due instant or, where it claims none, the verdict."""
        claimed = case.claims.due_at
        if claimed is None:
            return self.met is not None and self.met is case.claims.met
        return self.due_at is not None and -tolerance <= claimed - self.due_at <= tolerance + self.slack


@dataclass(frozen=True, slots=True)
class Setting:
    """What hypotheses may look at beside a case: the dates that may be holidays."""

    listed: tuple[date, ...] = ()


Trials = Callable[[Case, Setting], Iterator[Trial]]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A way in which a source's clock may differ from ours.

    `of_dues` can be told from due instants, `of_verdicts` also from a verdict alone: it would then hold for every
    ticket, and is tested on all of them.
    """

    id: str
    name: str
    trials: Trials
    of_dues: bool = True
    of_verdicts: bool = False


def _trial(words: str, case: Case, terms: Terms, events: Sequence[Event] | None = None) -> Iterator[Trial]:
    """Yield the outcome under other terms or another history; nothing where there is none."""
    try:
        cycle = case.under(terms, events)
    except NoOpeningHours:
        return
    if cycle is not None:
        yield _outcome(words, cycle)


def _outcome(words: str, cycle: Cycle) -> Trial:
    return Trial(words, cycle.due_at, VERDICTS.get(cycle.state))


# --- Seconds and minutes -----------------------------------------------------------------------------------


def _seconds_cut_off(case: Case, _: Setting) -> Iterator[Trial]:
    ours = case.due_at
    assert ours is not None
    if case.reading and case.reading.opened_at.second == 0:
        yield Trial("the opening time has lost its seconds, the due time has not", ours, None, MINUTE)
    if case.claims.due_at and case.claims.due_at.second == 0:
        yield Trial("the due time was cut to the minute", ours.replace(second=0, microsecond=0), None)


def _missed_at_the_limit(case: Case, _: Setting) -> Iterator[Trial]:
    if case.stopped_at is not None and case.stopped_at == case.due_at:
        yield Trial("what stops at the instant it is due was missed", case.due_at, False)


def _no_time_given(case: Case, _: Setting) -> Iterator[Trial]:
    if case.reading:
        yield Trial("the ticket was due when it was opened", case.reading.opened_at, None)


# --- Rules -------------------------------------------------------------------------------------------------


def _other_rolls(case: Case, _: Setting) -> Iterator[Trial]:
    terms = case.terms
    other = DueRolls.CLOSING if terms.due_rolls is DueRolls.NEXT_OPENING else DueRolls.NEXT_OPENING
    due = "what falls due at a closing " + (
        "stays there" if other is DueRolls.CLOSING else "is due at the next opening"
    )
    start = "a ticket opened in closed hours starts " + ("as opened" if terms.start_rolls else "at the next opening")
    yield from _trial(due, case, replace(terms, due_rolls=other))
    if terms.limit and terms.limit.unit.in_days:
        yield from _trial(start, case, replace(terms, start_rolls=not terms.start_rolls))
        yield from _trial(f"{due}; {start}", case, replace(terms, due_rolls=other, start_rolls=not terms.start_rolls))


def _other_unit(case: Case, _: Setting) -> Iterator[Trial]:
    terms, limit = case.terms, case.terms.limit
    if limit is None or not limit.unit.in_days:
        return
    other = Unit.CALENDAR_DAYS if limit.unit is Unit.WORKING_DAYS else Unit.WORKING_DAYS
    if not (other is Unit.WORKING_DAYS and limit.amount > LONGEST_SPAN):
        yield from _trial(
            f"{limit.unit.value} were {other.value}", case, replace(terms, limit=Limit(limit.amount, other))
        )
    hours = Limit(limit.amount * DAY, Unit.ELAPSED)
    yield from _trial("each day was 24 hours round the clock", case, replace(terms, limit=hours))


def _holidays(case: Case, setting: Setting) -> Iterator[Trial]:
    terms, first, last = case.terms, *_dates(case)
    calendar = terms.counting
    ours = [on for on in _between(first, last) if calendar.holiday_on(on)]
    for on in ours:
        other = _without(calendar, {on})
        yield from _trial(f"{on} ({calendar.holiday_on(on)}) was no holiday", case, replace(terms, calendar=other))
    if len(ours) > 1:
        other = _without(calendar, set(ours))
        yield from _trial("no holiday was observed", case, replace(terms, calendar=other))
    for on in setting.listed:
        if first <= on <= last and calendar.is_open_date(on):
            other = replace(calendar, holidays={**calendar.holidays, on: "observed by the source"})
            yield from _trial(f"{on} was a holiday", case, replace(terms, calendar=other))


def _without(calendar: Calendar, dates: set[date]) -> Calendar:
    """Return the calendar with some holidays open as on their weekday."""
    kept = {on: name for on, name in calendar.holidays.items() if on not in dates}
    usual = {on: calendar.shifts_on(on) for on in dates if (on.month, on.day) in calendar.recurring}
    return replace(calendar, holidays=kept, special={**calendar.special, **usual})


def _dates(case: Case) -> tuple[date, date]:
    """Return the dates from the opening to the later due instant, on the calendar's wall clock."""
    reading, zone = case.reading, case.terms.calendar.zone
    assert reading is not None
    ends = [at for at in (case.due_at, case.claims.due_at) if at is not None]
    return zones.to_local(zone, reading.opened_at).date(), zones.to_local(zone, max(ends)).date()


def _between(first: date, last: date) -> Iterator[date]:
    for day in range(min((last - first).days, LONGEST_SPAN) + 1):
        yield first + timedelta(days=day)


def _pauses(case: Case, _: Setting) -> Iterator[Trial]:
    if any(event.kind is EventKind.PAUSED for event in case.events):
        yield from _trial("every pause stopped the clock", case, replace(case.terms, reasons=None))
        yield from _trial("no pause stopped the clock", case, replace(case.terms, reasons=frozenset()))


# --- Places, priorities, events ----------------------------------------------------------------------------


def _other_offset(case: Case, _: Setting) -> Iterator[Trial]:
    """Try the same due time under another offset, then a clock whose opening hours lie whole hours elsewhere.

    From a verdict alone only one hour is tried: summer time forgotten, or kept in winter.
    """
    ours, with_due = case.due_at, case.claims.due_at is not None
    if ours is not None and with_due:
        for hours in WHOLE_HOURS:
            yield Trial(f"the due time was {abs(hours)} h {_way(hours)}", ours + timedelta(hours=hours), None)
    for hours in WHOLE_HOURS if with_due else (1, -1):
        yield from _hours_moved(case, hours)


def _hours_moved(case: Case, hours: int) -> Iterator[Trial]:
    """Yield the outcome if the opening hours lay some hours later: the same as if all had happened earlier."""
    earlier = timedelta(hours=hours)
    events = [replace(event, happened_at=event.happened_at - earlier) for event in case.events]
    moved = replace(case, as_of=case.as_of - earlier)
    for trial in _trial(f"the opening hours lay {abs(hours)} h {_way(hours)}", moved, case.terms, events):
        yield replace(trial, due_at=trial.due_at + earlier if trial.due_at else None)


def _way(hours: int) -> str:
    return "later" if hours > 0 else "earlier"


def _other_priority(case: Case, _: Setting) -> Iterator[Trial]:
    """Try the limits of the priorities the ticket once had, then those of the others."""
    reading = case.covered
    assert reading is not None
    target = reading.cover.target
    assert target is not None
    tried = {reading.priority}
    for code in _earlier_priorities(case):
        if code not in tried:
            yield from _under_priority(
                f"the limit stayed that of priority {code}, before it was changed", case, target, code
            )
            tried.add(code)
    if case.claims.due_at is not None:
        for code in target.limits:
            if code not in tried:
                yield from _under_priority(f"the limit was that of priority {code}", case, target, code)


def _under_priority(words: str, case: Case, target: Target, code: str) -> Iterator[Trial]:
    limit = target.limit_for(code)
    if limit is not None:
        yield from _trial(words, case, replace(case.terms, limit=limit))


def _earlier_priorities(case: Case) -> Iterator[str]:
    """Yield the priority codes before each reclassification, the first one first."""
    version = case.covered.cover.version if case.covered else None
    events = case.events
    for place, event in enumerate(events):
        if event.kind is EventKind.RECLASSIFIED and version is not None:
            known = classification(events[:place])
            try:
                yield version.priorities.code(known["impact"], known["urgency"], known["priority"])
            except UnknownPriority:
                continue


_RESTARTS = (EventKind.REOPENED, EventKind.RECLASSIFIED, EventKind.ASSIGNED)


def _restarted(case: Case, _: Setting) -> Iterator[Trial]:
    """Try a clock that began anew when the ticket was last reopened, reclassified or assigned."""
    events = case.events
    for kind in _RESTARTS:
        last = next((event for event in reversed(events) if event.kind is kind), None)
        if last is not None and case.reading and last.happened_at > case.reading.opened_at:
            opened = replace(case.ticket.opened, happened_at=last.happened_at)
            later = [opened, *(event for event in events if event.happened_at >= last.happened_at)]
            yield from _trial(f"the clock began anew when the ticket was {kind.word}", case, case.terms, later)


def _other_stop(case: Case, _: Setting) -> Iterator[Trial]:
    """Try the verdict by another stop: at the resolution instead of the closing, or the other way round."""
    due_at = case.due_at
    if due_at is None:
        return
    for kind, at in case.stops.items():
        if kind is not case.terms.stop:
            yield Trial(f"the clock stopped when the ticket was {kind.word}", due_at, at <= due_at)


def _other_days(case: Case, _: Setting) -> Iterator[Trial]:
    """Try a limit of another number of days: working days, then calendar days, then the same time of another date."""
    limit, claimed, reading = case.terms.limit, case.claims.due_at, case.reading
    if limit is None or claimed is None or reading is None or case.due_at is None or claimed < reading.opened_at:
        return
    if limit.unit.in_days:
        for unit in dict.fromkeys((limit.unit, Unit.WORKING_DAYS, Unit.CALENDAR_DAYS)):
            yield from _days_of(unit, case, (claimed - reading.opened_at).days)
    zone = case.terms.calendar.zone
    ours, theirs = (zones.to_local(zone, at).replace(tzinfo=None) for at in (case.due_at, claimed))
    days = round_days(theirs - ours)
    if days:
        same_time = (ours + timedelta(days=days)).replace(tzinfo=zones.zone(zone)).astimezone(UTC)
        way = "later" if days > 0 else "earlier"
        count = f"{abs(days)} day{'s' if abs(days) > 1 else ''}"
        yield Trial(f"it was due at the same time of day {count} {way}", same_time, None)


def _days_of(unit: Unit, case: Case, span: int) -> Iterator[Trial]:
    """Yield the trial of the one number of days that could come to the claim: due instants grow with it."""
    if span > LONGEST_SPAN:
        return
    terms, claimed, limit = case.terms, case.claims.due_at, case.terms.limit
    assert claimed is not None

    def due_after(days: int) -> datetime:
        cycle = case.under(replace(terms, limit=Limit(days, unit)))
        return cycle.due_at if cycle and cycle.due_at else datetime.max.replace(tzinfo=UTC)

    try:
        days = bisect_left(range(span + 2), claimed - MINUTE * 2, key=due_after)
    except NoOpeningHours:
        return
    word = Limit(days, unit)
    yield from _trial(f"the limit was {word} instead of {limit}", case, replace(terms, limit=word))


def round_days(difference: timedelta) -> int:
    """Return the nearest whole number of days."""
    return (difference + timedelta(hours=12)).days


SIMPLEST_FIRST: tuple[Hypothesis, ...] = (
    Hypothesis("seconds", "seconds cut off", _seconds_cut_off),
    Hypothesis("at the limit", "stopped at the very instant it was due", _missed_at_the_limit, False, True),
    Hypothesis("rolls", "another rule at closings", _other_rolls, of_verdicts=True),
    Hypothesis("holidays", "a holiday ignored or observed", _holidays),
    Hypothesis("pauses", "pauses counted otherwise", _pauses, of_verdicts=True),
    Hypothesis("priority", "the limit of another priority", _other_priority, of_verdicts=True),
    Hypothesis("stop", "another event stopped the clock", _other_stop, False, True),
    Hypothesis("unit", "another kind of day", _other_unit),
    Hypothesis("opening", "due at the opening itself", _no_time_given),
    Hypothesis("offset", "whole hours off: another zone or offset", _other_offset, of_verdicts=True),
    Hypothesis("restart", "the clock began anew later", _restarted, of_verdicts=True),
    Hypothesis("days", "whole days off: another limit or date", _other_days),
)
