"""Results: what the verdicts of a period come to, as counts and an exact fraction.

Each target on each ticket counts once. A verdict belongs to the period that its cohort says; what has no verdict to
count is counted beside it, in the period in which its ticket was opened. So every reading lies in exactly one
period, the results of neighbouring periods add up to that of both, and nothing is lost between them.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from servanda.engine.clocks import Cycle, State
from servanda.engine.judging import Reading
from servanda.engine.periods import Period

Key = TypeVar("Key", bound=Hashable)


class Cohort(Enum):
    """Which verdicts a period's result counts."""

    DECIDED_IN = "decided_in"
    STOPPED_IN = "stopped_in"
    DUE_IN = "due_in"
    OPENED_IN = "opened_in"

    @property
    def rule(self) -> str:
        """The rule in words."""
        return _RULES[self]


_RULES = {
    Cohort.DECIDED_IN: (
        "counts each verdict in the period in which it fell, at the earlier of its stop and its breach; "
        "a ticket still open past its due instant counts as missed"
    ),
    Cohort.STOPPED_IN: (
        "counts each verdict in the period in which the clock stopped; a ticket that is still open is not counted, "
        "however late it is"
    ),
    Cohort.DUE_IN: "counts each verdict in the period in which it was due, also when it was decided in another",
    Cohort.OPENED_IN: (
        "counts each verdict in the period in which its ticket was opened; tickets still open may yet change it"
    ),
}


class Standing(Enum):
    """What a reading comes to in a result: a verdict that counts, or the reason why none is counted."""

    MET = "met"
    MISSED = "missed"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    EXEMPT = "exempt"
    NOT_COVERED = "not covered"
    NOT_STOPPED = "missed and still open"
    MET_UNENFORCED = "met before enforcement"
    MISSED_UNENFORCED = "missed before enforcement"

    __hash__ = object.__hash__  # each is there once, and a page counts by them ten thousand times


_PLACES = {each: place for place, each in enumerate(Standing)}


def _place(counted: tuple[Standing, int]) -> int:
    return _PLACES[counted[0]]


class Verdict(NamedTuple):
    """The verdict on a target of a ticket; that on a promise that repeats is the verdict on its worst exchange.

    `stopped_at` is empty while an exchange is still open, which only a missed verdict can be.
    """

    met: bool
    decided_at: datetime
    due_at: datetime
    stopped_at: datetime | None


class Place(NamedTuple):
    """What a reading comes to, the instant that puts it into a period, and whether it is missed and still open."""

    standing: Standing
    at: datetime
    still_open: bool


@dataclass(frozen=True, slots=True)
class Result:
    """How many readings came to what; `still_open` says how many of the missed had not stopped."""

    standings: Mapping[Standing, int] = field(default_factory=dict)
    still_open: int = 0

    def __post_init__(self) -> None:
        counted = (each for each in self.standings.items() if each[1])
        ordered = dict(sorted(counted, key=_place))
        if any(number < 0 for number in ordered.values()) or not 0 <= self.still_open <= ordered.get(
            Standing.MISSED, 0
        ):
            raise ValueError(f"a result counts what there is: {self.standings}, {self.still_open} still open")
        object.__setattr__(self, "standings", MappingProxyType(ordered))

    def __hash__(self) -> int:
        return hash((*self.standings.items(), self.still_open))

    def __add__(self, other: "Result") -> "Result":
        """Return the result of both together."""
        standings = Counter(self.standings)
        standings.update(other.standings)
        return Result(standings, self.still_open + other.still_open)

    @property
    def met(self) -> int:
        """How many verdicts were met."""
        return self.standings.get(Standing.MET, 0)

    @property
    def missed(self) -> int:
        """How many verdicts were missed, whether their clocks have stopped or not."""
        return self.standings.get(Standing.MISSED, 0)

    @property
    def verdicts(self) -> int:
        """How many verdicts are counted: n."""
        return self.met + self.missed

    @property
    def beside(self) -> dict[Standing, int]:
        """What was not counted, by the reason, in the order of `Standing`."""
        return {each: number for each, number in self.standings.items() if each not in (Standing.MET, Standing.MISSED)}

    @property
    def readings(self) -> int:
        """How many readings there are, counted or not."""
        return sum(self.standings.values())

    @property
    def attainment(self) -> Fraction | None:
        """The share of the counted verdicts that were met, exactly; `None` where there is no verdict."""
        return Fraction(self.met, self.verdicts) if self.verdicts else None

    def keeps(self, share: Fraction) -> bool | None:
        """Whether the agreed share was reached, without rounding; `None` where there is no verdict."""
        return None if self.attainment is None else self.attainment >= share


