"""Targets in sentences: what is promised within which limit, for which share, and what stops the clock."""

from collections.abc import Iterator
from fractions import Fraction

from servanda.engine.agreements import AgreementVersion
from servanda.engine.targets import ANY_PRIORITY, DueRolls, Limit, Target, TargetKind, Unit
from servanda.files.notation import UnknownNotation, share_text
from servanda.reports.agreements.hours import name_of
from servanda.reports.agreements.parts import Names, Promise, Statement, joined, listing, quoted, stated, told

NO_SHARE = "No share is agreed: the limit is meant for each ticket, and how many must keep it is not said."
NOT_AGREED = {"assumed": "Assumed, not agreed.", "proposed": "Proposed, not agreed yet."}
KIND_WORDS = {
    TargetKind.FIRST_RESPONSE: "First answer",
    TargetKind.UPDATE: "Answer to each message",
    TargetKind.INFORMED: "News without being asked",
    TargetKind.RESOLUTION: "Resolution",
    TargetKind.HAND_OVER: "Hand-over",
}
FEW_SERVICES = 2
_STOPPED = {"resolved": "resolved", "closed": "closed", "first_responded": "first answered", "replied": "answered"}
_SUMMARIES = {
    TargetKind.FIRST_RESPONSE: "A first answer to each ticket, counted from its opening.",
    TargetKind.UPDATE: "An answer to each message of the customer, counted from the first that is unanswered.",
    TargetKind.INFORMED: "News without being asked, counted from our last message, until the ticket is resolved.",
}


def promise_of(target: Target, version: AgreementVersion, names: Names) -> Promise:
    """Return a target in words."""
    return Promise(
        target.id,
        heading_of(target, names),
        summary_of(target),
        tuple(_limits(target, version)),
        told(*_terms(target, version, names)),
        NOT_AGREED.get(target.maturity, ""),
    )


def heading_of(target: Target, names: Names) -> str:
    """Return what a promise is called: its name, else the few services it is for, else its id."""
    services = names.of_services(target.services)
    return target.name or (joined(services) if 0 < len(services) <= FEW_SERVICES else target.id)


def summary_of(target: Target) -> str:
    """Return what a target promises, apart from its limits."""
    if target.kind is TargetKind.RESOLUTION:
        return f"Each ticket {_STOPPED[target.stop]}, counted from its opening."
    if target.kind is TargetKind.HAND_OVER:
        return f"Work handed over to {target.party} is resolved or passed on, counted from each hand-over."
    return _SUMMARIES[target.kind]


def promised(target: Target, limit: Limit) -> str:
    """Return what is promised within a limit, such as `first answer within 15 minutes of open time`."""
    amount = limit_words(limit)
    match target.kind:
        case TargetKind.FIRST_RESPONSE:
            return f"first answer within {amount}"
        case TargetKind.UPDATE:
            return f"an answer to each message within {amount}"
        case TargetKind.INFORMED:
            return f"news within {amount} of the last"
        case TargetKind.HAND_OVER:
            return f"resolved or passed on by {target.party} within {amount}"
        case TargetKind.RESOLUTION:
            return f"{_STOPPED[target.stop]} within {amount}"


def limit_words(limit: Limit) -> str:
    """Return a limit as a sentence has it, always with what it counts."""
    match limit.unit:
        case Unit.OPEN_TIME:
            return f"{limit} of open time"
        case Unit.ELAPSED:
            return f"{str(limit).replace('elapsed ', '', 1)} round the clock"
        case Unit.WORKING_DAYS if limit.end_of_day:
            return f"{str(limit).partition(',')[0]}, until the last closing of that day"
    return str(limit)


def priority_words(code: str, target: Target) -> str:
    """Return for which tickets a limit is meant."""
    if code != ANY_PRIORITY:
        return f"Priority {code}"
    return "Any other priority" if len({*target.limits, *target.unlimited}) > 1 else "Every ticket"


def codes_of(target: Target, version: AgreementVersion) -> list[str]:
    """Return the priority codes that a target says something of, most urgent first, what is for any other last."""
    named = {*target.limits, *target.unlimited}
    return [code for code in (*version.priorities.codes, ANY_PRIORITY) if code in named]


def _limits(target: Target, version: AgreementVersion) -> Iterator[Statement]:
    for code in codes_of(target, version):
        limit = target.limits.get(code)
        says = promised(target, limit) if limit else "no limit is agreed"
        yield Statement(f"limit {code}", priority_words(code, target), (says,))


def share_words(share: Fraction | None) -> str:
    """Return for how many tickets a limit is to be kept; that none is agreed is said outright."""
    if share is None:
        return NO_SHARE
    return f"{share_as_agreed(share)} of them keep the limit, counted month by month."


def share_as_agreed(share: Fraction) -> str:
    """Return a share exactly as it was agreed: in percent, or as a fraction where decimals cannot say it."""
    try:
        return share_text(share)
    except UnknownNotation:
        return f"{share.numerator} of {share.denominator}"


def _terms(target: Target, version: AgreementVersion, names: Names) -> Iterator[Statement | None]:
    yield stated("share", "How many", share_words(target.share))
    yield stated("unsaid", "Not said", _unsaid(target, version))
    yield stated("pauses", "The clock stands still", pauses_words(target, version))
    yield stated("due", "Due at closing time", _rolls(target))
    yield stated("start", "Opened in closed time", _starts(target))
    yield listing("services", "Only for the services", names.of_services(target.services))
    yield listing("customers", "Only for", names.of_customers(target.customers))
    yield stated("calendar", "Hours", _hours(target, version))
    yield stated("owner", "Answers for it", target.owner)
    yield stated("source", "Figures from", target.source)


def _unsaid(target: Target, version: AgreementVersion) -> str:
    """Return of which priorities a target says nothing at all."""
    silent = [code for code in version.priorities.codes if code not in {*target.limits, *target.unlimited}]
    if not silent or ANY_PRIORITY in {*target.limits, *target.unlimited}:
        return ""
    return f"Nothing of priority {joined(silent)}: the next wider agreement tells, if any does."


def pauses_words(target: Target, version: AgreementVersion) -> str:
    """Return which reasons stop the clock of a target."""
    reasons = sorted(version.pauses_of(target))
    return f"while {joined(quoted(reasons))}." if reasons else "never: no reason for a pause stops it."


def _rolls(target: Target) -> str:
    if target.due_rolls is DueRolls.NEXT_OPENING:
        return "What falls due exactly at a closing is due at the next opening."
    return ""


def _starts(target: Target) -> str:
    return "Days are counted from the next opening." if target.start_rolls else ""


def _hours(target: Target, version: AgreementVersion) -> str:
    return "" if target.calendar == version.calendar else f"counted on the calendar '{name_of(target.calendar)}'."
