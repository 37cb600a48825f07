"""Coverage: which target of which agreement version judges a ticket, and why each other candidate does not.

For each kind of target (and each party, for hand-overs) the most specific clause that has the kind wins:
service and customer, customer, service, corporate, starter. Only versions in force when the ticket was opened
are candidates. Two clauses on one level are a contradiction, never decided by their order.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from servanda.engine import zones
from servanda.engine.agreements import AgreementVersion, Book, UnknownPriority, followed_at
from servanda.engine.targets import Limit, Target, TargetKind

COVERED, EXEMPT, NOT_COVERED = "covered", "exempt", "not covered"
NAMES_SHOWN = 3
MICROSECOND = timedelta(microseconds=1)


class TiedCoverage(ValueError):
    """Two clauses of one level both cover a ticket."""


class Level(IntEnum):
    """How specific a clause is, the most specific first."""

    SERVICE_AND_CUSTOMER = 0
    CUSTOMER = 1
    SERVICE = 2
    CORPORATE = 3
    STARTER = 4

    @property
    def words(self) -> str:
        """The level as it is spoken."""
        return self.name.replace("_", " ").lower()


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """One target of one version, with its scope: its own where it has one, else that of the version.

    `followed_at` is when the next version of the agreement takes over from one without an end of its own.
    """

    version: AgreementVersion
    target: Target
    followed_at: datetime | None = None

    @property
    def services(self) -> frozenset[str]:
        """The services covered; empty means every one."""
        return self.target.services or self.version.services

    @property
    def customers(self) -> frozenset[str]:
        """The customers covered; empty means every one."""
        return self.target.customers or self.version.customers

    @property
    def level(self) -> Level:
        """How specific the clause is."""
        if self.version.starter:
            return Level.STARTER
        if self.customers:
            return Level.SERVICE_AND_CUSTOMER if self.services else Level.CUSTOMER
        return Level.SERVICE if self.services else Level.CORPORATE

    @property
    def words(self) -> str:
        """The clause as it is cited: its target and version."""
        return f"'{self.target.id}' of {self.version.label}"

    @property
    def ends_at(self) -> datetime | None:
        """The first instant at which the clause is in force no more, in UTC; `None` while there is none."""
        return self.version.ends_at or self.followed_at

    def covers_instant(self, at: datetime) -> bool:
        """Whether the clause is in force at an instant."""
        return self.version.begins_at <= at and (self.ends_at is None or at < self.ends_at)


def clauses_of(versions: Iterable[AgreementVersion]) -> list[Clause]:
    """Return every clause of some versions, each with its end where another version follows."""
    every = list(versions)
    followed = followed_at(every)
    return [Clause(version, target, followed.get(version.label)) for version in every for target in version.targets]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A target that does not judge the ticket, and why: a reason that reads on after the target, or after "it"."""

    version: str
    target: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cover:
    """What a book says of one ticket under one kind of target (and one party, for hand-overs).

    Where `state` is `covered` or `exempt`, `version`, `target` and `limit` are set; where it is `not covered`
    none of them is. `reason` says why in plain words, and `refused` why each other candidate was refused.
    """

    kind: TargetKind
    party: str
    state: str
    reason: str
    version: AgreementVersion | None = None
    target: Target | None = None
    limit: Limit | None = None
    refused: tuple[Refusal, ...] = ()


class Question(NamedTuple):
    """The classification of a ticket, by which its clauses are chosen."""

    service: str = ""
    customer: str = ""
    priority: str = ""
    impact: str = ""
    urgency: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The clauses of one kind (and party), those in force and those not."""

    kind: TargetKind
    party: str
    in_force: tuple[Clause, ...]
    out_of_force: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time between two instants at which some version begins or ends: the same versions are in force."""

    groups: tuple[Group, ...]
    zones_out_of_force: tuple[str, ...]


Dates = tuple[date, ...]
Refusals = tuple[Refusal, ...]


