"""That a key which no content has is found to be missing, however deep it lies."""

from typing import Any

import pytest

from servanda.files import agreements, yaml_text
from tests.files.agreement_examples import SCHOOL
from tests.files.schema_keys import Seen, given, known

SCHEMA: dict[str, Any] = {
    "properties": {
        "name": {},
        "hours": {"additionalProperties": {"items": {"$ref": "#/$defs/shift"}}},
    },
    "$defs": {"shift": {"properties": {"from": {}, "until": {}}}},
}
PATHS = ["hours", "hours.*", "hours.*[].from", "hours.*[].until", "name"]


def test_every_key_is_known_by_its_path() -> None:
    assert sorted(known(SCHEMA)) == PATHS


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        ({}, PATHS),
        ({"name": "x", "other": 1, "hours": {}}, PATHS[1:4]),
        ({"name": "x", "hours": {"mon": []}}, PATHS[2:4]),
        ({"name": "x", "hours": {"mon": [{"from": 8}], "tue": [{"from": 9}]}}, PATHS[3:4]),
        ({"name": "x", "hours": {"mon": [{"from": 8}, {"until": None}]}}, []),
    ],
)
def test_what_a_content_lacks_is_named(content: dict[str, Any], missing: list[str]) -> None:
    assert sorted(set(known(SCHEMA)) - set(given(content, SCHEMA))) == missing


def test_the_run_fails_for_a_key_that_never_came() -> None:
    seen, figures = Seen(SCHEMA), []
    seen.add({"name": "x", "hours": {"mon": [{"from": 8}]}})
    with pytest.raises(AssertionError, match="until"):
        seen.check("things", lambda name, value: figures.append((name, value)))
    assert figures == [("keys of the schema in 1 generated things", "4 of 5")]


def test_the_school_of_the_samples_has_every_key_of_agreements() -> None:
    schema = agreements.schema()
    assert set(given(yaml_text.plain(yaml_text.read(SCHOOL)), schema)) == set(known(schema))
