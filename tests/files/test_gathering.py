"""Tests of gathering rows by ticket: the same groups, whether or not they had to be put aside."""

import errno
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.files.gathering import gathered
from servanda.files.ticket_tables import Row

texts = st.text(st.characters(exclude_characters="\0"), max_size=5)


def row(number: int, ticket: str, *cells: str) -> Row:
    return Row(number, number + 1, ticket, (ticket, *cells), hash((number, cells)))


@given(st.lists(st.tuples(texts.filter(bool), texts, texts), max_size=30), st.sampled_from((0, 1_000, 5_000)))
def test_rows_that_are_put_aside_come_back_as_they_were(cells: list[tuple[str, str, str]], held: int) -> None:
    rows = [row(number, *each) for number, each in enumerate(cells, 2)]
    assert list(gathered(rows, held)) == list(gathered(rows))


def test_tickets_come_in_the_order_in_which_they_first_occur() -> None:
    rows = [row(2, "B"), row(3, "A"), row(4, "B"), row(5, "C"), row(6, "A")]
    expected = [("B", [2, 4]), ("A", [3, 6]), ("C", [5])]
    for held in (0, 10**9):
        assert [(number, [each.number for each in group]) for number, group in gathered(rows, held)] == expected


FULL = """
import resource
from servanda.bad_input import BadInput
from servanda.files.gathering import gathered
from servanda.files.ticket_tables import Row
resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))
try:
    list(gathered((Row(n, n, "A", ("A", "x" * 100), n) for n in range(1_000)), held=0))
except BadInput as refusal:
    print(refusal)
"""


def test_a_full_folder_for_temporary_files_is_told_as_such() -> None:
    done = subprocess.run([sys.executable, "-c", FULL], capture_output=True, check=True, text=True, timeout=60)
    assert done.stdout.startswith("no room to put rows aside in the folder for temporary files (File too large)")
    assert "TMPDIR" in done.stdout
    assert done.stderr == ""


def test_another_fault_of_the_machine_is_not_called_a_lack_of_room() -> None:
    def broken() -> Iterator[Row]:
        yield row(2, "A")
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        list(gathered(broken(), held=0))


PEAK = """
import sys
from pathlib import Path
from tests.peak_memory import peak_memory
from servanda.files.mappings import read_mapping
from servanda.files.tickets import TicketStream
count = sum(1 for _ in TicketStream(read_mapping(Path(sys.argv[1])), Path(sys.argv[2])))
peak = peak_memory()
print(count, peak)
"""


@pytest.mark.full
def test_event_rows_apart_need_no_more_memory_than_is_held(tmp_path: Path) -> None:
    # 100 MB, each ticket's five rows far apart.
    mapping, table = tmp_path / "mapping.yaml", tmp_path / "log.csv"
    mapping.write_text(APART, "utf-8")
    with table.open("w", encoding="utf-8") as file:
        file.write("number,at,state,note,team\n")
        for turn, state in enumerate(("New", "Active", "New", "Active", "Done")):
            for number in range(200_000):
                at = f"{1 + turn}/1/2016 {number % 24:02}:{number % 60:02}"
                file.write(f"INC{number:07},{at},{state},{'n' * 60},T{number % 9}\n")
    done = subprocess.run(
        [sys.executable, "-c", PEAK, mapping, table], capture_output=True, check=True, text=True, timeout=600
    )
    count, peak = map(int, done.stdout.split())
    assert count == 200_000
    assert peak < 300_000_000


APART = """
format: servanda-mapping/1
id: apart
times: {formats: ["%d/%m/%Y %H:%M"], zone: UTC}
rows: {are: events, ticket: number, happened_at: at}
state: {column: state, working: [New, Active], closed: [Done]}
classes: {component: note}
assignment: {team: team}
"""
