"""The status of a service made of others, by examples worked out by hand."""

from fractions import Fraction

import pytest

from servanda.engine.statuses import (
    OK,
    Algorithm,
    Child,
    InvalidStatus,
    Measure,
    Propagation,
    Rule,
    Sense,
    parent,
    propagated,
)

CHILDREN = [Child(OK, 100), Child(1, 50), Child(4, 50)]


def rule(measure: Measure, sense: Sense, status: int, limit: int | Fraction, gives: int = 5) -> Rule:
    return Rule(measure, sense, status, Fraction(limit), gives)


def test_ok_stays_ok_however_it_is_handed_up() -> None:
    assert [propagated(OK, how, 2) for how in Propagation] == [OK, OK, OK, OK, None]


def test_a_status_is_raised_and_lowered_within_the_scale() -> None:
    assert propagated(4, Propagation.INCREASE, 3) == 5
    assert propagated(1, Propagation.DECREASE, 3) == 0
    assert propagated(1, Propagation.SET, 3) == 3
    assert propagated(1, Propagation.SET, OK) == OK


def test_the_worst_child_makes_the_parents_status() -> None:
    assert parent(Algorithm.MOST_CRITICAL, CHILDREN) == 4


def test_one_child_that_is_well_keeps_the_parent_well_where_all_must_fail() -> None:
    assert parent(Algorithm.MOST_CRITICAL_IF_ALL, CHILDREN) == OK
    assert parent(Algorithm.MOST_CRITICAL_IF_ALL, CHILDREN[1:]) == 4


def test_a_parent_without_children_is_well() -> None:
    assert [parent(each, []) for each in Algorithm] == [OK, OK, OK]


def test_an_ignored_child_is_as_if_it_were_not_there() -> None:
    ignored = Child(OK, 100, Propagation.IGNORE)
    assert parent(Algorithm.MOST_CRITICAL_IF_ALL, [ignored, Child(2)]) == 2
    half_of_all = rule(Measure.PERCENT_OF_NUMBER, Sense.AT_LEAST, 2, 100)
    assert parent(Algorithm.ALWAYS_OK, [ignored, Child(2)], [half_of_all]) == 5


def test_a_rule_sees_a_child_as_it_is_handed_up() -> None:
    raised = Child(1, 0, Propagation.INCREASE, 2)
    assert parent(Algorithm.ALWAYS_OK, [raised], [rule(Measure.NUMBER, Sense.AT_LEAST, 3, 1)]) == 5


def test_the_worst_of_main_status_and_rules_wins() -> None:
    mild = rule(Measure.NUMBER, Sense.AT_LEAST, 1, 1, gives=2)
    assert parent(Algorithm.MOST_CRITICAL, CHILDREN, [mild]) == 4


@pytest.mark.parametrize(
    ("measure", "at_least_one"),
    [
        (Measure.NUMBER, Fraction(2)),
        (Measure.PERCENT_OF_NUMBER, Fraction(200, 3)),
        (Measure.WEIGHT, Fraction(100)),
        (Measure.PERCENT_OF_WEIGHT, Fraction(50)),
    ],
)
def test_each_measure_of_the_children_that_are_at_least_so_bad(measure: Measure, at_least_one: Fraction) -> None:
    asked = rule(measure, Sense.AT_LEAST, 1, at_least_one)
    assert asked.measured(CHILDREN) == at_least_one
    assert asked.outcome(CHILDREN) == 5
    assert rule(measure, Sense.AT_LEAST, 1, at_least_one + Fraction(1, 1000)).outcome(CHILDREN) == OK


def test_less_than_counts_the_children_that_are_so_good_or_better() -> None:
    asked = rule(Measure.NUMBER, Sense.LESS_THAN, 1, 3)
    assert asked.measured(CHILDREN) == 2
    assert asked.outcome(CHILDREN) == 5
    assert rule(Measure.NUMBER, Sense.LESS_THAN, 1, 2).outcome(CHILDREN) == OK


@pytest.mark.parametrize("measure", [Measure.PERCENT_OF_NUMBER, Measure.PERCENT_OF_WEIGHT])
def test_a_percentage_of_nothing_holds_no_rule(measure: Measure) -> None:
    assert rule(measure, Sense.LESS_THAN, 5, 100).outcome([]) == OK


@pytest.mark.parametrize("status", [-2, 6])
def test_a_number_outside_the_scale_is_no_status(status: int) -> None:
    with pytest.raises(InvalidStatus, match="is no status"):
        Child(status)
    with pytest.raises(InvalidStatus, match="is no status"):
        rule(Measure.NUMBER, Sense.AT_LEAST, 0, 1, gives=status)
    with pytest.raises(InvalidStatus, match="is no status"):
        propagated(1, Propagation.SET, status)


def test_a_child_weighs_nothing_or_more() -> None:
    with pytest.raises(InvalidStatus, match="weighs nothing or more"):
        Child(1, -1)
