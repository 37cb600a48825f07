"""What changed in a month since its figures were made: which verdicts, and because of what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from servanda.engine.judging import Reading
from servanda.engine.logs import judged_in_passing
from servanda.engine.results import Cohort, Standing, place_of
from servanda.engine.rights import Viewer
from servanda.queries import month_log
from servanda.queries.month_log import Later, MonthLog
from servanda.reports.monthly.values import Changed, MonthFigures
from servanda.reports.words import count, instant
from servanda.store.snapshots import snapshot

LISTED = 500
TOLD = 3
NONE = "no verdict in this month"


class Name(NamedTuple):
    """Which promise a verdict is on."""

    source: str
    ticket: str
    target: str


class Said(NamedTuple):
    """A verdict in the month, and the agreement version by which it fell."""

    verdict: str
    version: str


def since(viewer: Viewer, figures: MonthFigures, now: datetime) -> tuple[tuple[Changed, ...], int]:
    """Return the verdicts of a month that changed since its figures were made, the first of them, and how many."""
    with snapshot():
        log = month_log.of(viewer, figures.period, known_at=figures.as_of)
        touched = month_log.touched_since(log.organisation, figures.as_of)
        before = replace(log, only=touched, whole=touched is None)
        then, today = _verdicts(before), _verdicts(replace(before, known_at=now))
        later = month_log.recorded_since(log)
    different = [name for name in sorted({*then, *today}) if _word(then, name) != _word(today, name)]
    changes = (_changed(name, then, today, later.get(name[:2], ()), figures.zone) for name in different[:LISTED])
    return tuple(changes), len(different)


def _verdicts(log: MonthLog) -> dict[Name, Said]:
    return {
        Name(reading.source, reading.ticket, reading.target): Said(standing.value, reading.version)
        for judged in judged_in_passing(log).tickets
        for reading, standing in _within(judged.readings, log)
    }


def _within(readings: Iterable[Reading], log: MonthLog) -> Iterator[tuple[Reading, Standing]]:
    """Yield the readings whose verdicts count in the month of a log."""
    for reading in readings:
        place, version = place_of(reading, Cohort.DECIDED_IN), reading.cover.version
        counts = version is not None and place.standing in (Standing.MET, Standing.MISSED)
        if version is not None and counts and log.month.holds(place.at, version.zone):
            yield reading, place.standing


def _word(said: Mapping[Name, Said], name: Name) -> str:
    return said[name].verdict if name in said else NONE


def _changed(
    name: Name, then: Mapping[Name, Said], today: Mapping[Name, Said], later: Sequence[Later], zone: str
) -> Changed:
    was, now = then.get(name), today.get(name)
    reasons = list(_reasons(was, now, later, zone))
    why = "; ".join(reasons) or "an agreement was applied later"
    return Changed(*name, _word(then, name), _word(today, name), why)


def _reasons(was: Said | None, now: Said | None, later: Sequence[Later], zone: str) -> Iterator[str]:
    if was and now and was.version != now.version:
        yield f"judged by {now.version} and no longer by {was.version}"
    for each in later[:TOLD]:
        happened = f" {instant(each.happened_at, zone)}" if each.happened_at else ""
        by = f" by import {each.batch}" if each.batch else ""
        yield f"{each.words}{happened}, recorded {instant(each.recorded_at, zone)}{by}"
    if len(later) > TOLD:
        yield f"and {count(len(later) - TOLD, 'later event')} more"
