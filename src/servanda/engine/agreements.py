"""Agreements: what was promised to whom, from which date, in which version.

A version is immutable once signed. Its content hash identifies it: the SHA-256 of its canonical form, which
holds everything that can change a figure or a duty (calendars and priority scheme with their content), and
leaves out the signature itself.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import islice, pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

from servanda.engine import zones
from servanda.engine.agreement_terms import Announcement, Duty, Goal, Termination
from servanda.engine.calendars import Calendar
from servanda.engine.canonical import UnreadableContent, plain, revive, sha256
from servanda.engine.targets import ANY_PRIORITY, Target, TargetKind

PERIODS = ("day", "week", "month", "quarter", "year")
FIRST_YEAR, LAST_YEAR = 1900, 2199
_OUTSIDE = f"outside the years {FIRST_YEAR} to {LAST_YEAR}"
VERSION_FORM = "servanda-version/1"

_NO_NAMES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fault:
    """One contradiction in an agreement: which check found it, in which target if in one, and what to do."""

    check: str
    part: str
    sentence: str


class InvalidAgreement(ValueError):
    """An agreement, a version of one, or a whole book that contradicts itself; `faults` has every place."""

    def __init__(self, sentence: str, faults: Iterable[Fault] = ()) -> None:
        super().__init__(sentence)
        self.faults = tuple(faults)


class UnknownPriority(ValueError):
    """A ticket carries a priority, or an impact and urgency, that the agreement's scheme does not know."""


def _twins(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _refuse_twins(sentence: str, names: Iterable[str]) -> None:
    for twin in _twins(names):
        raise InvalidAgreement(f"{sentence} '{twin}' twice. Keep one of them.")


def _refuse_unknown_period(sentence: str, period: str) -> None:
    if period not in PERIODS:
        raise InvalidAgreement(f"{sentence} per '{period}'. Use one of: {', '.join(PERIODS)}.")


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


class AgreementKind(Enum):
    """With users or customers (SLA), between own teams (OLA), or with a supplier (underpinning contract)."""

    SLA = "SLA"
    OLA = "OLA"
    UNDERPINNING_CONTRACT = "UC"


@dataclass(frozen=True, slots=True)
class PriorityScheme:
    """Priority codes, most urgent first, and how impact and urgency or a word of the source lead to one."""

    id: str
    codes: tuple[str, ...]
    matrix: Mapping[tuple[str, str], str] = field(default_factory=dict, hash=False)
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "matrix", MappingProxyType(dict(self.matrix)))
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))
        _refuse_twins(f"Priority scheme '{self.id}' lists the code", self.codes)
        if ANY_PRIORITY in self.codes or "" in self.codes:
            raise InvalidAgreement(f"Priority scheme '{self.id}' has an empty code or '*'. Give it a name.")
        unknown = sorted({*self.matrix.values(), *self.values.values()} - set(self.codes))
        if unknown:
            raise InvalidAgreement(
                f"Priority scheme '{self.id}' leads to {_quoted(unknown)}, which it does not list. "
                f"Use its codes ({', '.join(self.codes)}) or add the missing ones."
            )

    def code(self, impact: str = "", urgency: str = "", value: str = "") -> str:
        """Return the priority code; '' when the ticket carries nothing to tell it by.

        A priority recorded at the source comes before impact and urgency. Raise `UnknownPriority` for a word
        the scheme does not know: a ticket is never judged under a guessed priority.
        """
        if not self.codes:
            return ""
        if value:
            return self._of_value(value)
        if self.matrix and (impact or urgency):
            return self._of_matrix(impact, urgency)
        return ""

    def _of_value(self, value: str) -> str:
        code = self.values.get(value, value if value in self.codes else "")
        if not code:
            known = _quoted((*self.codes, *self.values))
            raise UnknownPriority(
                f"Priority '{value}' is not in priority scheme '{self.id}', which knows {known}. "
                "Add it to the scheme's values, or correct the ticket."
            )
        return code

    def _of_matrix(self, impact: str, urgency: str) -> str:
        code = self.matrix.get((impact, urgency))
        if code is None:
            raise UnknownPriority(
                f"Impact '{impact}' with urgency '{urgency}' is not in the matrix of priority scheme "
                f"'{self.id}'. Add the pair, or correct the ticket."
            )
        return code


