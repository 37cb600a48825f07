"""Requirements: what a group of users needs, in its own words, and how that compares with what is delivered.

What a customer asks for before anything is agreed (FITS and ITIL: service level requirement, SLR). It promises nothing.
Who wrote and judged it, and who was asked whether it can be done, is kept beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from types import MappingProxyType

from servanda.engine.agreements import Money
from servanda.engine.levels import LevelKind
from servanda.engine.targets import Limit, Target


class InvalidRequirement(ValueError):
    """Something that a requirement, an answer to it or an estimate cannot say."""


@dataclass(frozen=True, slots=True)
class RequiredLevel:
    """A figure that is asked for: a limit and the share of tickets that keep it, a share of the time, or hours.

    `share` is 0–1: of tickets, or of service time for availability. `hours` are in words, as no figure tells them.
    """

    kind: LevelKind
    limit: Limit | None = None
    share: Fraction | None = None
    hours: str = ""

    def __post_init__(self) -> None:
        timed, in_hours = self.kind.by_priority, self.kind is LevelKind.SUPPORT_HOURS
        _refuse(timed and self.limit is None, "A time that is required has a limit, such as 4 hours. Give one.")
        _refuse(not timed and self.limit is not None, "Only an answer or a repair has a limit. Take it out.")
        _refuse(not in_hours and self.share is None, "Say of how many it is required, such as 95 %.")
        _refuse(in_hours and self.share is not None, "Hours have no share. Take it out.")
        _refuse(self.share is not None and not 0 < self.share <= 1, "A share lies above 0 % and up to 100 %.")
        _refuse(in_hours != bool(self.hours.strip()), "Hours are told in words, and only where hours are required.")

    def is_promised_by(self, target: Target) -> bool | None:
        """Whether a target promises at least as much, at every priority; `None` where the two do not compare."""
        limits = tuple(target.limits.values())
        if self.limit is None or target.kind is not self.kind.target_kind or self.share is None:
            return None
        if any(each.unit is not self.limit.unit or each.end_of_day != self.limit.end_of_day for each in limits):
            return None
        enough = target.share is not None and target.share >= self.share
        return enough and not target.unlimited and all(each.amount <= self.limit.amount for each in limits)


class Weight(Enum):
    """How much a requirement matters to those who have it."""

    MUST = "must"
    SHOULD = "should"
    COULD = "could"


class Occasion(Enum):
    """Where a requirement was said."""

    MEETING = "meeting"
    SURVEY = "survey"
    OTHER = "other"


class Progress(Enum):
    """How far a requirement has come by itself; whether it was asked about and answered stands beside it."""

    DRAFT = "draft"
    CAPTURED = "captured"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether it still asks for something."""
        return self in (Progress.DRAFT, Progress.CAPTURED)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a group of users needs: `wording` is theirs, not ours.

    `customer` is the id of a group, or the name of one that nothing else names; `service` the id of a service, none
    where it is about no single one; `said_by` the id of a person; `said_on` the day of the `occasion`.
    """

    customer: str
    wording: str
    service: str = ""
    outcome: str = ""
    reason: str = ""
    weight: Weight = Weight.SHOULD
    level: RequiredLevel | None = None
    said_by: str = ""
    said_on: date | None = None
    occasion: Occasion = Occasion.MEETING
    occasion_name: str = ""
    progress: Progress = Progress.CAPTURED

    def __post_init__(self) -> None:
        _refuse(not self.customer.strip(), "A requirement is somebody's. Name the group of users.")
        _refuse(not self.wording.strip(), "A requirement has words. Write down what was said.")


# --- what those say who deliver ---


class Reply(Enum):
    """What a team or a supplier answers to the question whether it can do what is required."""

    CAN = "can"
    WITH_COST = "with_cost"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, with its cost where it has one, and a remark such as why not."""

    reply: Reply
    cost: Money | None = None
    remark: str = ""

    def __post_init__(self) -> None:
        costs = self.reply is Reply.WITH_COST
        _refuse(costs and (self.cost is None or self.cost.amount <= 0), "Say what it costs: an amount above 0.")
        _refuse(not costs and self.cost is not None, "Only what is possible at a cost has an amount. Take it out.")


class Feasibility(Enum):
    """What the answers of everybody who was asked come to."""

    NOT_ASKED = "not asked"
    WAITING = "waiting"
    CAN = "can"
    WITH_COST = "with cost"
    CANNOT = "cannot"


def feasibility_of(replies: Iterable[Reply | None]) -> Feasibility:
    """Return what replies come to, `None` for one that is awaited: who cannot decides, then who has not answered."""
    told = list(replies)
    if not told:
        return Feasibility.NOT_ASKED
    if Reply.CANNOT in told:
        return Feasibility.CANNOT
    if None in told:
        return Feasibility.WAITING
    return Feasibility.WITH_COST if Reply.WITH_COST in told else Feasibility.CAN


