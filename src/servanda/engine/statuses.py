"""The status of a service made of others: what a child hands up, and what its parent makes of it.

A status is -1 when all is well, else 0 (least) to 5 (worst). A parent's status is the worst of a main status, made
by its algorithm, and of the status of every rule that holds; so a rule can make it worse, never better.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

OK = -1
LEAST, WORST = 0, 5


class InvalidStatus(ValueError):
    """A number that is no status, or a rule that makes no sense."""


class Measure(Enum):
    """What a rule adds up over the children it chooses: their number or weight, or its percentage of all."""

    NUMBER = "n"
    PERCENT_OF_NUMBER = "np"
    WEIGHT = "w"
    PERCENT_OF_WEIGHT = "wp"


class Sense(Enum):
    """Whether a rule asks for at least so much as bad as a status, or for less than so much as good as one."""

    AT_LEAST = "ge"
    LESS_THAN = "lt"


class Propagation(Enum):
    """What a child's status becomes on its way to the parent."""

    KEEP = "keep"
    INCREASE = "increase"
    DECREASE = "decrease"
    SET = "set"
    IGNORE = "ignore"


class Algorithm(Enum):
    """How a parent's main status follows from its children."""

    ALWAYS_OK = "ok"
    MOST_CRITICAL = "most_critical"
    MOST_CRITICAL_IF_ALL = "most_critical_if_all"


@dataclass(frozen=True, slots=True)
class Child:
    """A part of a service: its status, its weight, and how the status reaches the parent."""

    status: int
    weight: int = 0
    propagation: Propagation = Propagation.KEEP
    by: int = 0

    def __post_init__(self) -> None:
        _refuse_no_status(self.status)
        if self.weight < 0:
            raise InvalidStatus(f"a child weighs nothing or more, not {self.weight}")

    @property
    def handed_up(self) -> int | None:
        """The status that the parent sees; nothing for a child that is ignored."""
        return propagated(self.status, self.propagation, self.by)


@dataclass(frozen=True, slots=True)
class Rule:
    """A status that a parent takes on when its children measure up.

    At least: children with `status` or worse come to `limit` or more. Less than: children with `status` or better
    come to less than `limit`.
    """

    measure: Measure
    sense: Sense
    status: int
    limit: Fraction
    gives: int

    def __post_init__(self) -> None:
        _refuse_no_status(self.status)
        _refuse_no_status(self.gives)

    def measured(self, children: Sequence[Child]) -> Fraction | None:
        """Return what the chosen children come to; nothing for a percentage of nothing."""
        chosen = [child for child in children if self._chooses(child.status)]
        part, whole = self._sum(chosen), self._sum(children)
        if self.measure in (Measure.NUMBER, Measure.WEIGHT):
            return Fraction(part)
        return Fraction(100 * part, whole) if whole else None

    def outcome(self, children: Sequence[Child]) -> int:
        """Return the rule's status where it holds, else OK; children count with the status they have."""
        value = self.measured(children)
        if value is None:
            return OK
        holds = value >= self.limit if self.sense is Sense.AT_LEAST else value < self.limit
        return self.gives if holds else OK

    def _chooses(self, status: int) -> bool:
        return status >= self.status if self.sense is Sense.AT_LEAST else status <= self.status

    def _sum(self, children: Iterable[Child]) -> int:
        by_number = self.measure in (Measure.NUMBER, Measure.PERCENT_OF_NUMBER)
        return sum(1 if by_number else child.weight for child in children)


def propagated(status: int, propagation: Propagation, by: int = 0) -> int | None:
    """Return the status that a child hands up: OK stays OK; nothing when it is ignored.

    An increase or decrease stops at the worst and the least status; a set status is `by` itself.
    """
    if propagation is Propagation.IGNORE:
        return None
    if status == OK or propagation is Propagation.KEEP:
        return status
    if propagation is Propagation.SET:
        _refuse_no_status(by)
        return by
    moved = status + by if propagation is Propagation.INCREASE else status - by
    return min(WORST, max(LEAST, moved))


def parent(algorithm: Algorithm, children: Iterable[Child], rules: Iterable[Rule] = ()) -> int:
    """Return a parent's status: the worst of its main status and of every rule, over what the children hand up."""
    seen = as_seen(children)
    return max([main_status(algorithm, seen), *(rule.outcome(seen) for rule in rules)])


def as_seen(children: Iterable[Child]) -> tuple[Child, ...]:
    """Return the children as their parent sees them, the ignored ones left out."""
    handed = ((child, child.handed_up) for child in children)
    return tuple(Child(status, child.weight) for child, status in handed if status is not None)


def main_status(algorithm: Algorithm, seen: Sequence[Child]) -> int:
    """Return the status that the algorithm makes of the children a parent sees."""
    statuses = [child.status for child in seen]
    if algorithm is Algorithm.ALWAYS_OK or (algorithm is Algorithm.MOST_CRITICAL_IF_ALL and OK in statuses):
        return OK
    return max(statuses, default=OK)


def _refuse_no_status(status: int) -> None:
    if not OK <= status <= WORST:
        raise InvalidStatus(f"{status} is no status. Write {OK} (all is well) or {LEAST} to {WORST} (worst).")
