"""How a clock stands, in the words of a chip: its mark, its state, and the open time left or over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from servanda.engine import zones
from servanda.engine.clocks import State
from servanda.queries.clocks import ClockNow
from servanda.reports.words import DAYS, instant, length

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Countdown:
    """What a chip says: `mark` names the mark and the colour, `word` the state, `amount` the time in two units."""

    mark: str
    word: str
    amount: str = ""

    @property
    def words(self) -> str:
        """The state and the amount in one line."""
        return f"{self.word}, {self.amount}" if self.amount else self.word


_PLAIN = {
    State.MET: Countdown("met", "Met"),
    State.PAUSED: Countdown("paused", "Paused"),
    State.CANCELLED: Countdown("cancelled", "Cancelled"),
    State.EXEMPT: Countdown("exempt", "Exempt"),
    State.NOT_COVERED: Countdown("notagreed", "Not covered"),
}


def of(clock: ClockNow, now: datetime) -> Countdown:
    """Return what the chip of a clock says as of now."""
    if clock.state is State.MISSED:
        return Countdown("missed", "Missed" if clock.stopped_at else "Missed, still open", _after(clock.late))
    if clock.state is State.RUNNING:
        return _running(clock, now)
    return _PLAIN[clock.state]


def _after(late: timedelta | None) -> str:
    if late is None:
        return ""
    return f"+{two_units(late)}" if late >= MINUTE else f"by {two_units(late)}"


def _running(clock: ClockNow, now: datetime) -> Countdown:
    left = f"{two_units(clock.left)} left" if clock.left is not None else ""
    if clock.opens_at is not None:
        opens = opening(clock.opens_at, now, clock.zone)
        return Countdown("outside", "Outside hours", f"{left}, goes on {opens}" if left else f"goes on {opens}")
    return Countdown("near", "Due soon", left) if clock.near else Countdown("running", "Running", left)


def two_units(amount: timedelta) -> str:
    """Return an amount of time in at most two units, rounded down to whole minutes."""
    return length(amount - amount % MINUTE) if amount >= MINUTE else "under 1 min"


def opening(at: datetime, now: datetime, zone: str) -> str:
    """Return when time counts again: the weekday and the time within a week, else the whole date."""
    if at - now >= timedelta(days=6):
        return instant(at, zone)
    local = zones.to_local(zone, at)
    return f"{DAYS[local.weekday()]} {local.hour:02}:{local.minute:02}"
