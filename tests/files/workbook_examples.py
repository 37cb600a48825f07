"""Workbooks for tests: honest ones as a spreadsheet writes them, and small archives with what no spreadsheet writes."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

WRITTEN_ON = datetime(2026, 1, 31, tzinfo=UTC).replace(tzinfo=None)
TYPES = b"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
</Types>"""
LINKS = b"""<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="xl/workbook.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>"""
BOOK = b"""<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="Tickets" sheetId="1" r:id="rId1"/></sheets></workbook>"""
BOOK_LINKS = b"""<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="worksheets/sheet1.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>"""


def sheet_of(rows: Iterable[Sequence[object]], title: str = "Tickets") -> Worksheet:
    """Return the sheet of a new workbook with rows in it."""
    sheet = openpyxl.Workbook().active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return sheet


def save(sheet: Worksheet, path: Path) -> Path:
    """Write the workbook of a sheet."""
    book: Any = sheet.parent
    book.properties.created = book.properties.modified = WRITTEN_ON
    book.save(path)
    return path


def raw_sheet(rows: str, *, after: str = "") -> bytes:
    """Return the XML of a sheet."""
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    ).encode()


def text_row(number: int, *texts: str) -> str:
    """Return the XML of a row of texts."""
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{number}">{cells}</row>'


HEADER = text_row(1, "Number", "Opened", "Resolved", "Priority")
GOOD = text_row(2, "A1", "09/01/2026 16:00", "12/01/2026 12:00", "P1")


def parts(sheet: bytes = raw_sheet(HEADER + GOOD), more: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Return the parts of a small workbook."""
    return {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": LINKS,
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": BOOK_LINKS,
        "xl/worksheets/sheet1.xml": sheet,
        **(more or {}),
    }


def packed(contents: Mapping[str, bytes] | Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """Return an archive of parts."""
    file = io.BytesIO()
    pairs = contents.items() if isinstance(contents, Mapping) else contents
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs:
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()
