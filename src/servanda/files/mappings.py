"""Mappings as YAML files, checked against the published schema and then for sense, each refusal with its line."""

import difflib
import importlib.resources
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from servanda.bad_input import BadInput
from servanda.engine.events import EventKind
from servanda.engine.zones import UnknownZone, zone
from servanda.files import yaml_text
from servanda.files.input_faults import FAULTS, Grade
from servanda.files.mapping_form import (
    ORDER_BY_TIME,
    PERSON,
    ClaimColumns,
    ClassColumn,
    Conditions,
    Occurrence,
    Phase,
    RowForm,
    RowsAre,
    State,
    States,
    TicketMapping,
    Verdict,
)
from servanda.files.ticket_tables import TableForm
from servanda.files.written_times import InvalidTimeStyle, TimeStyle, check_format
from servanda.files.yaml_text import Node

_T = TypeVar("_T")

FORMAT = "servanda-mapping/1"
_SEE = "See docs/method/mappings.md."
_OTHER_WORDS = {
    "fixed": "resolved",
    "solved": "resolved",
    "done": "resolved",
    "created": "opened",
    "logged": "opened",
    "submitted": "opened",
    "raised": "opened",
    "ended": "closed",
    "completed": "closed",
    "withdrawn": "cancelled",
    "answered": "first_responded",
    "responded": "first_responded",
}
"""What help desks call an event, and the key that stands for it."""

_A_ZONE = "a time zone's name, such as 'Europe/London' or 'UTC'"
_A_FORMAT = "a format of times, such as '%d/%m/%Y %H:%M' or 'iso'"


class BadMapping(BadInput):
    """A mapping that cannot be used, with the line and what to do."""


def read_mapping(path: Path) -> TicketMapping:
    """Return the mapping in a YAML file; raise `BadMapping` or `UnreadableYaml` for the first fault in it."""
    root = yaml_text.read(path)
    _Checks(path, root).refuse_faults()
    return _Reader(path, root).mapping()


def schema() -> dict[str, Any]:
    """Return the published JSON Schema of mappings."""
    content: dict[str, Any] = json.loads(_schema_text())
    return content


@cache
def _schema_text() -> str:
    return importlib.resources.files("servanda.files").joinpath("mapping.schema.json").read_text("utf-8")


class _Checks:
    """The checks of form: keys given once, and everything the schema says."""

    def __init__(self, path: Path, root: Node) -> None:
        self._path = path
        self._root = root

    def refuse_faults(self) -> None:
        """Raise the fault that comes first in the file, if there is one."""
        for key, line in self._twins():
            raise self._refusal(line, f"the key '{key}' a second time", "each key once", "Keep one of them.")
        errors = list(Draft202012Validator(schema()).iter_errors(yaml_text.plain(self._root)))
        # An unknown key is often the missing one in other letters, so it is told first.
        errors.sort(key=lambda each: (each.validator != "additionalProperties", self._refused(each).line))
        if errors:
            raise self._refused(errors[0])

    def _twins(self) -> Iterator[tuple[str, int]]:
        for node in yaml_text.walk(self._root):
            if isinstance(node, yaml_text.Table):
                yield from node.twins

    def _refused(self, error: ValidationError) -> BadMapping:
        """Put a finding of the schema in words, at the line it is about."""
        error = _deepest(error)
        place = list(error.absolute_path)
        node = yaml_text.node_at(self._root, place)
        where = f"under '{'.'.join(map(str, place))}'" if place else "at the top"
        if error.validator == "additionalProperties" and isinstance(node, yaml_text.Table):
            return self._unknown_key(node, error, where)
        return self._refusal(node.line, *_words(error, where))

    def _unknown_key(self, node: yaml_text.Table, error: ValidationError, where: str) -> BadMapping:
        known = list(cast(dict[str, Any], error.schema).get("properties", {}))
        key = next(each for each in node.entries if each not in known)
        near = difflib.get_close_matches(key, known, n=1)
        meant = _OTHER_WORDS.get(key.lower(), "")
        meant = meant if meant in known else "".join(near)
        mend = f"Did you mean '{meant}'?" if meant else "Take it out, or use one of these keys."
        found = f"the key '{key}' {where} is not known"
        return self._refusal(node.key_lines[key], found, f"one of: {', '.join(known)}", mend)

    def _refusal(self, line: int, found: str, expected: str, mend: str) -> BadMapping:
        return BadMapping(found, expected=expected, mend=mend, file=self._path, line=line)


