"""The service catalogue as a table for spreadsheets: written so that it is read again without a loss, and read whole.

A cell that names several things has each on a line; where none of it breaks a line, semicolons part them too. A text
that a spreadsheet would run as a formula has an apostrophe before it, which is taken away again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from servanda.bad_input import BadInput
from servanda.engine.catalogue import CatalogueEntry, Component, ComponentKind, InvalidEntry, Support
from servanda.files.input_faults import RefusedFile, RejectedRow, Tally
from servanda.files.ticket_tables import TableForm, neutralise, records_of
from servanda.files.workbooks import Record, is_workbook

LARGEST = 4 * 1024 * 1024
"""How many bytes a table may have."""

MOST_ROWS = 5_000
SUFFIXES = (".csv", ".xlsx")
SUPPORT: Mapping[Support, str] = MappingProxyType(
    {Support.FULL: "supported", Support.PART: "supported in part", Support.NONE: "not supported"}
)
_SUPPORT_WORDS = {
    **{word: support for support, word in SUPPORT.items()},
    **{each.value: each for each in Support},
    "yes": Support.FULL,
    "in part": Support.PART,
    "no": Support.NONE,
}
TEXTS = ("description", "not covered", "place", "hours", "first contact", "process", "supplied by", "supported by")
COLUMNS = (
    *("id", "service", "description", "supported", "not covered", "used by", "users", "place", "hours"),
    *("first contact", "process", "owner", "supplied by", "supported by", "rank", "components", "depends on"),
)
"""The columns that say what an entry says, in their order."""

VERSION = "version"
_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)
_COMPONENT = re.compile(
    rf"(?P<name>.+?)(?: \((?P<kind>{'|'.join(each.value for each in ComponentKind)})(?P<critical>, critical)?\))?",
    re.DOTALL,
)
_GZIP = b"\x1f\x8b"


class RefusedTable(BadInput):
    """A table that cannot be read as a catalogue at all."""


@dataclass(frozen=True, slots=True)
class Called:
    """What people, groups of users and services are called, by their ids."""

    people: Mapping[str, str] = field(default_factory=dict)
    customers: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A cell, or a row where `column` is empty, that cannot be kept: why, and what to do."""

    row: int
    column: str
    reason: str
    mend: str

    def __str__(self) -> str:
        place = f"row {self.row}" + (f", column '{self.column}'" if self.column else "")
        return f"{place}: {self.reason} {self.mend}"


@dataclass(frozen=True, slots=True)
class CatalogueTable:
    """What a table says: entries by the ids of their services, with the row of each, and what was refused.

    `after` has the numbers of the versions that rows were made of, where they say so.
    """

    entries: Mapping[str, CatalogueEntry]
    rows: Mapping[str, int]
    after: Mapping[str, int]
    refused: tuple[Refusal, ...]


# --- written ---


def cells(service: str, entry: CatalogueEntry, called: Called) -> tuple[str, ...]:
    """Return the cells of an entry under `COLUMNS`."""
    told = (
        *(service, entry.name, entry.description, SUPPORT[entry.supported], entry.not_covered),
        _listed(_name(each, called.customers) for each in entry.used_by),
        "" if entry.users is None else str(entry.users),
        *(entry.place, entry.hours, entry.first_contact, entry.process),
        _name(entry.owner, called.people),
        *(entry.supplied_by, entry.supported_by, "" if entry.rank is None else str(entry.rank)),
        _listed(map(component_words, entry.components)),
        _listed(_name(each, called.services) for each in entry.depends_on),
    )
    return tuple(map(shielded, told))


def component_words(told: Component) -> str:
    """Return a component with its kind: `laser printer (hardware, critical)`."""
    return f"{told.name} ({told.kind.value}{', critical' if told.critical else ''})"


def _listed(names: Iterator[str]) -> str:
    told = list(names)
    only_one = len(told) == 1 and ";" in told[0]
    return "\n".join(told) + ("\n" if only_one else "")


def _name(id: str, names: Mapping[str, str]) -> str:
    """Return what an id is called, where nothing else is called so too; else the id."""
    name = names.get(id, "")
    alone = name and name == name.strip() and [*names.values()].count(name) == 1 and name not in names
    return name if alone and "\n" not in name else id


def shielded(text: str) -> str:
    """Return a text so that a spreadsheet does not run it; `unshielded` gives it back."""
    return f"'{text}" if unshielded(text) != text or neutralise(text) != text else text


def unshielded(text: str) -> str:
    """Return a text without the apostrophe that kept it from being run."""
    rest = text.lstrip("'")
    return text[1:] if rest != text and neutralise(rest) != rest else text


