"""The month's report as PDF: told as JSON to a program of its own, which sets it and ends."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from servanda.bad_input import BadInput
from servanda.engine.zones import to_local
from servanda.reports.monthly import pictures, sections
from servanda.reports.monthly.sections import Section, Table
from servanda.reports.monthly.values import MonthReport
from servanda.reports.pictures.drawing import Picture

LONGEST = 120
PROGRAM = (sys.executable, "-m", "servanda.reports.monthly.typesetting")
_SHORT, _WIDE = 16, 90


class NotSet(BadInput):
    """The PDF could not be made; nothing was kept."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The PDF was not made: {found}.",
            expected="the program that sets it to end well",
            mend="Nothing was issued or changed. Try again; if it happens again, ask whoever runs this machine.",
        )


def rendered(report: MonthReport, *, program: Sequence[str] = PROGRAM, longest: float = LONGEST) -> bytes:
    """Return the PDF, the same bytes for the same report; raise `NotSet` where it is not done within its time."""
    return typeset(record(report), program=program, longest=longest)


def typeset(told: Mapping[str, Any], *, program: Sequence[str] = PROGRAM, longest: float = LONGEST) -> bytes:
    """Return as PDF what a program is told, or raise `NotSet`."""
    content = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
    try:
        ended = subprocess.run(program, input=content, capture_output=True, timeout=longest, check=False)
    except subprocess.TimeoutExpired:
        raise NotSet(f"it took more than {longest:g} seconds") from None
    except OSError as failure:
        raise NotSet(f"its program cannot be started ({failure.strerror})") from None
    if ended.returncode < 0:
        raise NotSet("its program was ended from outside")
    if ended.returncode or not ended.stdout.startswith(b"%PDF"):
        raise NotSet(f"its program gave up ({_last_line(ended.stderr)})")
    return ended.stdout


def _last_line(told: bytes) -> str:
    lines = told.decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "without a word"


def record(report: MonthReport) -> dict[str, Any]:
    """Return what the program is told: the words and tables that are printed, and the pictures."""
    document = sections.of(report)
    at = to_local("UTC", report.stamp.issued_at if report.stamp else report.figures.as_of).replace(microsecond=0)
    return {
        "title": document.title,
        "organisation": document.organisation,
        "period": document.period,
        "standing": document.standing,
        "made_at": at.isoformat(),
        "made_on": [at.year, at.month, at.day],
        "facts": [list(each) for each in document.facts],
        "by_machine": sections.BY_MACHINE,
        "summary": [{"text": text, "author": author} for text, author in document.summary],
        "sections": [_section(each, report) for each in document.sections],
    }


def _section(section: Section, report: MonthReport) -> dict[str, Any]:
    table = section.table
    return {
        "title": section.title,
        "sentences": list(section.sentences),
        "annex": section.annex,
        "headings": list(table.headings) if table else [],
        "figures": sorted(table.figures) if table else [],
        "widths": _widths(table) if table else [],
        "rows": [[_text(cell) for cell in row] for row in table.on_paper] if table else [],
        "pictures": [{"svg": each.svg, "alt": _alt(each)} for each in _pictures(section, report)],
        "drawn_only": section.id == "slam",
    }


def _pictures(section: Section, report: MonthReport) -> list[Picture]:
    if section.id == "slam":
        return list(pictures.of_services(report.figures))
    return [pictures.of_trend(report.figures)] if section.id == "trend" else []


def _alt(picture: Picture) -> str:
    return f"{picture.title}. {picture.description}"


def _text(cell: sections.Cell) -> str:
    return f"{cell:,}" if isinstance(cell, int) else cell


def _widths(table: Table) -> list[int]:
    """Return how the columns share the page: 0 for as wide as needed, else a part of what is left."""
    longest = [
        max((len(_text(row[column])) for row in table.on_paper), default=0) for column in range(len(table.headings))
    ]
    return [
        min(each, _WIDE) if each > _SHORT and column not in table.figures else 0 for column, each in enumerate(longest)
    ]