def _deepest(error: ValidationError) -> ValidationError:
    """Return the finding inside an alternative that came nearest to fitting."""
    while error.context:
        error = max(error.context, key=lambda each: (each.validator != "type", len(each.absolute_path)))
    return error


def _words(error: ValidationError, where: str) -> tuple[str, str, str]:
    """Return what was found, expected and to do for a finding of the schema."""
    rule, wanted, value = str(error.validator), cast(Any, error.validator_value), cast(Any, error.instance)
    found = f"{json.dumps(value)} {where}"
    if error.schema is False:
        return f"a key that only rows of events have {where}", "rows that are tickets", "Take it out."
    if rule == "required":
        missing = next(each for each in wanted if each not in value)
        return f"no '{missing}' {where}", f"the key '{missing}'", f"Add '{missing}: ...'."
    if rule in ("enum", "const"):
        allowed = wanted if rule == "enum" else [wanted]
        return found, " or ".join(f"'{each}'" for each in allowed), "Write one of these."
    if rule == "pattern":
        return found, "a short name in lower case such as 'service-desk'", "Use letters, digits and hyphens."
    return found, f"a {_kind(wanted)}" if rule == "type" else error.message, _SEE


def _kind(types: str | list[str]) -> str:
    words = {
        "object": "table of keys",
        "array": "list",
        "string": "text",
        "boolean": "'true' or 'false'",
        "number": "number",
    }
    return " or ".join(words[each] for each in ([types] if isinstance(types, str) else types))


