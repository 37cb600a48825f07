"""The kernel's look-ups at their edges: what the tables hold, and what lies beyond them."""

import pytest

from servanda.engine import kernel
from servanda.engine.instants import DAY, HOUR, MINUTE, to_microseconds
from servanda.engine.kernel import BEYOND, NONE
from tests.builders import calendar, instant, on

# Monday 5 January to Sunday 11 January 2026 in Paris; Wednesday is closed.
OFFICE = calendar("09:00-17:00", wed="").compile(on("2026-01-05"), on("2026-01-12"))
NIGHTS = calendar(mon="22:00-30:00").compile(on("2026-01-05"), on("2026-01-12"))
NEVER = calendar("09:00-17:00").compile(on("2026-01-10"), on("2026-01-12"))


def hour(text: str) -> int:
    return to_microseconds(instant(f"2026-01-{text}"))


def day(number: int) -> int:
    return hour(f"{number:02} 12:00") // DAY


def test_open_time_is_counted_from_the_first_instant_covered() -> None:
    assert kernel.open_before(OFFICE, hour("05 00:00")) == 0
    assert kernel.open_before(OFFICE, hour("05 10:00")) == HOUR
    assert kernel.open_before(OFFICE, hour("06 08:00")) == 8 * HOUR
    assert kernel.open_before(OFFICE, hour("08 09:30")) == 16 * HOUR + 30 * MINUTE


def test_elapsed_time_reads_both_ends() -> None:
    assert kernel.elapsed(OFFICE, hour("05 10:00"), hour("08 09:30")) == 15 * HOUR + 30 * MINUTE
    assert kernel.elapsed(OFFICE, hour("05 18:00"), hour("06 08:00")) == 0
    assert kernel.elapsed(OFFICE, hour("06 10:00"), hour("05 10:00")) == 0


def test_an_opening_is_found_from_inside_from_before_and_never_past_the_last() -> None:
    assert kernel.next_opening(OFFICE, hour("05 10:00")) == hour("05 10:00")
    assert kernel.next_opening(OFFICE, hour("06 17:00")) == hour("08 09:00")
    assert kernel.next_opening(OFFICE, hour("09 17:00")) == BEYOND
    assert kernel.next_opening(OFFICE, hour("12 00:00")) == BEYOND


def test_the_edges_of_the_opening_around_an_instant() -> None:
    for at in (hour("05 09:10"), hour("05 10:00"), hour("05 16:59")):
        assert kernel.opening_of(OFFICE, at) == hour("05 09:00")
        assert kernel.closing_after(OFFICE, at) == hour("05 17:00")


def test_a_due_instant_past_the_tables_lies_beyond() -> None:
    # Monday, Tuesday, Thursday and Friday hold 32 hours.
    assert kernel.due(OFFICE, hour("05 00:00"), 32 * HOUR) == hour("09 17:00")
    assert kernel.due(OFFICE, hour("05 00:00"), 32 * HOUR + 1) == BEYOND
    assert kernel.due(OFFICE, hour("12 00:00"), HOUR) == BEYOND
    assert kernel.due(NEVER, hour("10 00:00"), HOUR) == BEYOND


def test_counting_back_past_the_first_instant_covered_finds_none() -> None:
    assert kernel.due_back(OFFICE, hour("05 10:00"), HOUR) == hour("05 09:00")
    assert kernel.due_back(OFFICE, hour("06 10:00"), HOUR) == hour("06 09:00")
    assert kernel.due_back(OFFICE, hour("05 10:00"), HOUR + 1) == NONE
    assert kernel.due_back(OFFICE, hour("05 08:00"), 0) == NONE
    assert kernel.due_back(OFFICE, hour("05 10:00"), 0) == hour("05 10:00")
    assert kernel.due_back(OFFICE, hour("07 10:00"), 0) == hour("06 17:00")


def test_a_closing_before_an_instant_is_found_or_there_is_none() -> None:
    assert kernel.closing_before(OFFICE, hour("05 17:00")) == hour("05 17:00")
    assert kernel.closing_before(OFFICE, hour("05 12:00")) == hour("05 12:00")
    assert kernel.closing_before(OFFICE, hour("05 09:10")) == hour("05 09:10")
    assert kernel.closing_before(OFFICE, hour("07 12:00")) == hour("06 17:00")
    assert kernel.closing_before(OFFICE, hour("05 09:00")) == NONE


def test_only_a_closing_is_a_closing() -> None:
    assert kernel.is_closing(OFFICE, hour("05 17:00"))
    assert not kernel.is_closing(OFFICE, hour("05 09:00"))
    assert not kernel.is_closing(OFFICE, hour("05 12:00"))
    assert not kernel.is_closing(OFFICE, hour("05 00:00"))


def test_open_instants_and_closings_stay_and_others_snap_forward() -> None:
    assert kernel.snap(OFFICE, hour("05 12:00")) == hour("05 12:00")
    assert kernel.snap(OFFICE, hour("05 17:00")) == hour("05 17:00")
    assert kernel.snap(OFFICE, hour("05 18:00")) == hour("06 09:00")
    assert kernel.snap(OFFICE, hour("05 00:00")) == kernel.NONE  # where the tables begin, an earlier one must tell
    assert kernel.snap(OFFICE, hour("05 00:01")) == hour("05 09:00")
    assert kernel.snap(OFFICE, hour("09 18:00")) == BEYOND
    assert kernel.snap(OFFICE, hour("12 00:00")) == BEYOND


