"""Hill School in June 2018, kept with its eight tickets, and the ways to its month's report."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

from pypdf import PdfReader

from servanda.engine.canonical import revive
from servanda.engine.events import Event, EventKind
from servanda.engine.periods import Period
from servanda.queries import reports as kept
from servanda.reports.monthly import issuing
from servanda.reports.monthly.values import MonthReport, Prepared
from servanda.services import events, reports
from servanda.store import models
from tests.services.hill import KIM, NOW, hill, take_in

JUNE = Period.read("2018-06")
ISSUED_AT = NOW + timedelta(hours=1)
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def keep_june(folder: Path) -> models.Organisation:
    """Keep Hill School with its eight tickets."""
    folder.mkdir(parents=True, exist_ok=True)
    own = hill(folder)
    take_in(folder)
    return own


def prepared(now: datetime = NOW) -> MonthReport:
    """Prepare June and return the report it would be."""
    issuing.prepare(KIM, JUNE, now)
    draft = kept.draft(KIM, JUNE.first)
    assert draft is not None
    assert revive(Prepared, draft.figures).restated is None
    return issuing.of_draft(draft)


def checked(now: datetime = NOW) -> str:
    """Prepare and check June; return the hash of its figures."""
    figures_hash = issuing.prepare(KIM, JUNE, now)
    reports.check(KIM, JUNE, figures_hash, now=now)
    return figures_hash


def issued(now: datetime = ISSUED_AT) -> int:
    """Issue June and return its number."""
    return issuing.issue(KIM, JUNE, checked(), now)


def record_late(number: str, kind: EventKind, happened_at: datetime, now: datetime) -> None:
    """Record an event of June after the report was issued."""
    events.record(KIM, "desk", number, [Event(kind, happened_at)], now=now)


def texts_of_pdf(content: bytes) -> str:
    """Return the text of a PDF on one line."""
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"\s+", " ", " ".join(pages))


def cells_of_workbook(content: bytes) -> Iterator[tuple[str, list[str]]]:
    """Yield the rows of a workbook with the kinds of their cells left out; fail at a formula."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        shared = _strings(packed)
        for name in sorted(packed.namelist()):
            if name.startswith("xl/worksheets/sheet"):
                tree = ElementTree.fromstring(packed.read(name))
                assert not list(tree.iter(f"{SHEET}f")), f"{name} holds a formula"
                for row in tree.iter(f"{SHEET}row"):
                    yield name, [_text(cell, shared) for cell in row.iter(f"{SHEET}c")]


def _strings(packed: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in packed.namelist():
        return []
    tree = ElementTree.fromstring(packed.read("xl/sharedStrings.xml"))
    return ["".join(each.text or "" for each in one.iter(f"{SHEET}t")) for one in tree.iter(f"{SHEET}si")]


def _text(cell: ElementTree.Element, shared: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(each.text or "" for each in cell.iter(f"{SHEET}t"))
    value = cell.find(f"{SHEET}v")
    text = value.text or "" if value is not None else ""
    return shared[int(text)] if cell.get("t") == "s" else text
