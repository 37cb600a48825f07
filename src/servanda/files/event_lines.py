"""Events as lines of JSON, one event a line: what connectors and scripts hand over."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from servanda.bad_input import BadInput
from servanda.engine.events import ASSIGNMENT, CLASSIFICATION, Event, EventKind, UnknownKind

KEYS = ("source", "ticket", "kind", "happened_at", "id", "sequence", "actor", "reason", "changes", "retracts")
CHANGES = (*CLASSIFICATION, *ASSIGNMENT, "by")
LONGEST_LINE = 1 << 20


class BadEventLine(BadInput):
    """A line that holds no event."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event, with the source and the number of its ticket."""

    source: str
    ticket: str
    event: Event
    line: int


def read_event_lines(lines: Iterable[str], path: Path) -> Iterator[EventLine]:
    """Yield the event of each line that is not blank; raise `BadEventLine` with the line's number."""
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _Line(path, number).read(line.removeprefix("\ufeff"))
    except UnicodeDecodeError as fault:
        raise BadEventLine(
            f"bytes that are no UTF-8 ({fault.reason})",
            expected="text in UTF-8",
            mend="Write the file in UTF-8.",
            file=path,
            line=number + 1,
        ) from None


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; raise `ValueError` where a key stands in it twice: which one was meant?"""
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a key stands in it twice")
    return told


class _Line:
    """One line, and where it stands."""

    def __init__(self, path: Path, number: int) -> None:
        self._path = path
        self._number = number

    def read(self, line: str) -> EventLine:
        told = self._object(line)
        source, ticket = self._text(told, "source"), self._text(told, "ticket")
        if not source or not ticket:
            self._refuse("no source or no ticket", "both, as texts", "Add them.")
        return EventLine(source, ticket, self._event(told), self._number)

    def _object(self, line: str) -> Mapping[str, Any]:
        if len(line) > LONGEST_LINE:
            self._refuse(f"{len(line):,} characters", f"at most {LONGEST_LINE:,}", "Send one event a line.")
        try:
            told = json.loads(line, object_pairs_hook=_without_twins)
        except (ValueError, RecursionError) as fault:
            self._refuse(f"no JSON ({fault})", "one JSON object a line", "Check the quotes and commas.")
        if not isinstance(told, dict):
            self._refuse(f"a {type(told).__name__}", "a JSON object with the keys of an event", "See the example.")
        unknown = sorted(set(told) - set(KEYS))
        if unknown:
            self._refuse(f"the key '{unknown[0]}'", f"only {', '.join(KEYS)}", "Take it out, or correct its name.")
        return told

    def _event(self, told: Mapping[str, Any]) -> Event:
        try:
            return Event(
                EventKind.of(self._text(told, "kind")),
                self._instant(told),
                id=self._text(told, "id"),
                sequence=self._whole(told),
                actor=self._text(told, "actor"),
                reason=self._text(told, "reason"),
                changes=self._changes(told),
                retracts=self._text(told, "retracts"),
            )
        except UnknownKind as unknown:
            self._refuse(f"the kind {unknown}", "a kind of event", "Correct the kind.")
        except ValueError as fault:
            self._refuse(str(fault), "an event that makes sense", "Correct the line.")

    def _text(self, told: Mapping[str, Any], key: str) -> str:
        value = told.get(key, "")
        if not isinstance(value, str):
            self._refuse(f"{value!r} for '{key}'", "a text", "Put it into quotes.")
        return value

    def _whole(self, told: Mapping[str, Any]) -> int:
        value = told.get("sequence", 0)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 1 << 62:
            self._refuse(f"{value!r} for 'sequence'", "a whole number", "Correct it, or leave it out.")
        return value

    def _instant(self, told: Mapping[str, Any]) -> datetime:
        text = self._text(told, "happened_at")
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            self._refuse(f"'{text}' for 'happened_at'", "an instant such as 2026-01-05T09:00:00+00:00", "Correct it.")
        if at.utcoffset() is None:
            self._refuse(f"'{text}' for 'happened_at', without an offset", f"such as {text}+00:00", "Add the offset.")
        return at

    def _changes(self, told: Mapping[str, Any]) -> Mapping[str, str]:
        value = told.get("changes", {})
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            self._refuse(f"{value!r} for 'changes'", "an object of texts", "Correct it.")
        unknown = sorted(set(value) - set(CHANGES))
        if unknown:
            self._refuse(f"a change of '{unknown[0]}'", f"one of: {', '.join(CHANGES)}", "Correct the name.")
        return value

    def _refuse(self, found: str, expected: str, mend: str) -> NoReturn:
        raise BadEventLine(found, expected=expected, mend=mend, file=self._path, line=self._number)
