"""One door to the oracle: an operation of the case format, its calendar and its input give the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.oracle import availability_oracle, clock_oracle
from tests.oracle.calendar_oracle import (
    OracleCalendar,
    OracleError,
    Span,
    clock_seconds,
    instant,
    iso,
    microseconds,
    seconds,
    wall,
    zone,
)

Input = dict[str, Any]
Answer = dict[str, Any]


def answer(op: str, calendar: dict[str, Any] | None, input: Input) -> Answer:
    """Answer one case; `{"error": reason}` where the question has no answer."""
    try:
        if op in WITHOUT_CALENDAR:
            return WITHOUT_CALENDAR[op](input)
        if op == "wall":
            return wall_answer(calendar, input)
        if op not in WITH_CALENDAR:
            raise OracleError(f"no operation {op!r}")
        opened = OracleCalendar(calendar)
        if opened.never_opens():
            raise OracleError("the calendar has no opening")
        return WITH_CALENDAR[op](opened, input)
    except (OracleError, KeyError, TypeError, ValueError, OverflowError) as reason:
        return {"error": f"{type(reason).__name__}: {reason}"}


def wall_answer(calendar: dict[str, Any] | None, input: Input) -> Answer:
    """Answer `wall`, which needs the calendar's zone alone."""
    where = zone((calendar or {}).get("tz", "UTC"))
    return {"at": iso(wall(where, date.fromisoformat(input["date"]), clock_seconds(input["time"])))}


def due(calendar: OracleCalendar, input: Input) -> Answer:
    """Answer `due`."""
    amount, step = microseconds(input["seconds"]), -1 if input.get("direction") == "backward" else 1
    if amount < 0:
        amount, step = -amount, -step
    start = instant(input["start"])
    at = calendar.due(start, amount) if step > 0 else calendar.due_back(start, amount)
    if input.get("due_rolls") == "next_opening":
        at = calendar.rolled(at, step)
    return {"at": iso(at)}


def same_due(calendar: OracleCalendar, input: Input) -> Answer:
    """Answer `same_due`."""
    found = {due(calendar, {**input, "start": start})["at"] for start in input["starts"]}
    return {"equal": len(found) == 1}


def segments(calendar: OracleCalendar, input: Input) -> Answer:
    """Answer `segments`."""
    end = instant(input["to"]) if input.get("to") else None
    walk = calendar.segments_back if input.get("direction") == "backward" else calendar.segments
    return {"segments": [iso_span(each) for each in walk(instant(input["from"]), end, input.get("count"))]}


def iso_span(span: Span) -> list[str]:
    """Return a span as two ISO 8601 times."""
    return [iso(span[0]), iso(span[1])]


def open_dates(calendar: OracleCalendar, input: Input) -> Answer:
    """Answer `open_dates`."""
    on, last = date.fromisoformat(input["from"]), date.fromisoformat(input["to"])
    dates = [on + timedelta(step) for step in range((last - on).days + 1)]
    found = [each.isoformat() for each in dates if calendar.is_open_date(each)]
    return {"dates": found, "count": len(found)}


def at_instant(method: Callable[[OracleCalendar, int], int]) -> Callable[[OracleCalendar, Input], Answer]:
    """Return the operation that moves one instant."""
    return lambda calendar, input: {"at": iso(method(calendar, instant(input["at"])))}


WITH_CALENDAR: dict[str, Callable[[OracleCalendar, Input], Answer]] = {
    "due": due,
    "same_due": same_due,
    "elapsed": lambda c, i: {"seconds": seconds(c.elapsed(instant(i["start"]), instant(i["end"])))},
    "is_open": lambda c, i: {"open": c.is_open(instant(i["at"]))},
    "next_open": at_instant(OracleCalendar.next_open),
    "next_close": at_instant(OracleCalendar.next_close),
    "next_start": at_instant(OracleCalendar.next_start),
    "prev_start": at_instant(OracleCalendar.prev_start),
    "prev_close": at_instant(OracleCalendar.prev_close),
    "roll_back": at_instant(OracleCalendar.roll_back),
    "segments": segments,
    "add_days": lambda c, i: {"at": iso(c.add_days(instant(i["start"]), i["days"]))},
    "end_of_day_after_days": lambda c, i: {"at": iso(c.end_of_day_after_days(instant(i["start"]), i["days"]))},
    "is_open_date": lambda c, i: {"open": c.is_open_date(date.fromisoformat(i["date"]))},
    "open_dates": open_dates,
    "clock": clock_oracle.clock,
    "availability": availability_oracle.availability,
}

UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600}


def unit(input: Input) -> Answer:
    """Answer `unit`: seconds, minutes and hours convert; a day, week or anything longer has no length in seconds."""
    found = re.fullmatch(r"\s*(\d+)\s*([A-Za-z]+)\s*", str(input.get("text") or f"{input['value']}{input['unit']}"))
    if not found:
        raise OracleError(f"not an amount with a unit: {input}")
    word = (
        found[2] if len(found[2]) == 1 else {"second": "s", "minute": "m", "hour": "h"}.get(found[2].rstrip("s"), "?")
    )
    if word not in UNIT_SECONDS:
        raise OracleError(f"{found[2]} has no fixed length: say hours, working days or calendar days")
    return {"seconds": int(found[1]) * UNIT_SECONDS[word]}


def slo(input: Input) -> Answer:
    """Answer `slo`: good and bad (or total) counts against an aim in percent; null where nothing was counted."""
    good = Fraction(str(input["good"]))
    whole = Fraction(str(input["total"])) if "total" in input else good + Fraction(str(input["bad"]))
    return availability_oracle.share(good, whole, input.get("slo"))


WITHOUT_CALENDAR: dict[str, Callable[[Input], Answer]] = {
    "status": availability_oracle.status,
    "unit": unit,
    "slo": slo,
}
