"""The evidence for an answer in plain words: which openings were used, which spans counted, which rules held."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from servanda.conformance import availability_answers, status_answers
from servanda.conformance.answers import OPS, answer, counts_back, due, pieces, some
from servanda.conformance.calendar_of import calendar_of
from servanda.conformance.clock_answers import display
from servanda.conformance.fields import Fields
from servanda.conformance.status_answers import Ask
from servanda.engine import evidence, statuses, zones
from servanda.engine.calendars import Calendar, EndlessOpening
from servanda.engine.clocks import Cycle, Replay
from servanda.engine.evidence import Span, Use
from servanda.engine.intervals import Intervals
from servanda.engine.shifts import Shifts

MOST_LINES = 40
Lines = Iterator[str]


def explain(op: str, calendar: object, asked: object) -> list[str]:
    """Return our answer and the evidence for it, a sentence or a row of figures on each line."""
    if op not in OPS:
        return [f"The op '{op}' is unknown, so there is nothing to show."]
    ours = answer(op, calendar, asked)
    lines = [f"ours:     {json.dumps(ours, ensure_ascii=False)}"]
    if "error" in ours:
        return [*lines, "The question was refused, so there is nothing more to show."]
    return lines + list(EVIDENCE.get(op, _around)(calendar, Fields.of(asked)))


def shorter(lines: Iterable[str]) -> Lines:
    """Yield lines, but of a long list only the beginning and the end."""
    told = list(lines)
    if len(told) <= MOST_LINES:
        yield from told
        return
    yield from told[: MOST_LINES // 2]
    yield f"... {len(told) - MOST_LINES} more"
    yield from told[-MOST_LINES // 2 :]


# --- Words for times ------------------------------------------------------------------------------------


def local(calendar: Calendar, at: datetime) -> str:
    """Return an instant on the calendar's wall clock, with its weekday and offset."""
    shown = zones.to_local(calendar.zone, at)
    return f"{shown:%a} {shown.isoformat(sep=' ')}"


def words(length: timedelta) -> str:
    """Return an amount of time in hours, minutes and seconds."""
    sign, rest = ("-", -length) if length < timedelta() else ("", length)
    minutes, seconds = divmod(rest, timedelta(minutes=1))
    text = f"{sign}{minutes // 60}:{minutes % 60:02}:{seconds.seconds:02}"
    return f"{text}.{seconds.microseconds:06}" if seconds.microseconds else text


def opening(calendar: Calendar, start: datetime, end: datetime) -> str:
    """Return a stretch of time with its length."""
    return f"{local(calendar, start)} to {local(calendar, end)}  {words(end - start)}"


def _summed(calendar: Calendar, openings: Iterable[tuple[datetime, datetime]]) -> Lines:
    so_far = timedelta()
    for start, end in openings:
        so_far += end - start
        yield f"{opening(calendar, start, end)}, {words(so_far)} so far"


# --- Calendars ------------------------------------------------------------------------------------------


def _due(written: object, asked: Fields) -> Lines:
    calendar = calendar_of(written)
    start = asked.instant("start")
    ends = due(calendar, start, asked)
    back = counts_back(asked)
    yield f"Opening hours used in {calendar.zone}, {'backwards ' if back else ''}from {local(calendar, start)}:"
    used = calendar.openings_back(start, ends) if back else calendar.openings(start, ends)
    yield from shorter(_summed(calendar, used))
    yield f"Used up at {local(calendar, ends)}."


def _elapsed(written: object, asked: Fields) -> Lines:
    calendar = calendar_of(written)
    start, end = asked.instant("start"), asked.instant("end")
    yield f"Opening hours in {calendar.zone} from {local(calendar, start)} to {local(calendar, end)}:"
    yield from shorter(_summed(calendar, calendar.openings(start, end)))


def _segments(written: object, asked: Fields) -> Lines:
    calendar = calendar_of(written)
    yield f"Openings in {calendar.zone}:"
    yield from shorter(_summed(calendar, pieces(calendar, asked)))


def _same_due(written: object, asked: Fields) -> Lines:
    for start in asked.list("starts"):
        yield from _due(written, Fields({**asked.written, "start": start}))


def _around(written: object, asked: Fields) -> Lines:
    """Show the last opening before an instant and the next ones."""
    calendar = calendar_of(written)
    at = asked.instant("at" if asked.has("at") else "start")
    yield f"Openings around {local(calendar, at)} in {calendar.zone}:"
    earlier = _some(calendar.openings_back(at), 2)
    for start, end in reversed(earlier):
        yield f"before: {opening(calendar, start, end)}"
    for start, end in _some(calendar.openings(at), 3):
        yield f"after:  {opening(calendar, start, end)}"


def _some(openings: Iterator[tuple[datetime, datetime]], count: int) -> list[tuple[datetime, datetime]]:
    """Return the first openings, none where one never begins or ends."""
    try:
        return some(openings, count)
    except EndlessOpening:
        return []


def _days(written: object, asked: Fields) -> Lines:
    """Show the dates that were stepped over, open or not."""
    calendar = calendar_of(written)
    start, days = asked.instant("start"), asked.whole("days")
    on = zones.to_local(calendar.zone, start).date()
    step = timedelta(days=1 if days >= 0 else -1)
    yield f"Dates in {calendar.zone}, from {local(calendar, start)}:"
    lines, passed = [_date(calendar, Fields({"date": on.isoformat()}))], 0
    while passed < abs(days):
        on += step
        passed += calendar.is_open_date(on)
        count = f", {passed} of {abs(days)}" if calendar.is_open_date(on) else ""
        lines.append(_date(calendar, Fields({"date": on.isoformat()})) + count)
    yield from shorter(lines)


