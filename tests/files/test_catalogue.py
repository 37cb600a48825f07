"""The service catalogue as a file: what is written is read again, and each fault has its line and its mend."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servanda.engine.catalogue import CatalogueEntry, Component, ComponentKind, Support
from servanda.files import yaml_text
from servanda.files.catalogue import CATALOGUE
from tests.files.listings import check_fault, read
from tests.files.schema_keys import Figure, Seen

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
    first_contact=TEXTS,
    process=TEXTS,
    supplied_by=TEXTS,
    supported_by=TEXTS,
    owner=st.sampled_from(["", "kim", "no", "0123"]),
    rank=st.none() | st.integers(1, 999),
    components=st.lists(COMPONENTS, max_size=3, unique_by=lambda each: each.name).map(tuple),
    depends_on=st.lists(LINES, max_size=3, unique=True).map(tuple),
    withdrawn=st.booleans(),
)


CATALOGUES = st.dictionaries(LINES, ENTRIES, max_size=3)


@settings(max_examples=50, deadline=None)
@given(entries=CATALOGUES)
def test_what_is_written_is_read_again(
    entries: dict[str, CatalogueEntry], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_read_again(entries, tmp_path_factory.mktemp("catalogue"))


@pytest.mark.slow
def test_every_key_comes_back(tmp_path: Path, figure: Figure) -> None:
    seen = Seen(CATALOGUE.schema())

    @settings(max_examples=500, deadline=None)
    @given(entries=CATALOGUES)
    def law(entries: dict[str, CatalogueEntry]) -> None:
        seen.add(yaml_text.plain(yaml_text.parse(check_read_again(entries, tmp_path), tmp_path)))

    law()
    seen.check("catalogues", figure)


def check_read_again(entries: dict[str, CatalogueEntry], folder: Path) -> str:
    """Check that what is written of entries is read again, and return what was written."""
    text = CATALOGUE.written("hill", entries)
    found = read(CATALOGUE, folder, text)
    assert (found.organisation, dict(found.listed)) == ("hill", entries)
    assert CATALOGUE.written("hill", found.listed) == text
    return text


def test_a_file_says_what_it_says(tmp_path: Path) -> None:
    server = Component("print server", ComponentKind.HARDWARE, critical=True)
    assert dict(read(CATALOGUE, tmp_path, WHOLE).listed) == {
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
    check_fault(CATALOGUE, tmp_path, WHOLE.replace(this, that), line, reason)
