"""Set an answer beside what was expected: instants by value, figures exactly, and only the keys that are asserted."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

APPROXIMATE = ("sli", "error_budget_total", "error_budget_left")
TOLERANCE = Fraction(1, 10**9)


def differences(expected: Mapping[str, Any], answered: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return each asserted key whose answer differs, with what was expected and what was answered.

    Any typed error is right where an error is expected; `{"error": null}` only asserts that none is raised.
    """
    if "error" in expected:
        raised = "error" in answered
        if raised == (expected["error"] is not None):
            return {}
        return {"error": (expected["error"], answered.get("error"))}
    if "error" in answered:
        return {"error": (None, answered["error"])}
    return {
        key: (wanted, answered.get(key))
        for key, wanted in expected.items()
        if not equal(key, wanted, answered.get(key))
    }


def equal(key: str, wanted: Any, answered: Any) -> bool:
    """Say whether two values of a key mean the same."""
    if isinstance(wanted, list) and isinstance(answered, list):
        return len(wanted) == len(answered) and all(equal(key, *pair) for pair in zip(wanted, answered, strict=True))
    if isinstance(wanted, str) and isinstance(answered, str):
        return wanted == answered or _instant(wanted) == _instant(answered) is not None
    if key in APPROXIMATE and isinstance(wanted, int | float) and isinstance(answered, int | float):
        return abs(Fraction(wanted) - Fraction(answered)) <= TOLERANCE * abs(Fraction(wanted))
    return bool(wanted == answered)


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
