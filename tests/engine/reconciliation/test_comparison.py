from datetime import timedelta

from servanda.engine.events import EventKind
from servanda.engine.reconciliation import Published, Same, reconcile
from servanda.engine.reconciliation.comparison import dues, lines, own_verdict, published, uncompared
from tests.builders import open_time, version, working_days
from tests.builders import target as promised
from tests.engine.reconciliation.claimed import case, promise

# 2026-01-05 is a Monday. Opened at 09:00 with four hours of office time, a ticket is due at 13:00.
FOUR_HOURS = promise(open_time(hours=4))
OPENED = "2026-01-05 09:00 opened"


def test_due_times_agree_within_the_tolerance_and_to_the_second() -> None:
    cases = [
        case(FOUR_HOURS, OPENED, due="2026-01-05 13:00"),
        case(FOUR_HOURS, OPENED, due="2026-01-05 13:02"),
        case(FOUR_HOURS, OPENED, due="2026-01-05 12:57:59"),
        case(FOUR_HOURS, OPENED),
    ]
    assert dues(cases, timedelta(minutes=2)) == Same(3, 2, 1)


def test_a_verdict_is_compared_only_where_both_sides_have_one() -> None:
    met, missed = "2026-01-05 12:00 resolved", "2026-01-05 14:00 resolved"
    found = reconcile(
        [
            case(FOUR_HOURS, OPENED, met, met=True),
            case(FOUR_HOURS, OPENED, missed, met=False),
            case(FOUR_HOURS, OPENED, missed, met=True),
            case(FOUR_HOURS, OPENED, missed),
        ]
    )
    assert (found.verdicts.compared, found.verdicts.same) == (3, 2)


def test_parts_are_told_by_unit_priority_and_target_the_largest_first() -> None:
    days = promise(working_days(1))
    cases = [
        case(days, OPENED, due="2026-01-06 09:00"),
        case(FOUR_HOURS, OPENED, due="2026-01-05 13:00"),
        case(days, OPENED, due="2026-01-07 09:00"),
    ]
    told = [(line.by, line.name, line.dues.same, line.dues.compared) for line in lines(cases, timedelta())]
    assert told == [("unit", "working days", 1, 2), ("unit", "open time", 1, 1), ("target", "resolution", 2, 3)]


def test_a_ticket_with_a_claim_but_without_a_target_is_counted_as_not_covered() -> None:
    elsewhere = version(promised("resolution", open_time(hours=4), services=frozenset({"printing"})))
    cases = [
        case(elsewhere, "2026-01-05 09:00 opened service=printing", due="2026-01-05 13:00"),
        case(elsewhere, OPENED, met=True),
    ]
    assert uncompared(cases) == {"not covered": 1}


def test_the_sources_verdict_is_held_against_its_own_due_time_and_stop() -> None:
    closed = "2026-01-05 14:00 closed"
    cases = [
        case(FOUR_HOURS, OPENED, closed, due="2026-01-05 14:00", met=True),
        case(FOUR_HOURS, OPENED, closed, due="2026-01-05 13:59", met=False, number="INC-2"),
        case(FOUR_HOURS, OPENED, closed, due="2026-01-05 13:59", met=True, number="INC-3"),
        case(FOUR_HOURS, OPENED, due="2026-01-05 13:00", met=False),
        case(FOUR_HOURS, OPENED, due="2026-01-05 13:00"),
        case(FOUR_HOURS, OPENED, due="2027-01-05 13:00", met=True),
    ]
    own = own_verdict(cases)
    assert own is not None
    assert (own.stop, own.stopped, own.open_past_due) == (EventKind.CLOSED, Same(3, 2, 2), Same(1, 1, 1))
    assert (own.no_verdict, own.contradictions) == (1, ("INC-3",))


def test_the_stop_of_the_source_is_the_one_from_which_most_verdicts_follow() -> None:
    events = (OPENED, "2026-01-05 12:00 resolved", "2026-01-06 12:00 closed")
    own = own_verdict([case(FOUR_HOURS, *events, due="2026-01-05 13:00", met=True)])
    assert own is not None
    assert own.stop is EventKind.RESOLVED


def test_a_source_without_due_times_is_not_held_against_itself() -> None:
    assert own_verdict([case(FOUR_HOURS, OPENED, met=True)]) is None


def test_tickets_without_a_due_time_that_count_as_met_lift_the_published_rate() -> None:
    closed = "2026-01-05 12:00 closed"
    cases = [
        case(FOUR_HOURS, OPENED, closed, due="2026-01-05 13:00", met=True),
        case(FOUR_HOURS, OPENED, closed, due="2026-01-05 11:00", met=False),
        case(FOUR_HOURS, OPENED, closed, due="2026-01-05 11:00"),
        case(FOUR_HOURS, OPENED, closed, met=True),
        case(FOUR_HOURS, OPENED, met=True),
    ]
    assert published(cases) == Published(
        verdicts=4,
        met=3,
        with_due=3,
        met_with_due=1,
        no_verdict_with_due=1,
        without_due=2,
        met_without_due=2,
        open_without_due=1,
    )


def test_clocks_stopped_by_closing_instead_are_counted_apart_under_each_flag() -> None:
    found = reconcile(
        [
            case(FOUR_HOURS, OPENED, "2026-01-05 10:00 resolved", "2026-01-05 12:00 closed", met=True),
            case(FOUR_HOURS, OPENED, "2026-01-05 12:00 closed", met=True),
            case(FOUR_HOURS, OPENED, met=False),
        ]
    )
    stops = found.stops
    assert (found.stop, stops.tickets, stops.as_agreed, stops.by_closing, stops.neither) == ("resolved", 3, 1, 1, 1)
    assert found.flagged["stopped by closing"].by_closing == 1
    assert found.agrees
