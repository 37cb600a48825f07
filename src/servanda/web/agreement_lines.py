"""Terms of an agreement as lines of a text field: the keys of agreement files and what they say, parted by semicolons.

storm; reason: flood; approved by: head; opened from: 2026-05-01; opened until: 2026-05-03
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from servanda.engine.agreement_terms import Goal
from servanda.engine.agreements import Credits, CreditTier, Exclusion, WorkloadLimit
from servanda.files import notation

EXCLUSION = ("reason", "approved by", "tickets", "services", "customers", "opened from", "opened until")
WORKLOAD = ("at most", "every", "services")
GOAL = ("baseline", "change", "by", "source")
CHARGE, TIER = ("charge", "every", "cap"), ("target", "below", "credit")


def text_of(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return entries of an agreement file as lines; an id stands first, without its key."""
    return "\n".join("; ".join(_parts(each)) for each in entries if each)


def _parts(entries: Mapping[str, Any]) -> Iterator[str]:
    for key, told in entries.items():
        text = ", ".join(told) if isinstance(told, list) else f"{told}"
        yield text if key == "id" else f"{key.replace('_', ' ')}: {text}"


def exclusion(line: str) -> Exclusion:
    """Return the exclusion of a line; raise `ValueError` with a sentence where it has none."""
    id, told = _named(line, EXCLUSION)
    tickets, services, customers = (_names(told.get(each, "")) for each in ("tickets", "services", "customers"))
    first, last = (notation.day(told[each]) if each in told else None for each in ("opened from", "opened until"))
    return Exclusion(id, told.get("reason", ""), told.get("approved by", ""), tickets, services, customers, first, last)


def workload_limit(line: str) -> WorkloadLimit:
    """Return the workload limit of a line; raise `ValueError` with a sentence where it has none."""
    id, told = _named(line, WORKLOAD)
    at_most = _needed(told, "at most")
    if not (at_most.isascii() and at_most.isdecimal()) or len(at_most) > 9:
        raise ValueError(f"'{at_most}' is no number of tickets.")
    return WorkloadLimit(id, int(at_most), _needed(told, "every"), _names(told.get("services", "")))


def goal(line: str) -> Goal:
    """Return the goal of a line; raise `ValueError` with a sentence where it has none."""
    id, told = _named(line, GOAL)
    number, _, measure = _needed(told, "baseline").partition(" ")
    change, by = _share(_needed(told, "change").lstrip("+")), notation.day(_needed(told, "by"))
    return Goal(id, _decimal(number), measure.strip(), change, by, _needed(told, "source"))


def credits(lines: Sequence[str]) -> Credits | None:
    """Return the credits of a charge and its tiers; raise `ValueError` with a sentence where there are none."""
    if not lines:
        return None
    told, tiers = _told(lines[0].split(";"), CHARGE), [_told(each.split(";"), TIER) for each in lines[1:]]
    amount, _, currency = _needed(told, "charge").partition(" ")
    return Credits(
        notation.money(f"{_decimal(amount)} {currency.strip()}"),
        _needed(told, "every"),
        tuple(
            CreditTier(_needed(each, "target"), _share(_needed(each, "below")), _share(_needed(each, "credit")))
            for each in tiers
        ),
        _share(told["cap"]) if "cap" in told else None,
    )


def _named(line: str, keys: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return the id that a line begins with, and what it tells."""
    id, *parts = line.split(";")
    if not id.strip() or ":" in id:
        raise ValueError(f"It begins with no short name. Write one first, such as: new; {keys[0]}: …")
    return id.strip(), _told(parts, keys)


def _told(parts: Iterable[str], keys: Sequence[str]) -> dict[str, str]:
    told: dict[str, str] = {}
    for part in parts:
        key, _, text = (each.strip() for each in part.partition(":"))
        if key not in keys or not text:
            raise ValueError(f"'{part.strip()[:60]}' is none of: {', '.join(f'{each}: …' for each in keys)}.")
        if key in told:
            raise ValueError(f"'{key}' is told twice. Keep one.")
        told[key] = text
    return told


def _needed(told: Mapping[str, str], key: str) -> str:
    if key not in told:
        raise ValueError(f"It lacks '{key}: …'.")
    return told[key]


def _names(text: str) -> frozenset[str]:
    return frozenset(filter(None, (each.strip() for each in text.split(","))))


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"'{text[:40]}' is no number. Write one, such as 40 or 1250.00.") from None


def _share(text: str) -> Any:
    try:
        return notation.share(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"'{text[:40]}' is no percentage. Write one, such as 95 %.") from None
