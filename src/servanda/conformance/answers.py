"""Our answer to a question: an op, a calendar and an input. What was expected is never seen here."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import Enum
from itertools import islice
from typing import Any

from servanda.conformance import availability_answers
from servanda.conformance.calendar_of import calendar_of, seconds, zone_only
from servanda.conformance.clock_answers import clock
from servanda.conformance.fields import Fields, UnreadableQuestion, in_seconds, instant
from servanda.conformance.status_answers import status
from servanda.engine.calendars import Calendar, EndlessOpening, NoOpeningHours
from servanda.engine.targets import DueRolls

Answer = dict[str, Any]


class UnknownOp(ValueError):
    """A question this product cannot be asked."""


class Direction(Enum):
    """Which way along time a question looks."""

    FORWARD = "forward"
    BACKWARD = "backward"


def answer(op: str, calendar: object, asked: object) -> Answer:
    """Return our answer in the case format; a typed error is answered as `{"error": text}`."""
    if op not in OPS:
        raise UnknownOp(f"op {op!r} is unknown. Known are: {', '.join(sorted(OPS))}.")
    try:
        return OPS[op](calendar, Fields.of(asked))
    except (ValueError, OverflowError) as refusal:
        return {"error": f"{type(refusal).__name__}: {refusal}"}


def amount(asked: Fields) -> timedelta:
    """Return the amount asked for, negative when it is to be counted backwards."""
    length = asked.length("seconds")
    return -length if backward(asked) else length


def backward(asked: Fields) -> bool:
    """Say whether the question looks back."""
    return asked.word("direction", Direction, Direction.FORWARD) is Direction.BACKWARD


def counts_back(asked: Fields) -> bool:
    """Say whether the amount is counted backwards: asked so, or negative, but not both."""
    return amount(asked) < timedelta() or (backward(asked) and not amount(asked))


def due(calendar: Calendar, start: datetime, asked: Fields) -> datetime:
    """Return the instant at which the amount asked about is used up, rolled on from an edge where that is asked."""
    length, rolls = abs(amount(asked)), asked.word("due_rolls", DueRolls, DueRolls.CLOSING) is DueRolls.NEXT_OPENING
    if not counts_back(asked):
        at = calendar.due(start, length)
        return calendar.next_open(at) if rolls else at
    at = calendar.due_back(start, length)
    return closing_before(calendar, at) if rolls else at


def closing_before(calendar: Calendar, at: datetime) -> datetime:
    """Return the closing before an instant that is an opening, and any other instant as it is."""
    before = at - timedelta(microseconds=1)
    return at if calendar.is_open(before) else calendar.roll_back(before)


def pieces(calendar: Calendar, asked: Fields) -> list[tuple[datetime, datetime]]:
    """Return the openings asked for, the nearest first; fewer than counted where no more come."""
    start, until = asked.instant("from"), asked.instant("to") if asked.has("to") else None
    if until is None and not asked.has("count"):
        raise UnreadableQuestion(asked.place, sorted(asked.written), "a field `to` or `count`")
    found = calendar.openings_back(start, until) if backward(asked) else calendar.openings(start, until)
    return some(found, max(asked.whole("count"), 0)) if asked.has("count") else list(found)


def some(openings: Iterator[tuple[datetime, datetime]], count: int) -> list[tuple[datetime, datetime]]:
    """Return the first openings, fewer where none comes for years."""
    found: list[tuple[datetime, datetime]] = []
    try:
        for each in islice(openings, count):
            found.append(each)
    except EndlessOpening:
        raise
    except NoOpeningHours:
        return found
    return found


def _at(found: datetime) -> Answer:
    return {"at": found.isoformat()}


def _elapsed(calendar: Calendar, asked: Fields) -> Answer:
    return {"seconds": in_seconds(calendar.elapsed(asked.instant("start"), asked.instant("end")))}


def _segments(calendar: Calendar, asked: Fields) -> Answer:
    return {"segments": [[opens.isoformat(), closes.isoformat()] for opens, closes in pieces(calendar, asked)]}


def _same_due(calendar: Calendar, asked: Fields) -> Answer:
    starts = [instant(start, "input.starts") for start in asked.list("starts")]
    return {"equal": len({due(calendar, start, asked) for start in starts}) == 1}


def _open_dates(calendar: Calendar, asked: Fields) -> Answer:
    first, last = asked.date("from"), asked.date("to")
    dates = [first + timedelta(days) for days in range((last - first).days + 1)]
    found = [on.isoformat() for on in dates if calendar.is_open_date(on)]
    return {"dates": found, "count": len(found)}


def _add_days(calendar: Calendar, asked: Fields) -> Answer:
    return _at(calendar.add_days(asked.instant("start"), asked.whole("days")))


def _end_of_day(calendar: Calendar, asked: Fields) -> Answer:
    return _at(calendar.end_of_day_after(asked.instant("start"), asked.whole("days")))


def _wall(calendar: object, asked: Fields) -> Answer:
    return _at(zone_only(calendar).wall(asked.date("date"), seconds(asked.written.get("time"), "input.time")))


UNITS = {
    **dict.fromkeys(("s", "second", "seconds"), 1),
    **dict.fromkeys(("m", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
}
AMOUNT = re.compile(r"\s*([0-9]+)\s*([A-Za-z]+)\s*")


def _unit(asked: Fields) -> Answer:
    """Answer with the seconds of an amount; a day or anything longer has no fixed length."""
    text = asked.written.get("text") or f"{asked.written.get('value')}{asked.written.get('unit')}"
    found = AMOUNT.fullmatch(str(text))
    if found is None or found[2] not in UNITS:
        wanted = "a number of seconds, minutes or hours; say working days or calendar days where days are meant"
        raise UnreadableQuestion(asked.place, text, wanted)
    return {"seconds": int(found[1]) * UNITS[found[2]]}


Op = Callable[[object, Fields], Answer]


def _on_calendar(question: Callable[[Calendar, Fields], Answer]) -> Op:
    return lambda calendar, asked: question(calendar_of(calendar), asked)


def _on_instant(question: Callable[[Calendar, datetime], datetime]) -> Op:
    return _on_calendar(lambda calendar, asked: _at(question(calendar, asked.instant("at"))))


OPS: dict[str, Op] = {
    "due": _on_calendar(lambda calendar, asked: _at(due(calendar, asked.instant("start"), asked))),
    "elapsed": _on_calendar(_elapsed),
    "is_open": _on_calendar(lambda calendar, asked: {"open": calendar.is_open(asked.instant("at"))}),
    "next_open": _on_instant(Calendar.next_open),
    "next_start": _on_instant(Calendar.next_start),
    "next_close": _on_instant(Calendar.next_close),
    "prev_start": _on_instant(Calendar.prev_start),
    "prev_close": _on_instant(Calendar.prev_close),
    "roll_back": _on_instant(Calendar.roll_back),
    "segments": _on_calendar(_segments),
    "add_days": _on_calendar(_add_days),
    "end_of_day_after_days": _on_calendar(_end_of_day),
    "is_open_date": _on_calendar(lambda calendar, asked: {"open": calendar.is_open_date(asked.date("date"))}),
    "open_dates": _on_calendar(_open_dates),
    "same_due": _on_calendar(_same_due),
    "clock": _on_calendar(clock),
    "availability": _on_calendar(availability_answers.answer),
    "wall": _wall,
    "status": lambda _, asked: status(asked),
    "unit": lambda _, asked: _unit(asked),
    "slo": lambda _, asked: availability_answers.slo(asked),
}
