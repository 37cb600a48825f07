"""Availability: how much of the time that a service was to be there it was there.

Agreed service time is the opening hours of the period, less agreed maintenance and less time of which nothing is
known; downtime is the outages within it. Maintenance and unknown time are in neither, so they neither help nor
harm. Every ratio is an exact fraction between 0 and 1; percent and rounding are for screens. Where there is nothing
to divide by there is no ratio: an empty period is not 100 %, and no failure is not an endless time between two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from fractions import Fraction
from math import prod

from servanda.engine import intervals
from servanda.engine.calendars import Calendar
from servanda.engine.instants import amount
from servanda.engine.intervals import Interval, Intervals


class Condition(Enum):
    """What is known of a service at an instant."""

    OK = "ok"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """A service's condition from an instant on, and what it had been until then, as its monitor tells it."""

    at: datetime
    condition: Condition
    previous: Condition = Condition.UNKNOWN


@dataclass(frozen=True, slots=True)
class Availability:
    """The agreed service time of a period, and what of it was down.

    `outages` are the outages that took agreed service time, joined where they overlap, each in its whole
    length; `unknown` is the service time, outside maintenance, of which nothing is known.
    """

    agreed: Intervals
    down: Intervals
    outages: Intervals
    unknown: Intervals

    @property
    def service_time(self) -> timedelta:
        """The agreed service time: the denominator."""
        return intervals.total(self.agreed)

    @property
    def downtime(self) -> timedelta:
        """The agreed service time lost to outages."""
        return intervals.total(self.down)

    @property
    def uptime(self) -> timedelta:
        """The agreed service time that was not lost."""
        return self.service_time - self.downtime

    @property
    def failures(self) -> int:
        """How many outages took agreed service time; one that lasts overnight is one."""
        return len(self.outages)

    @property
    def ratio(self) -> Fraction | None:
        """Uptime divided by agreed service time; nothing without agreed service time."""
        return ratio(self.uptime, self.service_time)

    @property
    def unknown_share(self) -> Fraction | None:
        """The share of the service time outside maintenance of which nothing is known, to be shown beside the ratio."""
        unknown = intervals.total(self.unknown)
        return ratio(unknown, self.service_time + unknown)


def measure(
    calendar: Calendar,
    period: Intervals,
    outages: Iterable[Interval],
    *,
    maintenance: Iterable[Interval] = (),
    unknown: Iterable[Interval] = (),
) -> Availability:
    """Return the availability in a period, whose service hours are the calendar's."""
    hours = [Interval(*opening) for each in period for opening in calendar.openings(each.start, each.end)]
    watched = intervals.without(hours, maintenance)
    agreed = intervals.without(watched, unknown)
    joined = intervals.union(outages)
    return Availability(
        agreed,
        intervals.common(agreed, joined),
        intervals.meeting(joined, agreed),
        intervals.common(watched, unknown),
    )


def stretches(
    changes: Sequence[Change], period: Interval, current: Condition = Condition.UNKNOWN
) -> tuple[tuple[Interval, Condition], ...]:
    """Return the period parted at its changes, each part with the service's condition.

    At the start of the period the last change at or before it holds; without one, what the next change says had been
    until then; without that, the `current` condition. A part that ends with a change whose monitor did not know
    what had been is unknown, even if an earlier change said otherwise: silence is no proof of up.
    """
    ordered = sorted(changes, key=lambda change: change.at)
    within = [each for each in ordered if period.start < each.at < period.end]
    condition, since = _condition_at(ordered, period.start, current), period.start
    parts: list[tuple[Interval, Condition]] = []
    for each in within:
        known = condition if each.previous is not Condition.UNKNOWN else Condition.UNKNOWN
        parts += [(part, known) for part in intervals.between(since, each.at)]
        condition, since = each.condition, each.at
    return (*parts, (Interval(since, period.end), condition))


def _condition_at(ordered: Sequence[Change], at: datetime, current: Condition) -> Condition:
    earlier = [each for each in ordered if each.at <= at]
    if earlier:
        return earlier[-1].condition
    return ordered[0].previous if ordered else current


def ratio(part: timedelta, whole: timedelta) -> Fraction | None:
    """Return a part divided by its whole, exactly; nothing when the whole is nothing."""
    return Fraction(amount(part), amount(whole)) if whole else None


# --- Reliability: seconds, exactly ------------------------------------------------------------------------


def mean_time_to_restore(downtime: timedelta, failures: int) -> Fraction | None:
    """Return MTRS in seconds: downtime per failure; nothing without a failure."""
    return _seconds_each(downtime, failures)


def mean_time_between_failures(service_time: timedelta, downtime: timedelta, failures: int) -> Fraction | None:
    """Return MTBF in seconds: uptime per failure; nothing without a failure, which is not an endless time."""
    return _seconds_each(service_time - downtime, failures)


def mean_time_between_incidents(service_time: timedelta, failures: int) -> Fraction | None:
    """Return MTBSI in seconds, from one failure to the next: MTBF and MTRS together; nothing without a failure."""
    return _seconds_each(service_time, failures)


def _seconds_each(length: timedelta, failures: int) -> Fraction | None:
    return seconds(length) * Fraction(1, failures) if failures else None


def seconds(length: timedelta) -> Fraction:
    """Return an amount of time in seconds, exactly."""
    return Fraction(amount(length), 1_000_000)


# --- Promises and combinations ----------------------------------------------------------------------------


def allowed_downtime(service_time: timedelta, target: Fraction) -> Fraction:
    """Return the seconds that may be lost while a target ratio is kept: the error budget."""
    if not 0 <= target <= 1:
        raise ValueError(f"a target ratio lies between 0 and 1, not at {target}: 99.9 % is 999/1000")
    return seconds(service_time) * (1 - target)


def in_series(ratios: Iterable[Fraction]) -> Fraction:
    """Return the availability of a service that needs every one of its parts, which fail independently."""
    return prod(ratios, start=Fraction(1))


def in_parallel(ratios: Iterable[Fraction]) -> Fraction:
    """Return the availability of a service that needs any one of its parts, which fail independently."""
    return 1 - prod((1 - each for each in ratios), start=Fraction(1))


def for_users(service_time: timedelta, hit: Iterable[tuple[timedelta, int]], users: int) -> Fraction | None:
    """Return availability weighted by users, from each outage's downtime and how many of all users it hit.

    Nothing without service time or users.
    """
    lost = sum((downtime * hit_users for downtime, hit_users in hit), timedelta())
    share = ratio(lost, service_time * users)
    return None if share is None else 1 - share
