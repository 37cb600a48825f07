"""Attainment for machines: counts, from which every ratio can be had exactly, and the same words as on a screen."""

from typing import Any

from servanda.engine.agreements import AgreementVersion
from servanda.engine.results import Result
from servanda.files.notation import share_text
from servanda.reports.attainment.figures import Figures, Line, Promise
from servanda.reports.ratios import attained
from servanda.reports.words import iso


def record(figures: Figures) -> dict[str, Any]:
    """Return the whole report as plain JSON values."""
    return {
        "form": "servanda-attainment/1",
        "organisation": {"id": figures.book.organisation.id, "name": figures.book.organisation.name},
        "period": _period(figures),
        "cohort": {"id": figures.cohort.value, "rule": figures.cohort.rule},
        "as_of": iso(figures.as_of, figures.zones[0]),
        "split_by": list(figures.split),
        "agreement_versions": [_version(each) for each in figures.versions],
        "lines": [_line(figures, each) for each in figures.lines],
        "targets": [_promise(figures, each) for each in figures.promises],
        "total": _result(figures, figures.total),
        "log": _log(figures),
    }


def _period(figures: Figures) -> dict[str, Any] | None:
    period = figures.period
    if period is None:
        return None
    bounds = [
        {"zone": zone, "from": iso(period.starts_at(zone), zone), "until": iso(period.ends_at(zone), zone)}
        for zone in figures.zones
    ]
    return {"label": period.label, "first": f"{period.first}", "last": f"{period.last}", "boundaries": bounds}


def _version(version: AgreementVersion) -> dict[str, Any]:
    return {"label": version.label, "name": version.name, "content_hash": version.content_hash()}


def _line(figures: Figures, line: Line) -> dict[str, Any]:
    names = {
        f"{word}_name": figures.names.of(word, id, line.agreement)
        for word, id in line.ids.items()
        if word != "priority"
    }
    agreement = {"agreement": line.agreement} if "target" in line.ids else {}
    judged = {"agreement_versions": list(line.versions)}
    return {**line.ids, **names, **agreement, **judged, **_result(figures, line.result)}


def _promise(figures: Figures, promise: Promise) -> dict[str, Any]:
    return {
        "agreement": promise.agreement,
        "target": promise.target.id,
        "target_name": figures.names.of("target", promise.target.id, promise.agreement),
        "maturity": promise.target.maturity,
        "agreement_versions": list(promise.versions),
        "agreed_share": None if promise.share is None else share_text(promise.share),
        "outcome": promise.verdict,
        **_result(figures, promise.result),
    }


def _result(figures: Figures, result: Result) -> dict[str, Any]:
    return {
        "verdicts": result.verdicts,
        "met": result.met,
        "missed": result.missed,
        "of_missed_still_open": result.still_open,
        "attainment": attained(result.met, result.verdicts, figures.digits),
        "not_counted": {standing.value: number for standing, number in result.beside.items()},
        "readings": result.readings,
    }


def _log(figures: Figures) -> dict[str, Any]:
    log = figures.log
    return {
        "rows": log.rows,
        "rows_left_out": len(log.left_out),
        "tickets": log.tickets,
        "tickets_not_judged": [{"ticket": each.ticket, "reason": each.reason} for each in log.unjudged],
        "readings": log.readings,
        "readings_in_other_periods": figures.elsewhere,
    }
