from datetime import timedelta

import pytest

from servanda.engine.agreements import AgreementVersion, PriorityScheme
from servanda.engine.reconciliation import Case, Explained
from servanda.engine.reconciliation.causes import EXAMINED, explain
from servanda.engine.reconciliation.hypotheses import Setting
from tests.builders import calendar_days, named, office, on, open_time, target, version, working_days
from tests.engine.reconciliation.claimed import case, promise

TOLERANCE = timedelta(minutes=2)
OPENED = "2026-01-05 09:00 opened"  # a Monday
DAY = promise(working_days(1))


def explained(*cases: Case, tolerance: timedelta = TOLERANCE, holidays: tuple[str, ...] = ()) -> Explained:
    return explain(cases, tolerance, Setting(tuple(map(on, holidays))))


def causes(found: Explained) -> dict[str, list[str]]:
    return {cause.name: [words for words, _ in cause.words] for cause in found.causes}


def priorities() -> AgreementVersion:
    scheme = PriorityScheme("levels", ("P1", "P2"))
    limits = {"P1": open_time(hours=2), "P2": open_time(hours=6)}
    return version(target("resolution", limits), priorities=scheme)


WITH_HOLIDAY = promise(working_days(1), calendar=office(holidays=named("2026-01-06")))
TWO_DAYS = promise(working_days(2))
CLOSING = promise(open_time(hours=8))

SECONDS = "seconds cut off"
DAYS = "whole days off: another limit or date"
OFFSET = "whole hours off: another zone or offset"
HOLIDAY = "a holiday ignored or observed"
ROLLS = "another rule at closings"
OTHER_DAY = "another kind of day"
BY_DUE = [
    # Due Tuesday 09:00 by ours unless said otherwise.
    (DAY, [OPENED], "2026-01-06 09:02:40", SECONDS, "the opening time has lost its seconds, the due time has not"),
    (DAY, [OPENED], "2026-01-05 09:00", "due at the opening itself", "the ticket was due when it was opened"),
    (DAY, [OPENED], "2026-01-06 14:00", OFFSET, "the due time was 5 h later"),
    (DAY, [OPENED], "2026-01-08 09:00", DAYS, "the limit was 3 working days instead of 1 working day"),
    (WITH_HOLIDAY, [OPENED], "2026-01-06 09:00", HOLIDAY, "2026-01-06 (a holiday) was no holiday"),
    # Monday 09:00 and eight hours of office time: due at the closing, 17:00; rolled on, Tuesday 09:00.
    (CLOSING, [OPENED], "2026-01-06 09:00", ROLLS, "what falls due at a closing is due at the next opening"),
    # Friday 09:00 and two working days: Tuesday; two calendar days: Sunday.
    (TWO_DAYS, ["2026-01-09 09:00 opened"], "2026-01-11 09:00", OTHER_DAY, "working days were calendar days"),
    (
        promise(calendar_days(2)),
        ["2026-03-28 09:00 opened"],  # summer time begins in the night: 48 hours later it is 10:00 on the wall
        "2026-03-30 10:00",
        OTHER_DAY,
        "each day was 24 hours round the clock",
    ),
    # An hour's pause for a vendor, which the agreement does not list: due 13:00 by ours.
    (
        promise(open_time(hours=4)),
        [OPENED, "2026-01-05 10:00 paused vendor", "2026-01-05 11:30 resumed vendor"],
        "2026-01-05 14:30",
        "pauses counted otherwise",
        "every pause stopped the clock",
    ),
    (
        promise(open_time(hours=4)),
        [OPENED, "2026-01-05 10:00 paused customer", "2026-01-05 11:30 resumed customer"],
        "2026-01-05 13:00",
        "pauses counted otherwise",
        "no pause stopped the clock",
    ),
    (
        priorities(),
        ["2026-01-05 09:00 opened priority=P1", "2026-01-05 10:00 reclassified priority=P2"],
        "2026-01-05 11:00",
        "the limit of another priority",
        "the limit stayed that of priority P1, before it was changed",
    ),
    (
        promise(open_time(hours=4)),
        [OPENED, "2026-01-05 09:40 assigned team=network"],
        "2026-01-05 13:40",
        "the clock began anew later",
        "the clock began anew when the ticket was assigned",
    ),
    (DAY, [OPENED], "2026-01-06 09:37", "not explained", ""),
]  # a case a row  # fmt: skip


