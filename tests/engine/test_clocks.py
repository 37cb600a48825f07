"""Clocks: what a history comes to under one target.

The office is open from Monday to Friday, 09:00 to 17:00 in Paris; 2026-01-05 is a Monday. Unless a test says
otherwise a clock is paused while the ticket waits for the customer, and for nothing else.
"""

from datetime import timedelta

import pytest

from servanda.engine.calendars import Calendar, NoOpeningHours
from servanda.engine.clocks import Cycle, State, replay, round_the_clock
from servanda.engine.events import EventKind
from servanda.engine.instants import to_microseconds
from servanda.engine.kernel import RUNNING, STOPPED, WAITING
from servanda.engine.targets import DueRolls
from tests.builders import (
    HOUR,
    MICROSECOND,
    MINUTE,
    NOTHING,
    calendar,
    calendar_days,
    clock,
    cycles,
    dated,
    elapsed_time,
    first_response,
    hand_over,
    history,
    informed,
    instant,
    named,
    office,
    on,
    open_time,
    resolution,
    update,
    working_days,
)

FOUR_HOURS = resolution(open_time(hours=4))
OPENED = "2026-01-05 09:00 opened"


def spans(cycle: Cycle) -> tuple[timedelta, timedelta, timedelta]:
    """Return the time elapsed, paused and left of a cycle."""
    return cycle.elapsed, cycle.paused, cycle.left


# --- Running, met, missed --------------------------------------------------------------------------------------


def test_a_running_clock_shows_its_due_instant_what_has_elapsed_and_what_is_left() -> None:
    found = clock(FOUR_HOURS, "2026-01-05 10:30", OPENED)
    assert found.state is State.RUNNING
    assert (found.started_at, found.due_at) == (instant("2026-01-05 09:00"), instant("2026-01-05 13:00"))
    assert spans(found) == (90 * MINUTE, NOTHING, 150 * MINUTE)
    assert (found.stopped_at, found.stopped_by, found.breached_at, found.decided_at) == (None, None, None, None)


def test_a_clock_waits_outside_opening_hours_but_runs() -> None:
    found = clock(FOUR_HOURS, "2026-01-11 12:00", "2026-01-09 16:00 opened")
    assert found.state is State.RUNNING
    assert found.due_at == instant("2026-01-12 12:00")
    assert spans(found) == (HOUR, NOTHING, 3 * HOUR)


def test_stopped_exactly_when_due_is_met() -> None:
    found = clock(FOUR_HOURS, "2026-02-01 00:00", OPENED, "2026-01-05 13:00 resolved")
    assert found.state is State.MET
    assert found.stopped_by is EventKind.RESOLVED
    assert found.decided_at == instant("2026-01-05 13:00")
    assert spans(found) == (4 * HOUR, NOTHING, NOTHING)


def test_stopped_one_microsecond_after_it_was_due_is_missed() -> None:
    found = clock(FOUR_HOURS, "2026-02-01 00:00", OPENED, "2026-01-05 13:00:00.000001 resolved")
    assert found.state is State.MISSED
    assert found.breached_at == found.due_at == found.decided_at == instant("2026-01-05 13:00")
    assert found.stopped_at == instant("2026-01-05 13:00:00.000001")
    assert found.elapsed == 4 * HOUR + MICROSECOND


def test_a_clock_exactly_at_its_due_instant_still_runs_and_a_microsecond_later_has_missed() -> None:
    assert clock(FOUR_HOURS, "2026-01-05 13:00", OPENED).state is State.RUNNING
    late = clock(FOUR_HOURS, "2026-01-05 13:00:00.000001", OPENED)
    assert (late.state, late.breached_at) == (State.MISSED, instant("2026-01-05 13:00"))
    assert late.stopped_at is None


def test_a_verdict_is_decided_by_instants_not_by_comparing_amounts() -> None:
    # The four hours are used up at Friday 17:00. Answered on Saturday no more open time has elapsed, yet it is late.
    found = clock(FOUR_HOURS, "2026-02-01 00:00", "2026-01-09 13:00 opened", "2026-01-10 10:00 resolved")
    assert found.state is State.MISSED
    assert found.elapsed == 4 * HOUR
    assert found.breached_at == instant("2026-01-09 17:00")


def test_what_happens_after_the_instant_asked_about_has_not_happened() -> None:
    texts = (OPENED, "2026-01-05 11:00 paused customer", "2026-01-05 12:00 resumed", "2026-01-06 09:00 resolved")
    assert clock(FOUR_HOURS, "2026-01-05 10:59", *texts).state is State.RUNNING
    assert clock(FOUR_HOURS, "2026-01-05 11:00", *texts).state is State.PAUSED
    assert clock(FOUR_HOURS, "2026-01-05 12:00", *texts).due_at == instant("2026-01-05 14:00")
    assert clock(FOUR_HOURS, "2026-01-05 14:01", *texts).stopped_at is None
    assert clock(FOUR_HOURS, "2026-01-06 09:00", *texts).stopped_at == instant("2026-01-06 09:00")


def test_nothing_is_read_before_the_ticket_was_opened() -> None:
    assert cycles(FOUR_HOURS, "2026-01-05 08:59", OPENED) == ()
    assert replay(FOUR_HOURS, history(OPENED), instant("2026-01-05 08:59")).worst is None


def test_a_clock_without_a_limit_measures_and_promises_nothing() -> None:
    found = clock(resolution(None), "2026-03-01 00:00", OPENED, "2026-01-06 10:00 resolved")
    assert (found.state, found.due_at, found.left) == (State.MET, None, NOTHING)
    assert found.elapsed == 9 * HOUR


def test_a_paused_clock_without_a_limit_has_nothing_left_and_nothing_due() -> None:
    found = clock(resolution(None), "2026-01-05 12:00", OPENED, "2026-01-05 10:00 paused customer")
    assert (found.state, found.due_at) == (State.PAUSED, None)
    assert spans(found) == (HOUR, 2 * HOUR, NOTHING)


def test_a_limit_of_zero_is_due_at_the_first_counted_instant_not_where_a_pause_ran_out() -> None:
    # Opened before hours; the office opens and closes while the customer is awaited.
    texts = ("2026-01-05 08:00 opened", "2026-01-05 08:30 paused customer", "2026-01-05 17:00 resumed")
    found = clock(resolution(open_time()), "2026-01-05 17:00", *texts)
    assert found.due_at == instant("2026-01-06 09:00")


def test_a_limit_of_zero_is_due_at_the_first_open_instant() -> None:
    at_once = resolution(open_time())
    assert clock(at_once, "2026-01-05 08:00", "2026-01-05 08:00 opened").due_at == instant("2026-01-05 09:00")
    assert clock(at_once, "2026-01-05 12:00", OPENED, "2026-01-05 09:00 resolved").state is State.MET


# --- Pauses ----------------------------------------------------------------------------------------------------


