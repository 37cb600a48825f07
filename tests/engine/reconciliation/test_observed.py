from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from servanda.engine.reconciliation import CalendarFit, Case
from servanda.engine.reconciliation.observed import find
from tests.builders import calendar_days, instant, named, office, on, open_time, working_days
from tests.engine.reconciliation.claimed import case, promise

TOLERANCE = timedelta(minutes=2)
# 2026: Easter Monday is 6 April, May Day a Friday, 8 May a Friday, Whit Monday 25 May.
LISTED = {
    on("2026-04-06"): "Easter Monday",
    on("2026-05-01"): "May Day",
    on("2026-05-08"): "Victory Day",
    on("2026-05-25"): "Whit Monday",
}
DAY = promise(working_days(1), calendar=office(holidays=named("2026-05-01")))


def fit(*cases: Case) -> CalendarFit:
    (found,) = find(cases, LISTED, TOLERANCE)
    return found


def told(found: CalendarFit) -> dict[date, tuple[bool | None, int, int]]:
    return {each.on: (each.observed, each.rows_for, each.rows_against) for each in found.holidays}


def ignored() -> list[Case]:
    """Two tickets due on listed holidays, as if those were working days."""
    return [
        case(DAY, "2026-04-03 10:00 opened", due="2026-04-06 10:00", number="A"),
        case(DAY, "2026-04-30 10:00 opened", due="2026-05-01 10:00", number="B"),
    ]


def observed() -> list[Case]:
    """Two tickets due after listed holidays."""
    return [
        case(DAY, "2026-05-07 10:00 opened", due="2026-05-11 10:00", number="C"),
        case(DAY, "2026-05-22 10:00 opened", due="2026-05-26 10:00", number="D"),
    ]


def test_each_holiday_is_told_from_the_tickets_that_it_alone_decides() -> None:
    found = fit(*ignored(), *observed())
    assert told(found) == {
        on("2026-04-06"): (False, 0, 1),
        on("2026-05-01"): (False, 0, 1),
        on("2026-05-08"): (True, 1, 0),
        on("2026-05-25"): (True, 1, 0),
    }
    assert (found.rows, found.without_any, found.with_all, found.as_found) == (4, 2, 2, 4)


def test_the_tickets_that_prove_it_are_named() -> None:
    holidays = fit(*ignored(), *observed()).holidays
    assert [(each.tickets_for, each.tickets_against) for each in holidays[1:3]] == [((), ("B",)), (("C",), ())]


def test_holidays_of_one_behaviour_in_a_row_are_a_stretch() -> None:
    stretches = fit(*ignored(), *observed()).stretches
    spans = [(each.observed, each.holidays[0].on, each.holidays[-1].on) for each in stretches]
    assert spans == [(False, on("2026-04-06"), on("2026-05-01")), (True, on("2026-05-08"), on("2026-05-25"))]
    assert [(each.rows_for, each.rows_against) for each in stretches] == [(0, 2), (2, 0)]


def test_two_holidays_in_one_span_are_told_apart_once_the_others_are_known() -> None:
    # Six working days from Wednesday 29 April: 7 May without any holiday, 8 May when only May Day is observed.
    found = fit(
        case(promise(working_days(6)), "2026-04-29 10:00 opened", due="2026-05-08 10:00"),
        case(promise(working_days(1)), "2026-04-30 10:00 opened", due="2026-05-04 10:00"),
        case(promise(working_days(1)), "2026-05-07 10:00 opened", due="2026-05-08 10:00"),
    )
    assert told(found)[on("2026-05-01")] == (True, 2, 0)
    assert told(found)[on("2026-05-08")] == (False, 0, 2)


def test_a_holiday_that_no_ticket_can_tell_is_left_open() -> None:
    found = fit(*observed())
    assert [each.on for each in found.untold] == [on("2026-04-06"), on("2026-05-01")]


def test_a_date_that_is_not_listed_but_closed_for_several_tickets_is_found() -> None:
    # Ascension Day, Thursday 14 May, is not in the list.
    cases = [case(DAY, f"2026-05-13 1{hour}:00 opened", due=f"2026-05-15 1{hour}:00") for hour in range(4)]
    found = fit(*cases)
    assert [(each.on, each.rows_for, each.rows_against) for each in found.unlisted] == [(on("2026-05-14"), 4, 0)]
    assert (found.as_found, found.with_unlisted) == (0, 4)


def test_calendar_days_tell_nothing_of_holidays() -> None:
    days = promise(calendar_days(3))
    assert find([case(days, "2026-05-07 10:00 opened", due="2026-05-10 10:00")], LISTED, TOLERANCE) == ()


def test_a_source_without_due_times_is_asked_for_its_verdicts() -> None:
    # Four hours from Thursday 15:00: due Friday 11:00, or with Victory Day observed Monday 11:00.
    four_hours = promise(open_time(hours=4))
    found = fit(case(four_hours, "2026-05-07 15:00 opened", "2026-05-11 10:00 resolved", met=True))
    assert told(found)[on("2026-05-08")] == (True, 1, 0)


@settings(max_examples=10, deadline=None)
@given(st.sets(st.sampled_from(sorted(LISTED))), st.integers(1, 3))
def test_whatever_the_source_observed_is_found_from_its_due_times(kept: set[date], days: int) -> None:
    source = office(holidays={each: LISTED[each] for each in kept})
    cases = []
    for day in range(60):
        opened = f"{on('2026-04-02') + timedelta(days=day)} 10:00"
        due = source.add_days(instant(opened), days)
        cases.append(case(promise(working_days(days)), f"{opened} opened", due=f"{due:%Y-%m-%d %H:%M} UTC"))
    found = fit(*cases)
    assert {each.on for each in found.holidays if each.observed} == kept
    assert found.as_found == found.rows
    assert not found.unlisted