@pytest.mark.parametrize(("agreed", "events", "due", "cause", "words"), BY_DUE)
def test_a_claimed_due_time_is_explained_by_the_simplest_what_if_that_comes_to_it(
    agreed: AgreementVersion, events: list[str], due: str, cause: str, words: str
) -> None:
    found = explained(case(agreed, *events, due=due))
    assert causes(found) == {cause: [words] if words else []}


def test_a_listed_date_that_the_source_kept_closed_explains_a_later_due_time() -> None:
    found = explained(case(DAY, OPENED, due="2026-01-07 09:00"), holidays=("2026-01-06",))
    assert causes(found) == {"a holiday ignored or observed": ["2026-01-06 was a holiday"]}


def test_what_lies_within_the_tolerance_is_no_difference() -> None:
    assert explained(case(DAY, OPENED, due="2026-01-06 09:02")).causes == ()
    assert len(explained(case(DAY, OPENED, due="2026-01-06 09:02"), tolerance=timedelta(minutes=1)).differences) == 1


def test_a_stop_between_two_due_times_that_agree_is_told_apart_from_a_contradiction() -> None:
    between = case(DAY, OPENED, "2026-01-06 09:01 resolved", due="2026-01-06 09:02", met=True)
    contradiction = case(DAY, OPENED, "2026-01-06 08:00 resolved", due="2026-01-06 09:00", met=False)
    assert set(causes(explained(between, contradiction))) == {
        "stopped between the two due times",
        "the source's verdict contradicts its own due time",
    }


def test_a_verdict_without_a_due_time_is_its_own_cause_where_the_source_gives_due_times() -> None:
    late = case(DAY, OPENED, "2026-01-08 09:00 resolved", met=True)
    found = explained(late, case(DAY, OPENED, due="2026-01-06 09:00"))
    assert causes(found) == {"a verdict without a due time": ["the source gave it no due time and counts it as met"]}


# --- From verdicts alone: four hours from Monday 09:00 are due at 13:00. --------------------------------------

FOUR_HOURS = promise(open_time(hours=4))
RESOLVED_LATE = ("2026-01-05 12:00 resolved", "2026-01-06 12:00 closed")


def test_a_rule_told_from_verdicts_stands_when_the_other_tickets_follow_it_too() -> None:
    differing = [case(FOUR_HOURS, OPENED, *RESOLVED_LATE, met=False) for _ in range(3)]
    found = explained(*differing, case(FOUR_HOURS, OPENED, *RESOLVED_LATE, met=True))
    assert causes(found) == {"another event stopped the clock": ["the clock stopped when the ticket was closed"]}
    assert [(each.rows_for, each.rows_against, each.stands) for each in found.weighed] == [(3, 1, True)]


def test_a_rule_that_the_other_tickets_contradict_explains_nothing() -> None:
    agreeing = [case(FOUR_HOURS, OPENED, *RESOLVED_LATE, met=True) for _ in range(3)]
    found = explained(*agreeing, case(FOUR_HOURS, OPENED, *RESOLVED_LATE, met=False))
    assert causes(found) == {"not explained": []}
    assert [(each.rows_for, each.rows_against, each.stands) for each in found.weighed] == [(1, 3, False)]


def test_missed_at_the_very_instant_it_was_due_is_a_rule_of_its_own() -> None:
    found = explained(case(FOUR_HOURS, OPENED, "2026-01-05 13:00 resolved", met=False))
    assert causes(found) == {
        "stopped at the very instant it was due": ["what stops at the instant it is due was missed"]
    }


def test_of_very_many_differences_some_are_examined_and_the_rest_said_not_to_be() -> None:
    one = case(DAY, OPENED, due="2026-01-05 09:00")
    counted = {cause.name: len(cause.differences) for cause in explained(*[one] * (EXAMINED + 2)).causes}
    assert counted == {"due at the opening itself": 1001, "not examined": 1001}
