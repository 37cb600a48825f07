"""The ten processes, each with its place in the report: figures where something is measured, else the lines to come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from servanda.engine.results import Result
from servanda.engine.targets import TargetKind
from servanda.queries.month_log import Flow
from servanda.reports.monthly.values import Measure, Process, PromiseFigure
from servanda.reports.ratios import attained
from servanda.reports.words import instant, length

REACTIVE, PROACTIVE, CHANGE, OWN = "Reactive", "Proactive", "Change", "The process itself"

_TO_COME = (
    ("Problem management", PROACTIVE, ("Problems opened, resolved and open", "Resolved on or inside target")),
    (
        "Availability and capacity",
        PROACTIVE,
        ("Number and duration of service failures", "Availability of each service", "Use against capacity"),
    ),
    (
        "Service continuity",
        PROACTIVE,
        ("Date of the last review of the plan", "Date of the last rehearsal", "Issues found and closed"),
    ),
    ("Financial management", PROACTIVE, ("Spent in each category", "Spent against budget", "Cost of suppliers")),
    ("Change management", CHANGE, ("Requests for change", "Approved and rejected", "Successful and failed")),
    ("Configuration management", CHANGE, ("Items recorded and found at the last audit", "Incorrect records")),
    ("Release management", CHANGE, ("Builds made and installed", "Services documented")),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What the tickets of a month tell of processes: how they came and went, and what became of the promises."""

    flow: Flow
    by_kind: dict[TargetKind, Result]
    taken: Sequence[timedelta]
    promises: tuple[PromiseFigure, ...]
    versions: int
    zone: str
    digits: int

    @property
    def any(self) -> bool:
        """Whether the month holds anything at all."""
        return any(self.flow[:5])


def of(measured: Measured) -> tuple[Process, ...]:
    """Return the ten processes in the order of the report."""
    to_come = [_place(name, group, lines) for name, group, lines in _TO_COME]
    own = Process("Service level management", OWN, tuple(_own(measured)))
    found = (
        Process("Service desk", REACTIVE, tuple(_desk(measured))),
        Process("Incident management", REACTIVE, tuple(_incidents(measured))),
    )
    return (*found, *to_come, own)


def _place(name: str, group: str, lines: Iterable[str]) -> Process:
    return Process(name, group, tuple(Measure(line, None) for line in lines))


def _desk(measured: Measured) -> Iterable[Measure]:
    yield Measure("Tickets logged", f"{measured.flow.logged:,}" if measured.any else None)
    yield Measure("First response on or inside target", _kept(measured, TargetKind.FIRST_RESPONSE))
    yield Measure("Calls by channel", None)
    yield Measure("Solved at first contact", None)
    yield Measure("Satisfaction", None)


def _incidents(measured: Measured) -> Iterable[Measure]:
    flow, zone = measured.flow, measured.zone
    counts = (
        ("Carried over from the month before", flow.open_before),
        ("Logged", flow.logged),
        ("Reopened", flow.reopened),
        ("Ended: resolved, closed or cancelled", flow.ended),
        ("Open at the end", flow.open_after),
    )
    for name, number in counts:
        yield Measure(name, f"{number:,}" if measured.any else None)
    oldest = instant(flow.oldest_open_at, zone) if flow.oldest_open_at else None
    yield Measure("Oldest still open, logged", oldest)
    yield Measure("Resolved on or inside target", _kept(measured, TargetKind.RESOLUTION))
    yield Measure("Counted time to the end, median", _quantile(measured.taken, 50))
    yield Measure("Counted time to the end, 9 of 10 within", _quantile(measured.taken, 90))


def _own(measured: Measured) -> Iterable[Measure]:
    outcomes = [each.outcome for each in measured.promises]
    compared = [each for each in outcomes if each in ("kept", "not kept")]
    shown = f"{compared.count('kept')} of {len(compared)}" if compared else None
    yield Measure("Agreed shares kept", shown)
    without = outcomes.count("no share agreed")
    yield Measure("Targets without an agreed share", f"{without:,}" if outcomes else None)
    yield Measure("Agreement versions that judged", f"{measured.versions:,}" if measured.versions else None)
    yield Measure("Handed over on or inside target", _kept(measured, TargetKind.HAND_OVER))
    yield Measure("Reviews held, actions closed", None)


def _kept(measured: Measured, kind: TargetKind) -> str | None:
    result = measured.by_kind.get(kind, Result())
    if not result.verdicts:
        return None
    shown = attained(result.met, result.verdicts, measured.digits)
    return shown if " of " in shown else f"{shown} of {result.verdicts:,}"


def _quantile(amounts: Sequence[timedelta], percent: int) -> str | None:
    """Return the amount within which that part of the tickets lies, by the nearest rank."""
    if not amounts:
        return None
    ordered = sorted(amounts)
    return f"{length(ordered[-(-len(ordered) * percent // 100) - 1])} (of {len(ordered):,})"
