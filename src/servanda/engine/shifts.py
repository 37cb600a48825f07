"""Shifts: stretches of wall-clock time that belong to the date they start on."""

from dataclasses import dataclass
from datetime import date

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_SHIFT = 48 * 3600


class InvalidCalendar(ValueError):
    """A calendar whose hours make no sense."""


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """Opening hours from `start` to `end`, in seconds of wall clock after the midnight of the date they belong to.

    Past 86,400 both count on into the night: 26:00-26:30 is the break of a night shift at two in the morning.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start < 0:
            raise InvalidCalendar(f"a shift starts at 00:00 or later, not {-self.start} seconds before midnight")
        if not self.start < self.end <= LONGEST_SHIFT:
            raise InvalidCalendar(
                f"the shift {self} ends before or when it starts, or after 48:00. "
                "Write a later end; past midnight count on, such as 22:00-30:00."
            )

    def __str__(self) -> str:
        return f"{clock_time(self.start)}-{clock_time(self.end)}"


Shifts = tuple[Shift, ...]
Week = tuple[Shifts, Shifts, Shifts, Shifts, Shifts, Shifts, Shifts]
WHOLE_DAY: Shifts = (Shift(0, 86_400),)
NO_WEEK: Week = ((), (), (), (), (), (), ())


@dataclass(frozen=True, slots=True)
class Season:
    """Weekly hours that replace the usual ones from `first` to `last`, both included, such as a school's holidays."""

    first: date
    last: date
    weekly: Week

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidCalendar(f"the season from {self.first} ends before it begins, on {self.last}")


def clock_time(seconds: int) -> str:
    """Return seconds after midnight as HH:MM, or HH:MM:SS where seconds matter."""
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text
