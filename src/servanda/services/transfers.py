"""Everything that is kept, as lines of text in an open form, and back: `docs/reference/dump-format.md`.

Equal contents give equal bytes, whatever the database and its primary keys; so two databases are equal when their dumps
have one hash, and a dump moves everything between SQLite and PostgreSQL.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from servanda import __version__
from servanda.bad_input import BadInput
from servanda.engine.canonical import written as canonical
from servanda.engine.rights import Action, Viewer
from servanda.files.outputs import placed
from servanda.store import access, other_databases, statistics, transfer_statements
from servanda.store.models import Organisation
from servanda.store.transfer_statements import ORGANISATION, Column, Kind, Table

FORMAT = "servanda-dump/1"
CHUNK = 2_000
LONGEST_LINE = 256 * 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"
WHOLE = "a whole file written by 'servanda dump' or 'servanda backup'"
AGAIN = "Take another copy of the file; nothing was kept of this one."

Progress = Callable[[str, int], None]
Row = list[Any]


def quiet(table: str, rows: int) -> None:
    """Tell nobody how far the work has come."""


class DamagedDump(BadInput):
    """A dump that is cut, changed, or not one; nothing of it was kept."""

    def __init__(self, found: str, *, line: int | None = None, expected: str = WHOLE, mend: str = AGAIN) -> None:
        super().__init__(found, expected=expected, mend=mend, line=line)


class NotEmpty(BadInput):
    """What a dump would be loaded into holds something already."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a dump holds: of which organisation ('' for all), after which migrations, and how many rows a table.

    `sha256` is that of all lines before the last; `state_hash` leaves out the first line too, so it is the same for the
    same contents written by two versions of Servanda.
    """

    organisation: str
    migrations: tuple[str, ...]
    rows: Mapping[str, int]
    sha256: str
    state_hash: str

    @property
    def total(self) -> int:
        """The rows of all tables."""
        return sum(self.rows.values())


# --- out ---


def dump_file(path: Path, viewer: Viewer | None, organisation: str = "", progress: Progress = quiet) -> Summary:
    """Write a dump to a file that appears whole or not at all, packed if its name ends in .gz.

    With a viewer it is that of their organisation, and needs the right to back it up. Without one the operator of the
    machine asks, who holds the database itself: for one organisation or, naming none, for everything.
    """
    if viewer is not None:
        organisation = access.access_organisation(viewer, Action.BACK_UP).slug
    with placed(path) as beside:
        beside.chmod(0o600)  # it holds people's names
        with beside.open("wb") as file, packed(file, path.suffix.lower() == ".gz") as stream:
            return dump(stream, organisation=organisation, progress=progress)


@contextmanager
def packed(file: IO[bytes], wanted: bool) -> Iterator[IO[bytes]]:
    """Give a stream that packs what is written to it, without a name or a time in it: equal dumps stay equal."""
    if not wanted:
        yield file
        return
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) as stream:
        yield stream  # type: ignore[misc]  # it has all that is used of IO[bytes]


def dump(
    stream: IO[bytes] | None,
    *,
    organisation: str = "",
    source: BaseDatabaseWrapper | None = None,
    progress: Progress = quiet,
) -> Summary:
    """Write everything, or all of one organisation, as of one instant; without a stream only reckon the hash."""
    with other_databases.snapshot(source or connection) as reading:
        return dump_from(reading, stream, organisation=organisation, progress=progress)


def dump_from(
    reading: BaseDatabaseWrapper, stream: IO[bytes] | None, *, organisation: str = "", progress: Progress = quiet
) -> Summary:
    """Write a dump from a connection that is inside a transaction already."""
    _refuse_unless_there(reading, organisation)
    migrations = tuple(other_databases.applied(reading))
    lines = _Lines(stream)
    lines.add(_header(organisation, migrations), of_state=False)
    counts: dict[str, int] = {}
    for table in transfer_statements.tables():
        lines.add({"columns": [each.name for each in table.columns], "table": table.name})
        counts[table.name] = _dump_table(reading, table, organisation, lines)
        progress(table.name, counts[table.name])
    summary = Summary(organisation, migrations, counts, lines.whole.hexdigest(), lines.state.hexdigest())
    lines.add({"rows": counts, "sha256": summary.sha256}, of_state=False)
    return summary


def _header(organisation: str, migrations: Sequence[str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "migrations": list(migrations),
        "organisation": organisation or None,
        "version": __version__,
    }


def _refuse_unless_there(reading: BaseDatabaseWrapper, organisation: str) -> None:
    if organisation and not Organisation.objects.using(reading.alias).filter(slug=organisation).exists():
        raise access.NotFound(f"organisation '{organisation}'")


class _Lines:
    """Lines on their way out, counted into the two hashes."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self.stream = stream
        self.whole = hashlib.sha256()
        self.state = hashlib.sha256()

    def add(self, content: Any, *, of_state: bool = True) -> None:
        """Write one line."""
        line = canonical(content).encode() + b"\n"
        self.whole.update(line)
        if of_state:
            self.state.update(line)
        if self.stream:
            self.stream.write(line)