def test_a_paused_clock_shows_what_is_left_and_no_due_instant() -> None:
    found = clock(FOUR_HOURS, "2026-01-05 15:00", OPENED, "2026-01-05 10:00 paused customer")
    assert (found.state, found.due_at, found.waiting) == (State.PAUSED, None, True)
    assert spans(found) == (HOUR, 5 * HOUR, 3 * HOUR)


def test_a_pause_moves_the_due_instant_by_its_open_time() -> None:
    # Paused from Friday 16:00 to Monday 10:00: one hour on Friday, one on Monday.
    found = clock(
        FOUR_HOURS,
        "2026-01-12 10:00",
        "2026-01-09 14:00 opened",
        "2026-01-09 16:00 paused customer",
        "2026-01-12 10:00 resumed customer",
    )
    assert found.due_at == instant("2026-01-12 12:00")
    assert spans(found) == (2 * HOUR, 2 * HOUR, 2 * HOUR)


def test_a_pause_over_the_weekend_gives_no_extra_hours() -> None:
    texts = ("2026-01-09 14:00 opened", "2026-01-09 17:00 paused customer", "2026-01-12 09:00 resumed")
    assert clock(FOUR_HOURS, "2026-01-12 09:00", *texts).due_at == instant("2026-01-12 10:00")


def test_two_reasons_that_are_open_need_two_resumes() -> None:
    both = resolution(open_time(hours=4), reasons=frozenset({"customer", "supplier"}))
    texts = (
        OPENED,
        "2026-01-05 10:00 paused customer",
        "2026-01-05 11:00 paused supplier",
        "2026-01-05 12:00 resumed customer",
        "2026-01-05 13:00 resumed supplier",
    )
    assert clock(both, "2026-01-05 12:30", *texts).state is State.PAUSED
    assert clock(both, "2026-01-05 13:00", *texts).due_at == instant("2026-01-05 16:00")


def test_a_resume_without_a_reason_ends_every_pause() -> None:
    both = resolution(open_time(hours=4), reasons=frozenset({"customer", "supplier"}))
    texts = (OPENED, "2026-01-05 10:00 paused customer", "2026-01-05 10:30 paused supplier", "2026-01-05 11:00 resumed")
    assert clock(both, "2026-01-05 11:00", *texts).due_at == instant("2026-01-05 14:00")


def test_a_resume_for_a_reason_that_is_not_open_ends_nothing() -> None:
    texts = (OPENED, "2026-01-05 10:00 paused customer", "2026-01-05 11:00 resumed supplier")
    assert clock(FOUR_HOURS, "2026-01-05 12:00", *texts).state is State.PAUSED


def test_a_resume_without_a_pause_changes_nothing() -> None:
    found = clock(FOUR_HOURS, "2026-01-05 12:00", OPENED, "2026-01-05 10:00 resumed customer")
    assert (found.state, found.due_at) == (State.RUNNING, instant("2026-01-05 13:00"))


def test_pausing_twice_for_one_reason_is_one_pause() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 paused customer",
        "2026-01-05 11:00 paused customer",
        "2026-01-05 12:00 resumed customer",
    )
    assert clock(FOUR_HOURS, "2026-01-05 12:00", *texts).due_at == instant("2026-01-05 15:00")


def test_a_pause_for_a_reason_the_agreement_does_not_list_stops_nothing() -> None:
    found = clock(FOUR_HOURS, "2026-01-05 12:00", OPENED, "2026-01-05 10:00 paused supplier")
    assert (found.state, found.due_at, found.paused) == (State.RUNNING, instant("2026-01-05 13:00"), NOTHING)


def test_a_listed_reason_pauses_although_an_unlisted_one_is_open_too() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 paused supplier",
        "2026-01-05 11:00 paused customer",
        "2026-01-05 12:00 resumed customer",
    )
    assert clock(FOUR_HOURS, "2026-01-05 12:00", *texts).due_at == instant("2026-01-05 14:00")


def test_terms_without_a_list_of_reasons_are_paused_by_any() -> None:
    any_reason = resolution(open_time(hours=4), reasons=None)
    assert clock(any_reason, "2026-01-05 12:00", OPENED, "2026-01-05 10:00 paused holiday").state is State.PAUSED


def test_more_reasons_than_bits_share_the_last_one() -> None:
    any_reason = resolution(open_time(hours=4), reasons=None)
    texts = [f"2026-01-05 10:00 paused reason-{number}" for number in range(70)]
    assert clock(any_reason, "2026-01-05 12:00", OPENED, *texts).state is State.PAUSED
    assert clock(any_reason, "2026-01-05 12:00", OPENED, *texts, "2026-01-05 11:00 resumed").paused == HOUR


def test_the_first_response_is_not_paused_by_default() -> None:
    texts = (OPENED, "2026-01-05 10:00 paused customer")
    found = clock(first_response(open_time(hours=2)), "2026-01-05 12:00", *texts)
    assert (found.state, found.breached_at) == (State.MISSED, instant("2026-01-05 11:00"))


def test_a_pause_that_begins_exactly_when_the_limit_is_used_up_moves_nothing() -> None:
    texts = (OPENED, "2026-01-05 13:00 paused customer", "2026-01-05 15:00 resumed", "2026-01-05 15:30 resolved")
    assert clock(FOUR_HOURS, "2026-01-05 13:00", *texts).state is State.PAUSED
    assert clock(FOUR_HOURS, "2026-01-05 14:00", *texts).state is State.MISSED
    found = clock(FOUR_HOURS, "2026-02-01 00:00", *texts)
    assert (found.state, found.breached_at) == (State.MISSED, instant("2026-01-05 13:00"))


def test_a_pause_one_microsecond_before_the_limit_is_used_up_saves_it() -> None:
    texts = (OPENED, "2026-01-05 12:59:59.999999 paused customer", "2026-01-05 15:00 resumed")
    assert clock(FOUR_HOURS, "2026-01-05 15:00", *texts).due_at == instant("2026-01-05 15:00:00.000001")


def test_a_ticket_opened_and_paused_at_one_instant_starts_paused() -> None:
    texts = (OPENED, "2026-01-05 09:00 paused customer", "2026-01-05 11:00 resumed customer")
    assert clock(FOUR_HOURS, "2026-01-05 11:00", *texts).due_at == instant("2026-01-05 15:00")


def test_resolving_ends_a_pause_and_the_time_paused_is_kept() -> None:
    texts = (OPENED, "2026-01-05 10:00 paused customer", "2026-01-05 16:00 resolved")
    found = clock(FOUR_HOURS, "2026-02-01 00:00", *texts)
    assert (found.state, found.waiting) == (State.MET, False)
    assert spans(found) == (HOUR, 6 * HOUR, NOTHING)
    assert found.due_at == instant("2026-01-06 11:00")  # 13:00 and six hours: 4 until closing, 2 the next day


