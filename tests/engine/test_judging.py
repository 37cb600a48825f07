"""Judging a ticket: the version in force when it was opened, its priority as last known, and what is remarkable.

The service desk of a school answers in office hours; 2026-01-05 is a Monday.
"""

import pytest

from servanda.engine.agreements import AgreementKind, Exclusion, PriorityScheme, UnknownPriority
from servanda.engine.clocks import State
from servanda.engine.coverage import Coverage, TiedCoverage
from servanda.engine.events import Claims, Event, EventKind, NeverOpened, Ticket
from servanda.engine.judging import (
    NOT_ENFORCED,
    RECLASSIFIED,
    STOPPED_BY_CLOSING,
    UNLISTED_PAUSE,
    Reading,
    before_reclassifications,
    classification,
    clock_of,
    judge,
)
from tests.builders import (
    HOUR,
    book,
    event,
    history,
    instant,
    judged,
    on,
    open_time,
    target,
    ticket,
    version,
)

SCHEME = PriorityScheme("desk", ("1", "2", "3"), matrix={("high", "high"): "1", ("low", "low"): "3"})
BY_PRIORITY = {"1": open_time(hours=2), "2": open_time(hours=4), "3": open_time(hours=16)}
DESK = version(target("resolution", BY_PRIORITY), priorities=SCHEME)
ANY = version(target("resolution", open_time(hours=4)))
FIRST_ANSWER = target("first_response", open_time(hours=1))


def one(readings: tuple[Reading, ...]) -> Reading:
    (found,) = readings
    return found


# --- Priority and reclassification -----------------------------------------------------------------------------


def test_a_ticket_is_judged_by_the_limit_of_its_priority() -> None:
    found = one(judged(DESK, "2026-01-05 12:00", "2026-01-05 09:00 opened priority=1"))
    assert found.cycle is not None
    assert (found.priority, found.cycle.due_at) == ("1", instant("2026-01-05 11:00"))
    assert (found.state, found.version, found.target) == (State.MISSED, "service-desk/1", "resolution")


def test_impact_and_urgency_lead_to_a_priority() -> None:
    found = one(judged(DESK, "2026-01-05 10:00", "2026-01-05 09:00 opened impact=high urgency=high"))
    assert (found.priority, found.state) == ("1", State.RUNNING)


def test_a_reclassified_ticket_is_judged_from_its_opening_by_the_priority_last_known() -> None:
    texts = ("2026-01-05 09:00 opened priority=2", "2026-01-05 12:00 reclassified priority=1")
    before = one(judged(DESK, "2026-01-05 11:30", *texts))
    assert (before.state, before.priority) == (State.RUNNING, "2")
    after = one(judged(DESK, "2026-01-05 12:00", *texts))
    assert after.cycle is not None
    assert (after.state, after.cycle.breached_at) == (State.MISSED, instant("2026-01-05 11:00"))
    assert after.flags == (RECLASSIFIED,)


def test_lowering_and_raising_a_priority_does_not_reset_the_clock() -> None:
    texts = (
        "2026-01-05 09:00 opened priority=2",
        "2026-01-05 10:00 reclassified priority=3",
        "2026-01-05 12:00 reclassified priority=2",
    )
    found = one(judged(DESK, "2026-01-05 12:00", *texts))
    assert found.cycle is not None
    assert (found.cycle.started_at, found.cycle.due_at) == (instant("2026-01-05 09:00"), instant("2026-01-05 13:00"))


def test_pauses_from_before_a_reclassification_are_kept() -> None:
    texts = (
        "2026-01-05 09:00 opened priority=3",
        "2026-01-05 10:00 paused customer",
        "2026-01-05 12:00 resumed",
        "2026-01-05 12:30 reclassified priority=2",
    )
    found = one(judged(DESK, "2026-01-05 12:30", *texts))
    assert found.cycle is not None
    assert (found.cycle.due_at, found.cycle.paused) == (instant("2026-01-05 15:00"), 2 * HOUR)


def test_both_readings_of_a_reclassified_ticket_can_be_shown() -> None:
    of = ticket(
        "2026-01-05 08:00 reclassified priority=3",
        "2026-01-05 09:00 opened priority=2",
        "2026-01-05 10:00 reclassified component=printer",
        "2026-01-05 12:00 reclassified priority=1",
        "2026-01-05 14:00 reclassified priority=2",
    )
    (earlier,) = before_reclassifications(of, Coverage(book(DESK)), instant("2026-01-05 13:00"))
    (reading,) = earlier.readings
    assert earlier.event.happened_at == instant("2026-01-05 12:00")
    assert (reading.priority, reading.state) == ("2", State.RUNNING)


