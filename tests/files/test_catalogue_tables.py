"""The catalogue as a table: what is written is read again; what cannot be is named with its row and column."""

import csv
import gzip
import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.engine.catalogue import CatalogueEntry, Component, ComponentKind, Support
from servanda.files import catalogue_tables as tables
from servanda.files.catalogue_tables import COLUMNS, Called, CatalogueTable, RefusedTable, cells
from servanda.files.outputs import table_to
from tests.files.workbook_examples import save, sheet_of

CALLED = Called(
    {"kim": "Kim Roe", "p1": "Pat", "p2": "Pat"},
    {"pupils": "Pupils; all years", "staff": "Staff"},
    {"printing": "Printing", "network": "School network"},
)
PRINTING = CatalogueEntry(
    "Printing",
    '=HYPERLINK("http://x")',
    not_covered="'=kept as it is\nprinters from home; scanners",
    used_by=("pupils",),
    users=900,
    place="-5",
    hours="@8",
    owner="p2",
    rank=2,
    components=(
        Component("print; server", ComponentKind.HARDWARE, critical=True),
        Component("queue (big)", ComponentKind.SOFTWARE),
    ),
    depends_on=("network",),
)
NETWORK = CatalogueEntry("School network", supported=Support.PART, used_by=("staff", "visitors"), owner="kim")


def written(entries: Mapping[str, CatalogueEntry]) -> str:
    """Return the entries as CSV."""
    text = io.StringIO(newline="")
    table_to(text, COLUMNS, (cells(id, entry, CALLED) for id, entry in entries.items()))
    return text.getvalue()


def read(folder: Path, text: str | bytes, kept: Mapping[str, CatalogueEntry] | None = None) -> CatalogueTable:
    """Return what a CSV file says."""
    path = folder / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return tables.read(path, CALLED, kept or {}, id_of=lambda name: name.lower().replace(" ", "-"), beside=("notes",))


def refusals(table: CatalogueTable) -> list[tuple[int, str]]:
    """Return the places of what was refused."""
    return [(each.row, each.column) for each in table.refused]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    entries = {"printing": PRINTING, "network": NETWORK}
    table = read(tmp_path, written(entries))
    assert table.refused == ()
    assert dict(table.entries) == entries
    assert table.rows == {"printing": 2, "network": 3}


def test_no_cell_is_a_formula() -> None:
    [row] = list(csv.reader(io.StringIO(written({"printing": PRINTING}))))[1:]
    assert [each for each in row if each.lstrip()[:1] in "=+@" and each] == []
    assert row[2].startswith("'=HYPERLINK")


@given(st.text(alphabet=st.sampled_from("'=+-@\t a1;(),"), max_size=8))
def test_the_shield_of_any_text_comes_off_again(text: str) -> None:
    assert tables.unshielded(tables.shielded(text)) == text


def test_a_workbook_says_the_same(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(written({"printing": PRINTING, "network": NETWORK}))))
    path = save(sheet_of([[cell or None for cell in row] for row in rows]), tmp_path / "table.xlsx")
    table = tables.read(path, CALLED, {}, id_of=str)
    assert dict(table.entries) == {"printing": PRINTING, "network": NETWORK}


def test_columns_that_are_not_there_leave_what_is_kept(tmp_path: Path) -> None:
    table = read(tmp_path, "service;place;version\nPrinting;every floor;3\n", {"printing": PRINTING})
    assert table.entries["printing"].place == "every floor"
    assert table.entries["printing"].components == PRINTING.components
    assert table.after == {"printing": 3}


def test_a_new_service_needs_its_name_alone_and_may_be_named_by_others(tmp_path: Path) -> None:
    table = read(tmp_path, "service,depends on,used by\nLibrary,e mail; printing,staff\nE mail,,\n")
    assert table.entries == {
        "library": CatalogueEntry("Library", used_by=("staff",), depends_on=("e-mail", "printing")),
        "e-mail": CatalogueEntry("E mail"),
    }


def test_each_cell_that_cannot_be_kept_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    rows = ("a,A,perhaps,,,", "b,B,,many,,", "c,C,,,1000,", "d,D,,,,Pat", "e,,,,,", "f,F,,,,", "f,G,,,,")
    table = read(tmp_path, "\n".join(("id,service,supported,users,rank,owner", *rows, "")))
    assert refusals(table) == [(2, "supported"), (3, "users"), (4, ""), (5, "owner"), (6, "service"), (8, "id")]
    assert list(table.entries) == ["f"]
    told = [f"{each}" for each in table.refused]
    assert told[0] == (
        "row 2, column 'supported': 'perhaps' does not say whether it is supported. "
        "Write supported, supported in part or not supported."
    )
    assert "Write the id: p1 or p2." in told[3]
    assert "'f' stands in row 7 already." in told[5]


def test_a_row_with_too_many_cells_is_refused(tmp_path: Path) -> None:
    assert refusals(read(tmp_path, "service,place\nPrinting,room 1, room 2\n")) == [(2, "")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"", "holds no byte"),
        (b"name,place\nPrinting,here\n", "the column 'name' is not known"),
        (b"place\nhere\n", "no column 'service'"),
        (b"service,place,place\nPrinting,here,there\n", "stands there twice"),
        ("service,place\nPrinting,Büro\n".encode("cp1252"), "which is not UTF-8"),
        (gzip.compress(b"service\nPrinting\n"), "is compressed"),
        (b'service\n"Printing\n', "a quote that does not end"),
        (b"service\n" + b"Printing\n" * 5_001, "more than 5,000 rows"),
        (b"service\n" + b"x" * tables.LARGEST, "bytes"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_whole(tmp_path: Path, text: bytes, found: str) -> None:
    with pytest.raises(RefusedTable, match=found):
        read(tmp_path, text)


def test_columns_beside_are_not_read(tmp_path: Path) -> None:
    assert read(tmp_path, "service,notes\nPrinting,whatever\n").entries == {"printing": CatalogueEntry("Printing")}
