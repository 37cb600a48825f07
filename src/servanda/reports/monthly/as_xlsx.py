"""The month's report as a workbook: a sheet for each section, numbers as numbers, and all text as text."""

import io
import re
from collections.abc import Iterator
from datetime import datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from servanda.engine.zones import to_local
from servanda.reports.monthly import sections
from servanda.reports.monthly.sections import Document, Section, Table
from servanda.reports.monthly.values import MonthReport

WIDEST, NARROWEST = 60, 9
LONGEST_SHEET_NAME = 31
LONGEST_CELL = 32_767
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


def rendered(report: MonthReport) -> bytes:
    """Return the workbook; the same report gives the same bytes."""
    document = sections.of(report)
    content = io.BytesIO()
    # Strings are written as strings one by one; nothing is guessed to be a formula, a link or a number.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, {**options, "strings_to_numbers": False}) as book:
        book.set_properties({"title": document.title, "author": document.organisation, "created": _made_at(report)})
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        _front(book.add_worksheet("Report"), document, bold, wrapped)
        for section in document.sections:
            _sheet(book.add_worksheet(_sheet_name(section)), section, bold, wrapped)
    return content.getvalue()


def _made_at(report: MonthReport) -> datetime:
    """Return when the report was made, without the moment of writing, which would change the bytes each time."""
    at = report.stamp.issued_at if report.stamp else report.figures.as_of
    return to_local("UTC", at).replace(tzinfo=None, microsecond=0)


def _sheet_name(section: Section) -> str:
    return _NO_SHEET_NAME.sub("", section.title)[:LONGEST_SHEET_NAME]


def _front(sheet: Worksheet, document: Document, bold: Format, wrapped: Format) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, document.title, bold)
    lines = [("Organisation", document.organisation), ("Standing", document.standing), *document.facts]
    place = 2
    for name, text in lines:
        sheet.write_string(place, 0, name)
        sheet.write_string(place, 1, text, wrapped)
        place += 1
    for text, author in document.summary:
        place += 1
        sheet.write_string(place, 0, f"Summary, {author}", wrapped)
        sheet.write_string(place, 1, text, wrapped)


def _sheet(sheet: Worksheet, section: Section, bold: Format, wrapped: Format) -> None:
    if section.table:
        for column, wide in enumerate(_widths(section.table)):
            sheet.set_column(column, column, wide)
    place = 0
    for text in (section.title, *section.sentences):
        sheet.write_string(place, 0, text[:LONGEST_CELL], bold if place == 0 else None)
        place += 1
    if section.table:
        _table(sheet, section.table, place + 1, bold, wrapped)


def _table(sheet: Worksheet, table: Table, top: int, bold: Format, wrapped: Format) -> None:
    sheet.freeze_panes(top + 1, 1)
    sheet.autofilter(top, 0, top + len(table.rows), len(table.headings) - 1)
    for column, heading in enumerate(table.headings):
        sheet.write_string(top, column, heading, bold)
    for place, row in enumerate(table.rows, top + 1):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(place, column, cell)
            else:
                sheet.write_string(place, column, cell[:LONGEST_CELL], wrapped if len(cell) > WIDEST else None)


def _widths(table: Table) -> Iterator[int]:
    """Yield how wide each column is, by what stands in its heading and its first rows."""
    for column, heading in enumerate(table.headings):
        longest = max((len(f"{row[column]}") for row in table.rows[:200]), default=0)
        yield min(max(longest, len(heading), NARROWEST) + 2, WIDEST)
