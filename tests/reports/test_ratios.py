from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.reports.ratios import attained, digits_of, percent


@pytest.mark.parametrize(
    ("ratio", "digits", "shown"),
    [
        (Fraction(45, 50), 1, "90.0 %"),
        (Fraction(9999, 10_000), 1, "99.9 %"),
        (Fraction(9999, 10_000), 2, "99.99 %"),
        (Fraction(999_999_999, 1_000_000_000), 1, "99.9 %"),
        (Fraction(2, 3), 1, "66.6 %"),
        (Fraction(1, 3000), 1, "0.0 %"),
        (Fraction(1), 1, "100.0 %"),
        (Fraction(1, 200), 0, "0 %"),
    ],
)
def test_a_percentage_is_rounded_down(ratio: Fraction, digits: int, shown: str) -> None:
    assert percent(ratio, digits) == shown


@pytest.mark.parametrize(
    ("met", "verdicts", "shown"),
    [
        (0, 0, "no data"),
        (0, 1, "0 of 1"),
        (9, 9, "9 of 9"),
        (10, 10, "100.0 % (10 of 10)"),
        (98, 99, "98.9 % (98 of 99)"),
        (99, 100, "99.0 %"),
    ],
)
def test_small_numbers_are_shown_as_counts(met: int, verdicts: int, shown: str) -> None:
    assert attained(met, verdicts) == shown


@pytest.mark.parametrize(
    ("share", "digits"),
    [(None, 1), (Fraction(9, 10), 1), (Fraction(9995, 10_000), 2), (Fraction(99_999, 100_000), 3), (Fraction(1, 3), 6)],
)
def test_a_figure_has_the_decimals_of_the_share_it_is_compared_with(share: Fraction | None, digits: int) -> None:
    assert digits_of(share) == digits


@given(st.integers(0, 10_000), st.integers(1, 10_000), st.integers(1, 99_999))
def test_what_is_shown_never_contradicts_the_comparison(met: int, missed: int, thousandths: int) -> None:
    ratio, share = Fraction(met, met + missed), Fraction(thousandths, 100_000)
    shown = Fraction(percent(ratio, digits_of(share)).removesuffix(" %")) / 100
    assert (shown >= share) is (ratio >= share)