# --- read ---


def read(
    path: Path,
    called: Called,
    kept: Mapping[str, CatalogueEntry],
    *,
    id_of: Callable[[str], str],
    beside: Sequence[str] = (),
) -> CatalogueTable:
    """Return what a table says; raise `RefusedTable` where it is none, or is too large.

    A column that is not there leaves what `kept` says of a service. `beside` are further columns that are known and not
    read. `id_of` makes the id of a new service from its name.
    """
    try:
        records = _records(path)
    except RefusedFile as refusal:
        raise RefusedTable(refusal.found, expected=refusal.expected, mend=_SAVE_IT_SO, file=path) from None
    except RejectedRow as rejected:
        raise RefusedTable(f"{rejected.reject}", expected=_EXPECTED, mend=rejected.reject.mend, file=path) from None
    header = [cell.strip().casefold() for cell in records[0].cells] if records else []
    _check_header(path, header, beside)
    return _Reading(header, called, kept, id_of).table(records[1:])


_EXPECTED = "a table with the columns of the catalogue, one row for each service"
_SAVE_IT_SO = "Save it as CSV in UTF-8 or as a workbook (.xlsx) with one sheet, and take that."


def _records(path: Path) -> list[Record]:
    _refuse_oversized(path)
    tally = Tally(path)
    found: list[Record] = []
    for record in records_of(path, TableForm(delimiter=_delimiter(path)), tally):
        if len(found) > MOST_ROWS:
            raise RefusedTable(
                f"the table has more than {MOST_ROWS:,} rows",
                expected=f"at most {MOST_ROWS:,}",
                mend="Split the table, or take rows out that are no services.",
                file=path,
            )
        found.append(record)
    return found


def _refuse_oversized(path: Path) -> None:
    size = path.stat().st_size
    if size > LARGEST:
        raise RefusedTable(
            f"the file has {size:,} bytes",
            expected=f"at most {LARGEST:,}",
            mend="Take out what is no service, or split the table.",
            file=path,
        )


def _delimiter(path: Path) -> str:
    """Return what parts the cells of the header of a CSV file, by what stands there most."""
    with path.open("rb") as file:
        start = file.read(4_096)
    if start.startswith(_GZIP):
        raise RefusedTable(
            "the file is compressed", expected="a CSV file or a workbook (.xlsx)", mend="Unpack it first.", file=path
        )
    header = b"" if is_workbook(start) else start.partition(b"\n")[0]
    return max((",", ";", "\t"), key=lambda each: header.count(each.encode()))


def _check_header(path: Path, header: Sequence[str], beside: Sequence[str]) -> None:
    """Raise `RefusedTable` for a header without services, with a name twice, or with one that nobody knows."""
    named = [each for each in header if each]
    twice = next((each for each in named if named.count(each) > 1), "")
    unknown = next((each for each in named if each not in (*COLUMNS, VERSION, *beside)), "")
    if "service" not in named or twice or unknown:
        found = f"the column '{twice or unknown}' {'stands there twice' if twice else 'is not known'}"
        raise RefusedTable(
            found if twice or unknown else "there is no column 'service'",
            expected=f"in the first row, of these: {', '.join(COLUMNS)}",
            mend="Correct the header, or take the column out. The table that the catalogue hands out has all of them.",
            file=path,
        )


