"""Levels of service: what a service gives, as somebody estimates it, until it is measured, proposed and agreed.

An estimate is a figure with its source and its day. It never stands in the place of a measurement (FITS, service level
management, step 2).
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction

from servanda.engine.targets import TargetKind

_PERCENTAGE = re.compile(r"(?P<number>[0-9]{1,3}(?:\.[0-9]{1,4})?)[ \u00a0]?%", re.ASCII)
_NUMBER = re.compile("[0-9]", re.ASCII)


class InvalidEstimate(ValueError):
    """Something that no level can be estimated at."""


class LevelKind(Enum):
    """What a level is a level of."""

    AVAILABILITY = "availability"
    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"
    SUPPORT_HOURS = "support_hours"

    @property
    def by_priority(self) -> bool:
        """Whether each priority has a level of its own."""
        return self.target_kind is not None

    @property
    def target_kind(self) -> TargetKind | None:
        """The kind of target that promises such a level; `None` where no target does."""
        return _TARGET_KINDS.get(self)


_TARGET_KINDS = {
    LevelKind.FIRST_RESPONSE: TargetKind.FIRST_RESPONSE,
    LevelKind.RESOLUTION: TargetKind.RESOLUTION,
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A level as somebody estimated it: the figure, where it comes from, the day it is of; no `priority` is any.

    Availability is a percentage. A first response or a resolution is a time, or the share of tickets that are in time.
    """

    kind: LevelKind
    figure: str
    source: str
    on: date
    priority: str = ""

    def __post_init__(self) -> None:
        if not self.source.strip():
            raise InvalidEstimate("An estimate says where its figure comes from. Name the source.")
        if self.priority and not self.kind.by_priority:
            raise InvalidEstimate("Only a first response and a resolution have priorities. Leave the priority out.")
        if self.share is None:
            self._refuse_unless_told_otherwise()

    def _refuse_unless_told_otherwise(self) -> None:
        """Raise `InvalidEstimate` for a figure without a percentage that needs one, or that says nothing."""
        if self.kind is LevelKind.AVAILABILITY or ("%" in self.figure and self.kind.by_priority):
            raise InvalidEstimate("A percentage lies between 0 % and 100 %, with 4 decimals at most, such as 99.5 %.")
        if not self.figure.strip():
            raise InvalidEstimate("An estimate has a figure. Give one.")
        if self.kind.by_priority and not _NUMBER.search(self.figure):
            raise InvalidEstimate("A time has a number, such as 4 hours or 2 working days. Give one.")

    @property
    def share(self) -> Fraction | None:
        """The figure where it is a percentage, from 0 to 1; `None` for any other."""
        found = _PERCENTAGE.fullmatch(self.figure.strip())
        share = Fraction(found["number"]) * Fraction(1, 100) if found else None
        return share if share is not None and share <= 1 else None
