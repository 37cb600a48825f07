"""Faults this field keeps shipping, each as a regression test that names the public issue it stands for.

The office is open from Monday to Friday, 09:00 to 17:00 in Paris; 2026-01-05 is a Monday.
"""

from datetime import timedelta
from fractions import Fraction

from servanda.engine.agreements import PriorityScheme
from servanda.engine.availability import Availability, measure
from servanda.engine.calendars import Calendar
from servanda.engine.clocks import State, replay
from servanda.engine.evidence import spans
from servanda.engine.intervals import Interval
from tests.builders import (
    HOUR,
    MINUTE,
    NOTHING,
    calendar,
    clock,
    cycles,
    first_response,
    history,
    instant,
    judged,
    office,
    on,
    open_time,
    resolution,
    target,
    update,
    version,
)

SCHEME = PriorityScheme("desk", ("1", "2"))
BY_PRIORITY = {"1": open_time(hours=4), "2": open_time(hours=16)}


def test_a_new_priority_does_not_forget_the_time_paused_before_it() -> None:
    """Stands for glpi-project/glpi#6902: pending time lost when the ticket's SLA changed."""
    desk = version(target("resolution", BY_PRIORITY), priorities=SCHEME)
    texts = (
        "2026-01-05 09:00 opened priority=2",
        "2026-01-05 10:00 paused customer",
        "2026-01-05 13:00 resumed customer",
        "2026-01-05 14:00 reclassified priority=1",
    )
    (found,) = judged(desk, "2026-01-05 14:00", *texts)
    assert found.cycle is not None
    # Four hours of which one was used before the pause and one after it: two are left at 14:00.
    assert (found.cycle.due_at, found.cycle.paused) == (instant("2026-01-05 16:00"), 3 * HOUR)


def test_a_new_priority_during_a_pause_keeps_the_pause() -> None:
    """Stands for glpi-project/glpi#15605: pending time forgotten when the priority changed the SLA."""
    desk = version(target("resolution", BY_PRIORITY), priorities=SCHEME)
    texts = (
        "2026-01-05 09:00 opened priority=2",
        "2026-01-05 10:00 paused customer",
        "2026-01-05 12:00 reclassified priority=1",
        "2026-01-05 13:00 resumed customer",
    )
    (waiting,) = judged(desk, "2026-01-05 12:30", *texts)
    assert waiting.state is State.PAUSED
    (found,) = judged(desk, "2026-01-05 13:00", *texts)
    assert found.cycle is not None
    assert found.cycle.due_at == instant("2026-01-05 16:00")


def test_half_an_hour_before_the_due_instant_lies_in_the_shift_before_a_long_lunch() -> None:
    """Stands for glpi-project/glpi PR#22678: with a split calendar the warning landed at 00:00."""
    split = calendar("08:00-12:00 14:00-18:00")
    due = split.due(instant("2026-01-05 08:10"), 4 * HOUR)
    assert due == instant("2026-01-05 14:10")
    assert split.due(due, -30 * MINUTE) == instant("2026-01-05 11:40")


def test_a_week_with_closed_weekdays_skips_them_and_is_not_overdue_at_once() -> None:
    """Stands for osTicket/osTicket#6739: a schedule without some weekdays gave wrong or instant overdue."""
    part_time = calendar(tue="09:00-12:00", thu="09:00-12:00")
    found = clock(resolution(open_time(hours=7), part_time), "2026-01-05 09:00", "2026-01-05 09:00 opened")
    # Tuesday 3 h, Thursday 3 h, one hour on the Tuesday after.
    assert (found.state, found.due_at) == (State.RUNNING, instant("2026-01-13 10:00"))
    assert found.elapsed == NOTHING


def test_a_breach_is_counted_in_opening_hours_not_on_the_wall_clock() -> None:
    """Stands for chatwoot/chatwoot PR#13392: breaches counted in wall-clock time."""
    two_hours = resolution(open_time(hours=2))
    texts = ("2026-01-09 16:00 opened", "2026-01-12 09:30 resolved")
    found = clock(two_hours, "2026-02-01 00:00", *texts)
    # 65 h 30 min on the wall, one and a half of them open.
    assert (found.state, found.elapsed) == (State.MET, 90 * MINUTE)


def test_one_clock_never_overrules_another() -> None:
    """Stands for zammad/zammad#5177: one escalation overwrote another on the same ticket."""
    both = version(target("first_response", open_time(hours=1)), target("resolution", open_time(hours=8)))
    texts = ("2026-01-05 09:00 opened", "2026-01-05 09:30 first_responded", "2026-01-05 12:00 paused customer")
    answered, solved = judged(both, "2026-01-05 13:00", *texts)
    assert (answered.state, solved.state) == (State.MET, State.PAUSED)
    assert answered.cycle is not None
    assert answered.cycle.due_at == instant("2026-01-05 10:00")
    assert solved.cycle is not None
    assert solved.cycle.left == 5 * HOUR


def test_no_update_is_due_while_the_customer_has_to_answer() -> None:
    """Stands for zammad/zammad#3140: the update clock ran although the customer had to answer."""
    talk = update(open_time(hours=2))
    texts = ("2026-01-05 09:00 opened", "2026-01-05 10:00 customer_replied", "2026-01-05 11:00 replied")
    found = cycles(talk, "2026-01-09 17:00", *texts)
    assert [(each.state, each.elapsed) for each in found] == [(State.MET, HOUR)]


