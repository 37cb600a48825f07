"""Limits and targets say what is promised, and refuse to promise what could not be measured."""

from fractions import Fraction

import pytest

from servanda.engine.calendars import Calendar
from servanda.engine.instants import DAY, HOUR, MINUTE
from servanda.engine.targets import ANY_PRIORITY, InvalidTarget, Limit, Target, TargetKind, Unit

ALWAYS = Calendar.always_open()
FOUR_HOURS = Limit(4 * HOUR, Unit.OPEN_TIME)
NINE_HOURS = Limit(9 * HOUR, Unit.OPEN_TIME)


@pytest.mark.parametrize(
    ("limit", "spoken"),
    [
        (NINE_HOURS, "9 hours"),
        (Limit(HOUR, Unit.OPEN_TIME), "1 hour"),
        (Limit(15 * MINUTE, Unit.OPEN_TIME), "15 minutes"),
        (Limit(3 * HOUR + 30 * MINUTE, Unit.OPEN_TIME), "3 hours 30 minutes"),
        (Limit(0, Unit.OPEN_TIME), "0 hours"),
        (Limit(1, Unit.OPEN_TIME), "1 microsecond"),
        (Limit(72 * HOUR, Unit.ELAPSED), "72 elapsed hours"),
        (Limit(HOUR + MINUTE, Unit.ELAPSED), "1 elapsed hour 1 minute"),
        (Limit(1, Unit.WORKING_DAYS), "1 working day"),
        (Limit(2, Unit.WORKING_DAYS, end_of_day=True), "2 working days, end of day"),
        (Limit(3, Unit.CALENDAR_DAYS), "3 calendar days"),
    ],
)
def test_a_limit_is_spoken_as_it_is_written(limit: Limit, spoken: str) -> None:
    assert str(limit) == spoken


@pytest.mark.parametrize(
    ("amount", "unit", "end_of_day"),
    [
        (-1, Unit.OPEN_TIME, False),
        (-1, Unit.WORKING_DAYS, False),
        (36_525 * DAY + 1, Unit.ELAPSED, False),
        (36_526, Unit.CALENDAR_DAYS, False),
        (HOUR, Unit.OPEN_TIME, True),
        (3, Unit.CALENDAR_DAYS, True),
    ],
)
def test_a_limit_refuses_what_cannot_be_counted(amount: int, unit: Unit, end_of_day: bool) -> None:
    with pytest.raises(InvalidTarget):
        Limit(amount, unit, end_of_day)


def resolution(**parts: object) -> Target:
    """Return a resolution target of four hours with other parts as given."""
    given = {"id": "fix", "kind": TargetKind.RESOLUTION, "limits": {ANY_PRIORITY: FOUR_HOURS}, "calendar": ALWAYS}
    return Target(**{**given, **parts})  # type: ignore[arg-type]  # any field


def test_a_limit_for_a_priority_comes_before_the_one_for_any() -> None:
    target = resolution(limits={"P1": FOUR_HOURS, ANY_PRIORITY: NINE_HOURS})
    assert target.limit_for("P1") == FOUR_HOURS
    assert target.limit_for("P2") == NINE_HOURS
    assert target.limit_for("") == NINE_HOURS


def test_a_priority_agreed_to_have_no_limit_does_not_fall_back_on_the_one_for_any() -> None:
    target = resolution(limits={ANY_PRIORITY: NINE_HOURS}, unlimited=frozenset({"P5"}))
    assert target.limit_for("P5") is None
    assert target.agrees_no_limit("P5")
    assert not target.agrees_no_limit("P1")


def test_a_priority_without_a_word_is_not_agreed_to_have_no_limit() -> None:
    target = resolution(limits={"P1": FOUR_HOURS})
    assert target.limit_for("P2") is None
    assert not target.agrees_no_limit("P2")


def test_no_limit_for_any_other_priority_leaves_those_that_have_one() -> None:
    target = resolution(limits={"P1": FOUR_HOURS}, unlimited=frozenset({ANY_PRIORITY}))
    assert not target.agrees_no_limit("P1")
    assert target.agrees_no_limit("P2")


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"id": ""}, "has no id"),
        ({"limits": {}}, "has no limit"),
        ({"unlimited": frozenset({ANY_PRIORITY})}, "both a limit and 'none'"),
        ({"stop": "solved"}, "stops at 'solved'"),
        ({"kind": TargetKind.UPDATE, "stop": "closed"}, "only a resolution target can choose its stop"),
        ({"kind": TargetKind.HAND_OVER}, "names no team or supplier"),
        ({"party": "Network team"}, "only a hand-over has"),
        ({"maturity": "wished"}, "is 'wished'"),
        ({"share": Fraction(101, 100)}, "outside 0 to 100 %"),
        ({"share": Fraction(0)}, "outside 0 to 100 %"),
    ],
)
def test_a_target_refuses_to_promise_what_makes_no_sense(parts: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidTarget, match=sentence):
        resolution(**parts)


def test_a_target_says_all_that_is_wrong_with_it_at_once() -> None:
    with pytest.raises(InvalidTarget) as refusal:
        resolution(stop="solved", maturity="wished")
    assert len(refusal.value.sentences) == 2


def test_a_target_keeps_its_limits_when_the_table_it_was_made_from_changes() -> None:
    limits = {"P1": FOUR_HOURS}
    target = resolution(limits=limits)
    limits["P1"] = NINE_HOURS
    assert target.limit_for("P1") == FOUR_HOURS


def test_targets_of_equal_content_are_equal_and_hash_alike() -> None:
    assert resolution() == resolution()
    assert hash(resolution()) == hash(resolution())
    assert resolution() != resolution(start_rolls=True)