NO_PRIORITIES = PriorityScheme(id="", codes=())
"""The scheme of a version that does not tell tickets apart by priority: every limit is for any priority."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Tickets that an agreement leaves out, with the reason and who approved it.

    A ticket is left out when it fits every condition given; dates are those of opening, inclusive, in the
    version's zone.
    """

    id: str
    reason: str
    approved_by: str
    tickets: frozenset[str] = _NO_NAMES
    services: frozenset[str] = _NO_NAMES
    customers: frozenset[str] = _NO_NAMES
    opened_from: date | None = None
    opened_until: date | None = None

    def __post_init__(self) -> None:
        if not (self.reason and self.approved_by):
            raise InvalidAgreement(f"Exclusion '{self.id}' needs both its reason and who approved it.")
        if not (self.tickets or self.services or self.customers or self.opened_from or self.opened_until):
            raise InvalidAgreement(
                f"Exclusion '{self.id}' would leave out every ticket. Name tickets, services, customers or dates."
            )
        if self.opened_from and self.opened_until and self.opened_until < self.opened_from:
            raise InvalidAgreement(f"Exclusion '{self.id}' ends on {self.opened_until}, before it begins.")

    def leaves_out(self, *, opened_on: date, service: str, customer: str, ticket: str) -> bool:
        """Whether a ticket fits every condition given."""
        return (
            (not self.tickets or ticket in self.tickets)
            and (not self.services or service in self.services)
            and (not self.customers or customer in self.customers)
            and (self.opened_from is None or opened_on >= self.opened_from)
            and (self.opened_until is None or opened_on <= self.opened_until)
        )


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency named by its ISO 4217 code."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise InvalidAgreement(f"'{self.currency}' is no ISO 4217 code. Write three capitals: EUR.")
        if not self.amount.is_finite() or self.amount < 0:
            raise InvalidAgreement(f"An amount of money is a number from 0 up, not {self.amount}.")


@dataclass(frozen=True, slots=True)
class CreditTier:
    """When the share of a target met lies below `below`, `credit` of the periodic charge is given back."""

    target: str
    below: Fraction
    credit: Fraction

    def __post_init__(self) -> None:
        if not (0 < self.below <= 1 and 0 < self.credit <= 1):
            raise InvalidAgreement(f"A credit tier of target '{self.target}' lies outside 0 to 100 %.")


@dataclass(frozen=True, slots=True)
class Credits:
    """What is given back when targets are missed: tiers of a periodic charge, up to `cap` of it."""

    charge: Money
    every: str
    tiers: tuple[CreditTier, ...]
    cap: Fraction | None = None

    def __post_init__(self) -> None:
        _refuse_unknown_period("Credits are", self.every)
        if self.cap is not None and not 0 < self.cap <= 1:
            raise InvalidAgreement("The cap on credits lies between 0 and 100 % of the charge.")