class Coverage:
    """The clauses of a book, arranged so that thousands of tickets are answered from a few cases worked out.

    Within a stretch an answer depends on the classification alone; only the reasons given for versions that
    are not in force name the ticket's date.
    """

    def __init__(self, book: Book) -> None:
        self._names = _Names(book)
        self._clauses = clauses_of(book.versions)
        self._edges = sorted({at for each in self._clauses for at in (each.version.begins_at, each.ends_at) if at})
        self._stretches: dict[int, Stretch] = {}
        self._refused_by_date: dict[tuple[int, Dates], list[Refusals]] = {}
        self._answers: dict[tuple[int, Dates, Question], tuple[Cover, ...]] = {}

    def of(
        self,
        *,
        opened_at: datetime,
        service: str = "",
        customer: str = "",
        priority: str = "",
        impact: str = "",
        urgency: str = "",
        ticket: str = "",
    ) -> tuple[Cover, ...]:
        """Return one cover for each kind of target (and party) in the book, in the order of the book.

        Raise `TiedCoverage` where two clauses of one level cover the ticket, and `UnknownPriority` where no
        clause for its service and customer knows its priority: such a ticket is rejected, not guessed at.
        """
        question = Question(service, customer, priority, impact, urgency)
        covers = self._answer(opened_at, question)
        if any(cover.version is not None and cover.version.exclusions for cover in covers):
            return tuple(_unless_left_out(cover, opened_at, question, ticket) for cover in covers)
        return covers

    def _answer(self, opened_at: datetime, question: Question) -> tuple[Cover, ...]:
        number = bisect_right(self._edges, opened_at)
        stretch = self._stretch(number, opened_at)
        dates = tuple(zones.to_local(zone, opened_at).date() for zone in stretch.zones_out_of_force)
        key = (number, dates, question)
        if key not in self._answers:
            refused = self._by_date(number, dates, stretch, opened_at)
            chosen = zip(stretch.groups, refused, strict=True)
            self._answers[key] = tuple(self._choose(group, question, early) for group, early in chosen)
        return self._answers[key]

    def _stretch(self, number: int, opened_at: datetime) -> Stretch:
        if number not in self._stretches:
            self._stretches[number] = _grouped(self._clauses, opened_at)
        return self._stretches[number]

    def _by_date(self, number: int, dates: Dates, stretch: Stretch, opened_at: datetime) -> list[Refusals]:
        if (number, dates) not in self._refused_by_date:
            self._refused_by_date[number, dates] = [
                tuple(_refusal(each, _date_reason(each, opened_at)) for each in group.out_of_force)
                for group in stretch.groups
            ]
        return self._refused_by_date[number, dates]

    def _choose(self, group: Group, question: Question, by_date: Refusals) -> Cover:
        """Return the cover by the most specific clause that has something to say of the ticket."""
        reasons = {clause: self._names.scope_reason(clause, question) for clause in group.in_force}
        in_scope = [clause for clause in group.in_force if not reasons[clause]]
        _refuse_unknown_priority(in_scope, question)
        reasons.update({clause: _priority_reason(clause, question) for clause in in_scope})
        fitting = [clause for clause in in_scope if not reasons[clause]]
        if not fitting:
            refused = tuple(_refusal(clause, reason) for clause, reason in reasons.items())
            nearest = "; ".join(f"{clause.words} {reasons[clause]}" for clause in in_scope)
            why = nearest or self._why_none(group, question)
            return Cover(group.kind, group.party, NOT_COVERED, why, refused=(*refused, *by_date))
        best = _most_specific(fitting)
        reasons.update({clause: _wider_reason(clause, best) for clause in fitting})
        refused = tuple(_refusal(clause, reason) for clause, reason in reasons.items() if clause is not best)
        return _cover(group, best, question, (*refused, *by_date))

    def _why_none(self, group: Group, question: Question) -> str:
        targets = f"targets of kind {group.kind.value}"
        if not group.in_force:
            return f"no version with {targets} was in force when the ticket was opened"
        return f"none of the {targets} in force covers {self._names.classification(question)}"


class _Names:
    """Services and customers as they are called, for reasons that people read."""

    def __init__(self, book: Book) -> None:
        self._services = {each.id: each.name for each in book.services}
        self._customers = {each.id: each.name for each in book.customers}

    def scope_reason(self, clause: Clause, question: Question) -> str:
        """Return why a clause is not for the ticket's customer or service; '' when it is."""
        return _outside("customer", clause.customers, question.customer, self._customers) or _outside(
            "service", clause.services, question.service, self._services
        )

    def classification(self, question: Question) -> str:
        """Return the ticket's service and customer in words."""
        service = f"service '{self._services.get(question.service, question.service)}'"
        customer = f"customer '{self._customers.get(question.customer, question.customer)}'"
        named = [words for words, name in ((service, question.service), (customer, question.customer)) if name]
        return " of ".join(named) or "a ticket that names neither service nor customer"


