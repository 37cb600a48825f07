"""Case files in the `slm-cases/1` format: each case parted into what is asked and what is expected."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servanda.bad_input import BadInput

PARTS = ("id", "op", "input", "expected")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: all that an answer may be made from."""

    op: str
    calendar: Any
    asked: Any


@dataclass(frozen=True, slots=True)
class Case:
    """A question, and the answer this product is to give.

    `expected_rolled` is the answer to the same question where a due instant rolls on to the next opening (or,
    counted backwards, to the closing before), if the case tells it.
    """

    id: str
    question: Question
    expected: Mapping[str, Any]
    expected_rolled: Mapping[str, Any] | None = None

    @property
    def rolled(self) -> Question:
        """The same question where a due instant rolls on."""
        return Question(self.question.op, self.question.calendar, {**self.question.asked, "due_rolls": "next_opening"})


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What stands in the place of a case and is none, and why."""

    id: str
    reason: str


def read_cases(path: Path) -> list[Case | Unreadable]:
    """Return the cases of a file, one JSON document or one case a line; raise `BadInput` for anything else."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadInput(
            f"bytes that are no UTF-8 text at offset {fault.start}",
            expected="a case file in UTF-8",
            mend="save the file as UTF-8",
            file=path,
        ) from None
    cases = list(_lines(text) if path.suffix == ".jsonl" else _document(text, path))
    if not any(isinstance(case, Case) for case in cases):
        raise BadInput(
            f"{len(cases)} entries, none of them a case" if cases else "no case",
            expected="cases with id, op, input and expected",
            mend="give a case file",
            file=path,
        )
    return cases


def _document(text: str, path: Path) -> Iterator[Case | Unreadable]:
    written = _json(text, path)
    calendars = written.get("calendars", {}) if isinstance(written, dict) else {}
    if not isinstance(written, dict) or not isinstance(written.get("cases"), list) or not isinstance(calendars, dict):
        raise BadInput(
            "no list of cases",
            expected='an slm-cases/1 document with "cases": [...]',
            mend="give a case file, or name one case a line in a .jsonl file",
            file=path,
        )
    for number, case in enumerate(written["cases"], 1):
        yield _case(case, calendars, f"case {number}")


def _lines(text: str) -> Iterator[Case | Unreadable]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _line(line, f"line {number}")


def _line(line: str, place: str) -> Case | Unreadable:
    try:
        return _case(_parsed(line), {}, place)
    except ValueError as fault:
        return Unreadable(place, f"no JSON: {fault}. The file may have been cut short.")


def _json(text: str, path: Path) -> Any:
    try:
        return _parsed(text)
    except ValueError as fault:
        raise BadInput(
            f"text that is no JSON: {fault}",
            expected="a case file in JSON",
            mend="correct the file; it may have been cut short",
            file=path,
            line=fault.lineno if isinstance(fault, json.JSONDecodeError) else None,
        ) from None


def _parsed(text: str) -> Any:
    """Return what JSON says; raise `ValueError` for what is none, endless numbers and bottomless nesting included."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")


def _case(written: Any, calendars: Mapping[str, Any], place: str) -> Case | Unreadable:
    """Return a case, or why an entry is none."""
    if not isinstance(written, dict):
        return Unreadable(place, f"found {written!r:.80}, expected an object with {', '.join(PARTS)}")
    name = str(written.get("id") or place)
    missing = [part for part in PARTS if part not in written]
    if missing:
        return Unreadable(name, f"no {', '.join(missing)}; a case has {', '.join(PARTS)}")
    told = written["expected_ours"] if "expected_ours" in written else written["expected"]
    calendar = written.get("calendar")
    if not isinstance(told, dict) or not isinstance(written["op"], str):
        return Unreadable(name, "op must be a word and expected an object")
    if isinstance(calendar, str):
        if calendar not in calendars:
            held = ", ".join(calendars) or "none"
            return Unreadable(name, f"calendar '{calendar}' is not among those of the file: {held}")
        calendar = calendars[calendar]
    rolled = written.get("expected_latest") or written.get("expected_earliest")
    return Case(name, Question(written["op"], calendar, written["input"]), told, rolled)
