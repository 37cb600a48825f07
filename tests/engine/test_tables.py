"""Tables: a calendar of a few days compiled, every number worked out by hand."""

from servanda.engine import kernel
from servanda.engine.instants import DAY, HOUR, MINUTE, to_microseconds
from servanda.engine.tables import clipped, merged, subtracted
from tests.builders import calendar, dated, instant, named, on, week


def hour(text: str) -> int:
    return to_microseconds(instant(text))


def test_overlapping_and_touching_pieces_are_joined() -> None:
    assert merged([(5, 8), (1, 3), (3, 4), (6, 7), (10, 12), (7, 9)]) == [(1, 4), (5, 9), (10, 12)]


def test_a_piece_inside_another_disappears_in_it() -> None:
    assert merged([(1, 10), (2, 3), (4, 10)]) == [(1, 10)]


def test_cuts_leave_what_they_do_not_touch() -> None:
    pieces = [(0, 10, 1), (20, 30, 2), (40, 50, 3)]
    assert list(subtracted(pieces, [(5, 7), (8, 22), (28, 45)])) == [
        (0, 5, 1),
        (7, 8, 1),
        (22, 28, 2),
        (45, 50, 3),
    ]


def test_a_cut_over_a_whole_piece_leaves_nothing_and_one_that_only_touches_leaves_all() -> None:
    assert list(subtracted([(10, 20, 1)], [(10, 20)])) == []
    assert list(subtracted([(10, 20, 1)], [(5, 10), (20, 25)])) == [(10, 20, 1)]


def test_overlapping_pieces_are_both_cut() -> None:
    # A later piece may begin before the cut of an earlier one is over.
    assert list(subtracted([(0, 20, 1), (5, 12, 2)], [(6, 8)])) == [(0, 6, 1), (8, 20, 1), (5, 6, 2), (8, 12, 2)]


def test_pieces_are_clipped_to_what_is_asked_for() -> None:
    assert list(clipped([(0, 5), (5, 15), (15, 20), (20, 30)], 5, 20)) == [(5, 15), (15, 20)]
    assert list(clipped([(0, 30)], 5, 20)) == [(5, 20)]


def test_a_week_compiles_to_its_edges_and_the_open_time_before_each() -> None:
    # Thursday to Monday; Friday is a holiday, on Saturday a special opening; Monday has a break.
    hours = calendar(
        "09:00-17:00",
        holidays=named("2026-01-09"),
        special=dated({"2026-01-10": "10:00-12:00"}),
        breaks=dated({"2026-01-12": "12:00-12:30"}),
    )
    t = hours.compile(on("2026-01-08"), on("2026-01-13"))
    assert t[kernel.T_EDGES] == [
        hour("2026-01-08 00:00"),
        hour("2026-01-08 09:00"),
        hour("2026-01-08 17:00"),
        hour("2026-01-10 10:00"),
        hour("2026-01-10 12:00"),
        hour("2026-01-12 09:00"),
        hour("2026-01-12 12:00"),
        hour("2026-01-12 12:30"),
        hour("2026-01-12 17:00"),
        kernel.BEYOND,
    ]
    opened = [0, 0, 8 * HOUR, 8 * HOUR, 10 * HOUR, 10 * HOUR, 13 * HOUR, 13 * HOUR, 17 * HOUR + 30 * MINUTE]
    assert t[kernel.T_OPENED] == [*opened, opened[-1]]
    assert t[kernel.T_BOUNDS] == [hour("2026-01-08 00:00"), hour("2026-01-13 00:00"), 20_461, opened[-1]]
    # Thursday (20,461), Saturday and Monday are open; before each of the five dates and after them lie so many.
    assert t[kernel.T_OPEN_DAYS] == [20_461, 20_463, 20_465]
    assert t[kernel.T_RANKS] == [0, 1, 1, 2, 2, 3]
    assert t[kernel.T_CLOSINGS] == [hour("2026-01-08 17:00"), hour("2026-01-10 12:00"), hour("2026-01-12 17:00")]


def test_each_bucket_of_time_points_to_the_last_edge_before_it() -> None:
    t = calendar("09:00-17:00").compile(on("2026-01-08"), on("2026-01-13"))
    edges = t[kernel.T_EDGES]
    for bucket, place in enumerate(t[kernel.T_AT]):
        at = edges[0] + (bucket << kernel.BUCKET)
        assert edges[place] <= at < edges[place + 1]


def test_each_bucket_of_open_time_points_to_an_opening_that_reaches_it() -> None:
    t = calendar("09:00-17:00").compile(on("2026-01-08"), on("2026-01-13"))
    opened = t[kernel.T_OPENED]
    for bucket, place in enumerate(t[kernel.T_AFTER]):
        assert place % 2 == 1
        assert opened[place] <= bucket << kernel.BUCKET


def test_a_night_shift_from_before_the_first_date_is_held_from_its_midnight_on() -> None:
    t = calendar(fri="22:00-30:00").compile(on("2026-01-10"), on("2026-01-12"))
    assert t[kernel.T_EDGES] == [
        hour("2026-01-10 00:00"),
        hour("2026-01-10 00:00"),
        hour("2026-01-10 06:00"),
        kernel.BEYOND,
    ]
    assert t[kernel.T_OPEN_DAYS] == []


def test_a_break_from_before_the_first_date_cuts_what_lies_after_it() -> None:
    hours = calendar("00:00-24:00", sat="00:00-24:00", weekly_breaks=week(fri="23:00-26:00"))
    t = hours.compile(on("2026-01-10"), on("2026-01-11"))
    assert t[kernel.T_EDGES][1:3] == [hour("2026-01-10 02:00"), hour("2026-01-11 00:00")]


def test_the_tables_of_a_zone_hold_its_changes_and_where_each_offset_starts_on_the_wall_clock() -> None:
    t = calendar("09:00-17:00").compile(on("2026-01-01"), on("2027-01-01"))
    assert t[kernel.T_SHIFTS] == [hour("2026-03-29 01:00 UTC"), hour("2026-10-25 01:00 UTC")]
    assert t[kernel.T_OFFSETS] == [HOUR, 2 * HOUR, HOUR]
    # From the wall-clock 03:00 on, of both Sundays: in the gap the offset before holds, in the overlap the first.
    sundays = [hour("2026-03-29 00:00 UTC"), hour("2026-10-25 00:00 UTC")]
    assert t[kernel.T_WALL] == [sunday + 3 * HOUR for sunday in sundays]


def test_a_calendar_without_any_opening_in_the_dates_has_two_edges() -> None:
    t = calendar("09:00-17:00").compile(on("2026-01-10"), on("2026-01-12"))
    assert t[kernel.T_EDGES] == [hour("2026-01-10 00:00"), kernel.BEYOND]
    assert t[kernel.T_BOUNDS][kernel.B_END] - t[kernel.T_BOUNDS][kernel.B_FIRST] == 2 * DAY
