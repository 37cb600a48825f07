"""Requirements in words: what is asked for, what is promised and delivered, what those say who deliver, and the gap."""

import io
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from servanda.engine.agreements import Money
from servanda.engine.levels import LevelKind
from servanda.engine.requirements import (
    Answer,
    Drafting,
    Feasibility,
    Gap,
    Occasion,
    Progress,
    Reply,
    RequiredLevel,
    Weight,
)
from servanda.files.outputs import table_to
from servanda.queries.required_levels import Figures, Measured
from servanda.queries.requirements import Asked, Estimated, Kept, Names
from servanda.reports import ratios
from servanda.reports.agreements.promises import NOT_AGREED, limit_words, share_as_agreed
from servanda.reports.service_levels import limits_words

NOT_MEASURED = "not measured yet"
NO_TARGET = "no agreement promises it"
WEIGHTS = {Weight.MUST: "Must", Weight.SHOULD: "Should", Weight.COULD: "Could"}
LEVELS = {
    LevelKind.FIRST_RESPONSE: "A first answer within a time",
    LevelKind.RESOLUTION: "Working again within a time",
    LevelKind.AVAILABILITY: "There for a share of the time",
    LevelKind.SUPPORT_HOURS: "There in certain hours",
}
OCCASIONS = {Occasion.MEETING: "In a meeting", Occasion.SURVEY: "In a survey", Occasion.OTHER: "Elsewhere"}
PROGRESS = {
    Progress.DRAFT: "Draft",
    Progress.CAPTURED: "Captured",
    Progress.DECLINED: "Declined",
    Progress.WITHDRAWN: "Withdrawn",
}
REPLIES = {Reply.CAN: "can", Reply.WITH_COST: "can, at a cost", Reply.CANNOT: "cannot"}
DRAFTINGS = {Drafting.DRAFT: "Draft", Drafting.REVIEWED: "Reviewed", Drafting.APPROVED: "Approved"}
MARKS: Mapping[Gap, str] = MappingProxyType(
    {
        Gap.PROMISE: "met",
        Gap.PROMISE_AT_COST: "near",
        Gap.IMPROVE: "near",
        Gap.MEASURE: "nodata",
        Gap.MEASURE_AT_COST: "nodata",
        Gap.NOT_POSSIBLE: "missed",
        Gap.WAIT: "running",
        Gap.ASK: "notagreed",
        Gap.NO_FIGURE: "notagreed",
    }
)
"""The mark of each verdict, by the end of its class."""

COLUMNS = (
    *("requirement", "group of users", "service", "wording", "priority", "required", "promised", "delivered"),
    *("cases", "supported", "verdict", "found by representative", "remark"),
)


def level_words(level: RequiredLevel | None) -> str:
    """Return what is required; that no figure is, outright."""
    if level is None:
        return "no figure yet"
    if level.kind is LevelKind.SUPPORT_HOURS:
        return f"hours: {level.hours}"
    assert level.share is not None  # as the level itself has it
    share = share_as_agreed(level.share)
    if level.limit is None:
        return f"available {share} of the time"
    what = "first answer" if level.kind is LevelKind.FIRST_RESPONSE else "working again"
    return f"{what} within {limit_words(level.limit)}, in {share} of cases"


def state_words(kept: Kept) -> str:
    """Return how far a requirement is: by itself, and by what was asked of those who deliver."""
    if kept.told.progress is not Progress.CAPTURED or kept.narrowed:
        return PROGRESS[kept.told.progress]
    match kept.feasibility:
        case Feasibility.NOT_ASKED:
            return "Captured"
        case Feasibility.WAITING:
            return "Asked"
    return "Answered"


def promised_words(figures: Figures) -> list[str]:
    """Return what is promised today of what is required: each clause with its agreement and whether it is agreed."""
    return [
        f"{limits_words(each)} ({each.version.name or each.version.agreement}, version {each.version.number})"
        f"{_maturity(each.target.maturity)}"
        for each in figures.clauses
    ]


def _maturity(maturity: str) -> str:
    said = NOT_AGREED.get(maturity, "")
    return f" – {said[0].lower()}{said[1:].rstrip('.')}" if said else ""


def delivered_words(figures: Figures, estimated: Estimated | None) -> str:
    """Return what is delivered: what was measured, else what somebody reckons with its source, else that nothing is."""
    if figures.measured:
        return measured_words(figures.measured)
    return estimated_words(estimated) if estimated else NOT_MEASURED


def measured_words(measured: Measured) -> str:
    """Return a measurement with its number of cases, its time and whose tickets they are."""
    whose = "" if measured.of_group else ", of everybody with this service"
    waiting = f"; {measured.open:,} still open" if measured.open else ""
    attained = ratios.attained(measured.kept, measured.cases)
    counted = "" if "(" in attained or measured.cases < ratios.COUNTS_ONLY_BELOW else f" of {measured.cases:,}"
    return f"{attained}{counted} in the last 12 months{whose}{waiting}"


def estimated_words(estimated: Estimated) -> str:
    """Return an estimate as one, with what it rests on and its day."""
    told = estimated.estimate
    return f"about {share_as_agreed(told.share)}, reckoned from {told.source} on {told.on:%-d %b %Y}"


def answer_words(answer: Answer) -> str:
    """Return an answer with its cost and its remark."""
    cost = f" of {money_words(answer.cost)}" if answer.cost else ""
    remark = f": {answer.remark}" if answer.remark else ""
    return f"{REPLIES[answer.reply]}{cost}{remark}"


def money_words(money: Money) -> str:
    """Return an amount of money such as `EUR 1,200.00`."""
    return f"{money.currency} {money.amount:,.2f}"


def supported_words(asked: Iterable[Asked]) -> Iterator[tuple[str, str]]:
    """Yield what each party says who was asked about what is required now."""
    for each in asked:
        yield each.party, answer_words(each.last.answer) if each.last else "has not answered yet"


def verdict_words(kept: Kept) -> str:
    """Return what the representative finds; nothing where none has said so since the last change."""
    found = kept.verdict
    return ("met" if found.met else "not met") if found else ""


def table(lines: Iterable[tuple[Kept, Figures]], names: Names) -> bytes:
    """Return the gap table as CSV in UTF-8, with the mark that spreadsheets look for; no cell is a formula."""
    told = io.StringIO(newline="")
    table_to(told, COLUMNS, (_cells(kept, figures, names) for kept, figures in lines))
    return told.getvalue().encode("utf-8-sig")


def _cells(kept: Kept, figures: Figures, names: Names) -> tuple[str, ...]:
    told, measured = kept.told, figures.measured
    return (
        *(f"{kept.id}", names.customers.get(told.customer, told.customer), names.of(told), told.wording),
        *(told.weight.value, level_words(told.level), "; ".join(promised_words(figures)) or NO_TARGET),
        *(delivered_words(figures, kept.estimate), f"{measured.cases}" if measured else ""),
        "; ".join(f"{party}: {says}" for party, says in supported_words(kept.asked_now)) or "nobody was asked yet",
        *(figures.gap.value, verdict_words(kept), kept.verdict.remark if kept.verdict else ""),
    )
