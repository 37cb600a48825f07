"""The month's report on the two real logs: every aggregate of every month, in every form, as attainment counts it."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from servanda.engine.logs import judged_in_memory
from servanda.engine.periods import Period
from servanda.engine.rights import Action, Viewer
from servanda.queries import month_log
from servanda.queries.logs import kept
from servanda.reports.attainment import figures as attainment
from servanda.reports.monthly import as_csv, as_json, as_pdf, as_xlsx, figures, sections
from servanda.reports.monthly.values import MonthReport, Sentence, Stamp
from tests.examples.test_real_imports import BOSTON, NOW, SERVICENOW, organisation_of, take_in
from tests.examples.test_real_logs import SAMPLES
from tests.reports.months import cells_of_workbook, texts_of_pdf

EVERY = 6
"""Of so many months one is rendered in every form, and worked out from all events."""


def months_of(viewer: Viewer) -> Iterator[Period]:
    """Yield the months of which anything is kept."""
    log = month_log.of(viewer, Period.read("2016-01"), known_at=NOW)
    reach = month_log.reach(log)
    assert reach.first_at is not None
    assert reach.last_at is not None
    at: datetime = reach.first_at
    month = Period.of_months(at.year, at.month)
    while month.first <= reach.last_at.date():
        yield month
        month = Period.of_months(month.first.year + month.first.month // 12, month.first.month % 12 + 1)


@pytest.mark.full
@pytest.mark.parametrize("sample", [SERVICENOW, BOSTON], ids=["servicenow", "boston"])
def test_every_aggregate_of_every_month_is_that_of_attainment(
    store: str, sample: tuple[str, str], figure: Callable[[str, object], None]
) -> None:
    viewer = organisation_of(sample[0])
    take_in(viewer, sample[0], SAMPLES / sample[0] / sample[1])
    judged = judged_in_memory(kept(viewer, Action.SEE_RESULTS, as_of=NOW))
    months = list(months_of(viewer))
    compared = 0
    for place, month in enumerate(months):
        found, told = figures.current(viewer, month, NOW), attainment.of(judged, period=month)
        assert (found.total.met, found.total.missed) == (told.total.met, told.total.missed), month
        lines = [
            (each.ids["service"], each.ids["priority"], each.target, each.result.met, each.result.missed)
            for each in told.lines
        ]
        assert lines == [
            (each.service, each.priority, each.target, each.counts.met, each.counts.missed) for each in found.lines
        ], month
        assert found.trend[-1].counts == found.total
        assert sum(row.cells[-1].counts.verdicts for row in found.slam) == found.total.verdicts
        compared += len(lines)
        if place % EVERY == 0:
            assert figures.known_at(viewer, month, NOW) == found, month
            compared += in_every_form(MonthReport(found, summary_of(found.summary), None, Stamp(1, NOW, "kim", "kim")))
    figure(f"aggregates of {sample[0]} ({store})", f"{compared:,} in {len(months)} months, 0 differences")


def summary_of(sentences: tuple[str, ...]) -> tuple[Sentence, ...]:
    """Return the sentences as the program wrote them."""
    return tuple(Sentence(each, "", None) for each in sentences)


def in_every_form(report: MonthReport) -> int:
    """Fail where a cell of a report is not in each of its forms; return how many rows were compared."""
    paper = texts_of_pdf(as_pdf.rendered(report)).replace(" ", "")
    workbook = {tuple(row) for _, row in cells_of_workbook(as_xlsx.rendered(report))}
    table = {tuple(row) for row in csv.reader(io.StringIO(as_csv.rendered(report).decode("utf-8-sig")))}
    told = {each["id"]: each["rows"] for each in json.loads(as_json.rendered(report))["sections"]}
    compared = 0
    for section in sections.of(report).sections:
        if section.table is None:
            continue
        rows = [tuple(f"{cell}" for cell in row) for row in section.table.rows]
        assert [row for row in rows if row not in workbook] == []
        assert [row for row in rows if (section.id, *row) not in table] == []
        assert told[section.id] == [list(row) for row in section.table.rows]
        if section.id != "slam":
            shown = (f"{cell:,}" if isinstance(cell, int) else cell for row in section.table.on_paper for cell in row)
            assert [cell for cell in shown if cell.replace(" ", "") not in paper] == []
        compared += len(rows)
    return compared