@dataclass(frozen=True, slots=True)
class WorkloadLimit:
    """The most tickets in a period up to which the targets are promised."""

    id: str
    at_most: int
    every: str
    services: frozenset[str] = _NO_NAMES

    def __post_init__(self) -> None:
        _refuse_unknown_period(f"Workload limit '{self.id}' is", self.every)
        if self.at_most < 1:
            raise InvalidAgreement(f"Workload limit '{self.id}' allows {self.at_most} tickets. Allow one.")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody the agreement names: a role such as 'provider', who fills it, and how to reach them."""

    role: str
    name: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """The day a version was signed, and the hash of what was signed."""

    on: date
    content_hash: str

    def __post_init__(self) -> None:
        if not re.fullmatch("sha256:[0-9a-f]{64}", self.content_hash):
            raise InvalidAgreement(f"'{self.content_hash}' is no content hash: 'sha256:' and 64 hex digits.")


@dataclass(frozen=True, slots=True)
class AgreementVersion:
    """One version of an agreement, in force for tickets opened from one date to another, both inclusive.

    Without `effective_until` it lasts until the next version of its agreement begins. `ended_on` is a last day that was
    agreed later and, like the signature, no part of what was signed. Empty `services` and `customers` mean all of
    them. Verdicts on tickets opened before `enforce_from` are shown but not counted. `calendar` holds the hours of
    support; a target may run on another.
    """

    agreement: str
    number: int
    kind: AgreementKind
    name: str
    zone: str
    effective_from: date
    targets: tuple[Target, ...]
    effective_until: date | None = None
    enforce_from: date | None = None
    calendar: Calendar | None = field(default=None, hash=False)
    priorities: PriorityScheme = NO_PRIORITIES
    services: frozenset[str] = _NO_NAMES
    customers: frozenset[str] = _NO_NAMES
    starter: bool = False
    pause_reasons: frozenset[str] = _NO_NAMES
    exclusions: tuple[Exclusion, ...] = ()
    workload: tuple[WorkloadLimit, ...] = ()
    credits: Credits | None = None
    parties: tuple[Party, ...] = ()
    owner: str = ""
    review_on: date | None = None
    review_every: str = ""
    not_covered: tuple[str, ...] = ()
    duties: tuple[Duty, ...] = ()
    communication: tuple[Announcement, ...] = ()
    goals: tuple[Goal, ...] = ()
    termination: Termination | None = None
    signed: Signature | None = None
    ended_on: date | None = None

    def __post_init__(self) -> None:
        zones.zone(self.zone)
        _refuse([fault for check in _VERSION_CHECKS for fault in check(self)])

    @property
    def label(self) -> str:
        """The version as it is cited: 'service-desk/2'."""
        return f"{self.agreement}/{self.number}"

    @property
    def begins_at(self) -> datetime:
        """The first instant at which a ticket opened is under this version, in UTC."""
        return zones.midnight(self.effective_from, self.zone)

    @property
    def last_day(self) -> date | None:
        """The last day of this version; `None` while no end is agreed."""
        return self.ended_on or self.effective_until

    @property
    def ends_at(self) -> datetime | None:
        """The first instant after this version, in UTC; `None` while no end is agreed, whatever may follow it."""
        last = self.last_day
        return None if last is None else zones.midnight(last + timedelta(days=1), self.zone)

    def local_date(self, at: datetime) -> date:
        """Return the date of an instant in the zone of the agreement."""
        return at.astimezone(zones.zone(self.zone)).date()

    def covers_instant(self, at: datetime) -> bool:
        """Whether an instant lies within the version's own dates; of what follows a version only the others tell."""
        ends_at = self.ends_at
        return self.begins_at <= at and (ends_at is None or at < ends_at)

    def counts(self, opened_at: datetime) -> bool:
        """Whether the verdict on a ticket opened then counts; before `enforce_from` it is only shown."""
        return self.enforce_from is None or opened_at >= zones.midnight(self.enforce_from, self.zone)

    def pauses_of(self, target: Target) -> frozenset[str]:
        """Return the reasons that stop a target's clock: its own, or by default the version's.

        By default nothing stops the clock of the first response; otherwise 'pending' would be a way round it.
        """
        if target.pauses is not None:
            return target.pauses
        return _NO_NAMES if target.kind is TargetKind.FIRST_RESPONSE else self.pause_reasons

    def canonical(self) -> dict[str, Any]:
        """Return the content of the version as plain JSON values, without its signature and its later end.

        Whatever has its default value is left out, so a hash stays the same when the format grows.
        """
        content = plain(self)
        content.pop("signed", None)
        content.pop("ended_on", None)
        return {"form": VERSION_FORM, **content}

    @classmethod
    def from_canonical(
        cls, content: Mapping[str, Any], signed: Signature | None = None, ended_on: date | None = None
    ) -> "AgreementVersion":
        """Return the version of a canonical form, with its signature and later end: the inverse of `canonical`."""
        if content.get("form") != VERSION_FORM:
            raise UnreadableContent(
                f"expected the form '{VERSION_FORM}', but found '{content.get('form', '')}'. "
                "A newer Servanda wrote it: read it with that one."
            )
        told = {name: part for name, part in content.items() if name != "form"}
        return replace(revive(cls, told), signed=signed, ended_on=ended_on)

    def content_hash(self) -> str:
        """Return 'sha256:' and the hex digest of the canonical form as sorted, compact JSON in UTF-8."""
        return sha256(self.canonical())


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who runs the services, and the zone in which it speaks of dates."""

    id: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A group inside the organisation, or a client of it, to whom something can be promised."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Service:
    """A facility people use to get something done; not its equipment."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Book:
    """All agreements of an organisation, with what they refer to."""

    organisation: Organisation
    customers: tuple[Customer, ...] = ()
    services: tuple[Service, ...] = ()
    calendars: tuple[Calendar, ...] = field(default=(), hash=False)
    priorities: tuple[PriorityScheme, ...] = ()
    versions: tuple[AgreementVersion, ...] = ()

    def __post_init__(self) -> None:
        _refuse([fault for check in _BOOK_CHECKS for fault in check(self)])

    def agreements(self) -> dict[str, list[AgreementVersion]]:
        """Return the versions by agreement, each list from the earliest to the latest."""
        return by_agreement(self.versions)