def test_a_pause_while_the_ticket_is_resolved_counts_for_nothing() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 resolved",
        "2026-01-05 11:00 paused customer",
        "2026-01-05 12:00 reopened",
        "2026-01-05 13:00 paused customer",
    )
    found = clock(FOUR_HOURS, "2026-01-05 12:00", *texts)
    assert (found.state, found.due_at) == (State.RUNNING, instant("2026-01-05 15:00"))
    # The next pause is one of its own.
    assert clock(FOUR_HOURS, "2026-01-05 14:00", *texts).state is State.PAUSED


# --- A breach is final -----------------------------------------------------------------------------------------


def test_a_pause_after_the_breach_hides_nothing() -> None:
    texts = (OPENED, "2026-01-05 14:00 paused customer", "2026-01-06 14:00 resumed")
    paused = clock(FOUR_HOURS, "2026-01-05 15:00", *texts)
    assert (paused.state, paused.breached_at, paused.waiting) == (State.MISSED, instant("2026-01-05 13:00"), True)
    after = clock(FOUR_HOURS, "2026-01-06 14:00", *texts)
    assert (after.state, after.due_at) == (State.MISSED, instant("2026-01-05 13:00"))


def test_resolving_and_reopening_after_the_breach_hides_nothing() -> None:
    texts = (OPENED, "2026-01-05 14:00 resolved", "2026-01-06 09:00 reopened", "2026-01-06 09:30 resolved")
    found = clock(FOUR_HOURS, "2026-02-01 00:00", *texts)
    assert (found.state, found.due_at) == (State.MISSED, instant("2026-01-05 13:00"))
    # 09:00 to 14:00 and half an hour; the three hours from 14:00 to 17:00 were no time of the clock's.
    assert spans(found) == (5 * HOUR + 30 * MINUTE, 3 * HOUR, NOTHING)


def test_cancelling_after_the_breach_hides_nothing() -> None:
    found = clock(FOUR_HOURS, "2026-02-01 00:00", OPENED, "2026-01-05 14:00 cancelled")
    assert (found.state, found.breached_at) == (State.MISSED, instant("2026-01-05 13:00"))


# --- How a clock stops -----------------------------------------------------------------------------------------


def test_the_first_resolution_stops_the_clock_and_a_second_does_not() -> None:
    texts = (OPENED, "2026-01-05 10:00 resolved", "2026-01-05 16:00 resolved")
    assert clock(FOUR_HOURS, "2026-02-01 00:00", *texts).stopped_at == instant("2026-01-05 10:00")


def test_closing_stops_a_clock_whose_own_stop_never_came() -> None:
    found = clock(FOUR_HOURS, "2026-02-01 00:00", OPENED, "2026-01-05 12:00 closed")
    assert (found.state, found.stopped_by) == (State.MET, EventKind.CLOSED)


def test_a_clock_that_closing_stops_runs_on_while_the_ticket_is_resolved() -> None:
    until_closed = resolution(open_time(hours=4), stop=EventKind.CLOSED)
    texts = (OPENED, "2026-01-05 10:00 resolved", "2026-01-05 14:00 closed")
    assert clock(until_closed, "2026-01-05 11:00", *texts).state is State.RUNNING
    found = clock(until_closed, "2026-02-01 00:00", *texts)
    assert (found.state, found.breached_at) == (State.MISSED, instant("2026-01-05 13:00"))


@pytest.mark.parametrize("kind", ["first_responded", "replied"])
def test_a_resolution_clock_may_stop_at_an_answer(kind: str) -> None:
    answered = resolution(open_time(hours=4), stop=EventKind.of(kind))
    texts = (OPENED, f"2026-01-05 10:00 {kind}", "2026-01-05 15:00 resolved")
    found = clock(answered, "2026-02-01 00:00", *texts)
    assert (found.state, found.stopped_at) == (State.MET, instant("2026-01-05 10:00"))


def test_only_the_first_response_stops_the_first_response_clock_and_a_reply_does_not() -> None:
    terms = first_response(open_time(hours=2))
    texts = (OPENED, "2026-01-05 10:00 replied", "2026-01-05 10:30 resolved")
    assert clock(terms, "2026-01-05 10:45", *texts).state is State.RUNNING
    found = clock(terms, "2026-01-05 12:00", *texts, "2026-01-05 11:00 first_responded")
    assert (found.state, found.stopped_at) == (State.MET, instant("2026-01-05 11:00"))


def test_the_first_of_two_first_responses_counts() -> None:
    texts = (OPENED, "2026-01-05 10:00 first_responded", "2026-01-05 16:00 first_responded")
    found = clock(first_response(open_time(hours=2)), "2026-02-01 00:00", *texts)
    assert found.stopped_at == instant("2026-01-05 10:00")


def test_a_cancelled_ticket_has_cancelled_clocks() -> None:
    found = clock(FOUR_HOURS, "2026-02-01 00:00", OPENED, "2026-01-05 10:00 cancelled")
    assert (found.state, found.decided_at) == (State.CANCELLED, None)
    assert found.elapsed == HOUR


def test_cancelling_ends_a_pause() -> None:
    texts = (OPENED, "2026-01-05 10:00 paused customer", "2026-01-05 12:00 cancelled")
    assert spans(clock(FOUR_HOURS, "2026-02-01 00:00", *texts)) == (HOUR, 2 * HOUR, NOTHING)


def test_nothing_counts_after_a_cancellation_not_even_a_reopen() -> None:
    texts = (OPENED, "2026-01-05 10:00 cancelled", "2026-01-05 11:00 reopened", "2026-01-06 12:00 resolved")
    found = clock(FOUR_HOURS, "2026-02-01 00:00", *texts)
    assert (found.state, found.stopped_at) == (State.CANCELLED, instant("2026-01-05 10:00"))


def test_a_clock_met_before_the_cancellation_stays_met() -> None:
    texts = (OPENED, "2026-01-05 10:00 resolved", "2026-01-05 11:00 cancelled")
    assert clock(FOUR_HOURS, "2026-02-01 00:00", *texts).state is State.MET


# --- Reopening -------------------------------------------------------------------------------------------------


def test_a_reopened_ticket_goes_on_with_what_was_left() -> None:
    # Resolved at 10:00 with 3 h left; reopened on Tuesday at 11:00.
    texts = (OPENED, "2026-01-05 10:00 resolved", "2026-01-06 11:00 reopened")
    found = clock(FOUR_HOURS, "2026-01-06 11:00", *texts)
    assert (found.state, found.due_at, found.stopped_at) == (State.RUNNING, instant("2026-01-06 14:00"), None)
    # The pause is 10:00 to 17:00 on Monday and 09:00 to 11:00 on Tuesday.
    assert spans(found) == (HOUR, 9 * HOUR, 3 * HOUR)


def test_resolved_time_is_no_pause_until_a_reopen_ends_it() -> None:
    found = clock(FOUR_HOURS, "2026-01-06 11:00", OPENED, "2026-01-05 10:00 resolved")
    assert (found.state, found.due_at, found.paused) == (State.MET, instant("2026-01-05 13:00"), NOTHING)


