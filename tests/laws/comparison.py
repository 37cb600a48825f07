"""When two answers in the case format are one: instants by value, numbers exact, ratios within a billionth."""

from datetime import datetime

CLOSE_ENOUGH = frozenset({"sli", "error_budget_total", "error_budget_left"})


def differences(expected: dict[str, object], found: dict[str, object]) -> list[str]:
    """Return the keys on which an answer differs from the expected one; an error is an error, whatever its text."""
    if "error" in expected or "error" in found:
        return [] if ("error" in expected) == ("error" in found) else ["error"]
    return [key for key, value in expected.items() if key not in found or not same(key, value, found[key])]


def same(key: str, expected: object, found: object) -> bool:
    """Tell whether two values of a key are the same."""
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, [key] * len(expected), expected, found))
    if expected is None or isinstance(expected, bool):
        return expected is found
    if isinstance(expected, int | float) and isinstance(found, int | float):
        close = 1e-9 * max(abs(expected), abs(found)) if key in CLOSE_ENOUGH else 0
        return abs(expected - found) <= close
    return instant_or_text(expected) == instant_or_text(found)


def instant_or_text(value: object) -> object:
    """Return a text with an offset as the instant it names."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and len(value) > 18 else value
    except ValueError:
        return value
