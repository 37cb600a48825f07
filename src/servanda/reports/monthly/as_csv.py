"""The month's report as one table for a spreadsheet: each row begins with the id of its section, headings first."""

import io
from collections.abc import Iterator

from servanda.files.outputs import table_to
from servanda.reports.monthly import sections
from servanda.reports.monthly.sections import Cell
from servanda.reports.monthly.values import MonthReport

HEADER = ("section", "cells")


def rendered(report: MonthReport) -> bytes:
    """Return the table in UTF-8 with the mark by which spreadsheets know it; formulas become text."""
    text = io.StringIO(newline="")
    table_to(text, HEADER, ([_on_one_line(cell) for cell in row] for row in _rows(report)))
    return text.getvalue().encode("utf-8-sig")


def _on_one_line(cell: Cell) -> Cell:
    """Return a cell without a return of the carriage, which some readers take for the end of a row."""
    return cell.replace("\r", " ") if isinstance(cell, str) else cell


def _rows(report: MonthReport) -> Iterator[tuple[Cell, ...]]:
    document = sections.of(report)
    for name, fact in (("Title", document.title), ("Standing", document.standing), *document.facts):
        yield "report", name, fact
    for text, author in document.summary:
        yield "summary", text, author
    for section in document.sections:
        for sentence in section.sentences:
            yield section.id, sentence
        if section.table:
            yield section.id, *section.table.headings
            for row in section.table.rows:
                yield section.id, *row