@pytest.mark.parametrize(
    ("start", "count", "found"),
    [
        (5, 1, 6),
        (5, 2, 8),
        (7, 1, 8),
        (5, 3, 9),
        (5, 4, BEYOND),
        (6, -1, 5),
        (7, -1, 6),
        (9, -3, 5),
        (5, -1, NONE),
        (12, 1, BEYOND),
        (14, 1, BEYOND),
        (4, 1, 5),
        (3, 1, NONE),
    ],
)
def test_open_dates_are_stepped_over_as_far_as_the_tables_reach(start: int, count: int, found: int) -> None:
    first = day(5)
    wanted = found if found in (BEYOND, NONE) else first + found - 5
    assert kernel.open_days_after(OFFICE, first + start - 5, count) == wanted


def test_the_last_closing_of_a_date_and_of_a_closed_one_that_of_the_next() -> None:
    assert kernel.closing_of(OFFICE, day(5)) == hour("05 17:00")
    assert kernel.closing_of(OFFICE, day(7)) == hour("08 17:00")
    assert kernel.closing_of(OFFICE, day(10)) == BEYOND
    assert kernel.closing_of(OFFICE, day(20)) == BEYOND
    assert kernel.closing_of(OFFICE, day(5) - 1) == BEYOND
    assert kernel.closing_of(NIGHTS, day(5)) == hour("06 06:00")


def test_working_days_end_where_the_tables_do() -> None:
    at = hour("05 10:00")
    assert kernel.add_working_days(OFFICE, at, 0, 0) == at
    assert kernel.add_working_days(OFFICE, at, 1, 0) == hour("06 10:00")
    assert kernel.add_working_days(OFFICE, at, 1, 1) == hour("06 17:00")
    assert kernel.add_working_days(OFFICE, at, 0, 1) == hour("05 17:00")
    assert kernel.add_working_days(OFFICE, at, 9, 0) == BEYOND
    assert kernel.add_working_days(OFFICE, at, -9, 0) == NONE


def test_offsets_and_wall_times_on_either_side_of_a_change() -> None:
    t = calendar("09:00-17:00").compile(on("2026-03-01"), on("2026-11-30"))
    spring, autumn = (to_microseconds(instant(text)) for text in ("2026-03-29 01:00 UTC", "2026-10-25 01:00 UTC"))
    assert [kernel.offset_at(t, at) for at in (spring - 1, spring, autumn - 1, autumn)] == [
        HOUR,
        2 * HOUR,
        2 * HOUR,
        HOUR,
    ]
    # 02:30 in the gap by the offset before it; 02:30 of the two by the first.
    gap, overlap = spring + HOUR + 30 * MINUTE, autumn + HOUR + 30 * MINUTE
    assert kernel.wall(t, gap) == spring + 30 * MINUTE
    assert kernel.wall(t, overlap) == autumn - 30 * MINUTE


def test_no_more_marks_are_made_than_there_is_room_for() -> None:
    state, marks = [0] * kernel.STATE_SIZE, [0] * kernel.M_WIDTH
    kernel.mark(state, marks, 7, kernel.RUNNING, 1, 0)
    kernel.mark(state, marks, 8, kernel.STOPPED, 2, 0)
    assert (state[kernel.S_MARKS], marks) == (1, [7, kernel.RUNNING, 1, 0])


def test_a_limit_used_up_where_the_tables_end_may_have_to_roll_beyond_them() -> None:
    t = calendar("00:00-24:00", sat="00:00-24:00", sun="00:00-24:00").compile(on("2026-01-05"), on("2026-01-12"))
    rolling = (kernel.RESOLUTION, 7 * DAY, kernel.OPEN_TIME, 0, 1, 0, kernel.RESOLVED)
    end = kernel.used_up(t, rolling, hour("05 00:00"), 0)
    assert end == hour("12 00:00")
    assert kernel.rolled(t, rolling, end) == BEYOND


def test_histories_one_after_the_other_give_their_readings_one_after_the_other() -> None:
    two_hours = (kernel.RESOLUTION, 2 * HOUR, kernel.OPEN_TIME, 0, 0, 0, kernel.RESOLVED)
    ats = [hour("05 09:00"), hour("05 10:00"), hour("06 09:00"), hour("06 12:00")]
    kinds, words, bounds = [kernel.OPENED, kernel.RESOLVED] * 2, [0] * 4, [0, 2, 4]
    state, cycles, ends = [0] * kernel.STATE_SIZE, [0] * (3 * kernel.C_WIDTH), [0, 0, 0]
    now = hour("09 12:00")

    def judged(first: int, readings: list[int]) -> int:
        return kernel.run_all(OFFICE, two_hours, ats, kinds, words, bounds, now, first, state, cycles, readings, ends)

    readings = [0] * (2 * kernel.C_WIDTH)
    assert judged(0, readings) == 2
    assert ends == [0, 1, 2]
    breaches = readings[kernel.C_BREACH :: kernel.C_WIDTH]
    assert breaches == [NONE, hour("06 11:00")]
    # With room for one reading only the first history is judged, and the place of the second given back.
    assert judged(0, [0] * kernel.C_WIDTH) == 1
