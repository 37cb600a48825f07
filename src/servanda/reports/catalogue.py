"""The catalogue in words: the two halves of an entry, what was changed, and the table that spreadsheets open."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

from servanda.bad_input import BadInput
from servanda.engine.catalogue import CatalogueEntry
from servanda.engine.rights import Viewer
from servanda.files.catalogue_tables import COLUMNS, VERSION, Called, cells, shielded
from servanda.files.outputs import table_to
from servanda.queries import catalogue as kept
from servanda.queries import levels as of_levels
from servanda.queries.catalogue import Listed, Names
from servanda.reports import levels

BESIDE = (VERSION, "written at", "agreed by", "agreed at", *levels.COLUMNS)
"""The columns beside those that say what an entry says: how it stands, and its levels."""

LONGEST_CELL = 32_767


def used_by(entry: CatalogueEntry, names: Names) -> str:
    """Return who uses a service, with about how many they are."""
    groups = ", ".join(names.customers.get(each, each) for each in entry.used_by)
    about = f"about {entry.users:,}" if entry.users is not None else ""
    return f"{groups} ({about})" if groups and about else groups or about


def technical(entry: CatalogueEntry, names: Names) -> Iterator[tuple[str, str]]:
    """Yield what support staff look up of a service, with its label; nothing of what is not told."""
    told = (
        ("Owner", names.people.get(entry.owner, entry.owner)),
        ("Supported by", entry.supported_by),
        ("Supplied by", entry.supplied_by),
        ("Work that rests on it", entry.process),
        ("Depends on", ", ".join(names.services.get(each, each) for each in entry.depends_on)),
    )
    yield from ((label, text) for label, text in told if text)


def for_users(entry: CatalogueEntry, names: Names) -> Iterator[tuple[str, str]]:
    """Yield what users look up of a service, with its label; nothing of what is not told."""
    told = (
        ("For", used_by(entry, names)),
        ("Where", entry.place),
        ("When", entry.hours),
        ("First contact", entry.first_contact),
    )
    yield from ((label, text) for label, text in told if text)


def changes(earlier: CatalogueEntry, later: CatalogueEntry) -> tuple[str, ...]:
    """Return in words which parts of an entry were changed from one version to another."""
    names: Mapping[str, str] = {"used_by": "groups of users", "users": "number of users"}
    changed = [name for name in later.__dataclass_fields__ if getattr(earlier, name) != getattr(later, name)]
    return tuple(names.get(name, name.replace("_", " ")) for name in changed)


def called(names: Names) -> Called:
    """Return what ids are called, as tables need it."""
    return Called(names.people, names.customers, names.services)


@dataclass(frozen=True, slots=True)
class Tabled:
    """The catalogue as a table: the header, and a row for each service that is offered."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tabled(viewer: Viewer, now: datetime) -> Tabled:
    """Return what a viewer sees of what is offered, with its levels; raise `NotFound` where they see none at all."""
    names = kept.names(viewer)
    found = [each for each in kept.catalogue(viewer) if not each.entry.withdrawn]
    of_each = of_levels.of(viewer, found, now=now)
    rows = (_cells(each, names, levels.cells(levels.shown(of_each[each.service], names.customers))) for each in found)
    return Tabled((*COLUMNS, *BESIDE), tuple(rows))


def as_csv(told: Tabled) -> bytes:
    """Return a table as CSV in UTF-8, with the mark that spreadsheets look for; no cell is a formula."""
    text = io.StringIO(newline="")
    table_to(text, told.header, told.rows)
    return text.getvalue().encode("utf-8-sig")


def as_workbook(told: Tabled) -> bytes:
    """Return a table as a workbook in which all text is text; raise `BadInput` for a cell that none can hold."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as book:
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("Catalogue")
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, len(told.header) - 1, 22)
        for place, row in enumerate((told.header, *told.rows)):
            for column, cell in enumerate(row):
                _refuse_too_long(cell, place + 1, told.header[column])
                sheet.write_string(place, column, cell, wrapped if place else bold)
    return content.getvalue()


def _refuse_too_long(cell: str, row: int, column: str) -> None:
    if len(cell) > LONGEST_CELL:
        raise BadInput(
            f"Row {row}, column '{column}' has {len(cell):,} characters.",
            expected=f"at most {LONGEST_CELL:,}, which is all that a cell of a workbook holds",
            mend="Take the table as CSV.",
        )


def _cells(listed: Listed, names: Names, told: Sequence[str]) -> tuple[str, ...]:
    agreed = listed.agreed[-1] if listed.agreed else None
    by = (names.people.get(agreed.person, agreed.person), agreed.at.isoformat()) if agreed else ("", "")
    beside = (str(listed.number), listed.written_at.isoformat(), *by, *told)
    return (*cells(listed.service, listed.entry, called(names)), *map(shielded, beside))