def test_a_change_of_the_component_alone_is_no_reclassification_of_the_promise() -> None:
    texts = ("2026-01-05 09:00 opened priority=2", "2026-01-05 10:00 reclassified component=printer")
    assert one(judged(DESK, "2026-01-05 12:00", *texts)).flags == ()


def test_a_ticket_that_moves_to_another_service_takes_the_targets_of_that_service() -> None:
    both = version(
        target("resolution", open_time(hours=4), id="mail", services=frozenset({"mail"})),
        target("resolution", open_time(hours=8), id="wifi", services=frozenset({"wifi"})),
    )
    texts = ("2026-01-05 09:00 opened service=mail", "2026-01-05 12:00 reclassified service=wifi")
    assert one(judged(both, "2026-01-05 11:00", *texts)).target == "mail"
    moved = one(judged(both, "2026-01-05 12:00", *texts))
    assert moved.cycle is not None
    assert (moved.target, moved.cycle.due_at) == ("wifi", instant("2026-01-05 17:00"))


def test_a_priority_the_scheme_does_not_know_rejects_the_ticket() -> None:
    with pytest.raises(UnknownPriority):
        judged(DESK, "2026-01-05 12:00", "2026-01-05 09:00 opened priority=urgent")


def test_the_classification_is_what_was_last_said_of_each() -> None:
    known = classification(
        history(
            "2026-01-05 09:00 opened service=mail priority=2 team=desk",
            "2026-01-05 10:00 reclassified priority=1",
            "2026-01-05 11:00 assigned team=network service=never",
        )
    )
    assert (known["service"], known["priority"], known["customer"]) == ("mail", "1", "")
    assert "team" not in known


# --- Versions --------------------------------------------------------------------------------------------------


TWO_VERSIONS = book(
    version(target("resolution", open_time(hours=4)), effective_until=on("2026-01-31")),
    version(target("resolution", open_time(hours=2)), number=2, effective_from=on("2026-02-01")),
)


@pytest.mark.parametrize(
    ("opened", "label", "due"),
    [
        ("2026-01-30 16:00", "service-desk/1", "2026-02-02 12:00"),
        # Saturday 31 January 23:59:59 is the last second of version 1, midnight the first instant of version 2.
        ("2026-01-31 23:59:59.999999", "service-desk/1", "2026-02-02 13:00"),
        ("2026-02-01 00:00", "service-desk/2", "2026-02-02 11:00"),
    ],
)
def test_a_ticket_keeps_the_version_in_force_when_it_was_opened(opened: str, label: str, due: str) -> None:
    found = one(judged(TWO_VERSIONS, "2026-02-01 12:00", f"{opened} opened"))
    assert found.cycle is not None
    assert (found.version, found.cycle.due_at) == (label, instant(due))


def test_a_reclassification_chooses_among_the_versions_in_force_at_the_opening() -> None:
    texts = ("2026-01-30 16:00 opened", "2026-02-02 10:00 reclassified priority=1")
    assert one(judged(TWO_VERSIONS, "2026-02-02 10:00", *texts)).version == "service-desk/1"


def test_history_from_before_enforcement_is_shown_but_not_counted() -> None:
    pilot = version(target("resolution", open_time(hours=4)), enforce_from=on("2026-01-06"))
    early = one(judged(pilot, "2026-02-01 00:00", "2026-01-05 23:59 opened"))
    assert (early.state, early.counted, early.flags) == (State.MISSED, False, (NOT_ENFORCED,))
    late = one(judged(pilot, "2026-02-01 00:00", "2026-01-06 00:00 opened"))
    assert (late.counted, late.flags) == (True, ())


# --- Covered, exempt, not covered ------------------------------------------------------------------------------


def test_a_ticket_nobody_promised_anything_for_is_not_covered() -> None:
    mail = version(target("resolution", open_time(hours=4)), services=frozenset({"mail"}))
    found = one(judged(mail, "2026-02-01 00:00", "2026-01-05 09:00 opened service=wifi"))
    assert (found.state, found.version, found.target) == (State.NOT_COVERED, "", "resolution")
    assert (found.cycle, found.cycles, found.counted) == (None, (), False)