def _dump_table(reading: BaseDatabaseWrapper, table: Table, organisation: str, lines: _Lines) -> int:
    """Write the rows of a table and return how many they are."""
    of_one = bool(organisation)
    if of_one and transfer_statements.shared(table):
        return 0
    parameters = [organisation] if of_one else []
    found = 0
    for row in _rows(reading, transfer_statements.select(reading, table, of_one=of_one), parameters):
        lines.add(_told(table, row))
        found += 1
    with reading.cursor() as cursor:
        cursor.execute(transfer_statements.count(reading, table, of_one=of_one), parameters)
        there = cursor.fetchone()[0]
    if found != there:
        raise BadInput(
            f"{there - found} rows of {table.stored_as} refer to a row that is missing or another organisation's",
            expected="rows that refer to rows of their own organisation",
            mend="Run 'servanda doctor', and restore the last good backup.",
        )
    return found


def _rows(reading: BaseDatabaseWrapper, statement: str, parameters: list[str]) -> Iterator[Sequence[Any]]:
    """Yield the rows of a statement without holding them all."""
    if reading.vendor == "postgresql":
        reading.ensure_connection()
        with reading.wrap_database_errors, reading.connection.cursor(name="servanda_dump") as cursor:
            cursor.itersize = CHUNK
            yield from cursor.execute(statement, parameters)
    else:
        with reading.cursor() as cursor:
            cursor.execute(statement, parameters)
            yield from cursor


def _told(table: Table, row: Sequence[Any]) -> Row:
    """Return a row as a dump tells it."""
    told: Row = []
    place = 0
    for column in table.columns:
        value = row[place]
        place += 1
        if column.target:
            parts = row[place : place + len(column.parts)]
            place += len(parts)
            told.append(_name_of(table, column, value, parts))
        else:
            told.append(value if value is None else TELLING[column.kind](value))
    return told


TELLING: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: str,
    Kind.NUMBER: int,
    Kind.TRUTH: bool,
    Kind.DATE: str,
    Kind.CONTENT: json.loads,
}


def _name_of(table: Table, column: Column, number: int | None, parts: Sequence[Any]) -> Any:
    """Return the natural key of the row that a column refers to: its one part, or the list of them."""
    if number is None:
        return None
    if None in parts:
        raise BadInput(
            f"a row of {table.stored_as} refers to {column.name} {number}, which is missing or another organisation's",
            expected="rows that refer to rows of their own organisation",
            mend="Run 'servanda doctor', and restore the last good backup.",
        )
    return parts[0] if len(parts) == 1 else list(parts)


# --- in ---


def load_file(path: Path, target: BaseDatabaseWrapper | None = None, progress: Progress = quiet) -> Summary:
    """Load a dump, packed or not, as `load` does; a refusal names the file."""
    try:
        with path.open("rb") as file, _unpacked(file) as stream:
            return load(stream, target=target, progress=progress)
    except BadInput as refusal:
        if refusal.file is None:
            refusal.file = path
        raise


@contextmanager
def _unpacked(file: IO[bytes]) -> Iterator[IO[bytes]]:
    packed = file.read(2) == GZIP_MAGIC
    file.seek(0)
    if not packed:
        yield file
        return
    with gzip.GzipFile(fileobj=file, mode="rb") as stream:
        yield stream  # type: ignore[misc]  # it has all that is used of IO[bytes]


def load(stream: IO[bytes], *, target: BaseDatabaseWrapper | None = None, progress: Progress = quiet) -> Summary:
    """Keep what a dump tells, all of it or nothing, in a database that holds nothing of its organisations yet.

    Raise `DamagedDump`, naming the line, where it is cut, changed or of a newer version; `NotEmpty` where something is
    there already.
    """
    into = target or connection
    with transaction.atomic(using=into.alias):
        loaded = _Loading(into, _Reader(stream), progress).run()
    statistics.refresh(into)
    return loaded