def test_a_met_clock_that_is_reopened_can_be_missed() -> None:
    texts = (OPENED, "2026-01-05 10:00 resolved", "2026-01-06 11:00 reopened", "2026-01-06 15:00 resolved")
    found = clock(FOUR_HOURS, "2026-02-01 00:00", *texts)
    assert (found.state, found.breached_at) == (State.MISSED, instant("2026-01-06 14:00"))


def test_reopening_twice_makes_two_pauses() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 resolved",
        "2026-01-05 11:00 reopened",
        "2026-01-05 12:00 closed",
        "2026-01-05 14:00 reopened",
    )
    # 1 h counted, 1 h resolved, 1 h counted, 2 h closed; 2 h are left at 14:00.
    found = clock(FOUR_HOURS, "2026-01-05 14:00", *texts)
    assert (found.due_at, found.paused) == (instant("2026-01-05 16:00"), 3 * HOUR)


def test_reopening_a_ticket_that_is_open_changes_nothing() -> None:
    found = clock(FOUR_HOURS, "2026-01-05 12:00", OPENED, "2026-01-05 11:00 reopened")
    assert (found.due_at, found.paused) == (instant("2026-01-05 13:00"), NOTHING)


def test_the_first_response_stays_met_when_the_ticket_is_reopened() -> None:
    texts = (OPENED, "2026-01-05 10:00 first_responded", "2026-01-05 10:30 resolved", "2026-01-07 09:00 reopened")
    found = clock(first_response(open_time(hours=2)), "2026-02-01 00:00", *texts)
    assert (found.state, found.stopped_at) == (State.MET, instant("2026-01-05 10:00"))


def test_a_clock_that_closing_stops_gets_only_the_time_it_stood_still_as_a_pause() -> None:
    until_closed = resolution(open_time(hours=4), stop=EventKind.CLOSED)
    texts = (OPENED, "2026-01-05 10:00 resolved", "2026-01-05 12:00 closed", "2026-01-05 14:00 reopened")
    found = clock(until_closed, "2026-01-05 14:00", *texts)
    # It ran on to 12:00, three hours; the pause is 12:00 to 14:00.
    assert (found.due_at, found.paused, found.elapsed) == (instant("2026-01-05 15:00"), 2 * HOUR, 3 * HOUR)


def test_a_clock_that_closing_stops_and_was_only_resolved_gets_no_pause_from_a_reopen() -> None:
    until_closed = resolution(open_time(hours=4), stop=EventKind.CLOSED)
    texts = (OPENED, "2026-01-05 10:00 resolved", "2026-01-05 12:00 reopened")
    found = clock(until_closed, "2026-01-05 12:00", *texts)
    assert (found.due_at, found.paused) == (instant("2026-01-05 13:00"), NOTHING)


def test_a_stop_by_an_answer_is_not_taken_back_by_a_reopen() -> None:
    answered = resolution(open_time(hours=4), stop=EventKind.REPLIED)
    texts = (OPENED, "2026-01-05 10:00 replied", "2026-01-05 11:00 resolved", "2026-01-05 12:00 reopened")
    found = clock(answered, "2026-02-01 00:00", *texts)
    assert (found.state, found.stopped_at, found.paused) == (State.MET, instant("2026-01-05 10:00"), NOTHING)


def test_an_answer_on_a_closed_ticket_keeps_the_clock_that_closing_stopped() -> None:
    answered = resolution(open_time(hours=4), stop=EventKind.REPLIED)
    texts = (OPENED, "2026-01-05 10:00 closed", "2026-01-05 11:00 replied", "2026-01-05 12:00 reopened")
    found = clock(answered, "2026-02-01 00:00", *texts)
    assert (found.state, found.stopped_at) == (State.MET, instant("2026-01-05 10:00"))


def test_a_ticket_reopened_in_closed_time_has_lost_nothing() -> None:
    texts = ("2026-01-09 16:00 opened", "2026-01-09 17:00 resolved", "2026-01-10 12:00 reopened")
    found = clock(FOUR_HOURS, "2026-01-10 12:00", *texts)
    assert (found.due_at, found.paused) == (instant("2026-01-12 12:00"), NOTHING)


# --- Updates: from the first unanswered customer message to our answer --------------------------------------------


TWO_HOURS_UPDATE = update(open_time(hours=2))


def test_an_update_clock_starts_with_a_customer_message_not_with_the_ticket() -> None:
    assert cycles(TWO_HOURS_UPDATE, "2026-01-05 12:00", OPENED) == ()
    found = clock(TWO_HOURS_UPDATE, "2026-01-05 12:00", OPENED, "2026-01-05 11:00 customer_replied")
    assert (found.started_at, found.due_at) == (instant("2026-01-05 11:00"), instant("2026-01-05 13:00"))


def test_an_opening_said_to_be_by_the_customer_is_a_message() -> None:
    found = clock(TWO_HOURS_UPDATE, "2026-01-05 10:00", "2026-01-05 09:00 opened by=customer")
    assert found.due_at == instant("2026-01-05 11:00")


def test_further_messages_do_not_move_the_first_unanswered_one() -> None:
    texts = (OPENED, "2026-01-05 10:00 customer_replied", "2026-01-05 11:30 customer_replied")
    assert clock(TWO_HOURS_UPDATE, "2026-01-05 11:30", *texts).due_at == instant("2026-01-05 12:00")


def test_the_worst_exchange_speaks_for_the_update_clock() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 customer_replied",
        "2026-01-05 11:00 replied",
        "2026-01-06 09:00 customer_replied",
        "2026-01-06 12:00 replied",
        "2026-01-07 09:00 customer_replied",
        "2026-01-07 10:30 replied",
    )
    all_cycles = cycles(TWO_HOURS_UPDATE, "2026-02-01 00:00", *texts)
    assert [each.elapsed for each in all_cycles] == [HOUR, 3 * HOUR, 90 * MINUTE]
    assert [each.state for each in all_cycles] == [State.MET, State.MISSED, State.MET]
    assert clock(TWO_HOURS_UPDATE, "2026-02-01 00:00", *texts).started_at == instant("2026-01-06 09:00")


def test_of_exchanges_all_met_the_longest_speaks() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 customer_replied",
        "2026-01-05 11:30 replied",
        "2026-01-06 09:00 customer_replied",
        "2026-01-06 10:00 replied",
    )
    assert clock(TWO_HOURS_UPDATE, "2026-02-01 00:00", *texts).elapsed == 90 * MINUTE


def test_an_exchange_that_is_open_speaks_before_those_that_are_met() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 customer_replied",
        "2026-01-05 11:30 replied",
        "2026-01-06 09:00 customer_replied",
    )
    assert clock(TWO_HOURS_UPDATE, "2026-01-06 09:10", *texts).state is State.RUNNING