def _grouped(clauses: Iterable[Clause], opened_at: datetime) -> Stretch:
    """Return the stretch around an instant: the clauses by kind and party, in force or not."""
    groups: dict[tuple[TargetKind, str], tuple[list[Clause], list[Clause]]] = {}
    zones_out_of_force: dict[str, None] = {}
    for clause in clauses:
        in_force, out_of_force = groups.setdefault((clause.target.kind, clause.target.party), ([], []))
        if clause.covers_instant(opened_at):
            in_force.append(clause)
        else:
            out_of_force.append(clause)
            zones_out_of_force[clause.version.zone] = None
    parted = (Group(*of, tuple(yes), tuple(no)) for of, (yes, no) in groups.items())
    return Stretch(tuple(parted), tuple(zones_out_of_force))


def _most_specific(fitting: list[Clause]) -> Clause:
    best = min(fitting, key=lambda clause: clause.level)
    for other in fitting:
        if other is not best and other.level is best.level:
            raise TiedCoverage(
                f"{best.words} and {other.words} both cover the ticket on the level '{best.level.words}'. "
                "Narrow one of them to a service or a customer, or take one out."
            )
    return best


def _cover(group: Group, best: Clause, question: Question, refused: Refusals) -> Cover:
    code = _code(best, question)
    limit = best.target.limit_for(code)
    if limit is None:
        why = f"{best.words} agrees no limit for priority {code}"
        return Cover(group.kind, group.party, NOT_COVERED, why, refused=refused)
    why = f"{best.words} is the most specific clause ({best.level.words}) for it"
    return Cover(group.kind, group.party, COVERED, why, best.version, best.target, limit, refused)


def _unless_left_out(cover: Cover, opened_at: datetime, question: Question, ticket: str) -> Cover:
    """Return the cover, exempt where an exclusion of its version leaves the ticket out."""
    if cover.version is None:
        return cover
    opened_on = cover.version.local_date(opened_at)
    service, customer = question.service, question.customer
    for each in cover.version.exclusions:
        if each.leaves_out(opened_on=opened_on, service=service, customer=customer, ticket=ticket):
            who = f"'{each.id}' of {cover.version.label}"
            why = f"left out by {who}: {each.reason} (approved by {each.approved_by})"
            return replace(cover, state=EXEMPT, reason=why)
    return cover


def _refusal(clause: Clause, reason: str) -> Refusal:
    return Refusal(clause.version.label, clause.target.id, reason)


def _date_reason(clause: Clause, opened_at: datetime) -> str:
    version = clause.version
    opened_on = f"the ticket was opened on {version.local_date(opened_at)}"
    if opened_at < version.begins_at:
        return f"starts on {version.effective_from} (version {version.number}), after {opened_on}"
    return f"ended on {_last_day(clause)} (version {version.number}), before {opened_on}"


def _last_day(clause: Clause) -> date | None:
    """Return the last day on which a clause was in force, in the zone of its agreement."""
    if clause.version.last_day is not None or clause.followed_at is None:
        return clause.version.last_day
    return clause.version.local_date(clause.followed_at - MICROSECOND)


def _outside(word: str, scope: frozenset[str], asked: str, names: Mapping[str, str]) -> str:
    if not scope or asked in scope:
        return ""
    shown = [f"'{names.get(name, name)}'" for name in sorted(scope)[:NAMES_SHOWN]]
    more = f" and {len(scope) - NAMES_SHOWN} more" if len(scope) > NAMES_SHOWN else ""
    the_tickets = f"is of '{names.get(asked, asked)}'" if asked else "names none"
    return f"covers {word} {', '.join(shown)}{more}, the ticket {the_tickets}"


def _code(clause: Clause, question: Question) -> str:
    return clause.version.priorities.code(question.impact, question.urgency, question.priority)


def _refuse_unknown_priority(in_scope: list[Clause], question: Question) -> None:
    """Raise `UnknownPriority` where there are clauses for the ticket, but none knows its priority."""
    first: UnknownPriority | None = None
    for scheme in dict.fromkeys(clause.version.priorities for clause in in_scope):
        try:
            scheme.code(question.impact, question.urgency, question.priority)
        except UnknownPriority as unknown:
            first = first or unknown
        else:
            return
    if first:
        raise first


def _priority_reason(clause: Clause, question: Question) -> str:
    """Return why a clause says nothing of the ticket's priority; '' when it does, if only 'no limit'."""
    try:
        code = _code(clause, question)
    except UnknownPriority:
        return f"has the priority scheme '{clause.version.priorities.id}', which does not know the ticket's priority"
    if clause.target.limit_for(code) is not None or clause.target.agrees_no_limit(code):
        return ""
    return f"has no limit for priority {code}" if code else "has limits by priority only, the ticket has none"


def _wider_reason(clause: Clause, best: Clause) -> str:
    return f"is less specific ({clause.level.words}) than {best.words} ({best.level.words})"
