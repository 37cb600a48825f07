"""Our answer to a question: an op, a calendar and an input. What was expected is never seen here."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from servanda.conformance.calendar_of import calendar_of, seconds, zone_only
from servanda.conformance.clock_answers import clock
from servanda.engine.calendars import Calendar

Input = Mapping[str, Any]
Answer = dict[str, Any]


class UnknownOp(ValueError):
    """A question this product cannot be asked."""


def answer(op: str, calendar: Mapping[str, Any] | None, asked: Input) -> Answer:
    """Return our answer in the case format; a typed error is answered as `{"error": text}`."""
    if op not in OPS:
        raise UnknownOp(f"op '{op}' is unknown. Known are: {', '.join(sorted(OPS))}.")
    try:
        return OPS[op](zone_only(calendar) if op == "wall" else calendar_of(calendar), asked)
    except ValueError as refusal:
        return {"error": f"{type(refusal).__name__}: {refusal}"}


def instant(text: str) -> datetime:
    """Return an instant written in ISO 8601 with its offset."""
    return datetime.fromisoformat(text)


def amount(asked: Input) -> timedelta:
    """Return the amount asked for, negative when it is to be counted backwards."""
    length = timedelta(seconds=asked["seconds"])
    return -length if asked.get("direction") == "backward" else length


def _at(found: datetime) -> Answer:
    return {"at": found.isoformat()}


def _due(calendar: Calendar, asked: Input) -> Answer:
    length = amount(asked)
    backward = asked.get("direction") == "backward" or length < timedelta()
    start = instant(asked["start"])
    return _at(calendar.due_back(start, abs(length)) if backward else calendar.due(start, length))


def _elapsed(calendar: Calendar, asked: Input) -> Answer:
    return {"seconds": whole_seconds(calendar.elapsed(instant(asked["start"]), instant(asked["end"])))}


def whole_seconds(length: timedelta) -> int | float:
    """Return an amount in seconds, whole where it is whole."""
    total = length.total_seconds()
    return int(total) if total == int(total) else total


def _segments(calendar: Calendar, asked: Input) -> Answer:
    start, until = instant(asked["from"]), asked.get("to")
    if asked.get("direction") == "backward":
        found = calendar.openings_back(start, None if until is None else instant(until))
    else:
        found = calendar.openings(start, None if until is None else instant(until))
    pieces = islice(found, asked["count"]) if "count" in asked else found
    return {"segments": [[opens.isoformat(), closes.isoformat()] for opens, closes in pieces]}


def _same_due(calendar: Calendar, asked: Input) -> Answer:
    return {"equal": len({calendar.due(instant(start), amount(asked)) for start in asked["starts"]}) == 1}


def _open_dates(calendar: Calendar, asked: Input) -> Answer:
    day, last = date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"])
    dates = [day + timedelta(days) for days in range((last - day).days + 1)]
    return {"dates": [on.isoformat() for on in dates if calendar.is_open_date(on)]}


def _on_instant(question: Callable[[Calendar, datetime], datetime]) -> Callable[[Calendar, Input], Answer]:
    return lambda calendar, asked: _at(question(calendar, instant(asked["at"])))


OPS: dict[str, Callable[[Calendar, Input], Answer]] = {
    "due": _due,
    "elapsed": _elapsed,
    "is_open": lambda calendar, asked: {"open": calendar.is_open(instant(asked["at"]))},
    "next_open": _on_instant(Calendar.next_open),
    "next_start": _on_instant(Calendar.next_start),
    "next_close": _on_instant(Calendar.next_close),
    "prev_start": _on_instant(Calendar.prev_start),
    "prev_close": _on_instant(Calendar.prev_close),
    "roll_back": _on_instant(Calendar.roll_back),
    "segments": _segments,
    "add_days": lambda calendar, asked: _at(calendar.add_days(instant(asked["start"]), asked["days"])),
    "end_of_day_after_days": lambda calendar, asked: _at(
        calendar.end_of_day_after(instant(asked["start"]), asked["days"])
    ),
    "is_open_date": lambda calendar, asked: {"open": calendar.is_open_date(date.fromisoformat(asked["date"]))},
    "open_dates": _open_dates,
    "wall": lambda calendar, asked: _at(calendar.wall(date.fromisoformat(asked["date"]), seconds(asked["time"]))),
    "same_due": _same_due,
    "clock": clock,
}