def by_agreement(versions: Iterable[AgreementVersion]) -> dict[str, list[AgreementVersion]]:
    """Return versions by their agreement, each list from the earliest to the latest."""
    grouped: dict[str, list[AgreementVersion]] = {}
    for version in versions:
        grouped.setdefault(version.agreement, []).append(version)
    for each in grouped.values():
        each.sort(key=lambda version: (version.begins_at, version.number))
    return grouped


def followed_at(versions: Iterable[AgreementVersion]) -> dict[str, datetime]:
    """Return when another version follows on each that has no end of its own, by the label of the one that ends.

    What follows is the first version of the same agreement with a later date and a higher number.
    """
    found = {}
    for of_one in by_agreement(versions).values():
        for place, version in enumerate(of_one):
            if version.last_day is None:
                following = next((each for each in islice(of_one, place + 1, None) if _follows(each, version)), None)
                found.update({version.label: following.begins_at} if following else {})
    return found


def _follows(later: AgreementVersion, earlier: AgreementVersion) -> bool:
    return later.number > earlier.number and later.effective_from > earlier.effective_from


class Overlap(NamedTuple):
    """A version that begins while an earlier one of its agreement, and so many more, are still in force."""

    earlier: AgreementVersion
    later: AgreementVersion
    more: int


def overlaps(versions: Iterable[AgreementVersion]) -> Iterator[Overlap]:
    """Yield each version that begins while others of its agreement are in force, with the first of them."""
    every = list(versions)
    followed = followed_at(every)
    for of_one in by_agreement(every).values():
        in_force: list[AgreementVersion] = []
        for later in of_one:
            ends = ((each, each.ends_at or followed.get(each.label)) for each in in_force)
            in_force = [each for each, ends_at in ends if ends_at is None or later.begins_at < ends_at]
            if in_force:
                yield Overlap(in_force[0], later, len(in_force) - 1)
            in_force.append(later)


def gaps(versions: Iterable[AgreementVersion]) -> Iterator[tuple[AgreementVersion, AgreementVersion]]:
    """Yield each pair of successive versions of one agreement with time between them that neither covers."""
    for of_one in by_agreement(versions).values():
        for earlier, later in pairwise(of_one):
            if earlier.ends_at is not None and earlier.ends_at < later.begins_at:
                yield earlier, later


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InvalidAgreement(" ".join(fault.sentence for fault in faults), faults)


def _dates_in_order(version: AgreementVersion) -> Iterator[Fault]:
    first, last, enforced = version.effective_from, version.effective_until, version.enforce_from
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        yield _of_version("dates", version, f"begins on {first}, {_OUTSIDE}. Correct 'from'.")
    if last is not None and not FIRST_YEAR <= last.year <= LAST_YEAR:
        sentence = f"ends on {last}, {_OUTSIDE}. Correct 'until', or leave it out where no end is agreed."
        yield _of_version("dates", version, sentence)
    if last is not None and last < first:
        yield _of_version("dates", version, f"ends on {last}, before it begins on {first}. Correct a date.")
    yield from _ended_within(version)
    if enforced is not None and (enforced < first or (last is not None and enforced > last)):
        sentence = f"is enforced from {enforced}, outside its dates. Choose a day from {first} to {last or 'later'}."
        yield _of_version("dates", version, sentence)


