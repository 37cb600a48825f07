"""Estimates of levels: a figure with its source and day; what cannot be a level is refused."""

from datetime import date
from fractions import Fraction

import pytest

from servanda.engine.levels import Estimate, InvalidEstimate, LevelKind

ON = date(2026, 1, 12)


def estimate(kind: LevelKind, figure: str, source: str = "asked the technicians", priority: str = "") -> Estimate:
    """Return an estimate of a Monday."""
    return Estimate(kind, figure, source, ON, priority)


@pytest.mark.parametrize(
    ("figure", "share"),
    [("98 %", Fraction(98, 100)), ("99.95%", Fraction(9995, 10_000)), ("0 %", Fraction(0)), ("100 %", Fraction(1))],
)
def test_availability_is_a_percentage(figure: str, share: Fraction) -> None:
    assert estimate(LevelKind.AVAILABILITY, figure).share == share


@pytest.mark.parametrize("figure", ["100.1 %", "98", "often", "", "-3 %", "98.12345 %"])
def test_any_other_availability_is_refused(figure: str) -> None:
    with pytest.raises(InvalidEstimate, match="between 0 % and 100 %"):
        estimate(LevelKind.AVAILABILITY, figure)


def test_a_response_is_a_time_or_the_share_in_time() -> None:
    assert estimate(LevelKind.FIRST_RESPONSE, "about 4 hours", priority="P1").share is None
    assert estimate(LevelKind.RESOLUTION, "80 %").share == Fraction(4, 5)
    for figure, why in (("soon", "has a number"), (" ", "has a figure"), ("180 %", "between 0 %")):
        with pytest.raises(InvalidEstimate, match=why):
            estimate(LevelKind.RESOLUTION, figure)


def test_an_estimate_has_a_source_and_a_priority_only_where_there_are_some() -> None:
    with pytest.raises(InvalidEstimate, match="Name the source"):
        estimate(LevelKind.SUPPORT_HOURS, "school days", source=" ")
    with pytest.raises(InvalidEstimate, match="Leave the priority out"):
        estimate(LevelKind.SUPPORT_HOURS, "school days", priority="P1")
