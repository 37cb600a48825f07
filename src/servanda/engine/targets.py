"""Targets: one measurable promise each, with its limit by priority.

A limit is an amount and a unit, and the unit says which days and hours count. There is no unit "day": a day
is either a working day or a calendar day, and the agreement says which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from types import MappingProxyType

from servanda.engine.calendars import Calendar
from servanda.engine.instants import DAY, HOUR, MINUTE, SECOND

ANY_PRIORITY = "*"
STOPS = ("resolved", "closed", "first_responded", "replied")
MATURITIES = ("assumed", "proposed", "agreed")
LONGEST_DAYS = 36_525

_NO_NAMES: frozenset[str] = frozenset()


class InvalidTarget(ValueError):
    """A target or a limit that promises nothing that could be measured; `sentences` has every reason."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class Unit(Enum):
    """What an amount of a limit counts."""

    OPEN_TIME = "open time"
    WORKING_DAYS = "working days"
    CALENDAR_DAYS = "calendar days"
    ELAPSED = "elapsed"

    @property
    def in_days(self) -> bool:
        """Whether the amount is a number of dates, not an amount of time."""
        return self in (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS)


class TargetKind(Enum):
    """What is promised: an answer, news, a result, or a piece of work taken over."""

    FIRST_RESPONSE = "first_response"
    UPDATE = "update"
    INFORMED = "informed"
    RESOLUTION = "resolution"
    HAND_OVER = "hand_over"


class DueRolls(Enum):
    """Where a due instant goes that falls exactly on a closing: it stays, or rolls to the next opening."""

    CLOSING = "closing"
    NEXT_OPENING = "next_opening"


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a promise may take: microseconds of open or elapsed time, or whole days.

    `end_of_day` lets a limit in working days run to the last closing of its date.
    """

    amount: int
    unit: Unit
    end_of_day: bool = False

    def __post_init__(self) -> None:
        longest = LONGEST_DAYS if self.unit.in_days else LONGEST_DAYS * DAY
        if not 0 <= self.amount <= longest:
            raise InvalidTarget(f"A limit lies between 0 and {LONGEST_DAYS:,} days, but this one is {self}.")
        if self.end_of_day and self.unit is not Unit.WORKING_DAYS:
            raise InvalidTarget(f"Only a limit in working days runs to the end of the day, not {self}.")

    def __str__(self) -> str:
        """Return the limit as it is spoken: '9 hours', '2 working days, end of day', '72 elapsed hours'."""
        if self.unit.in_days:
            days = f"{self.amount} {self.unit.value if self.amount != 1 else self.unit.value[:-1]}"
            return f"{days}, end of day" if self.end_of_day else days
        return _amount_of_time(self.amount, "elapsed " if self.unit is Unit.ELAPSED else "")


@dataclass(frozen=True, slots=True)
class Target:
    """One measurable promise of an agreement version.

    The id names the lineage: a target that keeps its id from version to version is the same promise.
    `limits` are by priority code, `*` for any other; a code in `unlimited` has no limit by agreement, and is
    not looked for in a wider clause. `pauses` are the reasons that stop this clock; `None` is the default of
    `AgreementVersion.pauses_of`. Empty `services` and `customers` mean all those of the version. `source`
    says where the figures come from.
    """

    id: str
    kind: TargetKind
    limits: Mapping[str, Limit] = field(hash=False)
    calendar: Calendar = field(hash=False)
    name: str = ""
    unlimited: frozenset[str] = _NO_NAMES
    stop: str = "resolved"
    pauses: frozenset[str] | None = None
    due_rolls: DueRolls = DueRolls.CLOSING
    start_rolls: bool = False
    services: frozenset[str] = _NO_NAMES
    customers: frozenset[str] = _NO_NAMES
    party: str = ""
    share: Fraction | None = None
    maturity: str = "agreed"
    owner: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "limits", MappingProxyType(dict(self.limits)))
        faults = [f"Target '{self.id}' {fault}" for fault in _faults(self)]
        if faults:
            raise InvalidTarget(*faults)

    def limit_for(self, priority: str) -> Limit | None:
        """Return the limit for a priority code, or `None` where the target has none for it."""
        if priority in self.limits:
            return self.limits[priority]
        return None if priority in self.unlimited else self.limits.get(ANY_PRIORITY)

    def agrees_no_limit(self, priority: str) -> bool:
        """Whether the target says outright that a priority has no limit."""
        return priority not in self.limits and not self.unlimited.isdisjoint((priority, ANY_PRIORITY))


def _faults(target: Target) -> list[str]:
    """Return what makes the target meaningless, each as the rest of a sentence with its mend."""
    handed_over = target.kind is TargetKind.HAND_OVER
    checks = (
        (not target.id, "has no id. Give it a short name that stays the same from version to version."),
        (not target.limits, "has no limit. Give one limit, or one for each priority."),
        (
            not target.unlimited.isdisjoint(target.limits),
            "has both a limit and 'none' for one priority. Keep one of them.",
        ),
        (target.stop not in STOPS, f"stops at '{target.stop}'. Use one of: {', '.join(STOPS)}."),
        (
            target.kind is not TargetKind.RESOLUTION and target.stop != "resolved",
            f"names the stop '{target.stop}', but only a resolution target can choose its stop. Take it out.",
        ),
        (handed_over and not target.party, "is a hand-over, but names no team or supplier as its party."),
        (not handed_over and bool(target.party), "names a party, which only a hand-over has. Take it out."),
        (target.maturity not in MATURITIES, f"is '{target.maturity}'. Use one of: {', '.join(MATURITIES)}."),
        (
            target.share is not None and not 0 < target.share <= 1,
            "has a share outside 0 to 100 %. Write the share of tickets that keep the limit, such as 90 %.",
        ),
    )
    return [fault for holds, fault in checks if holds]


def _amount_of_time(microseconds: int, prefix: str) -> str:
    """Return an amount of time in its largest whole units, such as '1 hour 30 minutes'."""
    words: list[str] = []
    rest = microseconds
    for size, unit in ((HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"), (1, "microsecond")):
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{count} {'' if words else prefix}{unit}{'s' if count != 1 else ''}")
    return " ".join(words) or f"0 {prefix}hours"