def _ended_within(version: AgreementVersion) -> Iterator[Fault]:
    first, last, ended = version.effective_from, version.effective_until, version.ended_on
    if ended is not None and not first <= ended <= (last or date(LAST_YEAR, 12, 31)):
        sentence = f"was ended on {ended}, outside its dates. Choose a day from {first} to {last or LAST_YEAR}."
        yield _of_version("dates", version, sentence)


def _named_and_numbered(version: AgreementVersion) -> Iterator[Fault]:
    if not version.agreement:
        yield _of_version("ids", version, "has no agreement id. Give it one.")
    if version.number < 1:
        yield _of_version("ids", version, f"has the number {version.number}. Number versions from 1.")


def _promises_something(version: AgreementVersion) -> Iterator[Fault]:
    if not version.targets:
        yield _of_version("targets", version, "has no target, so it promises nothing. Add at least one.")
    for twin in _twins(target.id for target in version.targets):
        yield _of_version("ids", version, f"has two targets with the id '{twin}'. Give each its own.")
    for twin in _twins(exclusion.id for exclusion in version.exclusions):
        yield _of_version("ids", version, f"has two exclusions with the id '{twin}'. Give each its own.")


def _credits_fit(version: AgreementVersion) -> Iterator[Fault]:
    known = {target.id for target in version.targets}
    for tier in version.credits.tiers if version.credits else ():
        if tier.target not in known:
            sentence = f"gives credits for a target '{tier.target}' that it does not have. Name one of its own."
            yield _of_version("credits", version, sentence)


def _terms_fit(version: AgreementVersion) -> Iterator[Fault]:
    for twin in _twins(goal.id for goal in version.goals):
        yield _of_version("ids", version, f"has two goals with the id '{twin}'. Give each its own.")
    told = (("reviewed", version.review_every), ("renewed", version.termination and version.termination.renews_every))
    for what, period in told:
        if period and period not in PERIODS:
            sentence = f"is {what} every '{period}'. Use one of: {', '.join(PERIODS)}."
            yield _of_version("dates", version, sentence)


def _targets_fit(version: AgreementVersion) -> Iterator[Fault]:
    for target in version.targets:
        for check, judge in _TARGET_CHECKS.items():
            for rest in judge(version, target):
                sentence = f"Target '{target.id}' of agreement version {version.label} {rest}"
                yield Fault(check, target.id, sentence)


_VERSION_CHECKS = (_named_and_numbered, _dates_in_order, _promises_something, _targets_fit, _credits_fit, _terms_fit)


def _of_version(check: str, version: AgreementVersion, rest: str) -> Fault:
    return Fault(check, "", f"Agreement version {version.label} {rest}")


def _limits_are_of_the_scheme(version: AgreementVersion, target: Target) -> Iterator[str]:
    strangers = {*target.limits, *target.unlimited} - {ANY_PRIORITY, *version.priorities.codes}
    if strangers:
        known = ", ".join(version.priorities.codes) or "none: give one limit for any priority"
        yield f"has a limit for {_quoted(strangers)}, no priority of its version. Its priorities are {known}."


def _pauses_are_listed(version: AgreementVersion, target: Target) -> Iterator[str]:
    strangers = (target.pauses or _NO_NAMES) - version.pause_reasons
    if strangers:
        yield (
            f"is paused by {_quoted(strangers)}, which the version does not list. "
            "Add it to the version's pause_reasons, or take it out of the target."
        )


def _scope_lies_inside(version: AgreementVersion, target: Target) -> Iterator[str]:
    for word, own, whole in (
        ("service", target.services, version.services),
        ("customer", target.customers, version.customers),
    ):
        if whole and own - whole:
            yield (
                f"is for {word} {_quoted(own - whole)}, which the version does not cover. "
                "Add it to the version, or take it out of the target."
            )


def _kind_suits_the_agreement(version: AgreementVersion, target: Target) -> Iterator[str]:
    if version.kind is not AgreementKind.SLA and target.kind is not TargetKind.HAND_OVER:
        yield (
            f"is of kind '{target.kind.value}', but an OLA or contract promises hand-overs. "
            "Use 'hand_over', which runs from the assignment to the team or supplier."
        )