def _open_date(written: object, asked: Fields) -> Lines:
    yield _date(calendar_of(written), asked)


def _open_dates(written: object, asked: Fields) -> Lines:
    calendar = calendar_of(written)
    first, last = asked.date("from"), asked.date("to")
    dates = (first + timedelta(days) for days in range((last - first).days + 1))
    yield from shorter(_date(calendar, Fields({"date": on.isoformat()})) for on in dates)


def _date(calendar: Calendar, asked: Fields) -> str:
    """Return what the calendar holds for a date, and whether it is an open one."""
    on = asked.date("date")
    holiday = calendar.holiday_on(on) is not None
    parts = [f"shifts {_listed(calendar.shifts_on(on))}", f"breaks {_listed(calendar.breaks_on(on))}"]
    parts += ["a holiday"] if holiday else ["special hours"] if on in calendar.special else []
    return f"{on:%a %Y-%m-%d}: {', '.join(parts)}: {'open' if calendar.is_open_date(on) else 'not open'}"


def _listed(shifts: Shifts) -> str:
    return " and ".join(map(str, shifts)) or "none"


def _nothing_more(_: object, asked: Fields) -> Lines:
    yield f"It follows from {', '.join(sorted(asked.written))} alone."


# --- Clocks ---------------------------------------------------------------------------------------------


def _clock(written: object, asked: Fields) -> Lines:
    calendar = calendar_of(written)
    shown = display(calendar, asked, evidence=True)
    for name, clock in shown.clocks.items():
        yield from _one_clock(calendar, name, clock)


def _one_clock(calendar: Calendar, name: str, clock: Replay) -> Lines:
    limit = clock.terms.limit
    yield f"{name}: {'no target, measured only' if limit is None else f'limit {limit}'}"
    for number, cycle in enumerate(clock.cycles):
        if len(clock.cycles) > 1:
            yield f"  exchange {number + 1}:"
        spans = evidence.spans(clock, number)
        yield from (f"  {line}" for line in shorter(_span(calendar, span) for span in spans))
        yield f"  {_totals(spans)}"
        yield f"  {_reading(calendar, cycle)}"
    if not clock.cycles:
        yield "  nothing has started it"


def _span(calendar: Calendar, span: Span) -> str:
    cause = "" if span.cause is None or span.use is Use.OUTSIDE_HOURS else f", since {span.cause.kind.word}"
    return f"{span.use.value:<13} {opening(calendar, span.start, span.end)}{cause}"


def _totals(spans: Sequence[Span]) -> str:
    sums = evidence.totals(spans)
    parts = f"counted {words(sums.counted)} + paused {words(sums.paused)} + outside hours {words(sums.outside_hours)}"
    return f"{parts} = {words(sums.wall)} on the wall"


def _reading(calendar: Calendar, cycle: Cycle) -> str:
    parts = [
        f"{name} {local(calendar, at)}"
        for name, at in (("due", cycle.due_at), ("stopped", cycle.stopped_at), ("breached", cycle.breached_at))
        if at is not None
    ]
    return ", ".join([f"state {cycle.state.value}", *parts])


# --- Availability and status ----------------------------------------------------------------------------


def _availability(written: object, asked: Fields) -> Lines:
    calendar = calendar_of(written)
    found = availability_answers.measured(calendar, asked)
    yield from _intervals(calendar, "Agreed service time", found.agreed)
    yield from _intervals(calendar, "Of which nothing is known, so left out", found.unknown)
    yield from _intervals(calendar, "Down", found.down)
    yield f"{words(found.uptime)} of {words(found.service_time)} = {found.ratio}; failures: {found.failures}"


def _intervals(calendar: Calendar, title: str, found: Intervals) -> Lines:
    yield f"{title}: {'none' if not found else ''}".rstrip()
    yield from shorter(_summed(calendar, ((each.start, each.end) for each in found)))


def _status(_: object, asked: Fields) -> Lines:
    if asked.word("question", Ask) is Ask.PROPAGATE:
        yield "OK stays OK; every other status is changed as the rule says, within 0 and 5."
        return
    children = status_answers.children_of(asked)
    seen = tuple(children)
    if asked.word("question", Ask) is Ask.PARENT:
        seen = statuses.as_seen(children)
        main = statuses.main_status(asked.word("algorithm", statuses.Algorithm), seen)
        yield f"Main status by {asked.written['algorithm']}: {main}"
    yield f"Statuses as seen: {', '.join(str(child.status) for child in seen) or 'none'}"
    rules = [asked.inner("status_rule")] if asked.has("status_rule") else asked.objects("status_rules")
    for each in rules:
        rule = status_answers.rule_of(each)
        measured = f"{rule.measured(seen)} against {rule.limit}"
        yield f"{each.written['type']} of status {rule.status}: {measured}, so status {rule.outcome(seen)}"


EVIDENCE: dict[str, Callable[[object, Fields], Lines]] = {
    "due": _due,
    "elapsed": _elapsed,
    "segments": _segments,
    "same_due": _same_due,
    "add_days": _days,
    "end_of_day_after_days": _days,
    "is_open_date": _open_date,
    "open_dates": _open_dates,
    "wall": _nothing_more,
    "unit": _nothing_more,
    "slo": _nothing_more,
    "clock": _clock,
    "availability": _availability,
    "status": _status,
}
