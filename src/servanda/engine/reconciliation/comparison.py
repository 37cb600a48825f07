"""What a source claims beside what we find: counted, and the source held against itself."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from servanda.engine.events import EventKind
from servanda.engine.reconciliation.cases import STOPS, Case

EXACT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Same:
    """Of `compared` pairs, `same` are the same; of instants, `exact` to the second."""

    compared: int = 0
    same: int = 0
    exact: int = 0

    @property
    def different(self) -> int:
        """The pairs that differ."""
        return self.compared - self.same


@dataclass(frozen=True, slots=True)
class Line:
    """The dues and the verdicts compared in one part of the tickets: one unit, target or priority."""

    by: str
    name: str
    dues: Same
    verdicts: Same


@dataclass(frozen=True, slots=True)
class OwnVerdict:
    """The source's verdict beside the one that follows from its own due time and its own stop.

    `open_past_due` counts tickets never stopped whose claimed due has passed, which should be missed;
    `contradictions` are the tickets on which the source does not agree with itself.
    """

    stop: EventKind
    stopped: Same
    open_past_due: Same
    no_verdict: int
    contradictions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """The share that the source's verdicts give over all tickets, and over those that had a due time at all.

    `met_without_due` of the `without_due` tickets with a verdict but no due time count as met;
    `open_without_due` of them have not even been stopped.
    """

    verdicts: int
    met: int
    with_due: int
    met_with_due: int
    no_verdict_with_due: int
    without_due: int
    met_without_due: int
    open_without_due: int


def dues(cases: Iterable[Case], tolerance: timedelta) -> Same:
    """Return how many due instants agree within the tolerance, and how many to the second."""
    compared = [case for case in cases if case.due_compared]
    same = sum(case.due_within(case.due_at, tolerance) for case in compared)
    exact = sum(case.due_within(case.due_at, EXACT - timedelta(microseconds=1)) for case in compared)
    return Same(len(compared), same, exact)


def verdicts(cases: Iterable[Case]) -> Same:
    """Return how many verdicts agree."""
    compared = [case for case in cases if case.verdict_compared]
    same = sum(not case.verdict_differs for case in compared)
    return Same(len(compared), same, same)


def _unit(case: Case) -> str:
    reading = case.covered
    return reading.cover.limit.unit.value if reading and reading.cover.limit else ""


def _target(case: Case) -> str:
    return case.covered.target if case.covered else ""


def _priority(case: Case) -> str:
    return case.covered.priority if case.covered else ""


PARTS: tuple[tuple[str, Callable[[Case], str]], ...] = (("unit", _unit), ("priority", _priority), ("target", _target))


def lines(cases: Sequence[Case], tolerance: timedelta) -> tuple[Line, ...]:
    """Return the comparison by unit, by priority and by target, the largest part first."""
    found: list[Line] = []
    for by, part in PARTS:
        parts: dict[str, list[Case]] = {}
        for case in cases:
            if (name := part(case)) and (case.due_compared or case.verdict_compared):
                parts.setdefault(name, []).append(case)
        ordered = sorted(parts.items(), key=lambda each: (-len(each[1]), each[0]))
        found += [Line(by, name, dues(those, tolerance), verdicts(those)) for name, those in ordered]
    return tuple(found)


def uncompared(cases: Iterable[Case]) -> Counter[str]:
    """Return why tickets with a claim have nothing of ours beside it: the state of our clock, or no clock."""
    found: Counter[str] = Counter()
    for case in cases:
        if (case.claims.met is not None or case.claims.due_at is not None) and not (
            case.due_compared or case.verdict_compared
        ):
            found[case.reading.state.value if case.reading else "not judged"] += 1
    return found


def own_verdict(cases: Sequence[Case]) -> OwnVerdict | None:
    """Return the source's verdict held against its own due time; `None` when it claims no due times.

    The source's stop is the kind (closed, resolved, first response) under which most verdicts follow.
    """
    claiming = [case for case in cases if case.claims.due_at is not None]
    if not claiming:
        return None
    return max((_own(claiming, stop) for stop in STOPS), key=lambda own: own.stopped.same + own.open_past_due.same)


def _own(claiming: Sequence[Case], stop: EventKind) -> OwnVerdict:
    stopped, still_open, against = Counter[bool](), Counter[bool](), []
    for case in claiming:
        at, due_at, said = case.stops.get(stop), case.claims.due_at, case.claims.met
        assert due_at is not None
        if said is None or (at is None and due_at >= case.as_of):
            continue
        follows = (at <= due_at if at else False) is said
        (stopped if at else still_open)[follows] += 1
        if not follows:
            against.append(case.ticket.number)
    blank = sum(case.claims.met is None for case in claiming)
    return OwnVerdict(stop, _same(stopped), _same(still_open), blank, tuple(against))


def _same(counted: Counter[bool]) -> Same:
    return Same(counted.total(), counted[True], counted[True])


def published(cases: Sequence[Case]) -> Published:
    """Return the source's own rate over all its verdicts, and over the tickets to which it gave a due time."""
    decided = [case for case in cases if case.claims.met is not None]
    due = [case for case in cases if case.claims.due_at is not None]
    without = [case for case in decided if case.claims.due_at is None]
    return Published(
        verdicts=len(decided),
        met=_met(decided),
        with_due=len(due),
        met_with_due=_met(due),
        no_verdict_with_due=sum(case.claims.met is None for case in due),
        without_due=len(without),
        met_without_due=_met(without),
        open_without_due=sum(not case.stops.keys() & {EventKind.CLOSED, EventKind.RESOLVED} for case in without),
    )


def _met(cases: Iterable[Case]) -> int:
    return sum(case.claims.met is True for case in cases)