_TARGET_CHECKS = {
    "limits": _limits_are_of_the_scheme,
    "pauses": _pauses_are_listed,
    "scope": _scope_lies_inside,
    "kind": _kind_suits_the_agreement,
}


def _ids_are_unique(book: Book) -> Iterator[Fault]:
    kinds = {
        "customers": (each.id for each in book.customers),
        "services": (each.id for each in book.services),
        "agreement versions": (each.label for each in book.versions),
    }
    for kind, ids in kinds.items():
        for twin in _twins(ids):
            yield Fault("ids", "", f"Two {kind} have the id '{twin}'. Give each its own.")
    # Kept versions may each hold another content of a calendar or a scheme, so only the same one twice is a fault.
    referred: dict[str, Sequence[Calendar] | Sequence[PriorityScheme]]
    referred = {"calendars": book.calendars, "priority schemes": book.priorities}
    for kind, parts in referred.items():
        for twin in dict.fromkeys(parts[at].id for at in range(len(parts)) if parts[at] in parts[:at]):
            yield Fault("ids", "", f"Two {kind} have the id '{twin}'. Give each its own.")


def _references_are_known(book: Book) -> Iterator[Fault]:
    services, customers = {each.id for each in book.services}, {each.id for each in book.customers}
    for version in book.versions:
        for service in sorted(_services_named(version) - services):
            yield _of_version("references", version, f"names a service '{service}' that is not listed. List it.")
        for customer in sorted(_customers_named(version) - customers):
            yield _of_version("references", version, f"names a customer '{customer}' that is not listed. List it.")


def _contents_are_the_books(book: Book) -> Iterator[Fault]:
    for version in book.versions:
        used = [version.calendar, *(target.calendar for target in version.targets)]
        if any(calendar is not None and calendar not in book.calendars for calendar in used):
            yield _of_version("references", version, "uses a calendar that is not in the book. Add it.")
        if version.priorities != NO_PRIORITIES and version.priorities not in book.priorities:
            yield _of_version("references", version, "uses a priority scheme that is not in the book. Add it.")


def _versions_follow(book: Book) -> Iterator[Fault]:
    for overlap in overlaps(book.versions):
        yield Fault("overlap", "", overlap_sentence(*overlap))
    for agreement, versions in book.agreements().items():
        if len({(version.kind, version.name, version.starter) for version in versions}) > 1:
            sentence = f"The versions of agreement '{agreement}' differ in kind or name. Make two agreements."
            yield Fault("ids", "", sentence)


_BOOK_CHECKS = (_ids_are_unique, _references_are_known, _contents_are_the_books, _versions_follow)


def overlap_sentence(earlier: AgreementVersion, later: AgreementVersion, more: int = 0) -> str:
    """Return the sentence that says two versions, and so many more, are in force at once, with its mend."""
    others = f", and {more} more with them" if more else ""
    if later.effective_from <= earlier.effective_from:
        return (
            f"Agreement versions {earlier.label} and {later.label} both begin on {later.effective_from}{others}. "
            "Only one version is in force at a time: correct the dates."
        )
    return (
        f"Agreement versions {earlier.label} and {later.label} are both in force "
        f"from {later.effective_from}{others}. {_ending(earlier, later)}, "
        f"or let version {later.number} begin later."
    )


def _ending(earlier: AgreementVersion, later: AgreementVersion) -> str:
    """Return how an earlier version comes to its end before a later one: a signed one keeps its content."""
    key = "until" if earlier.signed is None and earlier.ended_on is None else "ended"
    return f"End version {earlier.number} with '{key}: {later.effective_from - timedelta(days=1)}'"


def _services_named(version: AgreementVersion) -> frozenset[str]:
    parts: list[Target | Exclusion | WorkloadLimit]
    parts = [*version.targets, *version.exclusions, *version.workload]
    return version.services.union(*(part.services for part in parts))


def _customers_named(version: AgreementVersion) -> frozenset[str]:
    parts: list[Target | Exclusion] = [*version.targets, *version.exclusions]
    return version.customers.union(*(part.customers for part in parts))
