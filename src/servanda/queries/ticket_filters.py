"""What can be asked of the list of tickets: each value from a closed list, or a name that is only ever compared."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import Enum
from typing import Any

from servanda.bad_input import BadInput
from servanda.engine.periods import InvalidPeriod, Period
from servanda.engine.targets import TargetKind

LONGEST = 200
_VERSION = re.compile(r"(?P<agreement>[^/]+)/(?P<number>[1-9][0-9]{0,8})", re.ASCII)
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII)
_PAGE = re.compile(r"[0-9]{1,12}", re.ASCII)


class Asked(Enum):
    """The state of a clock that is asked for; the last two are of tickets without one."""

    OPEN = "open"
    RUNNING = "running"
    DUE_SOON = "due-soon"
    PAUSED = "paused"
    MISSED = "missed"
    OVERDUE = "overdue"
    MET = "met"
    EXEMPT = "exempt"
    CANCELLED = "cancelled"
    NO_CLOCK = "no-clock"
    UNJUDGED = "unjudged"


class Order(Enum):
    """The order of a list; a minus puts the greatest first."""

    NEWEST = "-opened"
    OLDEST = "opened"
    DUE = "due"
    NUMBER = "number"
    NUMBER_DOWN = "-number"
    PRIORITY = "priority"
    PRIORITY_DOWN = "-priority"


class Outside(Enum):
    """Tickets for what the catalogue does not list: all, those about which nothing is decided, or by the decision."""

    ANY = "outside"
    UNDECIDED = "undecided"
    ACCEPTED_ONCE = "accepted_once"
    REFUSED = "refused"
    PROPOSED = "proposed"


VERDICTS = (Asked.MET, Asked.MISSED)
WITHOUT_A_CLOCK = (Asked.NO_CLOCK, Asked.UNJUDGED)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of tickets is to show; what is empty does not matter.

    `find` is how a number begins. `priority` is the code by which a clock was judged, for a ticket without a clock the
    word of its source. `month` asks for clocks whose verdict fell in it. Whatever is asked of a clock is asked of one
    and the same.
    """

    find: str = ""
    service: str = ""
    customer: str = ""
    priority: str = ""
    source: str = ""
    state: Asked | None = None
    kind: TargetKind | None = None
    party: str = ""
    target: str = ""
    agreement: str = ""
    version: str = ""
    month: date | None = None
    flag: str = ""
    catalogue: Outside | None = None
    sort: Order = Order.NEWEST

    def __post_init__(self) -> None:
        if self.month is not None and self.state is not None and self.state not in VERDICTS:
            raise BadInput(
                f"A month is asked for together with the state '{self.state.value}'.",
                expected="a month alone, or with met or missed: the verdicts that fell in it",
                mend="Take the month or the state away.",
            )

    @property
    def may_be_unopened(self) -> bool:
        """Whether tickets are asked for that nobody ever opened; lists by their opening leave these out."""
        return bool(self.find) or self.state is Asked.UNJUDGED

    def written(self) -> dict[str, str]:
        """Return the filters as parameters of an address, those alone that are set; `read` is the way back."""
        told = ((name, getattr(self, name), usual) for name, usual in _USUAL.items())
        return {name: _text(value) for name, value, usual in told if value != usual}

    def without(self, name: str) -> "Filters":
        """Return the filters with one of them taken away."""
        return replace(self, **{name: _USUAL[name]})


_USUAL: dict[str, Any] = {each.name: each.default for each in fields(Filters)}
"""The filters as they are where nothing is asked."""


def read(told: Mapping[str, str]) -> Filters:
    """Return the filters that the parameters of an address ask for; raise `BadInput` for a value that cannot be.

    Parameters of other names are left to others.
    """
    found: dict[str, Any] = {}
    for each in fields(Filters):
        value = told.get(each.name, "").strip()
        if value:
            found[each.name] = _READING.get(each.name, _name)(each.name, value)
    return Filters(**found)


def page_of(told: Mapping[str, str], name: str = "page") -> int:
    """Return the number of a page that is asked for, 1 without any; raise `BadInput` for what is no number."""
    value = told.get(name, "").strip() or "1"
    if value.isascii() and value.isdigit():
        return max(1, int(value[:12])) if len(value) <= 12 else 10**12
    raise _refused(name, value, "the number of a page, from 1")


def _text(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return f"{value:%Y-%m}" if isinstance(value, date) else str(value)


def _name(name: str, value: str) -> str:
    if "\0" in value or len(value) > LONGEST:
        raise _refused(name, value, f"text of at most {LONGEST} signs, without NUL")
    return value


def _one_of(words: type[Enum]) -> Callable[[str, str], Any]:
    """Return what reads one of the words of a closed list."""

    def reading(name: str, value: str) -> Any:
        try:
            return words(value)
        except ValueError:
            raise _refused(name, value, "one of: " + ", ".join(str(each.value) for each in words)) from None

    return reading


def _month(name: str, value: str) -> date:
    try:
        if not _MONTH.fullmatch(value):
            raise InvalidPeriod(value)
        return Period.read(value).first
    except InvalidPeriod:
        raise _refused(name, value, "a month, such as 2026-03") from None


def _version(name: str, value: str) -> str:
    if len(value) > LONGEST or not _VERSION.fullmatch(value):
        raise _refused(name, value, "the id of an agreement and the number of a version, such as service-desk/2")
    return value


def _refused(name: str, value: str, expected: str) -> BadInput:
    shown = value.replace("\0", "␀")
    shown = shown if len(shown) <= 60 else f"{shown[:60]}…"
    return BadInput(
        f"The address asks for {name}={shown}.", expected=expected, mend="Choose it in the form above the list."
    )


_READING: Mapping[str, Callable[[str, str], Any]] = {
    "state": _one_of(Asked),
    "kind": _one_of(TargetKind),
    "sort": _one_of(Order),
    "catalogue": _one_of(Outside),
    "month": _month,
    "version": _version,
}