def test_a_first_response_alone_does_not_answer_the_customer() -> None:
    texts = (OPENED, "2026-01-05 10:00 customer_replied", "2026-01-05 10:30 first_responded")
    assert clock(TWO_HOURS_UPDATE, "2026-01-05 11:00", *texts).state is State.RUNNING


def test_an_update_is_paused_like_a_resolution() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 customer_replied",
        "2026-01-05 11:00 paused customer",
        "2026-01-05 13:00 resumed",
        "2026-01-05 13:30 replied",
    )
    found = clock(TWO_HOURS_UPDATE, "2026-02-01 00:00", *texts)
    assert (found.state, found.due_at) == (State.MET, instant("2026-01-05 14:00"))
    assert spans(found) == (90 * MINUTE, 2 * HOUR, NOTHING)


def test_a_message_in_a_pause_starts_an_exchange_that_is_paused() -> None:
    texts = (OPENED, "2026-01-05 10:00 paused customer", "2026-01-05 11:00 customer_replied")
    assert clock(TWO_HOURS_UPDATE, "2026-01-05 12:00", *texts).state is State.PAUSED
    resumed = clock(TWO_HOURS_UPDATE, "2026-01-05 12:00", *texts, "2026-01-05 12:00 resumed")
    assert resumed.due_at == instant("2026-01-05 14:00")


def test_closing_answers_an_exchange_that_is_open() -> None:
    texts = (OPENED, "2026-01-05 10:00 customer_replied", "2026-01-05 11:00 closed")
    found = clock(TWO_HOURS_UPDATE, "2026-02-01 00:00", *texts)
    assert (found.state, found.stopped_by) == (State.MET, EventKind.CLOSED)


def test_resolving_leaves_an_exchange_open() -> None:
    texts = (OPENED, "2026-01-05 10:00 customer_replied", "2026-01-05 11:00 resolved")
    assert clock(TWO_HOURS_UPDATE, "2026-01-05 11:30", *texts).state is State.RUNNING


def test_the_time_resolved_becomes_a_pause_of_an_exchange_once_the_ticket_is_reopened() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 customer_replied",
        "2026-01-05 11:00 resolved",
        "2026-01-05 11:30 reopened",
        "2026-01-05 12:00 replied",
    )
    found = clock(TWO_HOURS_UPDATE, "2026-02-01 00:00", *texts)
    assert spans(found) == (90 * MINUTE, 30 * MINUTE, NOTHING)
    assert found.due_at == instant("2026-01-05 12:30")


def test_an_exchange_missed_while_the_ticket_was_resolved_stays_missed_after_a_reopen() -> None:
    texts = (OPENED, "2026-01-05 10:00 customer_replied", "2026-01-05 11:00 resolved", "2026-01-05 14:00 reopened")
    found = clock(TWO_HOURS_UPDATE, "2026-01-05 14:00", *texts)
    assert (found.state, found.due_at) == (State.MISSED, instant("2026-01-05 12:00"))
    # But for the breach it would now be due after the hour left.
    assert found.due_now == instant("2026-01-05 15:00")


def test_a_message_on_a_resolved_ticket_waits_for_an_answer() -> None:
    texts = (OPENED, "2026-01-05 10:00 resolved", "2026-01-05 11:00 customer_replied")
    assert clock(TWO_HOURS_UPDATE, "2026-01-05 12:00", *texts).due_at == instant("2026-01-05 13:00")


def test_an_exchange_answered_while_resolved_grows_shorter_when_the_ticket_is_reopened() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 customer_replied",
        "2026-01-05 11:00 resolved",
        "2026-01-05 11:30 replied",
        "2026-01-05 13:00 reopened",
    )
    before = clock(TWO_HOURS_UPDATE, "2026-01-05 12:00", *texts)
    assert (before.elapsed, before.paused, before.due_at) == (90 * MINUTE, NOTHING, instant("2026-01-05 12:00"))
    after = clock(TWO_HOURS_UPDATE, "2026-01-05 13:00", *texts)
    assert (after.elapsed, after.paused, after.due_at) == (HOUR, 30 * MINUTE, instant("2026-01-05 12:30"))


def test_an_exchange_missed_before_the_ticket_was_resolved_keeps_its_due_instant() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 customer_replied",
        "2026-01-05 13:00 resolved",
        "2026-01-05 13:30 replied",
        "2026-01-05 14:00 reopened",
    )
    found = clock(TWO_HOURS_UPDATE, "2026-01-05 14:00", *texts)
    assert (found.state, found.due_at, found.elapsed) == (State.MISSED, instant("2026-01-05 12:00"), 3 * HOUR)


def test_a_message_at_the_instant_of_the_reopen_has_no_pause() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 resolved",
        "2026-01-05 12:00 customer_replied",
        "2026-01-05 12:00 reopened",
    )
    found = clock(TWO_HOURS_UPDATE, "2026-01-05 13:00", *texts)
    assert (found.due_at, found.paused) == (instant("2026-01-05 14:00"), NOTHING)


def test_an_exchange_answered_before_the_ticket_was_resolved_stays_as_it_was() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 customer_replied",
        "2026-01-05 11:00 replied",
        "2026-01-05 11:00 resolved",
        "2026-01-05 13:00 reopened",
    )
    assert clock(TWO_HOURS_UPDATE, "2026-01-05 13:00", *texts).elapsed == HOUR


def test_an_exchange_that_closing_answered_goes_on_after_a_reopen() -> None:
    texts = (OPENED, "2026-01-05 10:00 customer_replied", "2026-01-05 11:00 closed", "2026-01-05 14:00 reopened")
    found = clock(TWO_HOURS_UPDATE, "2026-01-05 14:00", *texts)
    assert (found.state, found.due_at) == (State.RUNNING, instant("2026-01-05 15:00"))
    assert spans(found) == (HOUR, 3 * HOUR, HOUR)


def test_a_message_on_a_cancelled_ticket_waits_for_nobody() -> None:
    texts = (OPENED, "2026-01-05 10:00 cancelled", "2026-01-05 11:00 customer_replied")
    assert cycles(TWO_HOURS_UPDATE, "2026-02-01 00:00", *texts) == ()


def test_a_cancelled_exchange_has_no_verdict() -> None:
    texts = (OPENED, "2026-01-05 10:00 customer_replied", "2026-01-05 11:00 cancelled")
    assert clock(TWO_HOURS_UPDATE, "2026-02-01 00:00", *texts).state is State.CANCELLED


# --- Kept informed: from our last message to the next, again and again ---------------------------------------------


DAILY = informed(open_time(hours=8))


def test_an_informed_clock_starts_with_our_first_message() -> None:
    assert cycles(DAILY, "2026-01-05 12:00", OPENED, "2026-01-05 10:00 customer_replied") == ()
    found = clock(DAILY, "2026-01-05 12:00", OPENED, "2026-01-05 10:00 first_responded")
    assert found.due_at == instant("2026-01-06 10:00")