class _Refused(Exception):
    def __init__(self, column: str, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.column, self.reason, self.mend = column, reason, mend


class _Reading:
    """What is known while the rows of a table are read."""

    def __init__(
        self,
        header: Sequence[str],
        called: Called,
        kept: Mapping[str, CatalogueEntry],
        id_of: Callable[[str], str],
    ) -> None:
        self.header, self.called, self.kept, self.id_of = header, called, kept, id_of
        self.entries: dict[str, CatalogueEntry] = {}
        self.rows: dict[str, int] = {}
        self.after: dict[str, int] = {}
        self.services = dict(called.services)
        self._by_name = {entry.name.casefold(): id for id, entry in kept.items()}

    def table(self, records: Sequence[Record]) -> CatalogueTable:
        """Return what the rows say."""
        named = [(record, self._told(record)) for record in records if any(cell.strip() for cell in record.cells)]
        self.services = {
            **{self._id(told): told.get("service", "").strip() for _, told in named},
            **self.called.services,
        }
        refused = [found for record, told in named if (found := self._take(record, told))]
        return CatalogueTable(self.entries, self.rows, self.after, tuple(refused))

    def _told(self, record: Record) -> dict[str, str]:
        texts = (unshielded(cell.replace("\r\n", "\n").replace("\r", "\n")) for cell in record.cells)
        return {name: text for name, text in zip(self.header, texts, strict=False) if name}

    def _id(self, told: Mapping[str, str]) -> str:
        """Return the id that a row has, that of the service of its name, or else one made of the name."""
        name = told.get("service", "").strip()
        return (
            told.get("id", "").strip() or self._by_name.get(name.casefold(), "") or (self.id_of(name) if name else "")
        )

    def _take(self, record: Record, told: Mapping[str, str]) -> Refusal | None:
        """Keep what a row says; return why it cannot be kept."""
        try:
            self._refuse_damaged(record)
            service = self._id(told)
            entry = self._entry(told, self.kept.get(service))
            if service in self.entries:
                raise _Refused("id", f"'{service}' stands in row {self.rows[service]} already.", "Keep one of the two.")
            if version := told.get(VERSION, "").strip():
                self.after[service] = _whole(VERSION, version)
        except _Refused as refusal:
            return Refusal(record.number, refusal.column, refusal.reason, refusal.mend)
        except InvalidEntry as refusal:
            reason, _, mend = str(refusal).partition(". ")
            return Refusal(record.number, "", f"{reason.rstrip('.')}.", mend or "Correct the row.")
        self.entries[service], self.rows[service] = entry, record.number
        return None

    def _refuse_damaged(self, record: Record) -> None:
        if len(record.cells) > len(self.header) and any(record.cells[len(self.header) :]):
            raise _Refused(
                "", f"The row has {len(record.cells)} cells and the header {len(self.header)}.", "Quote its cells."
            )
        for column, _, found, _, mend in record.faults:
            name = self.header[column] if 0 <= column < len(self.header) else ""
            raise _Refused(name, f"There is {found}.", mend)

    def _entry(self, told: Mapping[str, str], before: CatalogueEntry | None) -> CatalogueEntry:
        found: dict[str, Any] = {name.replace(" ", "_"): told[name] for name in TEXTS if name in told}
        for column, (name, reading) in self._readings().items():
            if column in told:
                found[name] = reading(column, told[column])
        name = told["service"] if before and told["service"] == before.name else told["service"].strip()
        if not name:
            raise _Refused("service", "No service is named.", "Give its name, or take the row out.")
        return replace(before, name=name, **found) if before else CatalogueEntry(name=name, **found)

    def _readings(self) -> Mapping[str, tuple[str, Callable[[str, str], Any]]]:
        return {
            "supported": ("supported", _support),
            "used by": ("used_by", lambda column, text: _ids(column, text, self.called.customers)),
            "users": ("users", _number),
            "owner": ("owner", lambda column, text: _id_called(column, text, self.called.people)),
            "rank": ("rank", _number),
            "components": ("components", lambda _, text: tuple(map(_component, _lines(text)))),
            "depends on": ("depends_on", lambda column, text: _ids(column, text, self.services)),
        }


def _lines(text: str) -> list[str]:
    """Return the parts of a cell: its lines, or what semicolons part where it has one line."""
    if "\n" in text:
        return [each for each in text.split("\n") if each.strip()]
    return [each.strip() for each in text.split(";") if each.strip()]


def _ids(column: str, text: str, names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(_id_called(column, each, names) for each in _lines(text))


def _id_called(column: str, text: str, names: Mapping[str, str]) -> str:
    """Return the id of what is called so; the text itself where nothing is."""
    if text in names:
        return text
    wanted = text.strip()
    found = [id for id, name in names.items() if name == wanted]
    found = found or [id for id, name in names.items() if name.strip().casefold() == wanted.casefold()]
    if len(found) > 1:
        raise _Refused(column, f"'{wanted[:60]}' is the name of several.", f"Write the id: {_one_of(sorted(found))}.")
    return found[0] if found else wanted


def _component(text: str) -> Component:
    found = _COMPONENT.fullmatch(text)
    assert found is not None  # any text that is not empty
    kind = ComponentKind(found["kind"]) if found["kind"] else ComponentKind.HARDWARE
    return Component(found["name"], kind, bool(found["critical"]))


def _support(column: str, text: str) -> Support:
    word = text.strip().casefold()
    if word and word not in _SUPPORT_WORDS:
        raise _Refused(
            column, f"'{text[:60]}' does not say whether it is supported.", f"Write {_one_of(SUPPORT.values())}."
        )
    return _SUPPORT_WORDS.get(word, Support.FULL)


def _one_of(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}"


def _number(column: str, text: str) -> int | None:
    return _whole(column, text.strip()) if text.strip() else None


def _whole(column: str, text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise _Refused(column, f"'{text[:60]}' is no whole number.", "Write digits alone, or leave the cell empty.")
    return int(text)
