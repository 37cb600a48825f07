"""A line of time under a picture: where an instant lies, and ticks at round times of a zone's wall clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from servanda.engine import zones
from servanda.reports import words

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_WITHIN_A_DAY = tuple(_MINUTE * each for each in (1, 2, 5, 15, 30, 60, 120, 180, 360, 720))
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)


@dataclass(frozen=True, slots=True)
class Axis:
    """The time from `start` to `end`, drawn over a width."""

    start: datetime
    end: datetime
    width: float
    zone: str

    def x(self, at: datetime) -> float:
        """Return where an instant lies, no further than the ends."""
        part = (at - self.start) / (self.end - self.start)
        return min(max(part, 0.0), 1.0) * self.width

    def ticks(self, room: float) -> Iterator[tuple[float, str]]:
        """Yield where ticks stand and what they say, at least so far apart."""
        at_most = max(int(self.width // room), 1)
        whole = self.end - self.start
        step = next((each for each in _WITHIN_A_DAY if whole / each <= at_most), None)
        if step is not None:
            return self._hours(step)
        days = next((each for each in _DAYS if whole / (each * _DAY) <= at_most), None)
        return self._days(days) if days is not None else self._months(whole, at_most)

    def _hours(self, step: timedelta) -> Iterator[tuple[float, str]]:
        """Yield ticks within days at round times; each says what a wall clock then shows, midnight the date."""
        on = zones.to_local(self.zone, self.start).date()
        while (at := zones.midnight(on, self.zone)) <= self.end:
            if at >= self.start:
                yield self.x(at), day(on)
            for at in self._round_times(on, step):
                local = zones.to_local(self.zone, at)
                yield self.x(at), f"{local.hour:02}:{local.minute:02}"
            on += _DAY

    def _round_times(self, on: date, step: timedelta) -> list[datetime]:
        """Return the instants on the line at which a wall clock shows round times of a date, each once."""
        first = datetime.combine(on, time.min)
        shown = (first + step * place for place in range(1, -int(-_DAY // step)))
        found = (each.replace(tzinfo=zones.zone(self.zone)).astimezone(UTC) for each in shown)
        return list(dict.fromkeys(at for at in found if self.start <= at <= self.end))

    def _days(self, step: int) -> Iterator[tuple[float, str]]:
        on = zones.to_local(self.zone, self.start).date()
        if step >= 7:
            on -= _DAY * on.weekday()
        while (at := zones.midnight(on, self.zone)) <= self.end:
            if at >= self.start:
                yield self.x(at), day(on)
            on += step * _DAY

    def _months(self, whole: timedelta, at_most: int) -> Iterator[tuple[float, str]]:
        step = next((each for each in _MONTHS if whole / (30 * each * _DAY) <= at_most), _MONTHS[-1])
        local = zones.to_local(self.zone, self.start)
        number = (local.year * 12 + local.month - 1) // step * step
        while (at := zones.midnight(date(number // 12, number % 12 + 1, 1), self.zone)) <= self.end:
            if at >= self.start:
                yield self.x(at), f"{words.MONTHS[number % 12]} {number // 12}"
            number += step


def day(on: date) -> str:
    """Return a date as ticks say it: `Tue 3 Mar`."""
    return f"{words.DAYS[on.weekday()]} {on.day} {words.MONTHS[on.month - 1]}"