def test_each_message_of_ours_ends_a_cycle_and_starts_the_next() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 first_responded",
        "2026-01-05 16:00 replied",
        "2026-01-07 10:00 replied",
        "2026-01-07 12:00 resolved",
    )
    found = cycles(DAILY, "2026-02-01 00:00", *texts)
    # 6 h; 1 h + 8 h + 1 h; 2 h.
    assert [each.elapsed for each in found] == [6 * HOUR, 10 * HOUR, 2 * HOUR]
    assert [each.state for each in found] == [State.MET, State.MISSED, State.MET]
    assert found[1].breached_at == instant("2026-01-06 16:00")


def test_a_reopened_ticket_is_owed_news_as_if_it_had_never_been_resolved() -> None:
    texts = (
        OPENED,
        "2026-01-05 10:00 replied",
        "2026-01-05 12:00 resolved",
        "2026-01-05 13:00 closed",
        "2026-01-06 12:00 reopened",
    )
    found = cycles(DAILY, "2026-01-06 12:00", *texts)
    # Two hours had gone by when it was resolved; six are left on Tuesday at 12:00: 5 until 17:00, 1 on Wednesday.
    assert [each.due_at for each in found] == [instant("2026-01-07 10:00")]


def test_a_message_while_the_ticket_is_resolved_starts_no_cycle() -> None:
    texts = (OPENED, "2026-01-05 10:00 resolved", "2026-01-05 11:00 replied")
    assert cycles(DAILY, "2026-01-05 12:00", *texts) == ()
    reopened = cycles(DAILY, "2026-01-05 13:00", *texts, "2026-01-05 12:00 reopened")
    assert reopened == ()


# --- Handed over to a team or a supplier ---------------------------------------------------------------------------


NETWORK = hand_over("network", open_time(hours=4))


def test_a_hand_over_clock_starts_when_the_ticket_comes_to_the_party() -> None:
    texts = (OPENED, "2026-01-05 10:00 assigned team=desk", "2026-01-05 11:00 assigned team=network")
    assert cycles(NETWORK, "2026-01-05 10:30", *texts) == ()
    assert clock(NETWORK, "2026-01-05 12:00", *texts).due_at == instant("2026-01-05 15:00")


def test_a_ticket_opened_with_the_party_starts_there() -> None:
    found = clock(NETWORK, "2026-01-05 12:00", "2026-01-05 09:00 opened team=network")
    assert found.started_at == instant("2026-01-05 09:00")


def test_a_supplier_is_a_party_as_well() -> None:
    acme = hand_over("acme", open_time(hours=4))
    texts = (OPENED, "2026-01-05 10:00 assigned team=desk supplier=acme")
    assert clock(acme, "2026-01-05 12:00", *texts).due_at == instant("2026-01-05 14:00")


def test_each_stay_with_the_party_is_a_cycle() -> None:
    texts = (
        "2026-01-05 09:00 opened team=network",
        "2026-01-05 11:00 assigned team=desk",
        "2026-01-06 09:00 assigned team=network",
        "2026-01-06 15:00 resolved",
    )
    found = cycles(NETWORK, "2026-02-01 00:00", *texts)
    assert [(each.elapsed, each.state) for each in found] == [(2 * HOUR, State.MET), (6 * HOUR, State.MISSED)]
    assert found[0].stopped_by is EventKind.ASSIGNED


def test_assigning_the_party_again_or_a_person_alone_changes_nothing() -> None:
    texts = (
        "2026-01-05 09:00 opened team=network",
        "2026-01-05 10:00 assigned team=network",
        "2026-01-05 11:00 assigned person=ada",
    )
    found = cycles(NETWORK, "2026-01-05 12:00", *texts)
    assert [(each.state, each.started_at) for each in found] == [(State.RUNNING, instant("2026-01-05 09:00"))]


def test_a_hand_over_ends_with_the_ticket_and_goes_on_when_it_is_reopened_with_the_party() -> None:
    texts = ("2026-01-05 09:00 opened team=network", "2026-01-05 11:00 resolved", "2026-01-06 10:00 reopened")
    found = cycles(NETWORK, "2026-01-06 10:00", *texts)
    assert [(each.state, each.due_at) for each in found] == [(State.RUNNING, instant("2026-01-06 12:00"))]


def test_a_ticket_reopened_with_someone_else_is_not_handed_over() -> None:
    texts = (
        "2026-01-05 09:00 opened team=network",
        "2026-01-05 11:00 resolved",
        "2026-01-05 12:00 assigned team=desk",
        "2026-01-06 10:00 reopened",
    )
    found = cycles(NETWORK, "2026-01-06 12:00", *texts)
    assert [(each.state, each.stopped_at) for each in found] == [(State.MET, instant("2026-01-05 11:00"))]


def test_a_ticket_handed_over_while_resolved_is_with_the_party_from_the_reopen_on() -> None:
    texts = (OPENED, "2026-01-05 11:00 resolved", "2026-01-05 12:00 assigned team=network", "2026-01-06 10:00 reopened")
    found = cycles(NETWORK, "2026-01-06 11:00", *texts)
    assert [each.started_at for each in found] == [instant("2026-01-06 10:00")]


def test_a_ticket_closed_without_the_party_and_reopened_stays_without_it() -> None:
    texts = (OPENED, "2026-01-05 11:00 closed", "2026-01-06 10:00 reopened")
    assert cycles(NETWORK, "2026-01-06 11:00", *texts) == ()


def test_a_hand_over_clock_is_cancelled_with_its_ticket() -> None:
    texts = ("2026-01-05 09:00 opened team=network", "2026-01-05 10:00 cancelled")
    assert clock(NETWORK, "2026-02-01 00:00", *texts).state is State.CANCELLED


# --- Days, elapsed time, rolls ---------------------------------------------------------------------------------


def test_two_working_days_from_friday_end_on_tuesday_at_the_same_time() -> None:
    found = clock(resolution(working_days(2)), "2026-01-09 12:00", "2026-01-09 11:00 opened")
    assert found.due_at == instant("2026-01-13 11:00")
    # 6 h on Friday, 8 h on Monday, 2 h on Tuesday, less the hour gone.
    assert spans(found) == (HOUR, NOTHING, 15 * HOUR)


def test_one_working_day_from_a_saturday_is_monday() -> None:
    one_day = resolution(working_days(1))
    assert clock(one_day, "2026-01-10 12:00", "2026-01-10 11:00 opened").due_at == instant("2026-01-12 11:00")


def test_a_start_that_rolls_counts_its_days_from_the_next_opening() -> None:
    # From Monday 09:00 one working day is Tuesday 09:00.
    one_day = resolution(working_days(1), start_rolls=True)
    assert clock(one_day, "2026-01-10 12:00", "2026-01-10 11:00 opened").due_at == instant("2026-01-13 09:00")
    at_closing = clock(one_day, "2026-01-09 17:00", "2026-01-09 17:00 opened")
    assert at_closing.due_at == instant("2026-01-13 09:00")


