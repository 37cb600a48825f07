"""Tests of mappings as files: what they say, and the refusal of what makes no sense, with its line."""

import json
import re
import textwrap
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from servanda.bad_input import BadInput
from servanda.engine.events import EventKind
from servanda.files.input_faults import FAULTS, Grade
from servanda.files.mapping_form import Phase, RowsAre, State, as_id
from servanda.files.mappings import BadMapping, read_mapping, schema
from servanda.files.yaml_text import UnreadableYaml
from tests.files.mapping_examples import EVENTS, TICKETS

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "sample").glob("*/mapping.yaml"))


def refusal(folder: Path, text: str, *more: str) -> BadInput:
    path = folder / "mapping.yaml"
    path.write_text(textwrap.dedent(text).lstrip("\n") + "".join(textwrap.dedent(part) for part in more), "utf-8")
    with pytest.raises(BadInput) as raised:
        read_mapping(path)
    assert raised.value.file == path
    return raised.value


def test_a_mapping_is_read_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(textwrap.dedent(EVENTS), "utf-8")
    mapping = read_mapping(tmp_path / "mapping.yaml")
    assert (mapping.id, mapping.name, mapping.source) == ("desk", "desk", "desk")
    assert mapping.rows.are is RowsAre.EVENTS
    assert mapping.columns == ("Number", "Updated", "Opened", "State", "Priority", "Team")
    assert mapping.events[EventKind.OPENED].at == "Opened"
    assert mapping.states is not None
    assert mapping.states.meanings["Awaiting Vendor"] == State(Phase.PAUSED, "vendor")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.parent.name)
def test_the_sample_mappings_fit_the_published_schema_for_any_reader_of_yaml(path: Path) -> None:
    Draft202012Validator(schema()).validate(yaml.safe_load(path.read_text("utf-8")))
    assert read_mapping(path).columns


def test_the_published_schema_is_a_schema_and_is_the_one_that_checks() -> None:
    Draft202012Validator.check_schema(schema())
    published = ROOT / "docs" / "reference" / "mapping.schema.json"
    assert json.loads(published.read_text("utf-8")) == schema()


def test_the_page_on_mappings_lists_every_fault_with_its_grades() -> None:
    page = (ROOT / "docs" / "method" / "mappings.md").read_text("utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| (\w+) \| ([^|]*?) \|", page, re.MULTILINE)
    expected = {
        fault.id: (fault.default.value, ", ".join(each.value for each in fault.grades[1:])) for fault in FAULTS.values()
    }
    assert {name: (default, choices) for name, default, choices in rows} == expected


def test_a_word_that_is_none_of_the_format_is_refused_with_the_nearest(tmp_path: Path) -> None:
    found = refusal(tmp_path, TICKETS.replace("ticket: Number", "tickets: Number"))
    assert isinstance(found, BadMapping)
    assert (found.line, found.mend) == (8, "Did you mean 'ticket'?")


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    found = refusal(tmp_path, TICKETS.replace("      ticket: Number\n", ""))
    assert "no 'ticket' under 'rows'" in found.found


def test_another_format_is_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, TICKETS.replace("servanda-mapping/1", "servanda-mapping/2"))
    assert (found.line, found.expected) == (1, "'servanda-mapping/1'")


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, TICKETS, "id: again\n")
    assert (found.line, found.found) == (14, "the key 'id' a second time")


def test_text_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    assert isinstance(refusal(tmp_path, "format: [servanda-mapping/1"), UnreadableYaml)


@pytest.mark.parametrize(
    ("written", "instead", "says"),
    [
        ("zone: Europe/Paris", "zone: Europe/Lutetia", "Europe/Lutetia"),
        ('["%d/%m/%Y %H:%M"]', '["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]', "could be read either way"),
        ('["%d/%m/%Y %H:%M"]', '["dd/mm/yyyy"]', "is no format"),
        ("zone: Europe/Paris", "columns: {Opened: {formats: [iso], zone: UTC}}", "Neither a zone nor"),
        ("zone: Europe/Paris", "zone: UTC\n      columns: {Clsed: {formats: [iso], zone: UTC}}", "'Clsed', which"),
        ("ticket: Number", "ticket: Number\n      pattern: '['", "unterminated character set"),
        ("ticket: Number", "ticket: Number\n      happened_at: Updated", "only rows of events"),
        ("opened: Opened", "closed: Closed", "tickets without a time of opening"),
        ("opened: Opened", "opened: {first: {State: [New]}}", "'first' where rows are tickets"),
        ("opened: Opened", "opened: {when: {State: [New]}}", "no column for the time"),
        ("opened: Opened", "open: Opened", "the key 'open'"),
        ("priority: Priority", "priority: {column: Priority, always: P1}", "not both"),
        ("priority: Priority", "priority: {values: {High: P1}}", "'column' or 'always'"),
    ],
)  # a case a row  # fmt: skip
def test_what_makes_no_sense_is_refused(tmp_path: Path, written: str, instead: str, says: str) -> None:
    found = refusal(tmp_path, TICKETS.replace(written, instead))
    assert says in found.found
    assert found.line is not None


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("table: {delimiter: '::'}\n", "'::'"),
        ("table: {encoding: utf-9}\n", "utf-9"),
        ("state: {column: State, working: [New]}\n", "states where rows are tickets"),
        ("claims: {verdict: {column: SLA, met: [ok], missed: [ok]}}\n", "'ok' stands for met and for missed"),
        ("faults: {ragged rows: flag}\n", "the fault 'ragged rows'"),
        ("faults: {unclosed quote: flag}\n", "'flag' for 'unclosed quote'"),
        ("faults: {ragged row: ignore}\n", '"ignore"'),
    ],
)
def test_parts_that_make_no_sense_are_refused(tmp_path: Path, more: str, says: str) -> None:
    found = refusal(tmp_path, TICKETS, more)
    assert says in found.found
    assert found.line == 14


