"""A version under way in words: who has approved, what was said, and what it would have come to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from servanda.engine.agreements import AgreementVersion
from servanda.engine.negotiation import Side, Step, StepKind
from servanda.engine.negotiation import sides as sides_of
from servanda.engine.results import Result
from servanda.engine.targets import ANY_PRIORITY, Limit, Target
from servanda.queries.negotiations import Trial
from servanda.reports.agreements.examples import NEVER, due
from servanda.reports.agreements.parts import joined
from servanda.reports.agreements.promises import share_as_agreed
from servanda.reports.ratios import attained
from servanda.reports.words import count, instant
from servanda.store.negotiations import UnderWay

SIDES: Mapping[Side, str] = {
    Side.CUSTOMER: "Customer",
    Side.PROVIDER: "Provider (IT leadership)",
    Side.PROGRAMME: "Programme leadership",
    Side.TEAM: "Team",
    Side.SUPPLIER: "Supplier",
}
DONE: Mapping[StepKind, str] = {
    StepKind.OPENED: "opened the negotiation",
    StepKind.REOPENED: "made it a draft again",
    StepKind.REMARKED: "said",
    StepKind.COUNTERED: "proposed instead",
    StepKind.ACCEPTED: "accepted that",
    StepKind.DECLINED: "declined that",
    StepKind.WAIVED: "let a finding stand",
    StepKind.APPROVED: "approved",
    StepKind.WITHDRAWN: "withdrew the draft",
    StepKind.KEPT: "put it into force",
}


@dataclass(frozen=True, slots=True)
class SideShown:
    """A side, and who approved the last text for it, if anybody has."""

    name: str
    signatory: str
    step: Step | None


@dataclass(frozen=True, slots=True)
class Said:
    """A step in words: who did what, and what they said; `about` names the target it is of."""

    step: Step
    who: str
    done: str
    about: str


def sides(found: UnderWay, people: Mapping[str, str]) -> tuple[SideShown, ...]:
    """Return each side with its approval of the last text."""
    approvals = found.standing.approvals
    told = ((each, approvals.get(each)) for each in found.standing.sides)
    return tuple(SideShown(SIDES[each], called(step.signatory, people) if step else "", step) for each, step in told)


def signatures(found: UnderWay, people: Mapping[str, str]) -> tuple[tuple[str, str, datetime | None], ...]:
    """Return for each side who approved the last text and when; empty where nobody has yet."""
    return tuple((each.name, each.signatory, each.step.at if each.step else None) for each in sides(found, people))


def no_signatures(version: AgreementVersion) -> tuple[tuple[str, str, datetime | None], ...]:
    """Return room for the signature of each side of a version that nobody approved here."""
    return tuple((SIDES[each], "", None) for each in sides_of(version))


def called(id: str, people: Mapping[str, str]) -> str:
    """Return a person's name, or the id of one who has none any more."""
    return people.get(id) or id


def talk(found: UnderWay, people: Mapping[str, str]) -> tuple[Said, ...]:
    """Return every step, the last one first."""
    targets = {each.id: each.name or each.id for each in found.version.targets}
    return tuple(
        Said(each, called(each.person, people), _done(each, people), targets.get(each.target, each.target))
        for each in reversed(found.standing.steps)
    )


def _done(step: Step, people: Mapping[str, str]) -> str:
    if step.kind is StepKind.APPROVED and step.side is not None:
        side = SIDES[step.side]
        if step.on_paper:
            return f"wrote down that {called(step.signatory, people)} approved text {step.on_text} for: {side}"
        return f"approved text {step.on_text} for: {side}"
    return f"{DONE[step.kind]} ({step.rule})" if step.rule else DONE[step.kind]


# --- examples ---


@dataclass(frozen=True, slots=True)
class Start:
    """An instant at which work begins, and when each limit would be due then, beside what it is a limit of."""

    words: str
    due: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Starts:
    """Examples of a version: what each column is a limit of, and the starts."""

    headings: tuple[str, ...]
    rows: tuple[Start, ...]


MOST_COLUMNS = 6


def starts(version: AgreementVersion, at: tuple[datetime, ...]) -> Starts:
    """Return when the first limits would be due, for work that begins at some instants."""
    limits = [(each, code, limit) for each in version.targets for code, limit in each.limits.items()][:MOST_COLUMNS]
    rows = (_start(each, limits, version.zone) for each in at)
    return Starts(tuple(_heading(each, code) for each, code, _ in limits), tuple(rows))


def _heading(target: Target, code: str) -> str:
    return f"{target.name or target.id}{'' if code == ANY_PRIORITY else f', {code}'}"


def _start(at: datetime, limits: list[tuple[Target, str, Limit]], zone: str) -> Start:
    found = ((_heading(target, code), due(target, limit, at)) for target, code, limit in limits)
    return Start(instant(at, zone), tuple((heading, instant(x, zone) if x else NEVER) for heading, x in found))


# --- what it would have come to ---


@dataclass(frozen=True, slots=True)
class Line:
    """A proposed target, what it asks, and what it would have come to."""

    heading: str
    asked: str
    attained: str
    verdicts: int
    says: str


def trial(version: AgreementVersion, tried: Trial) -> tuple[Line, ...]:
    """Return a line for each target of a proposed version."""
    return tuple(_lines(version, tried))


def _lines(version: AgreementVersion, tried: Trial) -> Iterator[Line]:
    for each in version.targets:
        result = tried.by_target.get(each.id, Result())
        asked = share_as_agreed(each.share) if each.share is not None else "no share is asked"
        yield Line(
            each.name or each.id,
            asked,
            attained(result.met, result.verdicts),
            result.verdicts,
            _says(each.share, result),
        )


def _says(share: Fraction | None, result: Result) -> str:
    if not result.verdicts:
        return "No ticket was judged by it: nothing tells whether it can be kept."
    if share is None:
        return f"{count(result.met, 'ticket')} of {result.verdicts:,} would have kept it."
    if result.keeps(share):
        return "It would have been kept."
    return "It would not have been kept: think again, or say what will be different."


def beyond_the_form(version: AgreementVersion) -> str:
    """Return what a version holds that the form does not ask, in words; empty where there is nothing."""
    hours, targets = version.calendar, version.targets
    told = {
        "breaks, seasons or special openings": hours
        and (any(hours.weekly_breaks) or hours.breaks or hours.special or hours.seasons),
        "targets with hours of their own": any(each.calendar != hours for each in targets),
        "targets for some services or customers": any(each.services or each.customers for each in targets),
        "targets that stop or pause in their own way": any(
            each.stop != "resolved" or each.pauses is not None or each.start_rolls for each in targets
        ),
    }
    return joined(name for name, value in told.items() if value)