def test_the_word_for_the_priority_stays_that_of_the_source_where_no_version_covers() -> None:
    mail = version(target("resolution", open_time(hours=4)), services=frozenset({"mail"}))
    assert one(judged(mail, "2026-02-01 00:00", "2026-01-05 09:00 opened priority=P1")).priority == "P1"


def test_a_ticket_that_is_left_out_is_exempt_with_its_reason_and_its_clock_is_still_shown() -> None:
    exams = Exclusion("exams", "exam week", "head of school", tickets=frozenset({"INC-1"}))
    found = one(
        judged(
            version(target("resolution", open_time(hours=4)), exclusions=(exams,)),
            "2026-02-01 00:00",
            "2026-01-05 09:00 opened",
        )
    )
    assert (found.state, found.counted) == (State.EXEMPT, False)
    assert "exam week" in found.cover.reason
    assert found.cycle is not None
    assert found.cycle.breached_at == instant("2026-01-05 13:00")


def test_a_tie_is_never_decided_by_order() -> None:
    other = version(target("resolution", open_time(hours=2)), agreement="other", name="Other")
    with pytest.raises(TiedCoverage):
        judged(book(ANY, other), "2026-01-05 12:00", "2026-01-05 09:00 opened")


# --- Several clocks, and clocks that have not started --------------------------------------------------------------


def test_each_kind_of_target_has_a_reading_of_its_own() -> None:
    both = version(FIRST_ANSWER, target("resolution", open_time(hours=4)))
    texts = ("2026-01-05 09:00 opened", "2026-01-05 09:30 paused customer", "2026-01-05 12:00 resumed")
    answer, solved = judged(both, "2026-01-05 12:00", *texts)
    assert (answer.state, solved.state) == (State.MISSED, State.RUNNING)
    assert answer.cycle is not None
    assert solved.cycle is not None
    # The pause moves the resolution only: not the first response.
    assert answer.cycle.due_at == instant("2026-01-05 10:00")
    assert solved.cycle.due_at == instant("2026-01-05 15:30")


def test_a_clock_that_has_not_started_has_no_reading() -> None:
    both = version(target("resolution", open_time(hours=4)), target("update", open_time(hours=2)))
    texts = ("2026-01-05 09:00 opened", "2026-01-05 10:00 customer_replied")
    assert [each.target for each in judged(both, "2026-01-05 09:30", *texts)] == ["resolution"]
    assert [each.target for each in judged(both, "2026-01-05 10:00", *texts)] == ["resolution", "update"]


def test_the_worst_exchange_speaks_for_the_reading_and_the_others_are_kept() -> None:
    talk = version(target("update", open_time(hours=2)))
    texts = (
        "2026-01-05 09:00 opened",
        "2026-01-05 10:00 customer_replied",
        "2026-01-05 13:00 replied",
        "2026-01-05 14:00 customer_replied",
        "2026-01-05 15:00 replied",
    )
    found = one(judged(talk, "2026-02-01 00:00", *texts))
    assert (found.state, len(found.cycles)) == (State.MISSED, 2)
    assert found.cycle == found.cycles[0]


def test_an_inner_team_is_judged_from_the_hand_over() -> None:
    inner = version(
        target("hand_over", open_time(hours=4), party="network"),
        agreement="network-ola",
        name="Network",
        kind=AgreementKind.OLA,
    )
    texts = ("2026-01-05 09:00 opened", "2026-01-05 14:00 assigned team=network")
    assert judged(inner, "2026-01-05 13:00", *texts) == ()
    found = one(judged(inner, "2026-01-05 15:00", *texts))
    assert found.cycle is not None
    assert found.cycle.due_at == instant("2026-01-06 10:00")


def test_waiting_for_a_supplier_does_not_stop_the_users_clock_unless_the_agreement_says_so() -> None:
    texts = ("2026-01-05 09:00 opened", "2026-01-05 10:00 paused supplier")
    found = one(judged(ANY, "2026-01-05 12:00", *texts))
    assert (found.state, found.flags) == (State.RUNNING, (UNLISTED_PAUSE,))
    agreed = version(target("resolution", open_time(hours=4)), pause_reasons=frozenset({"customer", "supplier"}))
    assert one(judged(agreed, "2026-01-05 12:00", *texts)).state is State.PAUSED


