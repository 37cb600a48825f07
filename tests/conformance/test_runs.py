"""What a run makes of cases that differ, cannot be asked or are none."""

import json
from pathlib import Path
from typing import Any

import pytest

from servanda.bad_input import BadInput
from servanda.conformance.cases import Case, read_cases
from servanda.conformance.runs import Run, run_file

OFFICE = {"tz": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}}
MONDAY = "2026-01-05T10:00:00+00:00"
OPEN: dict[str, Any] = {
    "id": "open",
    "op": "is_open",
    "calendar": OFFICE,
    "input": {"at": MONDAY},
    "expected": {"open": True},
}


def lines(folder: Path, *cases: object) -> Path:
    """Write a .jsonl file of cases; text is written as it is."""
    path = folder / "cases.jsonl"
    path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in cases), encoding="utf-8")
    return path


def document(folder: Path, content: object) -> Path:
    path = folder / "cases.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def run(folder: Path, *cases: object) -> Run:
    """Run cases after one that is right, so that the file always holds one."""
    return run_file(lines(folder, OPEN, *cases))


def found(folder: Path, **changed: Any) -> list[tuple[str, Any, Any]]:
    """Return the mismatches of the open case with some parts changed."""
    return [(each.key, each.expected, each.ours) for each in run(folder, {**OPEN, **changed}).mismatches]


def test_an_answer_that_differs_is_listed_with_both_values(tmp_path: Path) -> None:
    assert found(tmp_path, expected={"open": False}) == [("open", False, True)]


def test_only_the_keys_that_are_expected_are_compared(tmp_path: Path) -> None:
    asked = {"from": MONDAY, "to": "2026-01-05T11:00:00+00:00"}
    assert found(tmp_path, op="availability", input=asked, expected={"downtime": 0}) == []


def test_what_is_expected_of_us_comes_before_what_the_peer_expects(tmp_path: Path) -> None:
    assert found(tmp_path, expected={"open": False}, expected_ours={"open": True}) == []


def test_instants_are_compared_by_value_and_numbers_exactly(tmp_path: Path) -> None:
    asked = {"start": MONDAY, "seconds": 3600}
    assert found(tmp_path, op="due", input=asked, expected={"at": "2026-01-05T12:00:00+01:00"}) == []
    asked = {"start": MONDAY, "end": "2026-01-05T11:00:00+00:00"}
    assert found(tmp_path, op="elapsed", input=asked, expected={"seconds": 3600.0001}) == [("seconds", 3600.0001, 3600)]


def test_a_percentage_may_differ_in_the_tenth_digit(tmp_path: Path) -> None:
    asked = {"from": MONDAY, "to": "2026-01-05T13:00:00+00:00", "outages": [[MONDAY, "2026-01-05T11:00:00+00:00"]]}
    assert found(tmp_path, op="availability", input=asked, expected={"sli": 66.6666666667}) == []
    assert len(found(tmp_path, op="availability", input=asked, expected={"sli": 66.6667})) == 1


def test_texts_that_are_no_instants_are_compared_as_they_are(tmp_path: Path) -> None:
    assert found(tmp_path, op="is_open", expected={"open": "yes"}) == [("open", "yes", True)]
    asked = {"start": MONDAY, "seconds": 60}
    [(key, expected, _)] = found(tmp_path, op="due", input=asked, expected={"at": "soon"})
    assert (key, expected) == ("at", "soon")


def test_any_refusal_is_right_where_an_error_is_expected(tmp_path: Path) -> None:
    assert found(tmp_path, calendar={"tz": "Europe/Atlantis"}, expected={"error": "unknown zone"}) == []
    assert found(tmp_path, expected={"error": "invalid"}) == [("error", "invalid", None)]


def test_no_error_expected_says_nothing_of_the_answer(tmp_path: Path) -> None:
    assert found(tmp_path, expected={"error": "invalid"}, expected_ours={"error": None}) == []


