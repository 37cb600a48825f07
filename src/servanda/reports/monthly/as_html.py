"""The month's report as a page takes it: its words and tables, with pictures and with where each row leads."""

from collections.abc import Iterator
from dataclasses import dataclass

from servanda.reports.monthly import pictures, sections
from servanda.reports.monthly.sections import Document, Section
from servanda.reports.monthly.values import MonthFigures, MonthReport
from servanda.reports.pictures.drawing import Picture

Target = tuple[str, ...]
"""What a row leads to: `service` and its id, or `ticket` with its source and number; nothing for most rows."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table under its heading; `is_figure` says that it stands on the right."""

    heading: str
    text: str
    is_figure: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, and what it leads to."""

    cells: tuple[Cell, ...]
    target: Target


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its pictures and rows; where the pictures say it all, their own tables take the place of rows."""

    section: Section
    pictures: tuple[Picture, ...]
    rows: tuple[Row, ...]
    narrow: Picture | None = None

    @property
    def headings(self) -> tuple[Cell, ...]:
        """The headings of the table."""
        table = self.section.table
        if table is None:
            return ()
        return tuple(Cell("", each, place in table.figures) for place, each in enumerate(table.headings))


@dataclass(frozen=True, slots=True)
class Page:
    """The document, its parts for readers in a hurry, and those of the annex."""

    document: Document
    front: tuple[Part, ...]
    annex: tuple[Part, ...]


def of(report: MonthReport) -> Page:
    """Return a report as a page takes it."""
    document = sections.of(report)
    parts = [(section, _part(section, report.figures)) for section in document.sections]
    front = tuple(part for section, part in parts if not section.annex)
    return Page(document, front, tuple(part for section, part in parts if section.annex))


def _part(section: Section, figures: MonthFigures) -> Part:
    if section.id == "slam":
        return Part(section, tuple(pictures.of_services(figures)), ())
    rows = tuple(_rows(section, figures))
    if section.id == "trend":
        return Part(section, (pictures.of_trend(figures),), rows, pictures.of_trend(figures, narrow=True))
    return Part(section, (), rows)


def _rows(section: Section, figures: MonthFigures) -> Iterator[Row]:
    table = section.table
    if table is None:
        return
    targets = _targets(section, figures)
    for place, row in enumerate(table.on_paper):
        cells = (
            Cell(heading, f"{cell:,}" if isinstance(cell, int) else cell, column in table.figures)
            for column, (heading, cell) in enumerate(zip(table.headings, row, strict=True))
        )
        yield Row(tuple(cells), targets[place] if place < len(targets) else ())


def _targets(section: Section, figures: MonthFigures) -> list[Target]:
    """Return what the rows of a section lead to, in their order."""
    if section.id in ("services", "all-services"):
        shown = figures.services if section.id == "all-services" else figures.services[: sections.FRONT]
        return [("service", each.service) if each.service else () for each in shown]
    if section.id == "misses":
        return [("ticket", each.source, each.ticket) for each in figures.misses]
    return []