def test_a_target_may_be_paused_by_fewer_reasons_than_its_version_lists() -> None:
    strict = version(target("resolution", open_time(hours=4), pauses=frozenset()))
    texts = ("2026-01-05 09:00 opened", "2026-01-05 10:00 paused customer")
    assert one(judged(strict, "2026-01-05 12:00", *texts)).state is State.RUNNING


def test_an_unlisted_pause_is_no_remark_on_a_first_response_which_nothing_pauses() -> None:
    texts = ("2026-01-05 09:00 opened", "2026-01-05 09:30 paused supplier")
    assert one(judged(version(FIRST_ANSWER), "2026-01-05 09:45", *texts)).flags == ()


def test_a_reading_says_when_only_the_closing_stopped_its_clock() -> None:
    texts = ("2026-01-05 09:00 opened", "2026-01-05 12:00 closed")
    assert one(judged(ANY, "2026-02-01 00:00", *texts)).flags == (STOPPED_BY_CLOSING,)
    until_closed = version(target("resolution", open_time(hours=4), stop="closed"))
    assert one(judged(until_closed, "2026-02-01 00:00", *texts)).flags == ()


# --- As of any instant, and the order of arrival ---------------------------------------------------------------


def test_nothing_is_read_of_a_ticket_that_is_not_open_yet() -> None:
    assert judged(ANY, "2026-01-05 08:59", "2026-01-05 09:00 opened") == ()
    assert judged(ANY, "2026-01-05 08:59", "2026-01-05 08:00 noted", "2026-01-05 09:00 opened") == ()


def test_a_ticket_that_was_never_opened_is_refused() -> None:
    with pytest.raises(NeverOpened):
        judged(ANY, "2026-01-05 12:00", "2026-01-05 09:00 resolved")


def test_a_reading_does_not_depend_on_the_order_in_which_events_arrived() -> None:
    texts = [
        "2026-01-05 09:00 opened",
        "2026-01-05 10:00 paused customer",
        "2026-01-05 12:00 resumed",
        "2026-01-05 14:00 resolved",
    ]
    assert judged(ANY, "2026-02-01 00:00", *texts) == judged(ANY, "2026-02-01 00:00", *reversed(texts))


def test_an_event_recorded_late_counts_from_when_it_happened() -> None:
    late = event("2026-01-05 12:30 resolved", recorded_at=instant("2026-01-20 08:00"))
    found = one(judged(ANY, "2026-02-01 00:00", "2026-01-05 09:00 opened", late))
    assert found.state is State.MET


def test_a_retracted_pause_never_was() -> None:
    wrong = event("2026-01-05 10:00 paused customer", id="p1")
    back = Event(EventKind.RETRACTED, instant("2026-01-05 12:00"), retracts="p1")
    found = one(judged(ANY, "2026-01-05 12:30", "2026-01-05 09:00 opened", wrong, back))
    assert found.cycle is not None
    assert (found.state, found.cycle.due_at) == (State.RUNNING, instant("2026-01-05 13:00"))


def test_a_pause_added_later_for_an_earlier_day_moves_the_verdict() -> None:
    texts = ("2026-01-05 09:00 opened", "2026-01-05 14:00 resolved")
    assert one(judged(ANY, "2026-02-01 00:00", *texts)).state is State.MISSED
    backdated = ("2026-01-05 10:00 paused customer", "2026-01-05 11:00 resumed")
    assert one(judged(ANY, "2026-02-01 00:00", *texts, *backdated)).state is State.MET


def test_claims_and_flags_of_the_source_travel_with_the_reading() -> None:
    claims = Claims(due_at=instant("2026-01-05 12:00"), met=True)
    flagged = Ticket("INC-1", (event("2026-01-05 09:00 opened"),), claims=claims, flags=("closed before opened",))
    found = one(judge(flagged, Coverage(book(ANY)), instant("2026-01-05 10:00")))
    assert (found.claims, found.flags) == (claims, ("closed before opened",))
    assert (found.ticket, found.opened_at) == ("INC-1", instant("2026-01-05 09:00"))


def test_the_clock_behind_a_reading_can_be_replayed_with_its_evidence() -> None:
    found = one(judged(ANY, "2026-01-05 12:00", "2026-01-05 09:00 opened"))
    clock = clock_of(
        ticket("2026-01-05 09:00 opened").ordered(), found.cover, instant("2026-01-05 12:00"), evidence=True
    )
    assert clock.worst == found.cycle
    assert len(clock.marks) == 1
