import os
from pathlib import Path

import pytest

from servanda.bad_input import BadInput
from servanda.files.outputs import check_outputs, placed, table_to, write_rows, written


def interrupted(path: Path) -> None:
    with written(path) as file:
        file.write("half a ro")
        raise KeyboardInterrupt


def test_a_file_appears_whole_when_its_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.csv"
    with written(path) as file:
        file.write("ticket\nINC1\n")
        assert not path.exists()
    assert path.read_text(encoding="utf-8") == "ticket\nINC1\n"
    assert os.listdir(tmp_path) == ["verdicts.csv"]


def test_a_failure_half_way_leaves_the_old_file_and_no_trace_of_the_new(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.csv"
    path.write_text("of last month\n", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        interrupted(path)
    assert path.read_text(encoding="utf-8") == "of last month\n"
    assert os.listdir(tmp_path) == ["verdicts.csv"]


def test_a_new_file_may_be_read_by_whom_any_new_file_may_be_read(tmp_path: Path) -> None:
    plain, path = tmp_path / "plain", tmp_path / "verdicts.csv"
    plain.touch()
    with written(path) as file:
        file.write("ticket\n")
    assert path.stat().st_mode == plain.stat().st_mode


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "verdicts.csv", tmp_path / "latest.csv"
    path.touch()
    link.symlink_to(path)
    with written(link) as file:
        file.write("ticket\n")
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == "ticket\n"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="this is a folder"), written(tmp_path):
        pass


def test_a_device_is_refused_and_not_replaced() -> None:
    with pytest.raises(BadInput, match="this is no ordinary file"), written(Path(os.devnull)):
        pass


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no folder"), written(tmp_path / "june" / "verdicts.csv"):
        pass
    assert not (tmp_path / "june").exists()


def test_a_place_inside_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "june"
    file.touch()
    with pytest.raises(BadInput, match="nothing can be written here"), written(file / "verdicts.csv"):
        pass


def test_a_table_shows_formulas_as_text_and_nothing_as_an_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.csv"
    write_rows(path, ("ticket", "left"), [("=1+1", -5), ("a, b", None)])
    assert path.read_bytes() == b'ticket,left\n\'=1+1,-5\n"a, b",\n'


def test_a_table_that_is_part_of_a_larger_write_is_the_same_table(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.csv"
    with written(path) as file:
        table_to(file, ("ticket", "left"), [("@T1", 5)])
    assert path.read_bytes() == b"ticket,left\n'@T1,5\n"


@pytest.mark.parametrize(
    ("outputs", "found"),
    [
        (["log.csv"], "this file is read here, or written twice"),
        (["june.csv", "../june/june.csv"], "this file is read here, or written twice"),
        (["."], "this is a folder"),
        (["july/july.csv"], "there is no folder"),
    ],
)
def test_outputs_that_cannot_be_are_refused_before_the_work_is_done(
    tmp_path: Path, outputs: list[str], found: str
) -> None:
    folder = tmp_path / "june"
    folder.mkdir()
    with pytest.raises(BadInput, match=found):
        check_outputs([folder / each for each in outputs], [folder / "log.csv"])


def test_outputs_with_a_place_of_their_own_are_let_through_and_not_yet_made(tmp_path: Path) -> None:
    check_outputs([tmp_path / "june.csv", tmp_path / "june.json"], [tmp_path / "log.csv"])
    assert os.listdir(tmp_path) == []


def test_a_file_that_another_library_writes_is_put_in_its_place_whole(tmp_path: Path) -> None:
    path = tmp_path / "copy.sqlite3"
    with placed(path) as beside:
        beside.write_bytes(b"all of it")
        assert not path.exists()
    assert path.read_bytes() == b"all of it"
    assert os.listdir(tmp_path) == ["copy.sqlite3"]
