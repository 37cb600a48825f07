"""Reconciliation for a page: the report as it is kept, every figure of it in the words of the other renderings."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from servanda.engine.rights import Action
from servanda.reports.agreements.parts import joined
from servanda.reports.reconciliation.sentences import share
from servanda.reports.words import count, day, length

NOT_COVERED = "not covered"
SIDES = {"met": "Met", "missed": "Missed", None: "–"}
MOST_EXPLANATIONS = 6
_BY = {"unit": "Limits in", "priority": "Priority", "target": "Target", "service": "Service", "year": "Year"}
_WRITTEN: Mapping[Action, tuple[str, str]] = {
    Action.IMPORT_LOG: ("import", "imports"),
    Action.UNDO_IMPORT: ("import taken back", "imports taken back"),
    Action.RECORD_EVENT: ("recording of events", "recordings of events"),
    Action.CORRECT_EVENT: ("correction", "corrections"),
    Action.EXEMPT: ("exemption", "exemptions"),
    Action.APPLY_AGREEMENT: ("change of agreements", "changes of agreements"),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One part of the tickets: how many due times and verdicts are the same, and how many differ."""

    name: str
    dues: str
    dues_differ: str
    exact: str
    verdicts: str
    verdicts_differ: str


@dataclass(frozen=True, slots=True)
class Ends:
    """How the clocks of some tickets ended."""

    name: str
    tickets: str
    as_agreed: str
    by_closing: str
    neither: str
    not_covered: str


@dataclass(frozen=True, slots=True)
class Proof:
    """One ticket that differs: when it was due by us and by the source, when it stopped, and both verdicts."""

    ticket: str
    opened: str
    due: str
    claimed: str
    stopped: str
    ours: str
    theirs: str
    explanation: str


@dataclass(frozen=True, slots=True)
class CauseShown:
    """A likely cause: how many differ by it, what would explain them, and some of them as proof."""

    name: str
    differences: int
    explanations: tuple[str, ...]
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A rule that was tried on every verdict it would turn."""

    rule: str
    rows_for: str
    rows_against: str
    standing: str


@dataclass(frozen=True, slots=True)
class Page:
    """A reconciliation as a page shows it."""

    agrees: bool
    sentences: tuple[str, ...]
    tickets: int
    differences: int
    tolerance: str
    agreements: tuple[str, ...]
    stop: str
    with_dues: bool
    compared: tuple[Compared, ...]
    left_alone: tuple[str, ...]
    ends: tuple[Ends, ...]
    causes: tuple[CauseShown, ...]
    weighed: tuple[Weighed, ...]


def page(content: Mapping[str, Any]) -> Page:
    """Return what a page shows of a report as `as_json.report` made it."""
    causes = tuple(_cause(each) for each in content["causes"])
    return Page(
        agrees=content["agrees"],
        sentences=tuple(map(unbroken, content["sentences"])),
        tickets=content["tickets"],
        differences=sum(each.differences for each in causes),
        tolerance=length(timedelta(seconds=int(content["tolerance"].removesuffix("s")))),
        agreements=tuple(content["agreements"]),
        stop=content["stop"],
        with_dues=content["due_times"]["compared"] > 0,
        compared=tuple(_compared(content)),
        left_alone=tuple(_left_alone(content)),
        ends=tuple(_ends(content)),
        causes=causes,
        weighed=tuple(_weighed(each) for each in content["rules_weighed"]),
    )


def _compared(content: Mapping[str, Any]) -> Iterator[Compared]:
    """Yield a row for all tickets, then for each part that is not alone of its sort."""
    yield _line("All tickets", content["due_times"], content["verdicts"])
    sorts = Counter(each["by"] for each in content["parts"])
    for each in content["parts"]:
        if sorts[each["by"]] > 1:
            yield _line(f"{_BY.get(each['by'], each['by'])} {each['name']}", each["due_times"], each["verdicts"])


def _line(name: str, dues: Mapping[str, Any], verdicts: Mapping[str, Any]) -> Compared:
    return Compared(
        name,
        unbroken(share(dues["same"], dues["compared"])),
        f"{dues['different']:,}",
        f"{dues['to_the_second']:,}",
        unbroken(share(verdicts["same"], verdicts["compared"])),
        f"{verdicts['different']:,}",
    )


def unbroken(words: str) -> str:
    """Return words in which no line ends between a number and its percent sign."""
    return words.replace(" %", "\N{NO-BREAK SPACE}%")


def _left_alone(content: Mapping[str, Any]) -> Iterator[str]:
    for state, tickets in sorted(content["not_compared"].items(), key=lambda each: (-each[1], each[0])):
        why = " (no target of the agreements is for them)" if state == NOT_COVERED else ""
        yield f"{count(tickets, 'ticket')} with a claim: {state}{why}."
    if content["not_judged"]:
        first = content["not_judged"][0]
        told = f"such as {first['ticket']}: {first['reason']}"
        yield f"{count(len(content['not_judged']), 'ticket')} could not be judged, {told}"
    if content["rows_not_read"]:
        yield f"{count(content['rows_not_read'], 'row')} could not be read."


def _ends(content: Mapping[str, Any]) -> Iterator[Ends]:
    yield _end("All tickets", content["ends"])
    for flag, stops in content["ends_by_flag"].items():
        yield _end(f"Flagged '{flag}'", stops)


def _end(name: str, stops: Mapping[str, int]) -> Ends:
    named = ("tickets", "as_agreed", "by_closing", "neither", "not_covered")
    return Ends(name, *(f"{stops[each]:,}" for each in named))


def _cause(told: Mapping[str, Any]) -> CauseShown:
    explanations = [(each["differences"], each["explanation"]) for each in told["explanations"]]
    shown = [f"{times:,} × {words}" for times, words in explanations[:MOST_EXPLANATIONS]]
    more = sum(times for times, _ in explanations[MOST_EXPLANATIONS:])
    others = [f"{more:,} × something else of the kind"] if more else []
    return CauseShown(
        told["cause"], told["differences"], (*shown, *others), tuple(_proof(each) for each in told["examples"])
    )


def _proof(row: Mapping[str, Any]) -> Proof:
    return Proof(
        row["ticket"],
        opened=local(row["opened_at"]),
        due=local(row["our_due_at"]),
        claimed=local(row["claimed_due_at"]),
        stopped=local(row["stopped_at"]),
        ours=SIDES[row["our_verdict"]],
        theirs=SIDES[row["claimed_verdict"]],
        explanation=row["explanation"] or "",
    )


def local(written: str | None) -> str:
    """Return an instant that was written with its offset on the wall clock it was written on; a dash for none."""
    if written is None:
        return "–"
    at = datetime.fromisoformat(written)
    seconds = f":{at.second:02}" if at.second else ""
    return f"{day(at.date())} {at.hour:02}:{at.minute:02}{seconds}"


def _weighed(told: Mapping[str, Any]) -> Weighed:
    standing = "stands" if told["stands"] else "refuted"
    return Weighed(told["rule"], f"{told['rows_for']:,}", f"{told['rows_against']:,}", standing)


def since_words(since: Mapping[Action, int]) -> str:
    """Return what was written after a reconciliation, such as `2 imports and 1 exemption`; empty for nothing."""
    told = [count(since[action], *words) for action, words in _WRITTEN.items() if action in since]
    return joined(told) if told else ""
