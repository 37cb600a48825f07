"""The service catalogue as a file: what is written is read again, and each fault has its line and its mend."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servanda.bad_input import BadInput
from servanda.engine.catalogue import CatalogueEntry, Component, ComponentKind, Support
from servanda.files import catalogue
from servanda.files.catalogue import RefusedCatalogue
from tests.architecture.sources import ROOT

WHOLE = """\
format: servanda-catalogue/1
organisation: hill
services:
- id: printing
  name: Printing
  supported: part
  used_by: [pupils, staff]
  rank: 2
  components:
  - {name: print server, kind: hardware, critical: true}
- id: internet
  name: Internet
"""

LINES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30).filter(str.strip)
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t"), max_size=60)
COMPONENTS = st.builds(Component, LINES, st.sampled_from(ComponentKind), st.booleans())
ENTRIES = st.builds(
    CatalogueEntry,
    name=LINES,
    description=TEXTS,
    supported=st.sampled_from(Support),
    not_covered=TEXTS,
    used_by=st.lists(LINES, max_size=3, unique=True).map(tuple),
    users=st.none() | st.integers(0, 100_000_000),
    place=TEXTS,
    hours=TEXTS,
    owner=st.sampled_from(["", "kim", "no", "0123"]),
    rank=st.none() | st.integers(1, 999),
    components=st.lists(COMPONENTS, max_size=3, unique_by=lambda each: each.name).map(tuple),
    depends_on=st.lists(LINES, max_size=3, unique=True).map(tuple),
    withdrawn=st.booleans(),
)


def read(folder: Path, text: str) -> catalogue.CatalogueFile:
    """Return what a file with a text says."""
    path = folder / "catalogue.yaml"
    path.write_text(text, encoding="utf-8")
    return catalogue.load(path)


@settings(max_examples=50, deadline=None)
@given(entries=st.dictionaries(LINES, ENTRIES, max_size=3))
def test_what_is_written_is_read_again(
    entries: dict[str, CatalogueEntry], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = catalogue.written("hill", entries)
    found = read(tmp_path_factory.mktemp("catalogue"), text)
    assert (found.organisation, dict(found.entries)) == ("hill", entries)
    assert catalogue.written("hill", found.entries) == text


def test_a_file_says_what_it_says(tmp_path: Path) -> None:
    server = Component("print server", ComponentKind.HARDWARE, critical=True)
    assert dict(read(tmp_path, WHOLE).entries) == {
        "printing": CatalogueEntry(
            "Printing", supported=Support.PART, used_by=("pupils", "staff"), rank=2, components=(server,)
        ),
        "internet": CatalogueEntry("Internet"),
    }


@pytest.mark.parametrize(
    ("this", "that", "line", "reason"),
    [
        ("servanda-catalogue/1", "servanda/1", 1, "servanda/1"),
        ("organisation: hill\n", "", 1, "organisation"),
        ("supported: part", "supported: yes", 6, "yes"),
        ("rank: 2", "rank: 0", 8, "0"),
        ("rank: 2", "rank: first", 8, "first"),
        ("rank: 2", "ranks: 2", 8, "ranks"),
        ("kind: hardware", "kind: thing", 10, "thing"),
        ("[pupils, staff]", "[pupils, pupils]", 4, "'pupils' is named twice"),
        ("id: internet", "id: printing", 11, "'printing' is listed twice"),
        ("name: Internet", "name: ''", 12, "name"),
        ("  name: Internet\n", "", 11, "name"),
        ("  rank: 2\n", "  rank: 2\n  rank: 3\n", 9, "given twice"),
    ],
)
def test_each_fault_has_its_line(tmp_path: Path, this: str, that: str, line: int, reason: str) -> None:
    assert this in WHOLE
    with pytest.raises(RefusedCatalogue) as refused:
        read(tmp_path, WHOLE.replace(this, that))
    told = [(each.line, each.reason) for each in refused.value.findings]
    assert any(at == line and reason in said for at, said in told), told


@pytest.mark.parametrize("text", ["", "- a\n", "a: [", "\0", "just words", "format: &a [*a]"])
def test_what_is_no_catalogue_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput):
        read(tmp_path, text)


def test_the_published_schema_is_the_one_that_is_checked() -> None:
    published = ROOT / "docs" / "reference" / "catalogue.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == catalogue.schema()
