"""The published schema and the loader are one: every key of one is read by the other."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from servanda.files import agreements, yaml_text
from servanda.files.agreement_draft import RefusedAgreements
from servanda.files.findings import Findings
from servanda.files.yaml_text import Listing, Node, Table
from tests.files.agreement_examples import FILE, ROOT, SAMPLES, SCHOOL

SCHEMA = agreements.schema()
SOURCE = ROOT / "src" / "servanda" / "files" / "agreements.schema.json"
PUBLISHED = ROOT / "docs" / "reference" / "agreements.schema.json"

Place = tuple[str, str]


def resolved(part: Any) -> Any:
    """Return a part of the schema, or what it refers to."""
    name = part.get("$ref", "").rpartition("/")[2]
    return SCHEMA["$defs"][name] if name else part


def keys(part: Any, name: str = "file") -> Iterator[Place]:
    """Yield every key that the schema knows, with the name of the table it stands in."""
    part = resolved(part)
    for key, below in part.get("properties", {}).items():
        yield name, key
        yield from keys(below, key)
    if "items" in part:
        yield from keys(part["items"], name)


def entries(node: Node, name: str = "file") -> Iterator[tuple[Place, Table]]:
    """Yield every key of a file that the schema names, with its place and the table that holds it."""
    if isinstance(node, Table):
        for key, below in node.entries.items():
            yield (name, key), node
            yield from entries(below, key)
    for item in node.items if isinstance(node, Listing) else ():
        yield from entries(item, name)


def without(node: Node, table: Table, key: str) -> Node:
    """Return the tree without one key of one of its tables."""
    if isinstance(node, Listing):
        return Listing(node.line, tuple(without(item, table, key) for item in node.items))
    if isinstance(node, Table):
        kept = {name: below for name, below in node.entries.items() if node is not table or name != key}
        return Table(node.line, {name: without(below, table, key) for name, below in kept.items()}, node.key_lines)
    return node


def content(root: Node) -> Any:
    """Return the book in a tree, or the places of its errors."""
    read = agreements.draft(root, Findings(FILE))
    try:
        return read.book()
    except RefusedAgreements as refused:
        return [(each.rule, each.reason) for each in refused.findings]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_published_schema_is_the_one_the_loader_uses() -> None:
    assert PUBLISHED.read_text("utf-8") == SOURCE.read_text("utf-8")


def test_every_part_of_the_schema_says_what_is_expected() -> None:
    parts = [part for part in _parts(SCHEMA) if "type" in part or "enum" in part or "const" in part]
    assert len(parts) > 90
    assert [part for part in parts if not part.get("description")] == []


def _parts(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for below in part.values():
            yield from _parts(below)
    for below in part if isinstance(part, list) else ():
        yield from _parts(below)


def test_every_table_of_the_schema_refuses_keys_it_does_not_know() -> None:
    tables = [part for part in _parts(SCHEMA) if part.get("type") == "object"]
    assert [part for part in tables if part.get("additionalProperties", True) is True] == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.parent.name)
def test_a_sample_fits_the_schema_also_for_other_readers(sample: Any) -> None:
    assert list(Draft202012Validator(SCHEMA).iter_errors(yaml_text.plain(yaml_text.read(sample)))) == []


def test_the_school_shows_every_key_of_the_schema() -> None:
    shown = {place for place, _ in entries(yaml_text.read(SCHOOL))}
    assert sorted(set(keys(SCHEMA)) - shown) == []


def test_every_key_of_the_schema_is_read_by_the_loader() -> None:
    """Taking a key out changes the book, or is an error, at least at one place where the school has it."""
    root = yaml_text.read(SCHOOL)
    book = content(root)
    known = set(keys(SCHEMA))
    unread = set(known)
    for place, table in entries(root):
        if place in unread and content(without(root, table, place[1])) != book:
            unread.discard(place)
    assert sorted(unread) == []


def test_the_schema_is_written_as_its_own_content_would_be() -> None:
    assert json.loads(SOURCE.read_text("utf-8")) == SCHEMA