def test_the_evidence_names_the_holidays_that_explain_a_due_instant() -> None:
    """Stands for zammad/zammad#390: the figure was right, but nobody saw that two public holidays caused it."""
    closed = office(holidays={on("2026-05-01"): "Labour Day", on("2026-05-08"): "Victory Day"})
    terms = resolution(open_time(hours=48), closed)
    found = replay(terms, history("2026-04-30 09:00 opened"), instant("2026-05-12 12:00"), evidence=True)
    # Thursday 30 April, Monday to Thursday, Monday 11 May: six days of eight hours.
    assert found.cycles[0].breached_at == instant("2026-05-11 17:00")
    named = [name for span in spans(found) for name in span.closed_for]
    assert named == ["Labour Day", "Victory Day"]


def test_nothing_counted_in_opening_hours_falls_due_at_midnight_or_on_a_weekend() -> None:
    """Stands for zammad/zammad#4432: reminders went out at midnight and on weekends."""
    desk = office()
    for minutes in range(0, 40 * 60, 7):
        due = desk.due(instant("2026-01-09 16:00"), timedelta(minutes=minutes))
        assert desk.roll_back(due) == due  # open, or the closing itself


def test_eight_hours_on_five_days_are_not_the_same_as_round_the_clock() -> None:
    """Stands for sni/thruk#247: the 8x5 report showed the same figures as the 24x7 one."""
    texts = ("2026-01-09 16:00 opened", "2026-01-12 10:00 resolved")
    in_hours = clock(resolution(None), "2026-02-01 00:00", *texts)
    all_hours = clock(resolution(None, Calendar.always_open("Europe/Paris")), "2026-02-01 00:00", *texts)
    assert (in_hours.elapsed, all_hours.elapsed) == (2 * HOUR, 66 * HOUR)


def test_a_pause_is_no_way_to_dodge_the_first_response() -> None:
    """Stands for what Zammad does: pausing stops every clock, the first response too."""
    found = clock(
        first_response(open_time(hours=1)),
        "2026-01-05 12:00",
        "2026-01-05 09:00 opened",
        "2026-01-05 09:00 paused customer",
    )
    assert (found.state, found.breached_at) == (State.MISSED, instant("2026-01-05 10:00"))


def test_a_pause_over_the_weekend_is_not_added_to_the_due_instant_as_days() -> None:
    """Stands for what ERPNext does: the pause on the wall clock is added to the due instant."""
    texts = ("2026-01-09 09:00 opened", "2026-01-09 16:00 paused customer", "2026-01-12 09:00 resumed")
    found = clock(resolution(open_time(hours=10)), "2026-01-12 09:00", *texts)
    # Seven hours used, three left from Monday 09:00 on.
    assert found.due_at == instant("2026-01-12 12:00")


def test_a_pause_after_the_breach_does_not_move_the_due_instant_into_the_future() -> None:
    """Stands for an add-on of Znuny: a pause moved a due instant that had already passed."""
    texts = ("2026-01-05 09:00 opened", "2026-01-05 15:00 paused customer", "2026-01-07 15:00 resumed")
    found = clock(resolution(open_time(hours=4)), "2026-01-07 15:00", *texts)
    assert (found.state, found.due_at) == (State.MISSED, instant("2026-01-05 13:00"))


def available(*outages: Interval, **rest: tuple[Interval, ...]) -> Availability:
    """Return the availability of Monday 5 January 2026 in office hours, eight hours of service."""
    return measure(office(), (span("00:00", "24:00"),), outages, **rest)


def span(start: str, end: str) -> Interval:
    """Return a span of Monday 5 January 2026."""
    begin, finish = (instant("2026-01-05 00:00") + timedelta(hours=int(text[:2])) for text in (start, end))
    return Interval(begin, finish)


def test_an_outage_outside_service_hours_takes_nothing() -> None:
    """Stands for sni/thruk#247 again: an outage by night lowered the 8x5 figure."""
    assert available(span("17:00", "24:00")).ratio == 1
    assert available(span("15:00", "24:00")).ratio == Fraction(3, 4)


def test_planned_maintenance_is_taken_out_and_not_only_listed() -> None:
    """Stands for sni/thruk#441: planned downtime was listed in the report, but not counted."""
    found = available(span("09:00", "11:00"), maintenance=(span("09:00", "13:00"),))
    assert (found.service_time, found.downtime, found.ratio) == (4 * HOUR, NOTHING, Fraction(1))


def test_time_without_observations_does_not_skew_the_ratio() -> None:
    """Stands for Icinga/icingaweb2-module-reporting#248: data shorter than the period skewed the rate."""
    found = available(span("15:00", "16:00"), unknown=(span("09:00", "13:00"),))
    assert (found.ratio, found.unknown_share) == (Fraction(3, 4), Fraction(1, 2))


def test_the_same_outages_give_the_same_figure_however_they_are_cut() -> None:
    """Stands for Icinga/icingaweb2-module-idoreports#61: one host showed 100 % in one filter, 96.9 % in another."""
    whole = available(span("10:00", "12:00"))
    cut = available(span("11:00", "12:00"), span("10:00", "11:00"), span("10:00", "11:00"))
    assert (whole.ratio, whole.failures) == (cut.ratio, cut.failures) == (Fraction(3, 4), 1)
