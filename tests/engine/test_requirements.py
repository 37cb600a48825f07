"""Requirements: what they refuse, which target promises enough, and the verdict on each line of the gap table."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.engine.agreements import Money
from servanda.engine.canonical import plain, revive
from servanda.engine.levels import LevelKind
from servanda.engine.requirements import (
    Answer,
    EstimatedShare,
    Expectation,
    Feasibility,
    Fit,
    Gap,
    InvalidRequirement,
    Occasion,
    Reply,
    RequiredLevel,
    Requirement,
    SpecSheet,
    Survey,
    Weight,
    feasibility_of,
    fit_of,
    gap_of,
)
from servanda.engine.targets import TargetKind, Unit
from tests.builders import elapsed_time, open_time, target, working_days

FOUR_HOURS = RequiredLevel(LevelKind.RESOLUTION, open_time(hours=4), Fraction(95, 100))


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"kind": LevelKind.RESOLUTION, "share": Fraction(1)}, "has a limit"),
        ({"kind": LevelKind.RESOLUTION, "limit": open_time(hours=4)}, "Say of how many"),
        ({"kind": LevelKind.AVAILABILITY}, "Say of how many"),
        ({"kind": LevelKind.AVAILABILITY, "limit": open_time(hours=4), "share": Fraction(1)}, "Take it out"),
        ({"kind": LevelKind.AVAILABILITY, "share": Fraction(101, 100)}, "up to 100 %"),
        ({"kind": LevelKind.AVAILABILITY, "share": Fraction(0)}, "above 0 %"),
        ({"kind": LevelKind.SUPPORT_HOURS}, "Hours are told in words"),
        ({"kind": LevelKind.SUPPORT_HOURS, "hours": "always", "share": Fraction(1)}, "Hours have no share"),
        ({"kind": LevelKind.AVAILABILITY, "share": Fraction(1), "hours": "always"}, "only where hours"),
    ],
)
def test_a_level_that_could_not_be_compared_is_refused(told: dict[str, object], refusal: str) -> None:
    with pytest.raises(InvalidRequirement, match=refusal):
        RequiredLevel(**told)  # type: ignore[arg-type]  # fields by name, of many types


def test_a_requirement_is_somebodys_and_has_words() -> None:
    with pytest.raises(InvalidRequirement, match="Name the group"):
        Requirement(" ", "Soon.")
    with pytest.raises(InvalidRequirement, match="Write down what was said"):
        Requirement("pupils", "\n")


def test_a_requirement_comes_back_from_plain_content() -> None:
    told = Requirement(
        "pupils",
        "When it fails in the morning, we lose the day.",
        "printing",
        weight=Weight.MUST,
        level=FOUR_HOURS,
        said_by="sam",
        said_on=date(2026, 5, 4),
        occasion=Occasion.OTHER,
    )
    assert revive(Requirement, plain(told)) == told
    sheet = SpecSheet("A second printer.", cost=Money(Decimal("1200.50"), "EUR"), agreements=("desk", "ola"))
    assert revive(SpecSheet, plain(sheet)) == sheet


@pytest.mark.parametrize(
    ("reply", "cost", "fits"),
    [
        (Reply.CAN, None, True),
        (Reply.CANNOT, None, True),
        (Reply.WITH_COST, Money(Decimal("0.01"), "EUR"), True),
        (Reply.WITH_COST, None, False),
        (Reply.WITH_COST, Money(Decimal(0), "EUR"), False),
        (Reply.CAN, Money(Decimal(5), "EUR"), False),
        (Reply.CANNOT, Money(Decimal(5), "EUR"), False),
    ],
)
def test_a_cost_stands_where_there_is_one_and_nowhere_else(reply: Reply, cost: Money | None, fits: bool) -> None:
    if fits:
        assert Answer(reply, cost).cost == cost
    else:
        with pytest.raises(InvalidRequirement):
            Answer(reply, cost)


@pytest.mark.parametrize(
    ("limit", "share", "enough"),
    [
        (open_time(hours=4), Fraction(95, 100), True),
        (open_time(hours=2), Fraction(1), True),
        (open_time(hours=5), Fraction(1), False),
        (open_time(hours=4), Fraction(94, 100), False),
        (open_time(hours=4), None, False),
        (elapsed_time(hours=4), Fraction(1), None),
        (working_days(1), Fraction(1), None),
    ],
)
def test_a_target_promises_enough_only_where_the_two_compare(
    limit: object, share: Fraction | None, enough: bool | None
) -> None:
    promised = replace(target("resolution", limit), share=share)  # type: ignore[arg-type]  # limits of several makers
    assert FOUR_HOURS.is_promised_by(promised) is enough


def test_a_target_of_another_kind_promises_nothing_of_it() -> None:
    assert FOUR_HOURS.is_promised_by(replace(target("first_response", open_time(hours=1)), share=Fraction(1))) is None


def test_a_target_that_leaves_a_priority_without_limit_is_not_enough() -> None:
    some = replace(target("resolution", open_time(hours=4)), share=Fraction(1), unlimited=frozenset({"P4"}))
    assert FOUR_HOURS.is_promised_by(some) is False


def test_what_is_delivered_is_compared_without_rounding() -> None:
    assert fit_of(FOUR_HOURS, Fraction(95, 100)) is Fit.MEETS
    assert fit_of(FOUR_HOURS, Fraction(9_499_999, 10_000_000)) is Fit.FALLS_SHORT
    assert fit_of(FOUR_HOURS, None) is Fit.UNKNOWN
    assert fit_of(None, Fraction(1)) is Fit.UNKNOWN
    hours = RequiredLevel(LevelKind.SUPPORT_HOURS, hours="school days")
    assert (fit_of(hours, Fraction(1)), fit_of(hours, Fraction(99, 100))) == (Fit.MEETS, Fit.FALLS_SHORT)


@pytest.mark.parametrize(
    ("replies", "found"),
    [
        ([], Feasibility.NOT_ASKED),
        ([None], Feasibility.WAITING),
        ([Reply.CAN, None], Feasibility.WAITING),
        ([None, Reply.CANNOT], Feasibility.CANNOT),
        ([Reply.CAN, Reply.CAN], Feasibility.CAN),
        ([Reply.CAN, Reply.WITH_COST], Feasibility.WITH_COST),
        ([Reply.WITH_COST, Reply.CANNOT], Feasibility.CANNOT),
    ],
)
def test_one_who_cannot_decides_and_one_who_has_not_answered_is_waited_for(
    replies: list[Reply | None], found: Feasibility
) -> None:
    assert feasibility_of(replies) is found


@given(st.lists(st.sampled_from([None, *Reply])))
def test_in_whatever_order_they_answer_it_comes_to_the_same(replies: list[Reply | None]) -> None:
    assert feasibility_of(replies) is feasibility_of(reversed(replies))


GAPS = {
    (Fit.MEETS, Feasibility.CAN): Gap.PROMISE,
    (Fit.MEETS, Feasibility.WITH_COST): Gap.PROMISE_AT_COST,
    (Fit.FALLS_SHORT, Feasibility.CAN): Gap.IMPROVE,
    (Fit.FALLS_SHORT, Feasibility.WITH_COST): Gap.PROMISE_AT_COST,
    (Fit.UNKNOWN, Feasibility.CAN): Gap.MEASURE,
    (Fit.UNKNOWN, Feasibility.WITH_COST): Gap.MEASURE_AT_COST,
    **{(fit, Feasibility.CANNOT): Gap.NOT_POSSIBLE for fit in Fit},
    **{(fit, Feasibility.WAITING): Gap.WAIT for fit in Fit},
    **{(fit, Feasibility.NOT_ASKED): Gap.ASK for fit in Fit},
}


def test_every_line_of_the_gap_table_has_a_verdict() -> None:
    assert GAPS.keys() == set(product(Fit, Feasibility))
    for (fit, feasibility), verdict in GAPS.items():
        assert gap_of(FOUR_HOURS, fit, feasibility) is verdict


def test_what_is_said_to_be_possible_without_a_figure_wants_one() -> None:
    assert gap_of(None, Fit.UNKNOWN, Feasibility.CAN) is Gap.NO_FIGURE
    assert gap_of(None, Fit.UNKNOWN, Feasibility.CANNOT) is Gap.NOT_POSSIBLE


def test_an_estimate_says_what_it_rests_on() -> None:
    with pytest.raises(InvalidRequirement, match="rests on"):
        EstimatedShare(Fraction(1, 2), " ", date(2026, 5, 4))
    with pytest.raises(InvalidRequirement, match="0 % to 100 %"):
        EstimatedShare(Fraction(3, 2), "the fault book", date(2026, 5, 4))


def test_a_survey_asks_somebody_about_a_service() -> None:
    with pytest.raises(InvalidRequirement, match="about a service"):
        Survey("", ("pupils",), date(2026, 5, 4))
    with pytest.raises(InvalidRequirement, match="at least one group"):
        Survey("printing", (), date(2026, 5, 4))
    with pytest.raises(InvalidRequirement, match="named twice"):
        Survey("printing", ("pupils", "pupils"), date(2026, 5, 4))


def test_an_answer_to_a_survey_becomes_the_levels_that_it_names() -> None:
    told = Expectation("school days", open_time(hours=1), open_time(hours=4), Fraction(9, 10), "The exam papers.")
    assert told.levels() == (
        RequiredLevel(LevelKind.SUPPORT_HOURS, hours="school days"),
        RequiredLevel(LevelKind.FIRST_RESPONSE, open_time(hours=1), Fraction(9, 10)),
        RequiredLevel(LevelKind.RESOLUTION, open_time(hours=4), Fraction(9, 10)),
    )
    assert Expectation(hurts="The exam papers.").levels() == ()
    with pytest.raises(InvalidRequirement, match="at least one question"):
        Expectation(hours=" ")
    with pytest.raises(InvalidRequirement, match="of how many"):
        Expectation(response=open_time(hours=1))


def test_only_answers_and_repairs_are_told_by_targets() -> None:
    assert [each.target_kind for each in LevelKind] == [None, TargetKind.FIRST_RESPONSE, TargetKind.RESOLUTION, None]
    assert FOUR_HOURS.limit is not None
    assert FOUR_HOURS.limit.unit is Unit.OPEN_TIME
