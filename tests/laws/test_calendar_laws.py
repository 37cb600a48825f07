"""Laws of calendars: what must hold for all opening hours, in every zone, at every instant."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from servanda.engine import kernel, zones
from servanda.engine.calendars import Calendar
from servanda.engine.instants import to_microseconds
from tests.builders import HOUR, MICROSECOND, MINUTE, NOTHING
from tests.laws.strategies import AMOUNTS, calendars, costly, parted, questions, without_breaks

ALMOST_DAYS = st.integers(-5, 8)


def fresh(calendar: Calendar) -> Calendar:
    """Return the same calendar, compiled for nobody yet."""
    return replace(calendar)


def _seconds_of(local: datetime) -> int:
    return local.hour * 3600 + local.minute * 60 + local.second


@given(questions(3))
def test_elapsed_time_adds_up(asked: tuple[Calendar, list[datetime]]) -> None:
    calendar, (one, two, three) = asked
    assert calendar.elapsed(one, two) + calendar.elapsed(two, three) == calendar.elapsed(one, three)


@given(questions(2))
def test_nothing_elapses_backwards_and_signed_time_is_its_own_opposite(asked: tuple[Calendar, list[datetime]]) -> None:
    calendar, (one, two) = asked
    assert calendar.elapsed(two, one) == NOTHING
    assert calendar.signed_elapsed(two, one) == -calendar.elapsed(one, two)


@given(questions(1), AMOUNTS)
def test_exactly_the_limit_elapses_until_it_is_due(asked: tuple[Calendar, list[datetime]], limit: timedelta) -> None:
    calendar, (start,) = asked
    assert calendar.elapsed(start, calendar.due(start, limit)) == limit


@given(questions(2), AMOUNTS.filter(bool))
def test_no_earlier_instant_would_do(asked: tuple[Calendar, list[datetime]], some: timedelta) -> None:
    calendar, (start, end) = asked
    # What elapses until an instant in closed time is used up exactly at a closing.
    for limit in (some, calendar.elapsed(start, end) or some):
        assert calendar.elapsed(start, calendar.due(start, limit) - MICROSECOND) == limit - MICROSECOND


@given(questions(2), AMOUNTS, st.sampled_from((MICROSECOND, MINUTE, HOUR)) | AMOUNTS)
def test_what_starts_later_or_takes_longer_is_never_due_earlier(
    asked: tuple[Calendar, list[datetime]], limit: timedelta, more: timedelta
) -> None:
    calendar, (early, late) = asked
    due = calendar.due(early, limit)
    assert due <= calendar.due(late, limit)
    assert due <= calendar.due(early + min(more, late - early), limit)
    assert due <= calendar.due(early, limit + more)


@given(questions(1), AMOUNTS.filter(bool))
def test_counting_back_from_the_due_instant_leads_to_the_start_snapped_to_open_time(
    asked: tuple[Calendar, list[datetime]], limit: timedelta
) -> None:
    calendar, (start,) = asked
    assert calendar.due_back(calendar.due(start, limit), limit) == calendar.next_open(start)


@given(questions(1), AMOUNTS)
def test_exactly_the_limit_elapses_from_where_counting_back_ends(
    asked: tuple[Calendar, list[datetime]], limit: timedelta
) -> None:
    calendar, (end,) = asked
    start = calendar.due(end, -limit) if limit else calendar.roll_back(end)
    assert calendar.elapsed(start, end) == limit


@given(questions(2), AMOUNTS, ALMOST_DAYS)
def test_splitting_a_shift_in_two_that_touch_changes_nothing(
    asked: tuple[Calendar, list[datetime]], limit: timedelta, days: int
) -> None:
    calendar, (start, end) = asked
    other = parted(calendar)
    assert list(other.openings(start, end)) == list(calendar.openings(start, end))
    assert other.due(start, limit) == calendar.due(start, limit)
    assert other.add_days(start, days) == calendar.add_days(start, days)
    if days > 0:
        assert other.end_of_day_after(start, days) == calendar.end_of_day_after(start, days)


@given(questions(1))
def test_an_instant_is_open_when_time_counts_from_it_on(asked: tuple[Calendar, list[datetime]]) -> None:
    calendar, (at,) = asked
    counts = calendar.elapsed(at, at + MICROSECOND) == MICROSECOND
    assert calendar.is_open(at) == counts
    assert (calendar.next_open(at) == at) == counts


@given(questions(2))
def test_openings_lie_apart_in_order_and_add_up_to_the_time_elapsed(asked: tuple[Calendar, list[datetime]]) -> None:
    calendar, (start, end) = asked
    found = list(calendar.openings(start, end))
    assert sum((closes - opens for opens, closes in found), NOTHING) == calendar.elapsed(start, end)
    edges = [edge for opening in found for edge in opening]
    assert edges == sorted(set(edges))
    assert list(calendar.openings_back(end, start)) == found[::-1]


@given(calendars())
def test_nothing_counts_on_a_holiday(drawn: tuple[Calendar, date]) -> None:
    calendar, _ = drawn
    for on in calendar.holidays:
        if calendar.holiday_on(on):
            midnights = calendar.wall(on, 0), calendar.wall(on + timedelta(1), 0)
            assert calendar.elapsed(*midnights) == NOTHING
            assert not calendar.is_open_date(on)


@given(questions(1), AMOUNTS)
def test_opening_longer_never_makes_anything_due_later(
    asked: tuple[Calendar, list[datetime]], limit: timedelta
) -> None:
    calendar, (start,) = asked
    assert without_breaks(calendar).due(start, limit) <= calendar.due(start, limit)


@given(questions(1), st.integers(1, 6))
def test_the_end_of_the_nth_working_day_has_n_open_dates_before_it(
    asked: tuple[Calendar, list[datetime]], days: int
) -> None:
    calendar, (start,) = asked
    first = zones.to_local(calendar.zone, start).date()
    passed = [first]
    while sum(map(calendar.is_open_date, passed[1:])) < days:
        passed.append(passed[-1] + timedelta(1))
    until_then = calendar.end_of_day_after(start, days)
    assert calendar.wall(passed[-1], 0) < until_then <= calendar.wall(passed[-1], 48 * 3600)


@given(questions(1), ALMOST_DAYS.filter(bool))
def test_working_days_keep_the_wall_clock_or_end_in_open_time(
    asked: tuple[Calendar, list[datetime]], days: int
) -> None:
    calendar, (start,) = asked
    landed = calendar.add_days(start, days)
    local = zones.to_local(calendar.zone, landed)
    begun = zones.to_local(calendar.zone, start)
    kept = calendar.wall(local.date(), _seconds_of(begun)) + timedelta(microseconds=begun.microsecond) == landed
    opens = calendar.is_open(landed) and not calendar.is_open(landed - MICROSECOND)
    assert kept or opens


@given(calendars(), st.integers(0, 86_399), st.integers(-3, 5))
def test_a_wall_clock_time_is_read_back_as_written_or_in_a_gap_as_a_later_one(
    drawn: tuple[Calendar, date], seconds: int, days: int
) -> None:
    calendar, base = drawn
    on = base + timedelta(days)
    local = zones.to_local(calendar.zone, calendar.wall(on, seconds))
    written = datetime(on.year, on.month, on.day) + timedelta(seconds=seconds)  # noqa: DTZ001  # a wall clock, as yet without zone
    moved = local.replace(tzinfo=None) - written
    assert moved >= NOTHING
    assert calendar.wall(on, seconds) == calendar.wall(local.date(), _seconds_of(local))
    assert local.fold == 0


@given(questions(2), AMOUNTS.filter(bool))
def test_a_question_asked_by_itself_is_answered_as_the_kernel_does(
    asked: tuple[Calendar, list[datetime]], limit: timedelta
) -> None:
    calendar, (start, end) = asked
    due = calendar.due(start, limit)
    first, last, length = to_microseconds(start), to_microseconds(end), limit // MICROSECOND
    t = calendar.tables(first, to_microseconds(max(due, end)))
    assert calendar.elapsed(start, end) == kernel.elapsed(t, first, last) * MICROSECOND
    assert to_microseconds(due) == kernel.due(t, first, length)


@costly
@given(questions(4), AMOUNTS)
def test_an_answer_does_not_depend_on_the_questions_before_it(
    asked: tuple[Calendar, list[datetime]], limit: timedelta
) -> None:
    calendar, (one, two, three, four) = fresh(asked[0]), asked[1]
    for at in (three, one + timedelta(400), four - timedelta(400)):
        calendar.is_open(at)
    assert calendar.due(two, limit) == fresh(calendar).due(two, limit)
    assert calendar.elapsed(one, four) == fresh(calendar).elapsed(one, four)
    assert calendar.add_days(three, 3) == fresh(calendar).add_days(three, 3)


@costly
@given(questions(1), AMOUNTS)
def test_in_a_zone_further_east_everything_is_due_earlier_by_the_difference(
    asked: tuple[Calendar, list[datetime]], limit: timedelta
) -> None:
    calendar, (start,) = asked
    greenwich, kathmandu = (replace(calendar, zone=name) for name in ("UTC", "Asia/Kathmandu"))
    ahead = timedelta(hours=5, minutes=45)
    assert kathmandu.due(start - ahead, limit) == greenwich.due(start, limit) - ahead