class Drafting(Enum):
    """How far a spec sheet is."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class SpecSheet:
    """How a requirement is delivered, in the words of those who deliver; customers never see it.

    `agreements` are the ids of those that are to promise it, also of some that are not written yet; `gaps` is what is
    lacking still.
    """

    delivery: str
    components: str = ""
    teams: str = ""
    suppliers: str = ""
    resources: str = ""
    cost: Money | None = None
    agreements: tuple[str, ...] = ()
    gaps: str = ""
    drafting: Drafting = Drafting.DRAFT

    def __post_init__(self) -> None:
        _refuse(not self.delivery.strip(), "A spec sheet says how it is delivered. Write that.")
        _refuse(self.cost is not None and self.cost.amount < 0, "A cost is at least 0.")
        _refuse(len(set(self.agreements)) < len(self.agreements), "An agreement is named twice. Name each once.")


# --- the gap between what is required and what is delivered ---


@dataclass(frozen=True, slots=True)
class EstimatedShare:
    """How often a required level is kept today, as somebody reckons who has no measurement; 0–1, exact."""

    share: Fraction
    source: str
    on: date

    def __post_init__(self) -> None:
        _refuse(not 0 <= self.share <= 1, "An estimate lies from 0 % to 100 %.")
        _refuse(not self.source.strip(), "An estimate says what it rests on. Write that.")


class Fit(Enum):
    """How what is delivered today compares with what is required."""

    MEETS = "meets"
    FALLS_SHORT = "falls short"
    UNKNOWN = "unknown"


def fit_of(level: RequiredLevel | None, delivered: Fraction | None) -> Fit:
    """Return how a share that is kept compares with the required one, without rounding; hours are to be had whole."""
    if level is None or delivered is None:
        return Fit.UNKNOWN
    required = level.share if level.share is not None else Fraction(1)
    return Fit.MEETS if delivered >= required else Fit.FALLS_SHORT


class Gap(Enum):
    """The verdict on a line of the gap table: what is to be done about a requirement."""

    PROMISE = "can be promised"
    PROMISE_AT_COST = "can be promised at a cost"
    IMPROVE = "improve before it is promised"
    MEASURE = "said to be possible, not measured yet"
    MEASURE_AT_COST = "said to be possible at a cost, not measured yet"
    NOT_POSSIBLE = "not possible as it is asked"
    WAIT = "waiting for an answer"
    ASK = "ask those who deliver"
    NO_FIGURE = "put a figure to it"


def gap_of(level: RequiredLevel | None, fit: Fit, feasibility: Feasibility) -> Gap:
    """Return the verdict on a requirement: by what is delivered, and by what those say who deliver."""
    return _UNANSWERED.get(feasibility) or (_VERDICTS[fit, feasibility] if level else Gap.NO_FIGURE)


_UNANSWERED: Mapping[Feasibility, Gap] = MappingProxyType(
    {Feasibility.CANNOT: Gap.NOT_POSSIBLE, Feasibility.WAITING: Gap.WAIT, Feasibility.NOT_ASKED: Gap.ASK}
)
_VERDICTS: Mapping[tuple[Fit, Feasibility], Gap] = MappingProxyType(
    {
        (Fit.MEETS, Feasibility.CAN): Gap.PROMISE,
        (Fit.MEETS, Feasibility.WITH_COST): Gap.PROMISE_AT_COST,
        (Fit.FALLS_SHORT, Feasibility.CAN): Gap.IMPROVE,
        (Fit.FALLS_SHORT, Feasibility.WITH_COST): Gap.PROMISE_AT_COST,
        (Fit.UNKNOWN, Feasibility.CAN): Gap.MEASURE,
        (Fit.UNKNOWN, Feasibility.WITH_COST): Gap.MEASURE_AT_COST,
    }
)


# --- what a group expects ---


@dataclass(frozen=True, slots=True)
class Survey:
    """A handful of questions about a service, to those who speak for some groups of users, until a day, included."""

    service: str
    customers: tuple[str, ...]
    closes_on: date
    note: str = ""

    def __post_init__(self) -> None:
        _refuse(not self.service.strip(), "A survey is about a service. Name it.")
        _refuse(not any(self.customers), "A survey asks somebody. Name at least one group of users.")
        _refuse(len(set(self.customers)) < len(self.customers), "A group of users is named twice. Name each once.")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What somebody answers to a survey for their group; what is left empty is not needed.

    `share` is for both limits. `hurts` is what hurts most when the service fails.
    """

    hours: str = ""
    response: Limit | None = None
    resolution: Limit | None = None
    share: Fraction | None = None
    hurts: str = ""

    def __post_init__(self) -> None:
        timed = self.response is not None or self.resolution is not None
        _refuse(timed and self.share is None, "Say of how many it must hold.")
        _refuse(not (timed or self.hours.strip() or self.hurts.strip()), "Answer at least one question.")

    def levels(self) -> tuple[RequiredLevel, ...]:
        """Return the levels that are expected."""
        hours = (RequiredLevel(LevelKind.SUPPORT_HOURS, hours=self.hours),) if self.hours.strip() else ()
        limits = ((LevelKind.FIRST_RESPONSE, self.response), (LevelKind.RESOLUTION, self.resolution))
        return (*hours, *(RequiredLevel(kind, limit, self.share) for kind, limit in limits if limit))


def _refuse(holds: bool, sentence: str) -> None:
    if holds:
        raise InvalidRequirement(sentence)
