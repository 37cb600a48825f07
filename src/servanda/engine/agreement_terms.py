"""What two sides agree on beside targets: duties, who tells whom, goals, and how an agreement comes to its end."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

LONGEST_NOTICE = 3_660
"""Days; ten years."""


class InvalidTerm(ValueError):
    """A term that says nothing, or that nobody could keep."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What a side has to do so that the targets can be kept, such as naming one person who may be asked."""

    of: str
    does: str

    def __post_init__(self) -> None:
        if not (self.of.strip() and self.does.strip()):
            raise InvalidTerm("A duty needs whose it is and what they do. Write both.")


@dataclass(frozen=True, slots=True)
class Announcement:
    """A line of the communication plan: upon an event, who tells whom, by which channel, within what time."""

    event: str
    to: str
    by: str
    channel: str = ""
    within: str = ""

    def __post_init__(self) -> None:
        if not (self.event.strip() and self.to.strip() and self.by.strip()):
            raise InvalidTerm("A line of the communication plan needs the event, who is told and by whom. Write all.")


@dataclass(frozen=True, slots=True)
class Goal:
    """An improvement agreed relative to what is measured now: `change` of `baseline` of a measure, by a date.

    A fifth fewer complaints than 40 a month is the baseline 40, the measure 'complaints a month' and the change -1/5.
    """

    id: str
    baseline: Decimal
    measure: str
    change: Fraction
    by: date
    source: str

    def __post_init__(self) -> None:
        if not self.baseline.is_finite() or self.baseline <= 0:
            raise InvalidTerm(f"Goal '{self.id}' starts from {self.baseline}. Start from a measured number above 0.")
        if self.change == 0 or self.change < -1:
            raise InvalidTerm(f"Goal '{self.id}' changes nothing, or takes away more than there is. Correct 'change'.")
        if not (self.measure.strip() and self.source.strip()):
            raise InvalidTerm(f"Goal '{self.id}' needs what is counted and where the number comes from. Write both.")

    @property
    def wanted(self) -> Fraction:
        """The number that is to be reached."""
        return Fraction(self.baseline) * (1 + self.change)


@dataclass(frozen=True, slots=True)
class Termination:
    """How an agreement is ended: days of notice, the period by which it renews itself unless ended, and other terms."""

    notice_days: int = 0
    renews_every: str = ""
    terms: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.notice_days <= LONGEST_NOTICE:
            raise InvalidTerm(f"{self.notice_days} days of notice are outside 0 to {LONGEST_NOTICE}. Correct them.")
        if not (self.notice_days or self.renews_every or self.terms.strip()):
            raise InvalidTerm("How the agreement ends is left empty. Give days of notice, a renewal or terms.")