def verdict_of(reading: Reading) -> Verdict | None:
    """Return the verdict of a reading, whether it counts or not; `None` where none has fallen.

    Missed is decided at the first breach, so that no later one moves it; met at the last stop.
    """
    if reading.state is State.MISSED:
        breach = min(cycle.breached_at for cycle in reading.cycles if cycle.breached_at is not None)
        return Verdict(met=False, decided_at=breach, due_at=breach, stopped_at=_last_stop(reading))
    if reading.state is State.MET:
        stop, due = max((cycle.stopped_at, cycle.due_at) for cycle in _met(reading))
        assert stop is not None
        assert due is not None
        return Verdict(met=True, decided_at=stop, due_at=due, stopped_at=_last_stop(reading))
    return None


def place_of(reading: Reading, cohort: Cohort) -> Place:
    """Return what a reading comes to under a cohort, and the instant that puts it into a period."""
    verdict = verdict_of(reading)
    if verdict is None:
        return Place(Standing(reading.state.value), reading.opened_at, still_open=False)
    if not reading.counted:
        standing = Standing.MET_UNENFORCED if verdict.met else Standing.MISSED_UNENFORCED
        return Place(standing, reading.opened_at, still_open=False)
    at = _instants(reading, verdict)[cohort]
    if at is None:
        return Place(Standing.NOT_STOPPED, reading.opened_at, still_open=False)
    return Place(Standing.MET if verdict.met else Standing.MISSED, at, verdict.stopped_at is None)


def over(
    readings: Iterable[Reading], by: Callable[[Reading], Key], *, cohort: Cohort, period: Period | None, zone: str
) -> dict[Key, Result]:
    """Return the result of each group of readings over a period, or over all time without one.

    The period's boundaries lie in the zone of the agreement that judges a reading, or in `zone` where none does.
    """
    standings: dict[Key, Counter[Standing]] = {}
    still_open: Counter[Key] = Counter()
    for reading in readings:
        place = place_of(reading, cohort)
        if period is None or period.holds(place.at, _zone(reading, zone)):
            key = by(reading)
            standings.setdefault(key, Counter())[place.standing] += 1
            still_open[key] += place.still_open
    return {key: Result(counts, still_open[key]) for key, counts in standings.items()}


def _instants(reading: Reading, verdict: Verdict) -> dict[Cohort, datetime | None]:
    return {
        Cohort.DECIDED_IN: verdict.decided_at,
        Cohort.STOPPED_IN: verdict.stopped_at,
        Cohort.DUE_IN: verdict.due_at,
        Cohort.OPENED_IN: reading.opened_at,
    }


def _met(reading: Reading) -> Iterator[Cycle]:
    return (cycle for cycle in reading.cycles if cycle.state is State.MET)


def _last_stop(reading: Reading) -> datetime | None:
    """Return when the last cycle stopped; `None` while one is open."""
    stops = [cycle.stopped_at for cycle in reading.cycles if cycle.stopped_at is not None]
    return max(stops) if len(stops) == len(reading.cycles) else None


def _zone(reading: Reading, otherwise: str) -> str:
    return reading.cover.version.zone if reading.cover.version else otherwise