class _Reader:
    """The lines of a dump, numbered and hashed as they are read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.number = 0
        self.whole = hashlib.sha256()
        self.state = hashlib.sha256()

    def next(self) -> Any:
        """Return what the next line says; raise `DamagedDump` where it cannot be read or there is none."""
        self.number += 1
        raw = self._raw()
        if not raw.endswith(b"\n"):
            raise DamagedDump(
                "the file ends here, in the middle of things" if raw else "the file ends too early", line=self.number
            )
        try:
            content = json.loads(raw)
        except (ValueError, RecursionError):
            raise DamagedDump("this line cannot be read", line=self.number) from None
        if not (isinstance(content, dict) and "sha256" in content):
            self.whole.update(raw)
            if self.number > 1:
                self.state.update(raw)
        return content

    def _raw(self) -> bytes:
        try:
            return self.stream.readline(LONGEST_LINE)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise DamagedDump("the packed file is cut or damaged here", line=self.number) from None

    def end(self) -> None:
        """Refuse anything after the last line."""
        self.number += 1
        if self._raw():
            raise DamagedDump("there is something after the last line", line=self.number)


@dataclass(slots=True)
class _Loading:
    """One dump on its way into a database."""

    into: BaseDatabaseWrapper
    reader: _Reader
    progress: Progress
    organisation: str = ""
    migrations: tuple[str, ...] = ()
    numbers: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def run(self) -> Summary:
        """Read the whole dump and add its rows."""
        self._begin(self.reader.next())
        places = {each.name: place for place, each in enumerate(transfer_statements.tables())}
        content = self.reader.next()
        while isinstance(content, dict) and "table" in content:
            name = content["table"]
            self._refuse_table(name, places)
            self.counts[name], content = self._table(transfer_statements.tables()[places[name]], content)
            self.progress(name, self.counts[name])
        return self._finish(content)

    def _begin(self, header: Any) -> None:
        """Check the first line against this version and this database."""
        told = header.get("format", "") if isinstance(header, dict) else ""
        if told != FORMAT:
            raise _another_format(told)
        if not _texts(header.get("migrations")) or not isinstance(header.get("organisation"), str | None):
            raise DamagedDump("the first line does not tell the migrations and the organisation", line=1)
        self.organisation = header["organisation"] or ""
        self.migrations = tuple(header["migrations"])
        strange = sorted({*self.migrations} - {*other_databases.known(self.into)})
        if strange:
            raise DamagedDump(
                f"it was written by a newer Servanda ({header.get('version')}), after a change called '{strange[-1]}'",
                line=1,
                expected=f"a dump of Servanda {__version__} or an earlier one",
                mend="Install the version that wrote it, or a newer one.",
            )
        self._refuse_unless_empty()

    def _refuse_unless_empty(self) -> None:
        there = Organisation.objects.using(self.into.alias)
        if self.organisation:
            there = there.filter(slug=self.organisation)
        found = there.order_by("slug").first()
        if found:
            raise NotEmpty(
                f"the organisation '{found.slug}' is kept here already",
                expected="a database without it" if self.organisation else "an empty database",
                mend="Load into another database, named with --database.",
            )

    def _refuse_table(self, name: Any, places: Mapping[str, int]) -> None:
        """Refuse a table that is not known, and one that comes before what it refers to, or twice."""
        if not isinstance(name, str) or name not in places:
            raise DamagedDump(f"the table '{name}' is not known", line=self.reader.number)
        if any(places[each] >= places[name] for each in self.counts):
            raise DamagedDump(f"the table '{name}' comes out of its order", line=self.reader.number)

    def _table(self, table: Table, opening: Mapping[str, Any]) -> tuple[int, Any]:
        """Add the rows of a table; return how many they were, and the line after them."""
        columns = self._columns(table, opening.get("columns"))
        rows, after = 0, _Held()
        reading = self._row_lines(after)
        while chunk := list(islice(reading, CHUNK)):
            self._add(table, columns, chunk)
            rows += len(chunk)
        return rows, after.content

    def _row_lines(self, after: "_Held") -> Iterator[tuple[int, Row]]:
        """Yield each row with the number of its line, up to the line that is none."""
        while isinstance(content := self.reader.next(), list):
            yield self.reader.number, content
        after.content = content

    def _columns(self, table: Table, told: Any) -> list[Column]:
        """Return the columns that a dump tells of a table; those it lacks must have a value to fall back on."""
        known = {each.name: each for each in table.columns}
        line = self.reader.number
        if not _texts(told) or len({*told}) != len(told):
            raise DamagedDump(f"the columns of the table '{table.name}' are not told", line=line)
        for name in told:
            if name not in known:
                raise DamagedDump(f"the table '{table.name}' has no column '{name}'", line=line)
        for each in table.columns:
            if each.name not in told and each.default is models.NOT_PROVIDED and not each.optional:
                raise DamagedDump(f"the table '{table.name}' lacks its column '{each.name}'", line=line)
        return [known[name] for name in told]

    # --- rows ---

    def _add(self, table: Table, columns: list[Column], chunk: list[tuple[int, Row]]) -> None:
        """Check a chunk of rows, find what they refer to, and add them."""
        checked = [_checked(table, columns, row, line) for line, row in chunk]
        lines = [line for line, _ in chunk]
        if table.owned:
            self._name_organisations(checked, lines)
        elif self.organisation and transfer_statements.shared(table):
            raise DamagedDump("a dump of one organisation tells nothing that others share", line=lines[0])
        elif self.organisation and any(row["slug"] != self.organisation for row in checked):
            raise DamagedDump("this is not the organisation that the first line names", line=lines[0])
        for column in columns:
            if column.target and column.name != ORGANISATION:
                self._name_targets(column, checked, lines)
        usual = {each.name: _default(each) for each in table.columns}
        self._insert(table, [[(usual | row)[name] for name in usual] for row in checked], lines)
        if table.name == ORGANISATION:
            found = Organisation.objects.using(self.into.alias).values_list("slug", "pk")
            self.numbers.update(found.filter(slug__in=[row["slug"] for row in checked]))

    def _name_organisations(self, rows: list[dict[str, Any]], lines: list[int]) -> None:
        for row, line in zip(rows, lines, strict=True):
            parts = row.get(ORGANISATION)
            number = self.numbers.get(parts[0]) if isinstance(parts, tuple) else None
            if number is None:
                raise DamagedDump("this row is of an organisation that the dump does not hold", line=line)
            row[ORGANISATION] = number

    def _name_targets(self, column: Column, rows: list[dict[str, Any]], lines: list[int]) -> None:
        """Put the numbers of the rows referred to in the place of their natural keys."""
        assert column.target is not None
        owners = [row[ORGANISATION] if column.target.owned else 0 for row in rows]
        told = [(owner, row[column.name]) for owner, row in zip(owners, rows, strict=True)]
        found = _found(self.into, column, {each for each in told if each[1] is not None})
        for row, key, line in zip(rows, told, lines, strict=True):
            if row[column.name] is not None:
                number = found.get(key)
                if number is None:
                    name = ", ".join(f"{each}" for each in row[column.name])
                    raise DamagedDump(f"this row refers to {column.name} '{name}', which the dump lacks", line=line)
                row[column.name] = number

    def _insert(self, table: Table, rows: list[Row], lines: list[int]) -> None:
        try:
            if self.into.vendor == "postgresql":
                self._copy_in(table, rows)
            else:
                with self.into.cursor() as cursor:
                    cursor.executemany(transfer_statements.insert(self.into, table), rows)
        except (IntegrityError, DataError) as refusal:
            found = f"a row of lines {lines[0]} to {lines[-1]} is refused by the database ({refusal})".strip()
            raise DamagedDump(" ".join(found.split()), line=lines[0]) from None

    def _copy_in(self, table: Table, rows: list[Row]) -> None:
        statement = transfer_statements.copy_in(self.into, table)
        with self.into.cursor() as cursor, self.into.wrap_database_errors, cursor.copy(statement) as copying:
            for row in rows:
                copying.write_row(row)

    def _finish(self, content: Any) -> Summary:
        """Compare the last line with what was read; only then may anything be kept."""
        line = self.reader.number
        if not isinstance(content, dict) or "sha256" not in content:
            raise DamagedDump("expected a table or the last line here", line=line)
        self.reader.end()
        if content["sha256"] != self.reader.whole.hexdigest():
            raise DamagedDump("the lines before this one are not those that were written: the hash differs", line=line)
        if content.get("rows") != self.counts:
            raise DamagedDump("there are more or fewer rows than this line counts", line=line)
        return Summary(
            self.organisation,
            self.migrations,
            self.counts,
            self.reader.whole.hexdigest(),
            self.reader.state.hexdigest(),
        )


@dataclass(slots=True)
class _Held:
    """A line that was read to see that the rows have ended."""

    content: Any = None


def _another_format(told: Any) -> DamagedDump:
    if isinstance(told, str) and told.startswith("servanda-dump/"):
        return DamagedDump(
            f"it is of the form '{told}'",
            line=1,
            expected=f"the form '{FORMAT}'",
            mend="Use the version of Servanda that wrote it, or a newer one.",
        )
    return DamagedDump("this is no dump: the first line does not say so", line=1)


def _texts(told: Any) -> bool:
    return isinstance(told, list) and all(isinstance(each, str) for each in told)


def _default(column: Column) -> Any:
    """Return what is kept where a dump of an older version does not tell a column."""
    if column.default is models.NOT_PROVIDED:
        return None
    return canonical(column.default) if column.kind is Kind.CONTENT else column.default


def _found(
    into: BaseDatabaseWrapper, column: Column, wanted: set[tuple[int, tuple[Any, ...]]]
) -> dict[tuple[int, tuple[Any, ...]], int]:
    """Return the numbers of rows by their organisation (0 for none) and the parts of their natural key."""
    together: dict[tuple[Any, ...], list[Any]] = {}
    for organisation, parts in wanted:
        together.setdefault((organisation, *parts[:-1]), []).append(parts[-1])
    found = {}
    with into.cursor() as cursor:
        for shared, last in together.items():
            for begin in range(0, len(last), 500):
                some = last[begin : begin + 500]
                own = shared if shared[0] else shared[1:]
                cursor.execute(transfer_statements.find(into, column, len(some)), [*own, *some])
                found.update({(shared[0], (*shared[1:], part)): number for number, part in cursor.fetchall()})
    return found


# --- one row ---


def _checked(table: Table, columns: list[Column], row: Row, line: int) -> dict[str, Any]:
    """Return a row as the database takes it, references still as the parts of a key."""
    if len(row) != len(columns):
        raise DamagedDump(f"this row of '{table.name}' has {len(row)} cells in place of {len(columns)}", line=line)
    checked: dict[str, Any] = {}
    for column, value in zip(columns, row, strict=True):
        if value is None and column.optional:
            checked[column.name] = None
            continue
        if value is None and column.kind is not Kind.CONTENT:
            raise DamagedDump(f"'{column.name}' of '{table.name}' is empty", line=line)
        fit, kept = CHECKING[column.kind](column, value)
        if not fit:
            found = f"'{column.name}' of '{table.name}' cannot be {_short(value)}"
            raise DamagedDump(found, line=line, expected=_expectation(column))
        checked[column.name] = kept
    return checked


def _short(value: Any) -> str:
    text = canonical(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _expectation(column: Column) -> str:
    longest = f" of up to {column.longest} characters" if column.longest else ""
    return {
        Kind.TEXT: f"a text{longest}, without the sign NUL",
        Kind.NUMBER: f"a whole number from {column.least} to {column.most}",
        Kind.TRUTH: "true or false",
        Kind.DATE: "a date as 2026-01-31",
        Kind.CONTENT: "plain JSON",
        Kind.REFERENCE: "the natural key of another row",
    }[column.kind]


def _text(column: Column, value: Any) -> tuple[bool, Any]:
    if not isinstance(value, str) or (column.longest and len(value) > column.longest):
        return False, value
    return "\0" not in value and (value.isascii() or _encodes(value)), value


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _number(column: Column, value: Any) -> tuple[bool, Any]:
    return type(value) is int and column.least <= value <= column.most, value


def _truth(_: Column, value: Any) -> tuple[bool, Any]:
    return type(value) is bool, value


def _date(_: Column, value: Any) -> tuple[bool, Any]:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value, value
    except ValueError:
        return False, value


def _content(_: Column, value: Any) -> tuple[bool, Any]:
    try:
        text = canonical(value)
    except ValueError:
        return False, value
    return _encodes(text), text


def _reference(column: Column, value: Any) -> tuple[bool, Any]:
    values = value if isinstance(value, list) else [value]
    if len(values) != len(column.parts):
        return False, value
    told = zip(column.parts, values, strict=True)
    return all(CHECKING[part.kind](part, each)[0] for part, each in told), tuple(values)


CHECKING: Mapping[Kind, Callable[[Column, Any], tuple[bool, Any]]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.TRUTH: _truth,
    Kind.DATE: _date,
    Kind.CONTENT: _content,
    Kind.REFERENCE: _reference,
}