def test_an_answer_under_the_next_opening_rule_is_checked_too(tmp_path: Path) -> None:
    [mismatch] = found(
        tmp_path,
        op="due",
        input={"start": MONDAY, "seconds": 25200},
        expected={"at": "2026-01-05T17:00:00+00:00"},
        expected_latest={"at": "2026-01-05T17:00:00+00:00"},
    )
    assert mismatch == ("at (rolled)", "2026-01-05T17:00:00+00:00", "2026-01-12T09:00:00+00:00")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "input.at: found nothing, expected an instant in ISO 8601 with its offset"),
        ({"at": 7}, "input.at: found 7, expected an instant"),
        ({"at": "Monday"}, "input.at: found 'Monday', expected an instant"),
        ({"at": "2026-01-05T10:00:00"}, "expected an instant in ISO 8601 with its offset"),
        ("10:00", "input: found '10:00', expected an object"),
        (None, "input: found None, expected an object"),
    ],
)
def test_a_field_that_is_missing_or_of_the_wrong_kind_is_a_mismatch_that_says_so(
    tmp_path: Path, asked: object, says: str
) -> None:
    [(key, expected, ours)] = found(tmp_path, input=asked)
    assert (key, expected) == ("error", None)
    assert says in ours


@pytest.mark.parametrize(
    ("calendar", "says"),
    [
        ([], "calendar: found [], expected an object"),
        ({"weekly": {"mon": [["09:00", "17:00"]]}}, "calendar.tz: found nothing"),
        ({"tz": "UTC", "weekly": []}, "calendar.weekly: found [], expected an object"),
        ({"tz": "UTC", "weekly": {"mon": "09:00-17:00"}}, "calendar.weekly.mon: found '09:00-17:00', expected a list"),
        (
            {"tz": "UTC", "weekly": {"mon": [["09:00"]]}},
            "weekly.mon: found ['09:00'], expected a list of pairs",
        ),
        ({"tz": "UTC", "weekly": {"mon": [["9 am", "17:00"]]}}, "found '9 am', expected a wall-clock time"),
        ({"tz": "UTC", "weekly": {"mon": [["09:60", "17:00"]]}}, "expected minutes and seconds up to 59"),
        ({"tz": "UTC", "weekly": {"mond": []}}, "no weekday: mond"),
        ({"tz": "UTC", "always_open": True, "holidays": ["5.1.2026"]}, "calendar.holidays.date: found '5.1.2026'"),
        ({"tz": "UTC", "always_open": True, "holidays_recurring": ["02-30"]}, "'02-30' is no day of any year"),
        ({"tz": "UTC", "always_open": "yes"}, "calendar.always_open: found 'yes', expected true or false"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_a_mismatch_that_says_so(tmp_path: Path, calendar: object, says: str) -> None:
    [(_, _, ours)] = found(tmp_path, calendar=calendar)
    assert says in ours


@pytest.mark.parametrize(
    ("op", "asked", "says"),
    [
        (
            "due",
            {"start": MONDAY, "seconds": "an hour"},
            "seconds: found 'an hour', expected a number of seconds",
        ),
        ("due", {"start": MONDAY, "seconds": True}, "input.seconds: found True"),
        ("due", {"start": MONDAY, "seconds": 10**30}, "expected at most"),
        ("due", {"start": MONDAY, "seconds": 1, "direction": "up"}, "expected one of: forward, backward"),
        ("add_days", {"start": MONDAY, "days": 1.5}, "input.days: found 1.5, expected a whole number"),
        ("segments", {"from": MONDAY}, "expected a field `to` or `count`"),
        ("wall", {"date": "2026-01-05"}, "input.time: found None, expected a wall-clock time"),
        ("is_open_date", {"date": "20260105"}, "input.date: found '20260105', expected a date as YYYY-MM-DD"),
        ("clock", {"created": MONDAY, "events": [[]], "targets": {}}, "input.events[0]: found [], expected an object"),
        ("clock", {"created": MONDAY, "events": []}, "input.targets: found nothing, expected an object"),
        ("clock", {"created": MONDAY, "events": [], "targets": {"resolution": {}}}, "input.targets.resolution.days"),
        ("availability", {"from": MONDAY, "to": MONDAY, "outages": [MONDAY]}, "expected a list of pairs of instants"),
        ("status", {"question": "guess"}, "input.question: found 'guess', expected one of: rule, propagate, parent"),
        ("status", {"question": "propagate", "status": 9}, "9 is no status"),
        ("slo", {"good": 1}, "input.bad: found nothing, expected a number"),
        ("unit", {"text": "1 week"}, "say working days or calendar days where days are meant"),
    ],
)
def test_each_op_says_what_it_could_not_read(tmp_path: Path, op: str, asked: object, says: str) -> None:
    [(key, _, ours)] = found(tmp_path, op=op, input=asked)
    assert key == "error"
    assert says in ours


def test_an_unknown_op_is_a_mismatch_even_where_an_error_is_expected(tmp_path: Path) -> None:
    [(key, _, ours)] = found(tmp_path, op="guess", expected={"error": "invalid"})
    assert key == "op"
    assert "op 'guess' is unknown. Known are: add_days, availability, " in ours


@pytest.mark.parametrize(
    ("entry", "name", "says"),
    [
        ("{", "line 2", "no JSON"),
        ('{"id": "n", "input": NaN}', "line 2", "NaN is no number in JSON"),
        ([], "line 2", "found [], expected an object with id, op, input, expected"),
        ({"id": "half", "op": "due"}, "half", "no input, expected; a case has id, op, input, expected"),
        ({**OPEN, "id": "odd", "expected": 7}, "odd", "op must be a word and expected an object"),
        (
            {**OPEN, "id": "lost", "calendar": "office"},
            "lost",
            "'office' is not among those of the file: none",
        ),
    ],
)
def test_an_entry_that_is_no_case_is_a_mismatch_and_the_others_are_run(
    tmp_path: Path, entry: object, name: str, says: str
) -> None:
    whole = run(tmp_path, entry)
    [mismatch] = whole.mismatches
    assert (mismatch.id, mismatch.op) == (name, "unreadable")
    assert says in mismatch.ours
    assert whole.cases.total() == 2


def test_a_document_names_its_calendars(tmp_path: Path) -> None:
    content = {"calendars": {"office": OFFICE}, "cases": [{**OPEN, "calendar": "office"}]}
    assert run_file(document(tmp_path, content)).mismatches == []


def test_without_a_calendar_every_second_counts(tmp_path: Path) -> None:
    assert found(tmp_path, calendar=None, input={"at": "2026-01-04T03:00:00+00:00"}) == []


@pytest.mark.parametrize("content", [[], {}, {"cases": {}}, {"cases": [], "calendars": []}])
def test_a_document_without_cases_is_refused(tmp_path: Path, content: object) -> None:
    with pytest.raises(BadInput, match="no list of cases"):
        read_cases(document(tmp_path, content))


def test_a_file_in_which_nothing_is_a_case_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="2 entries, none of them a case"):
        read_cases(lines(tmp_path, "a", "b"))
    with pytest.raises(BadInput, match="no case"):
        read_cases(lines(tmp_path, ""))


@pytest.mark.parametrize("content", [b"{", b'{"cases": [', b"\xff\xfe\x00", b"[" * 100_000])
def test_a_file_that_is_no_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cases.json"
    path.write_bytes(content)
    with pytest.raises(BadInput):
        read_cases(path)


def test_a_case_keeps_its_question_apart_from_what_is_expected(tmp_path: Path) -> None:
    [case] = read_cases(lines(tmp_path, OPEN))
    assert isinstance(case, Case)
    assert "expected" not in str(case.question)
