"""Case files in the `slm-cases/1` format: each case parted into what is asked and what is expected."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servanda.bad_input import BadInput


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: all that an answer may be made from."""

    op: str
    calendar: Mapping[str, Any] | None
    asked: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A question, and the answer this product is to give."""

    id: str
    question: Question
    expected: Mapping[str, Any]


def read_cases(path: Path) -> list[Case]:
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
    return list(_lines(text, path) if path.suffix == ".jsonl" else _document(text, path))


def _document(text: str, path: Path) -> Iterator[Case]:
    written = _json(text, path, None)
    if not isinstance(written, Mapping) or not isinstance(written.get("cases"), list):
        raise BadInput(
            "no list of cases",
            expected='an slm-cases/1 document with "cases": [...]',
            mend="give a case file, or name one case a line in a .jsonl file",
            file=path,
        )
    calendars = written.get("calendars", {})
    for case in written["cases"]:
        yield _case(case, calendars, path, None)


def _lines(text: str, path: Path) -> Iterator[Case]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield _case(_json(line, path, number), {}, path, number)


def _json(text: str, path: Path, line: int | None) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as fault:
        raise BadInput(
            f"text that is no JSON: {fault.msg} at column {fault.colno}",
            expected="a case in JSON",
            mend="correct the file; it may have been cut short",
            file=path,
            line=line if line is not None else fault.lineno,
        ) from None


def _case(written: Any, calendars: Mapping[str, Any], path: Path, line: int | None) -> Case:
    missing = [key for key in ("id", "op", "input", "expected") if not isinstance(written, Mapping) or key not in written]
    if missing:
        raise BadInput(
            f"a case without {', '.join(missing)}",
            expected="a case with id, op, input and expected",
            mend="complete the case",
            file=path,
            line=line,
        )
    calendar = written.get("calendar")
    if isinstance(calendar, str):
        if calendar not in calendars:
            raise BadInput(
                f"case {written['id']} names the calendar '{calendar}', which the file does not hold",
                expected=f"one of: {', '.join(calendars) or 'none'}",
                mend="add the calendar or correct its name",
                file=path,
                line=line,
            )
        calendar = calendars[calendar]
    expected = written.get("expected_ours", written["expected"])
    return Case(written["id"], Question(written["op"], calendar, written["input"]), expected)
