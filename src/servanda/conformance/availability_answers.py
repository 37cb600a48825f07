"""The ops `availability` and `slo`: the engine's exact figures, written as the format's numbers."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from servanda.conformance.fields import Fields, UnreadableQuestion, in_seconds, instant
from servanda.engine import availability, intervals
from servanda.engine.availability import Availability, Change, Condition
from servanda.engine.calendars import Calendar
from servanda.engine.intervals import Interval, Intervals

Answer = dict[str, Any]


def answer(calendar: Calendar, asked: Fields) -> Answer:
    """Return uptime, downtime, the percentage and, where an aim is given, the error budget."""
    found = measured(calendar, asked)
    return {
        "uptime": in_seconds(found.uptime),
        "downtime": in_seconds(found.downtime),
        **share(availability.seconds(found.uptime), availability.seconds(found.service_time), aim(asked)),
    }


def measured(calendar: Calendar, asked: Fields) -> Availability:
    """Return the availability asked about; a period that ends before it begins is empty."""
    period = intervals.between(asked.instant("from"), asked.instant("to"))
    states = [part for each in period for part in told(asked, each)]
    return availability.measure(
        calendar,
        period,
        [*spans(asked, "outages", period), *(part for part, state in states if state is Condition.DOWN)],
        maintenance=spans(asked, "maintenance", period),
        unknown=[*spans(asked, "unknown", period), *(part for part, state in states if state is Condition.UNKNOWN)],
    )


def spans(asked: Fields, key: str, period: Intervals) -> Intervals:
    """Return the spans of a field; one without an end lasts to the end of the period."""
    return tuple(span for pair in asked.list(key) for span in _span(pair, f"{asked.place}.{key}", period))


def _span(pair: Any, place: str, period: Intervals) -> Iterator[Interval]:
    if not (isinstance(pair, list) and len(pair) == 2):
        raise UnreadableQuestion(place, pair, "a list of pairs of instants")
    start = instant(pair[0], place)
    if pair[1] is not None:
        yield from intervals.between(start, instant(pair[1], place))
    elif period:
        yield from intervals.between(start, period[0].end)


def told(asked: Fields, period: Interval) -> tuple[tuple[Interval, Condition], ...]:
    """Return the period's conditions as its history tells them; without a history, none."""
    if not asked.has("history"):
        return ()
    changes = [
        Change(each.instant("at"), each.word("state", Condition), each.word("previous", Condition, Condition.UNKNOWN))
        for each in asked.objects("history")
    ]
    return availability.stretches(changes, period, asked.word("current", Condition, Condition.UNKNOWN))


def aim(asked: Fields) -> Fraction | None:
    """Return the aim as a ratio, from the percent written."""
    return asked.exact("slo") / 100 if asked.has("slo") else None


def slo(asked: Fields) -> Answer:
    """Return the share of what was good, from counts of good and of bad or all."""
    good = asked.exact("good")
    return share(good, asked.exact("total") if asked.has("total") else good + asked.exact("bad"), aim(asked))


def share(good: Fraction, whole: Fraction, target: Fraction | None) -> Answer:
    """Return the percentage, and the error budget where there is an aim; null for a share of nothing."""
    found: Answer = {"sli": float(100 * good / whole) if whole else None}
    if target is not None and whole:
        budget = whole * (1 - target)
        found |= {"error_budget_total": float(budget), "error_budget_left": float(budget - (whole - good))}
    return found
