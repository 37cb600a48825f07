"""The month's report for machines: every figure exactly, and beside it the words and tables that people see."""

from typing import Any

from servanda.engine.canonical import plain, written
from servanda.reports.monthly import sections
from servanda.reports.monthly.sections import Section
from servanda.reports.monthly.values import MonthReport

FORM = "servanda-month-report/1"


def record(report: MonthReport) -> dict[str, Any]:
    """Return the whole report as plain JSON values."""
    document = sections.of(report)
    return {
        "form": FORM,
        "title": document.title,
        "standing": document.standing,
        "summary": [{"text": text, "author": author} for text, author in document.summary],
        "sections": [_section(each) for each in document.sections],
        "report": plain(report),
    }


def rendered(report: MonthReport) -> bytes:
    """Return the report in its one canonical text."""
    return (written(record(report)) + "\n").encode()


def _section(section: Section) -> dict[str, Any]:
    table = section.table
    return {
        "id": section.id,
        "title": section.title,
        "sentences": list(section.sentences),
        "headings": list(table.headings) if table else [],
        "rows": [list(row) for row in table.rows] if table else [],
    }