class _Reader:
    """Builds the values of a mapping whose form is right, and refuses what makes no sense."""

    def __init__(self, path: Path, root: Node) -> None:
        self._path = path
        self._root = root
        self._content: dict[str, Any] = _texts(root)

    def mapping(self) -> TicketMapping:
        content = self._content
        rows = self._rows()
        mapping = TicketMapping(
            id=content["id"],
            rows=rows,
            times=self._times(["times"]),
            name=content.get("name", content["id"]),
            source=content.get("source", content["id"]),
            organisation=content.get("organisation", ""),
            table=self._table(),
            column_times=self._column_times(),
            events=self._events(rows),
            states=self._states(rows),
            classes=self._class_columns("classes"),
            assignment=self._assignment(),
            claims=self._claims(),
            grades=self._grades(),
        )
        self._check_whole(mapping)
        return mapping

    def _check_whole(self, mapping: TicketMapping) -> None:
        """Refuse what is wrong only between the parts."""
        if mapping.rows.are is RowsAre.TICKETS and EventKind.OPENED not in mapping.events:
            self._refuse(
                ["rows"],
                "tickets without a time of opening",
                "the column in which a ticket was opened",
                "Add 'opened: COLUMN' under 'events'.",
            )
        unused = set(mapping.column_times) - set(mapping.columns)
        for column in sorted(unused):
            self._refuse(
                ["times", "columns", column],
                f"a way of writing times for '{column}', which nothing uses",
                "a column that the mapping uses",
                "Take it out, or mend the name.",
            )

    def _rows(self) -> RowForm:
        rows = self._content["rows"]
        return RowForm(
            are=RowsAre(rows["are"]),
            ticket=rows["ticket"],
            pattern=self._checked(
                ["rows", "pattern"],
                lambda: re.compile(rows["pattern"]),
                r"a regular expression, such as 'INC\d{7}'",
            )
            if "pattern" in rows
            else None,
            happened_at=rows.get("happened_at", ""),
            order=rows.get("order", ORDER_BY_TIME),
            grouped=rows.get("grouped") == "true",
            actor=rows.get("actor", ""),
        )

    def _table(self) -> TableForm:
        table = self._content.get("table", {})
        form = TableForm(
            encoding=table.get("encoding", "utf-8"),
            delimiter=table.get("delimiter", ",").replace("\\t", "\t"),
            quote=table.get("quote", '"'),
            nothing=frozenset(each.strip() for each in table.get("nothing", ())),
            sheet=table.get("sheet", ""),
        )
        for key, text in (("delimiter", form.delimiter), ("quote", form.quote)):
            if len(text) != 1:
                self._refuse(["table", key], f"'{text}'", "one character", "Write a single character, in quotes.")
        self._checked(["table", "encoding"], lambda: "".encode(form.encoding), "an encoding, such as 'utf-8'")
        return form

    def _times(self, place: list[str | int]) -> TimeStyle:
        times = self._at(place)
        for number, written in enumerate(times["formats"]):
            self._checked([*place, "formats", number], partial(check_format, written), _A_FORMAT)
        if "zone" in times:
            self._checked([*place, "zone"], partial(zone, times["zone"]), _A_ZONE)
        repairs = times.get("repairs", [])
        taken_for_utc = repairs[0]["local_time_taken_for_utc"] if repairs else ""
        if taken_for_utc:
            where = [*place, "repairs", 0, "local_time_taken_for_utc"]
            self._checked(where, partial(zone, taken_for_utc), _A_ZONE)
        return self._checked(
            place,
            lambda: TimeStyle(
                formats=tuple(times["formats"]),
                zone=times.get("zone", ""),
                trusts_offsets="offsets" in times,
                taken_for_utc=taken_for_utc,
            ),
            "formats that agree, and a zone for times without an offset",
        )

    def _column_times(self) -> dict[str, TimeStyle]:
        columns = self._content["times"].get("columns", {})
        return {column: self._times(["times", "columns", column]) for column in columns}

    def _events(self, rows: RowForm) -> dict[EventKind, Occurrence]:
        events = self._content.get("events", {})
        return {EventKind.of(word): self._occurrence(word, events[word], rows) for word in events}

    def _occurrence(self, word: str, written: Any, rows: RowForm) -> Occurrence:
        if isinstance(written, str):
            return Occurrence(at=written)
        for key, needs in (("when", RowsAre.TICKETS), ("first", RowsAre.EVENTS)):
            if key in written and rows.are is not needs:
                self._refuse(
                    ["events", word, key],
                    f"'{key}' where rows are {rows.are.value}",
                    f"rows that are {needs.value}",
                    "Take it out, or change what a row is.",
                )
        if "at" not in written and "first" not in written:
            self._refuse(["events", word], "no column for the time", "'at: COLUMN'", "Name the column of the time.")
        return Occurrence(written.get("at", ""), _conditions(written.get("when")), _conditions(written.get("first")))

    def _states(self, rows: RowForm) -> States | None:
        if "state" not in self._content:
            return None
        if rows.are is RowsAre.TICKETS:
            self._refuse(
                ["state"],
                "states where rows are tickets",
                "the columns of times",
                "Use 'events' with 'at' and 'when': a state alone does not say when.",
            )
        meanings: dict[str, State | None] = {}
        for place, value, state in _meanings(self._content["state"]):
            if value in meanings:
                self._refuse(
                    ["state", *place], f"the state '{value}' a second time", "each state once", "Keep one of them."
                )
            meanings[value] = state
        return States(self._content["state"]["column"], meanings)

    def _class_columns(self, part: str) -> dict[str, ClassColumn]:
        written = self._content.get(part, {})
        wanted = "a column, or one value for all under 'always'"
        return {
            name: self._checked([part, name], partial(_class_column, each), wanted) for name, each in written.items()
        }

    def _assignment(self) -> dict[str, ClassColumn]:
        """Return the columns of assignees; people come and go, so one that the mapping does not list is no fault."""
        columns = self._class_columns("assignment")
        return columns | {PERSON: replace(columns[PERSON], keeps_unknown=True)} if PERSON in columns else columns

    def _claims(self) -> ClaimColumns:
        claims = self._content.get("claims", {})
        return ClaimColumns(
            from_last_row=claims.get("row", "last") == "last",
            due=claims.get("due", ""),
            verdict=self._checked(
                ["claims", "verdict"], lambda: _verdict(claims.get("verdict")), "words that are either met or missed"
            ),
            first_responded=claims.get("first_responded", ""),
            resolved=claims.get("resolved", ""),
            closed=claims.get("closed", ""),
            extra=claims.get("extra", {}),
        )

    def _grades(self) -> dict[str, Grade]:
        grades = {name: Grade(word) for name, word in self._content.get("faults", {}).items()}
        for name, grade in grades.items():
            self._check_grade(name, grade)
        return grades

    def _check_grade(self, name: str, grade: Grade) -> None:
        if name not in FAULTS:
            near = difflib.get_close_matches(name, FAULTS, n=1)
            mend = f"Did you mean '{near[0]}'?" if near else "See the list in docs/method/mappings.md."
            self._refuse(["faults", name], f"the fault '{name}'", "the name of a fault", mend)
        allowed = FAULTS[name].grades
        if grade not in allowed:
            words = " or ".join(f"'{each.value}'" for each in allowed)
            mend = (
                "With this fault nothing safe can be made of the file." if len(allowed) == 1 else "Choose one of these."
            )
            self._refuse(["faults", name], f"'{grade.value}' for '{name}'", words, mend)

    def _at(self, place: list[str | int]) -> Any:
        found: Any = self._content
        for step in place:
            found = found[step]
        return found

    def _checked(self, place: list[str | int], make: Callable[[], _T], expected: str) -> _T:
        try:
            return make()
        except (UnknownZone, InvalidTimeStyle, ValueError, LookupError, re.error) as error:
            found, _, mend = str(error).partition(". ")
            self._refuse(place, found.rstrip("."), expected, mend or "Mend this value.")

    def _refuse(self, place: list[str | int], found: str, expected: str, mend: str) -> NoReturn:
        line = yaml_text.node_at(self._root, place).line
        raise BadMapping(found, expected=expected, mend=mend, file=self._path, line=line)


