"""The kernel compiled gives the same answers as the kernel run as it is, to the microsecond."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest

from servanda.engine import bulk, kernel
from servanda.engine.calendars import Calendar
from servanda.engine.instants import DAY, HOUR, MINUTE, to_microseconds
from tests.builders import calendar, instant, named, office, on

CALENDARS = (
    office(),
    calendar("09:00-12:30 13:15-17:00", zone="Europe/London", holidays=named("2026-04-03", "2026-12-25")),
    calendar("22:00-30:00", zone="America/New_York", sat="10:00-13:00"),
    calendar(zone="Australia/Lord_Howe", sat="08:00-20:00", sun="08:00-20:00"),
    Calendar.always_open("Asia/Kathmandu"),
)
KINDS = (
    kernel.FIRST_RESPONSE,
    kernel.UPDATE,
    kernel.INFORMED,
    kernel.RESOLUTION,
    kernel.HAND_OVER,
)
FIRST = to_microseconds(instant("2026-02-01 00:00"))
NOW = FIRST + 90 * DAY
History = list[tuple[int, int, int]]
Array = np.ndarray[Any, np.dtype[np.int64]]


def word(draw: Random, target: int, kind: int) -> int:
    """Return something an event of this kind may say to a clock of this kind."""
    if kind == kernel.PAUSED:
        return draw.choice((0, 1, 2, 4))
    if kind == kernel.RESUMED:
        return draw.choice((1, 2, 4, kernel.EVERY_REASON))
    if kind == kernel.OPENED and target == kernel.UPDATE:
        return draw.choice((0, kernel.FROM_CUSTOMER))
    if kind in (kernel.OPENED, kernel.ASSIGNED):
        return draw.choice((kernel.HANDED_ON, kernel.HANDED_OVER, kernel.HANDED_OVER, kernel.HANDED_NOWHERE))
    return 0


def history(draw: Random, target: int) -> History:
    """Return an ordered history that opens first: often with ties, at times past the instant of judging."""
    at = FIRST + draw.randrange(60 * DAY)
    events = [(at, kernel.OPENED, word(draw, target, kernel.OPENED))]
    for _ in range(draw.randrange(12)):
        at += draw.choice((0, 1, MINUTE, 3 * HOUR, DAY, 9 * DAY)) * draw.randrange(4)
        kind = draw.randrange(13)
        events.append((at, kind, word(draw, target, kind)))
    return sorted(events[:1]) + sorted(events[1:])


def parameters(draw: Random, target: int) -> tuple[int, ...]:
    """Return the parameters of a clock with any limit, in any unit, under any rule."""
    unit = draw.choice((kernel.OPEN_TIME, kernel.OPEN_TIME, kernel.WORKING_DAYS, kernel.CALENDAR_DAYS))
    limit = draw.choice((1, HOUR, 8 * HOUR, 40 * HOUR)) if unit == kernel.OPEN_TIME else draw.randrange(6)
    end_of_day = int(unit == kernel.WORKING_DAYS and draw.random() < 0.5)
    stop = draw.choice((kernel.RESOLVED, kernel.CLOSED, kernel.FIRST_RESPONDED, kernel.REPLIED))
    rules = draw.randrange(2), draw.randrange(2)
    return target, draw.choice((limit, limit, limit, -1)), unit, end_of_day, *rules, stop


def room(history: History, *, evidence: bool) -> tuple[list[int], list[int], list[int]]:
    """Return the room the kernel needs: for its state, its readings and its marks."""
    marks = kernel.M_WIDTH * (4 * len(history) + 4) if evidence else 0
    return [0] * kernel.STATE_SIZE, [0] * (kernel.C_WIDTH * (len(history) + 1)), [0] * marks


def plainly(tables: kernel.Tables, p: Sequence[int], one: History) -> tuple[list[int], list[int]]:
    """Return the readings and marks of one history by the kernel as it is."""
    state, cycles, marks = room(one, evidence=True)
    ats, kinds, words = (list(each) for each in zip(*one, strict=True))
    count = kernel.run(tables, p, ats, kinds, words, 0, len(one), NOW, state, cycles, marks)
    return cycles[: count * kernel.C_WIDTH], marks[: state[kernel.S_MARKS] * kernel.M_WIDTH]


def columns(histories: Sequence[History]) -> tuple[Array, Array, Array, Array]:
    """Return the ats, kinds, words and bounds of histories as arrays."""
    events = [event for one in histories for event in one]
    sizes = [0, *(len(one) for one in histories)]
    flat = np.array(events, dtype=np.int64).reshape(-1, 3)
    ats, kinds, words = (np.ascontiguousarray(each) for each in flat.T)
    return ats, kinds, words, np.cumsum(sizes, dtype=np.int64)


@pytest.mark.slow
@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("hours", CALENDARS, ids=lambda each: each.zone)
def test_compiled_and_plain_give_the_same_readings_and_marks(hours: Calendar, target: int) -> None:
    draw = Random(f"bulk {hours.zone} {target}")
    tables = hours.compile(on("2026-01-01"), on("2027-02-01"))
    packed = bulk.arrays(tables)
    for _ in range(8):
        p = parameters(draw, target)
        histories = [history(draw, target) for _ in range(40)]
        expected = [plainly(tables, p, one) for one in histories]
        readings = bulk.judge_histories(packed, p, *columns(histories), NOW)
        assert [readings.of(i).ravel().tolist() for i in range(40)] == [cycles for cycles, _ in expected]
        for one, (_, marked) in list(zip(histories, expected, strict=True))[:4]:
            state, cycles, marks = (np.array(each, dtype=np.int64) for each in room(one, evidence=True))
            ats, kinds, words, bounds = columns([one])
            packed_p = np.array(p, dtype=np.int64)
            bulk.compiled().run(packed, packed_p, ats, kinds, words, 0, bounds[1], NOW, state, cycles, marks)
            assert marks[: state[kernel.S_MARKS] * kernel.M_WIDTH].tolist() == marked


@pytest.mark.slow
def test_more_readings_than_room_was_made_for_are_all_kept() -> None:
    tables = bulk.arrays(office().compile(on("2026-01-01"), on("2027-02-01")))
    one = [(FIRST, kernel.OPENED, kernel.FROM_CUSTOMER)]
    for i in range(1, 21, 2):
        one += [(FIRST + i * DAY, kernel.REPLIED, 0), (FIRST + (i + 1) * DAY, kernel.CUSTOMER_REPLIED, 0)]
    p = (kernel.UPDATE, 8 * HOUR, kernel.OPEN_TIME, 0, 0, 0, kernel.RESOLVED)
    readings = bulk.judge_histories(tables, p, *columns([one] * 50), NOW)
    assert [int(last - first) for first, last in pairwise(readings.ends)] == [11] * 50
    assert len({tuple(readings.of(i).ravel().tolist()) for i in range(50)}) == 1


@pytest.mark.slow
def test_a_limit_that_outlasts_the_tables_is_refused_not_guessed() -> None:
    tables = bulk.arrays(office().compile(on("2026-01-01"), on("2026-06-01")))
    p = (kernel.RESOLUTION, 5_000 * HOUR, kernel.OPEN_TIME, 0, 0, 0, kernel.RESOLVED)
    with pytest.raises(bulk.TablesTooShort):
        bulk.judge_histories(tables, p, *columns([[(FIRST, kernel.OPENED, 0)]]), NOW)


def test_histories_outside_the_tables_are_refused_before_any_look_up() -> None:
    tables = bulk.arrays(office().compile(on("2026-02-10"), on("2026-03-10")))
    p = (kernel.RESOLUTION, HOUR, kernel.OPEN_TIME, 0, 0, 0, kernel.RESOLVED)
    with pytest.raises(bulk.TablesTooShort, match="2026-02-09 23:00 to 2026-03-09 23:00"):
        bulk.judge_histories(tables, p, *columns([[(FIRST, kernel.OPENED, 0)]]), NOW)


@pytest.mark.slow
def test_no_history_has_no_reading() -> None:
    tables = bulk.arrays(office().compile(on("2026-01-01"), on("2027-02-01")))
    p = (kernel.RESOLUTION, HOUR, kernel.OPEN_TIME, 0, 0, 0, kernel.RESOLVED)
    readings = bulk.judge_histories(tables, p, *columns([]), NOW)
    assert readings.rows.shape == (0, kernel.C_WIDTH)


def test_without_numba_the_refusal_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "numba", None)
    bulk.compiled.cache_clear()
    with pytest.raises(bulk.BulkNotInstalled, match=r"pip install 'servanda\[bulk\]'"):
        bulk.compiled()