def test_the_end_of_a_working_day_is_its_closing() -> None:
    end_of_day = resolution(working_days(1, end_of_day=True))
    assert clock(end_of_day, "2026-01-08 12:00", "2026-01-08 11:00 opened").due_at == instant("2026-01-09 17:00")


def test_a_working_day_that_lands_in_closed_time_is_due_at_the_next_opening() -> None:
    one_day = resolution(working_days(1))
    assert clock(one_day, "2026-01-08 21:00", "2026-01-08 20:00 opened").due_at == instant("2026-01-12 09:00")


def test_working_days_leave_out_holidays() -> None:
    one_day = resolution(working_days(1), office(holidays=named("2026-01-12")))
    assert clock(one_day, "2026-01-09 12:00", "2026-01-09 11:00 opened").due_at == instant("2026-01-13 11:00")


def test_calendar_days_count_every_date_and_keep_the_wall_clock_time() -> None:
    found = clock(resolution(calendar_days(3)), "2026-03-27 12:00", "2026-03-27 11:00 opened")
    assert found.due_at == instant("2026-03-30 11:00")
    # Over the change of the clocks that is an hour less than 72.
    assert found.due_at - found.started_at == 71 * HOUR


def test_calendar_days_may_end_in_closed_time() -> None:
    found = clock(resolution(calendar_days(2)), "2026-01-09 12:00", "2026-01-09 11:00 opened")
    assert found.due_at == instant("2026-01-11 11:00")


def test_calendar_days_reach_over_many_months() -> None:
    # 26 days to the end of January, then 28, 31, 30, 31 and 30 to the end of June make 176; 24 more.
    found = clock(resolution(calendar_days(200), office()), "2026-01-05 10:00", OPENED)
    assert found.due_at == instant("2026-07-24 09:00")


def test_a_start_rolls_over_months_without_an_opening() -> None:
    camp = calendar(special=dated({"2026-08-03": "10:00-12:00", "2026-08-04": "10:00-12:00"}))
    found = clock(resolution(working_days(1), camp, start_rolls=True), "2026-01-05 10:00", OPENED)
    assert found.due_at == instant("2026-08-04 10:00")


def test_a_pause_pushes_a_date_by_its_open_time() -> None:
    # Tuesday 11:00, pushed by the five hours from Friday 15:00 to Monday 12:00: Tuesday 16:00.
    texts = ("2026-01-09 11:00 opened", "2026-01-09 15:00 paused customer", "2026-01-12 12:00 resumed")
    found = clock(resolution(working_days(2)), "2026-01-12 12:00", *texts)
    assert found.due_at == instant("2026-01-13 16:00")
    assert found.paused == 5 * HOUR


def test_a_pause_in_closed_time_leaves_a_date_as_it_is() -> None:
    texts = ("2026-01-09 11:00 opened", "2026-01-10 11:00 paused customer", "2026-01-10 12:00 resumed")
    assert clock(resolution(calendar_days(2)), "2026-01-10 12:00", *texts).due_at == instant("2026-01-11 11:00")


def test_a_pause_that_begins_after_the_date_pushes_nothing() -> None:
    texts = (
        "2026-01-08 11:00 opened",
        "2026-01-09 12:00 paused customer",
        "2026-01-09 13:00 resumed",
        "2026-01-09 14:00 resolved",
    )
    found = clock(resolution(working_days(1)), "2026-02-01 00:00", *texts)
    assert (found.state, found.breached_at) == (State.MISSED, instant("2026-01-09 11:00"))


def test_elapsed_time_runs_by_night_and_pauses_count_by_night() -> None:
    terms = resolution(elapsed_time(hours=24))
    texts = ("2026-01-09 16:00 opened", "2026-01-09 20:00 paused customer", "2026-01-10 08:00 resumed")
    found = clock(terms, "2026-01-10 08:00", *texts)
    assert found.due_at == instant("2026-01-11 04:00")
    assert spans(found) == (4 * HOUR, 12 * HOUR, 20 * HOUR)
    assert terms.counting is round_the_clock("Europe/Paris")


def test_a_due_instant_at_a_closing_may_roll_to_the_next_opening() -> None:
    rolling = resolution(open_time(hours=4), due_rolls=DueRolls.NEXT_OPENING)
    texts = ("2026-01-09 13:00 opened", "2026-01-12 08:59 resolved")
    assert clock(rolling, "2026-01-09 14:00", *texts).due_at == instant("2026-01-12 09:00")
    assert clock(rolling, "2026-02-01 00:00", *texts).state is State.MET
    assert clock(FOUR_HOURS, "2026-02-01 00:00", *texts).state is State.MISSED


def test_under_the_rolling_rule_a_due_instant_inside_opening_hours_stays() -> None:
    rolling = resolution(open_time(hours=4), due_rolls=DueRolls.NEXT_OPENING)
    assert clock(rolling, "2026-01-05 10:00", OPENED).due_at == instant("2026-01-05 13:00")


def test_a_pause_from_the_closing_on_does_not_move_a_rolled_due_instant() -> None:
    # The limit is used up on Friday at 17:00; the pause begins on Saturday.
    rolling = resolution(open_time(hours=4), due_rolls=DueRolls.NEXT_OPENING)
    texts = ("2026-01-09 13:00 opened", "2026-01-10 09:00 paused customer", "2026-01-12 12:00 resumed")
    assert clock(rolling, "2026-01-12 08:00", *texts).state is State.PAUSED
    found = clock(rolling, "2026-01-12 12:00", *texts)
    assert (found.state, found.breached_at) == (State.MISSED, instant("2026-01-12 09:00"))


def test_the_end_of_a_working_day_rolls_too_under_the_rolling_rule() -> None:
    end_of_day = resolution(working_days(1, end_of_day=True), due_rolls=DueRolls.NEXT_OPENING)
    assert clock(end_of_day, "2026-01-08 12:00", "2026-01-08 11:00 opened").due_at == instant("2026-01-12 09:00")


def test_a_limit_that_outlasts_the_validity_of_its_calendar_is_refused() -> None:
    last_week = resolution(open_time(hours=40), office(valid_until=on("2026-01-08")))
    with pytest.raises(NoOpeningHours):
        clock(last_week, "2026-01-05 10:00", OPENED)


def test_a_due_instant_years_ahead_is_found() -> None:
    # 2,087 working days of 8 h; 2026-01-05 plus 417 weeks and 2 days (2,087 = 417 x 5 + 2).
    long = resolution(open_time(hours=2087 * 8))
    assert clock(long, "2026-01-05 10:00", OPENED).due_at == instant("2034-01-03 17:00")


def test_a_paused_clock_knows_what_is_left_although_its_due_instant_lies_years_ahead() -> None:
    long = resolution(open_time(hours=2087 * 8), office())
    found = clock(long, "2026-01-05 12:00", OPENED, "2026-01-05 10:00 paused customer")
    assert found.left == (2087 * 8 - 1) * HOUR