def _texts(node: Node) -> Any:
    """Return a node with every word as it was written."""
    if isinstance(node, yaml_text.Table):
        return {key: _texts(value) for key, value in node.entries.items()}
    if isinstance(node, yaml_text.Listing):
        return [_texts(item) for item in node.items]
    return node.text


def _conditions(written: dict[str, list[str]] | None) -> Conditions:
    return {column: frozenset(values) for column, values in (written or {}).items()}


def _meanings(written: dict[str, Any]) -> Iterator[tuple[list[str | int], str, State | None]]:
    """Yield each state's place in the mapping, its value and its meaning."""
    for phase in (Phase.WORKING, Phase.RESOLVED, Phase.CLOSED, Phase.CANCELLED):
        for number, value in enumerate(written.get(phase.value, ())):
            yield [phase.value, number], value, State(phase)
    for reason, values in written.get("paused", {}).items():
        for number, value in enumerate(values):
            yield ["paused", reason, number], value, State(Phase.PAUSED, reason)
    for number, value in enumerate(written.get("unchanged", ())):
        yield ["unchanged", number], value, None


def _class_column(written: Any) -> ClassColumn:
    if isinstance(written, str):
        return ClassColumn(column=written)
    return ClassColumn(
        column=written.get("column", ""),
        always=written.get("always", ""),
        values=written.get("values", {}),
        default=written.get("default", ""),
        keeps_unknown="unknown" in written,
        as_id="as" in written,
    )


def _verdict(written: dict[str, Any] | None) -> Verdict | None:
    if written is None:
        return None
    return Verdict(written["column"], frozenset(written["met"]), frozenset(written["missed"]))
