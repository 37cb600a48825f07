"""What is delivered today of what is required: counted anew from every clock, by the limit that users ask for.

An agreement counts what kept its own limit. A requirement has another, so each ticket's counted time is compared with
that one. Only clocks are counted whose time is of the same sort; else nothing is measured.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Count, Q

from servanda.engine.clocks import State
from servanda.engine.coverage import Clause, clauses_of
from servanda.engine.requirements import Fit, Gap, RequiredLevel, Requirement, fit_of, gap_of
from servanda.engine.rights import Viewer
from servanda.queries import attainment, services
from servanda.queries.attainment import Standpoint
from servanda.queries.requirements import Kept
from servanda.store import models
from servanda.store.access import NotFound

WINDOW = timedelta(days=365)
AT_ONCE = 40
"""How many requirements one statement counts."""

VERDICTS = (State.MET.value, State.MISSED.value)


@dataclass(frozen=True, slots=True)
class Measured:
    """How many tickets of the last year kept a required level; `open` are those that have not shown it yet.

    `of_group` tells that they are those of the group itself; otherwise they are those of everybody with the service.
    """

    kept: int
    cases: int
    open: int
    of_group: bool

    @property
    def share(self) -> Fraction:
        """The share that kept it, exactly."""
        return Fraction(self.kept, self.cases)


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands beside a requirement: the clauses that promise it today, and what is measured or reckoned."""

    clauses: tuple[Clause, ...]
    measured: Measured | None
    fit: Fit
    gap: Gap

    def promises_enough(self, level: RequiredLevel | None) -> bool | None:
        """Whether some clause promises what is required; `None` where there is none, or nothing to compare."""
        told = [level.is_promised_by(each.target) for each in self.clauses] if level else []
        return None if None in told or not told else all(told)


def figures(viewer: Viewer, requirements: Iterable[Kept], now: datetime) -> Mapping[int, Figures]:
    """Return the figures of requirements, by number; without measurements where the viewer may see no results."""
    every = list(requirements)
    try:
        seen = attainment.standpoint(viewer, now)
    except NotFound:
        return {each.id: _figures(each, (), None) for each in every}
    measured = _measured(seen, every)
    covers = services.covering(seen, {each.told.service for each in every})
    return {
        each.id: _figures(each, tuple(_promising(each.told, covers[each.told.service].clauses)), measured.get(each.id))
        for each in every
    }


def _figures(kept: Kept, clauses: tuple[Clause, ...], measured: Measured | None) -> Figures:
    level, reckoned = kept.told.level, kept.estimate
    delivered = measured.share if measured else reckoned.estimate.share if reckoned else None
    fit = fit_of(level, delivered)
    return Figures(clauses, measured, fit, gap_of(level, fit, kept.feasibility))


def _promising(told: Requirement, clauses: Iterable[Clause]) -> Iterator[Clause]:
    """Yield the most specific clauses of the kind that is required, for the group that requires it."""
    kind = told.level.kind.target_kind if told.level else None
    fitting = [
        each for each in clauses if each.target.kind is kind and (not each.customers or told.customer in each.customers)
    ]
    best = min((each.level for each in fitting), default=None)
    yield from (each for each in fitting if each.level == best)


def _measured(seen: Standpoint, every: Iterable[Kept]) -> dict[int, Measured]:
    comparing = {each.id: each.told for each in every if _comparable(seen, each.told)}
    numbers = list(comparing)
    found: dict[int, Measured] = {}
    for start in range(0, len(numbers), AT_ONCE):
        chosen = numbers[start : start + AT_ONCE]
        counted = _counted(seen, {number: comparing[number] for number in chosen})
        found |= {number: told for number in chosen if (told := _of(counted, number))}
    return found