# --- Order, corrections, odd input -----------------------------------------------------------------------------


def test_events_before_the_opening_count_as_at_it() -> None:
    texts = ("2026-01-05 08:30 paused customer", OPENED, "2026-01-05 10:00 resumed")
    assert clock(FOUR_HOURS, "2026-01-05 10:00", *texts).due_at == instant("2026-01-05 14:00")
    resolved = clock(FOUR_HOURS, "2026-02-01 00:00", "2026-01-05 08:59 resolved", OPENED)
    assert (resolved.state, resolved.stopped_at, resolved.elapsed) == (
        State.MET,
        instant("2026-01-05 09:00"),
        NOTHING,
    )


def test_a_history_without_an_opening_starts_no_clock() -> None:
    assert cycles(FOUR_HOURS, "2026-02-01 00:00", "2026-01-05 09:00 resolved", "2026-01-05 10:00 noted") == ()


def test_a_second_opening_changes_nothing() -> None:
    texts = (OPENED, "2026-01-05 11:00 opened")
    assert clock(FOUR_HOURS, "2026-01-05 11:00", *texts).due_at == instant("2026-01-05 13:00")


def test_notes_and_reclassifications_leave_a_running_clock_alone() -> None:
    texts = (OPENED, "2026-01-05 10:00 noted", "2026-01-05 11:00 reclassified priority=1")
    found = clock(FOUR_HOURS, "2026-01-05 11:00", *texts)
    assert (found.state, found.due_at) == (State.RUNNING, instant("2026-01-05 13:00"))


def test_a_ticket_resolved_and_paused_in_one_minute_is_resolved() -> None:
    texts = (OPENED, "2026-01-05 10:00 paused customer", "2026-01-05 10:00 resolved")
    found = clock(FOUR_HOURS, "2026-02-01 00:00", *texts)
    assert (found.state, found.paused) == (State.MET, NOTHING)


def test_a_clock_may_run_over_both_changes_of_the_clocks() -> None:
    whole = resolution(open_time(hours=24), Calendar.always_open("Europe/Paris"))
    spring = clock(whole, "2026-03-28 13:00", "2026-03-28 12:00 opened")
    assert spring.due_at == instant("2026-03-29 13:00")
    autumn = clock(whole, "2026-10-24 13:00", "2026-10-24 12:00 opened")
    assert autumn.due_at == instant("2026-10-25 11:00")


def test_a_night_shift_counts_its_own_hours_for_a_ticket() -> None:
    night = resolution(open_time(hours=4), calendar(fri="22:00-30:00"))
    assert clock(night, "2026-01-09 23:00", "2026-01-09 23:00 opened").due_at == instant("2026-01-10 03:00")


# --- Evidence --------------------------------------------------------------------------------------------------


def test_the_machine_marks_each_turn_of_a_clock_with_the_event_that_caused_it() -> None:
    events = history(
        OPENED, "2026-01-05 10:00 paused customer", "2026-01-05 11:00 resumed", "2026-01-05 12:00 resolved"
    )
    marks = replay(FOUR_HOURS, events, instant("2026-02-01 00:00"), evidence=True).marks
    assert [(phase, event, cycle) for _, phase, event, cycle in marks] == [
        (RUNNING, 0, 0),
        (WAITING, 1, 0),
        (RUNNING, 2, 0),
        (STOPPED, 3, 0),
    ]


def test_the_evidence_shows_the_time_resolved_in_an_exchange_as_a_pause() -> None:
    events = history(
        OPENED,
        "2026-01-05 10:00 customer_replied",
        "2026-01-05 11:00 resolved",
        "2026-01-05 11:30 replied",
        "2026-01-05 13:00 reopened",
    )
    marks = replay(TWO_HOURS_UPDATE, events, instant("2026-01-05 13:00"), evidence=True).marks
    times = {to_microseconds(instant(f"2026-01-05 {hour}")): hour for hour in ("10:00", "11:00", "11:30")}
    assert sorted((times[at], phase) for at, phase, _, cycle in marks if cycle == 0) == [
        ("10:00", RUNNING),
        ("11:00", WAITING),
        ("11:30", STOPPED),
    ]


def test_without_evidence_nothing_is_marked_and_the_reading_is_the_same() -> None:
    events = history(
        OPENED, "2026-01-05 10:00 paused customer", "2026-01-05 11:00 resumed", "2026-01-05 12:00 resolved"
    )
    bare = replay(FOUR_HOURS, events, instant("2026-02-01 00:00"))
    assert bare.marks == ()
    assert bare.cycles == replay(FOUR_HOURS, events, instant("2026-02-01 00:00"), evidence=True).cycles


def test_time_counts_on_the_calendar_of_the_target() -> None:
    assert FOUR_HOURS.counting == office()


def test_an_answer_after_the_closing_keeps_a_reopen_from_reviving_the_exchange() -> None:
    (cycle,) = cycles(
        update(open_time(hours=2)),
        "2026-01-05 13:00",
        "2026-01-05 09:00 opened",
        "2026-01-05 10:00 customer_replied",
        "2026-01-05 10:30 closed",
        "2026-01-05 11:00 replied",
        "2026-01-05 12:00 reopened",
    )
    assert cycle.stopped_at == instant("2026-01-05 10:30")
    assert cycle.stopped_by is EventKind.CLOSED


def test_an_exchange_answered_while_resolved_grows_shorter_although_another_waits_at_the_reopen() -> None:
    answered, waiting = cycles(
        update(open_time(hours=2)),
        "2026-01-05 14:00",
        "2026-01-05 09:00 opened",
        "2026-01-05 09:30 resolved",
        "2026-01-05 10:00 customer_replied",
        "2026-01-05 11:00 replied",
        "2026-01-05 12:00 customer_replied",
        "2026-01-05 13:00 reopened",
    )
    assert (answered.elapsed, answered.paused) == (NOTHING, HOUR)
    assert (waiting.elapsed, waiting.paused) == (HOUR, HOUR)


def test_a_hand_over_that_somebody_else_had_at_the_reopen_begins_anew_when_it_comes_back() -> None:
    first, second = cycles(
        hand_over("acme", open_time(hours=40)),
        "2026-01-05 17:00",
        "2026-01-05 09:00 opened",
        "2026-01-05 09:00 assigned supplier=acme",
        "2026-01-05 10:00 closed",
        "2026-01-05 11:00 assigned supplier=desk",
        "2026-01-05 12:00 reopened",
        "2026-01-05 13:00 resolved",
        "2026-01-05 14:00 assigned supplier=acme",
        "2026-01-05 15:00 reopened",
    )
    assert (first.started_at, first.stopped_at) == (instant("2026-01-05 09:00"), instant("2026-01-05 10:00"))
    assert (second.started_at, second.elapsed) == (instant("2026-01-05 15:00"), 2 * HOUR)