@pytest.mark.parametrize(
    ("written", "instead", "expected"),
    [
        ("zone: Europe/Paris", "zone: Europe/Lutetia", "a time zone's name, such as 'Europe/London' or 'UTC'"),
        (
            "zone: Europe/Paris",
            "zone: Europe/Paris\n      repairs: [{local_time_taken_for_utc: Lutetia}]",
            "a time zone's name, such as 'Europe/London' or 'UTC'",
        ),
        ('["%d/%m/%Y %H:%M"]', '["dd/mm/yyyy"]', "a format of times, such as '%d/%m/%Y %H:%M' or 'iso'"),
        ("zone: Europe/Paris", "columns: {Opened: {formats: [iso], zone: UTC}}", "formats that agree, and a zone"),
        ("ticket: Number", "ticket: Number\n      pattern: '['", "a regular expression"),
        ("priority: Priority", "priority: {column: Priority, always: P1}", "a column, or one value for all"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_would(
    tmp_path: Path, written: str, instead: str, expected: str
) -> None:
    assert refusal(tmp_path, TICKETS.replace(written, instead)).expected.startswith(expected)


@pytest.mark.parametrize(
    ("word", "ours"),
    [
        ("fixed", "resolved"),
        ("Solved", "resolved"),
        ("created", "opened"),
        ("ended", "closed"),
        ("resolvd", "resolved"),
    ],
)
def test_another_word_for_an_event_is_answered_with_ours(tmp_path: Path, word: str, ours: str) -> None:
    found = refusal(tmp_path, TICKETS.replace("resolved: Resolved", f"{word}: Resolved"))
    assert found.found == f"the key '{word}' under 'events' is not known"
    assert found.mend == f"Did you mean '{ours}'?"


def test_an_unknown_key_like_no_other_is_to_be_taken_out_or_changed(tmp_path: Path) -> None:
    found = refusal(tmp_path, TICKETS.replace("resolved: Resolved", "weather: Resolved"))
    assert found.mend == "Take it out, or use one of these keys."


def test_a_state_stands_in_one_list(tmp_path: Path) -> None:
    found = refusal(tmp_path, EVENTS.replace("vendor: [Awaiting Vendor]", "vendor: [New]"))
    assert (found.line, found.found) == (18, "the state 'New' a second time")


def test_a_fault_may_have_the_grades_that_make_sense_for_it(tmp_path: Path) -> None:
    text = textwrap.dedent(TICKETS) + "faults: {ragged row: refuse, event before opening: flag}\n"
    (tmp_path / "mapping.yaml").write_text(text, "utf-8")
    grades = read_mapping(tmp_path / "mapping.yaml").grades
    assert grades == {"ragged row": Grade.REFUSE, "event before opening": Grade.FLAG}


def test_words_keep_the_form_in_which_they_were_written(tmp_path: Path) -> None:
    text = textwrap.dedent(EVENTS).replace("[New, In Progress]", "[-100, 007, true, No]")
    (tmp_path / "mapping.yaml").write_text(text, "utf-8")
    states = read_mapping(tmp_path / "mapping.yaml").states
    assert states is not None
    assert {"-100", "007", "true", "No"} <= set(states.meanings)


def test_a_value_becomes_an_id_in_lower_case_with_hyphens() -> None:
    assert as_id("Missed Trash/Recycling/Yard Waste") == "missed-trash-recycling-yard-waste"
    assert as_id(" Réseau & Wi-Fi ") == "réseau-wi-fi"


def test_no_fault_may_be_graded_in_two_ways_at_once() -> None:
    assert all(len(set(fault.grades)) == len(fault.grades) for fault in FAULTS.values())
