"""Reconciliation for machines: the same figures, with as many differences as are asked for."""

from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from servanda.engine.reconciliation import CalendarFit, Cause, Holiday, Line, Reconciliation, Same
from servanda.reports.ratios import percent
from servanda.reports.reconciliation import Reconciled, as_csv
from servanda.reports.reconciliation.sentences import heading, stretch, tolerance_words, years
from servanda.reports.words import iso

FORMAT = "servanda-reconciliation/1"


def report(reconciled: Reconciled, examples: int) -> dict[str, Any]:
    """Return everything found; of each cause the first `examples` differences."""
    found, log = reconciled.found, reconciled.log
    return {
        "format": FORMAT,
        "log": reconciled.name,
        "agreements": sorted(version.label for version in log.book.versions),
        "kind": reconciled.kind.value,
        "as_of": iso(log.as_of, log.book.organisation.zone),
        "tolerance": tolerance_words(found.tolerance),
        "agrees": reconciled.agrees,
        "sentences": list(heading(reconciled)),
        "tickets": found.tickets,
        "due_times": _same(found.dues) | {"to_the_second": found.dues.exact},
        "verdicts": _same(found.verdicts),
        "parts": [_line(line) for line in found.lines],
        "states": dict(found.states),
        "not_compared": dict(found.uncompared),
        "rows_not_read": reconciled.left_out,
        "not_judged": [asdict(each) for each in reconciled.unjudged],
        "own_verdict": _own(found),
        "published": asdict(found.published),
        "stop": found.stop,
        "ends": asdict(found.stops),
        "ends_by_flag": {flag: asdict(stops) for flag, stops in found.flagged.items()},
        "causes": [_cause(reconciled, cause, examples) for cause in found.explained.causes],
        "rules_weighed": [
            {"rule": each.words, "rows_for": each.rows_for, "rows_against": each.rows_against, "stands": each.stands}
            for each in found.explained.weighed
        ],
        "holidays": [_fit(fit) for fit in found.calendars],
    }


def _same(same: Same) -> dict[str, Any]:
    shown = percent(Fraction(same.same, same.compared), 2) if same.compared else None
    return {"compared": same.compared, "same": same.same, "different": same.different, "share": shown}


def _line(line: Line) -> dict[str, Any]:
    dues = _same(line.dues) | {"to_the_second": line.dues.exact}
    return {"by": line.by, "name": line.name, "due_times": dues, "verdicts": _same(line.verdicts)}


def _own(found: Reconciliation) -> dict[str, Any] | None:
    own = found.own
    if own is None:
        return None
    return {
        "stop": own.stop.word,
        "stopped": _same(own.stopped),
        "open_past_due": _same(own.open_past_due),
        "no_verdict": own.no_verdict,
        "contradictions": list(own.contradictions),
    }


def _cause(reconciled: Reconciled, cause: Cause, examples: int) -> dict[str, Any]:
    return {
        "cause": cause.name,
        "differences": len(cause.differences),
        "explanations": [{"explanation": words, "differences": times} for words, times in cause.words],
        "examples": [
            dict(zip(as_csv.COLUMNS, as_csv.row(reconciled, each), strict=True))
            for each in cause.differences[:examples]
        ],
    }


def _fit(fit: CalendarFit) -> dict[str, Any]:
    return {
        "calendar": fit.calendar.id,
        "claims": fit.rows,
        "come_out": {
            "without_holidays": fit.without_any,
            "with_all_listed": fit.with_all,
            "as_found": fit.as_found,
            "with_unlisted": fit.with_unlisted,
        },
        "years": list(years(fit)),
        "periods": [
            {
                "first": f"{each.holidays[0].on}",
                "last": f"{each.holidays[-1].on}",
                "observed": each.observed,
                "holidays": len(each.holidays),
                "rows_for": each.rows_for,
                "rows_against": each.rows_against,
                "sentence": stretch(each),
            }
            for each in fit.stretches
        ],
        "holidays": _holidays(fit.holidays),
        "unlisted": _holidays(fit.unlisted),
    }


def _holidays(holidays: Sequence[Holiday]) -> list[dict[str, Any]]:
    return [
        {
            "date": f"{each.on}",
            "name": each.name,
            "observed": each.observed,
            "rows_for": each.rows_for,
            "rows_against": each.rows_against,
            "tickets_for": list(each.tickets_for),
            "tickets_against": list(each.tickets_against),
        }
        for each in holidays
    ]
