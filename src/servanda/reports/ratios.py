"""Ratios as people read them: rounded down, with their counts where they are small, never a figure from nothing."""

from fractions import Fraction
from functools import lru_cache

NO_VERDICT = "no data"
COUNTS_ONLY_BELOW = 10
COUNTS_TOO_BELOW = 100
MOST_DIGITS = 6


def percent(ratio: Fraction, digits: int = 1) -> str:
    """Return a ratio in percent, rounded down, so that 99.99 % is never shown as 100.0 %."""
    whole, rest = divmod(ratio * 100 * 10**digits // 1, 10**digits)
    return f"{whole}.{rest:0{digits}} %" if digits else f"{whole} %"


def as_published(met: int, verdicts: int) -> str:
    """Return somebody else's share in percent as it would be published, to the nearest tenth."""
    tenths = (Fraction(met * 1000, verdicts) + Fraction(1, 2)) // 1
    return f"{tenths // 10}.{tenths % 10} %"


def digits_of(share: Fraction | None) -> int:
    """Return the decimals of a percentage that a share needs to be written; one at least.

    Rounded down to as many, a figure never seems to contradict the comparison with that share.
    """
    return next((n for n in range(1, MOST_DIGITS) if share is None or share * 100 * 10**n % 1 == 0), MOST_DIGITS)


@lru_cache(maxsize=10_000)
def attained(met: int, verdicts: int, digits: int = 1) -> str:
    """Return an attainment in words: `98.1 %`, below 100 verdicts `90.0 % (45 of 50)`, below 10 `7 of 9`."""
    if verdicts == 0:
        return NO_VERDICT
    if verdicts < COUNTS_ONLY_BELOW:
        return f"{met} of {verdicts}"
    shown = percent(Fraction(met, verdicts), digits)
    return f"{shown} ({met} of {verdicts})" if verdicts < COUNTS_TOO_BELOW else shown
