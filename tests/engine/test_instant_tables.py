"""A question asked by itself is answered in instants exactly as the kernel answers it in microseconds."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from servanda.engine import kernel
from servanda.engine.calendars import Calendar
from servanda.engine.instant_tables import NOTHING_COVERED, instant_tables, open_time, used_up
from servanda.engine.instants import amount, duration, from_microseconds, to_microseconds
from servanda.engine.zones import zone
from tests.builders import HOUR, MICROSECOND, calendar, instant, named, office, on

CALENDARS = (
    office(),
    calendar("09:00-12:30 13:15-17:00", zone="Europe/London", holidays=named("2026-04-03", "2026-12-25")),
    calendar("22:00-30:00", zone="America/New_York", sat="10:00-13:00"),
    calendar("00:00-24:00", zone="Australia/Lord_Howe", sun="23:00-23:59:59"),
    Calendar.always_open("Asia/Kathmandu"),
)


@pytest.mark.parametrize("hours", CALENDARS, ids=lambda each: each.zone)
def test_both_ways_give_the_same_elapsed_and_due_to_the_microsecond(hours: Calendar) -> None:
    draw = Random(f"instants {hours.zone}")
    compiled = hours.compile(on("2025-06-01"), on("2027-06-01"))
    tables = instant_tables(compiled)
    for _ in range(2_000):
        start = instant("2026-01-01 00:00") + MICROSECOND * draw.randrange(300 * 86_400 * 10**6)
        end = start + MICROSECOND * draw.randrange(-(10**6), 2 ** draw.randrange(20, 43))
        limit = MICROSECOND * draw.randrange(1, 2 ** draw.randrange(1, 42))
        first, last = to_microseconds(start), to_microseconds(end)
        assert open_time(tables, start, end) == duration(kernel.elapsed(compiled, first, last))
        due = kernel.due(compiled, first, amount(limit))
        assert used_up(tables, start, limit) == from_microseconds(due)


def test_both_ways_agree_at_every_edge_and_a_microsecond_to_each_side() -> None:
    compiled = office().compile(on("2026-03-01"), on("2026-05-01"))
    tables = instant_tables(compiled)
    edges = compiled[kernel.T_EDGES][4:40]
    for at in [edge + step for edge in edges for step in (-1, 0, 1)]:
        start = from_microseconds(at)
        for other in (edges[0], edges[11], edges[-1]):
            counted = duration(kernel.elapsed(compiled, at, other))
            assert open_time(tables, start, from_microseconds(other)) == counted
        for limit in (MICROSECOND, 8 * HOUR, 40 * HOUR):
            due = kernel.due(compiled, at, amount(limit))
            assert used_up(tables, start, limit) == from_microseconds(due)


@pytest.mark.parametrize("start", ["2025-12-20 12:00", "2026-02-20 12:00"])
def test_an_instant_that_is_not_covered_is_not_answered(start: str) -> None:
    tables = instant_tables(office().compile(on("2026-01-01"), on("2026-02-01")))
    with pytest.raises(LookupError):
        open_time(tables, instant(start), instant(start) + HOUR)
    with pytest.raises(LookupError):
        used_up(tables, instant(start), HOUR)


def test_a_limit_that_outlasts_the_tables_is_not_answered() -> None:
    tables = instant_tables(office().compile(on("2026-01-01"), on("2026-02-01")))
    with pytest.raises(LookupError):
        used_up(tables, instant("2026-01-05 09:00"), 1_000 * HOUR)


def test_nothing_is_covered_before_the_first_question() -> None:
    with pytest.raises(LookupError):
        open_time(NOTHING_COVERED, instant("2026-01-05 09:00"), instant("2026-01-06 09:00"))


def test_the_answer_is_in_utc_whatever_zone_the_question_names() -> None:
    hours = office()
    for _ in range(2):  # the first asks the kernel, the second the tables in instants
        due = hours.due(datetime(2026, 1, 9, 16, tzinfo=zone("Europe/Paris")), timedelta(hours=4))
        assert due == instant("2026-01-12 12:00")
        assert due.tzinfo is UTC
