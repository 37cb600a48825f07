"""Attendance: whether those who speak for users come to the meetings, and when somebody else should be asked."""

from collections.abc import Mapping
from datetime import date

PROMPT_AFTER = 3
"""After so many absences in a row somebody else is to be asked."""


def absences_in_a_row(present: Mapping[date, bool]) -> int:
    """Return how many of the last meetings somebody missed one after the other, by the day of each."""
    missed = 0
    for on in sorted(present, reverse=True):
        if present[on]:
            break
        missed += 1
    return missed


def is_to_be_replaced(present: Mapping[date, bool]) -> bool:
    """Whether so many absences in a row prompt for a replacement."""
    return absences_in_a_row(present) >= PROMPT_AFTER