def _of(counted: Mapping[str, int], number: int) -> Measured | None:
    """Return what was counted for a requirement: of its group, else of everybody; nothing where no case was decided."""
    for of_group in (True, False):
        kept, lost, waiting = (counted[f"{what}_{number}_{of_group:d}"] for what in ("kept", "lost", "open"))
        if kept + lost:
            return Measured(kept, kept + lost, waiting, of_group)
    return None


def _counted(seen: Standpoint, chosen: Mapping[int, Requirement]) -> dict[str, int]:
    """Return counts of clocks for some requirements, in one statement."""
    since = seen.now - WINDOW
    recent = Q(stopped_at__gte=since) | Q(stopped_at__isnull=True)
    targets = {clause.target.id for told in chosen.values() for clause in _comparable(seen, told)}
    rows: Any = models.Clock.objects.filter(
        seen.reach.of_tickets("ticket__"), recent, organisation=seen.reach.organisation, target__in=sorted(targets)
    )
    counts = {name: Count("pk", filter=condition) for name, condition in _conditions(seen, chosen)}
    found: dict[str, int] = attainment.counting(rows).aggregate(**counts)
    return found


def _conditions(seen: Standpoint, chosen: Mapping[int, Requirement]) -> Iterator[tuple[str, Q]]:
    for number, told in chosen.items():
        kept, lost, waiting = _outcomes(seen, told)
        service = Q(ticket__service=told.service) if told.service else Q()
        for of_group in (True, False):
            within = (
                service & (Q(ticket__customer=told.customer) if of_group else Q()) & _named(_comparable(seen, told))
            )
            yield f"kept_{number}_{of_group:d}", within & kept
            yield f"lost_{number}_{of_group:d}", within & lost
            yield f"open_{number}_{of_group:d}", within & waiting


def _outcomes(seen: Standpoint, told: Requirement) -> tuple[Q, Q, Q]:
    """Return what holds for clocks that kept the required limit, that did not, and that have not shown it yet.

    A row of a clock that runs is as old as the last event. So one that is due no sooner than required, and is over
    due, has not kept it; of one that is due sooner nothing is known until it stops.
    """
    assert told.level is not None
    assert told.level.limit is not None
    amount = told.level.limit.amount
    stopped = Q(stopped_at__isnull=False, state__in=VERDICTS)
    unstopped = Q(stopped_at__isnull=True, state__in=(State.RUNNING.value, State.PAUSED.value, State.MISSED.value))
    if told.level.limit.unit.in_days:
        kept, beyond = Q(state=State.MET.value), Q(state=State.MISSED.value)
    else:
        kept, beyond = Q(elapsed__lte=amount), Q(elapsed__gt=amount)
    over = unstopped & (beyond | (Q(due_at__lt=seen.now) & _named(_no_sooner(seen, told))))
    return stopped & kept, (stopped & ~kept) | over, unstopped & ~over


def _comparable(seen: Standpoint, told: Requirement) -> list[Clause]:
    """Return the clauses of any time whose clocks count the same sort of time as a requirement asks for.

    Where it asks for days, those are compared that promise just as many.
    """
    level = told.level
    if level is None or level.limit is None:
        return []
    wanted, kind = level.limit, level.kind.target_kind
    every = [each for each in clauses_of(seen.book.versions) if each.target.kind is kind]
    about = [each for each in every if not told.service or not each.services or told.service in each.services]
    if wanted.unit.in_days:
        return [each for each in about if all(one == wanted for one in each.target.limits.values())]
    return [each for each in about if all(one.unit is wanted.unit for one in each.target.limits.values())]


def _no_sooner(seen: Standpoint, told: Requirement) -> list[Clause]:
    assert told.level is not None
    assert told.level.limit is not None
    least = told.level.limit.amount
    found = _comparable(seen, told)
    return [each for each in found if all(one.amount >= least for one in each.target.limits.values())]


def _named(clauses: Iterable[Clause]) -> Q:
    found = Q(pk__in=())
    for each in clauses:
        version = each.version
        found |= Q(version__agreement=version.agreement, version__number=version.number, target=each.target.id)
    return found
