import json
from pathlib import Path

import pytest

from servanda.cli import main
from tests import june


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the options that name the files of the eight tickets."""
    folder = tmp_path_factory.mktemp("june")
    options = zip(("--agreements", "--mapping", "--tickets"), june.write_files(folder), strict=True)
    return [f"{each}" for option in options for each in option] + ["--as-of", june.AS_OF.isoformat()]


def test_a_report_is_printed(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", *files, "--period", "2018-06"]) == 0
    assert (
        "E-mail   any       Working again         5    3       2     1      3 of 5       2\n" in capsys.readouterr().out
    )


def test_a_period_without_a_verdict_is_no_data_and_no_fault(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", *files, "--period", "2030"]) == 0
    assert "No data: no verdict is counted in 2030." in capsys.readouterr().out


def test_csv_and_json_are_written_beside_what_is_printed(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, record = tmp_path / "june.csv", tmp_path / "june.json"
    assert main(["report", *files, "--period", "2018-06", "--csv", f"{table}", "--json", f"{record}"]) == 0
    header, row = table.read_text(encoding="utf-8").splitlines()
    assert header.startswith("period,cohort,service,")
    assert row.startswith(
        "2018-06,decided_in,mail,E-mail,,,,desk,fix,Working again,desk/1,5,3,2,1,,90.0,not kept,1,0,1,"
    )
    assert json.loads(record.read_text(encoding="utf-8"))["total"]["met"] == 3
    assert f"Written to {table}.\nWritten to {record}.\n" in capsys.readouterr().out


def test_json_without_a_file_is_all_that_is_printed(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", *files, "--cohort", "due_in", "--by", "target", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["form"] == "servanda-attainment/1"
    assert (record["cohort"]["id"], record["split_by"], record["period"]) == ("due_in", ["target"], None)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--period", "2018-13"], "'2018-13' is no period. Write 2018-06"),
        (["--period", "2018-06-15..2018-06-01"], "Swap the dates"),
        (["--cohort", "all"], "invalid choice: 'all'"),
        (["--by", "service,colour"], "results are not split by 'colour'; use any of service, customer"),
    ],
)
def test_an_option_that_cannot_be_understood_is_bad_input(
    files: list[str], options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["report", *files, *options])
    assert stop.value.code == 2
    assert said in capsys.readouterr().err


def test_the_tickets_are_never_overwritten_by_their_report(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    tickets = Path(files[files.index("--tickets") + 1])
    before = tickets.read_bytes()
    assert main(["report", *files, "--csv", f"{tickets}"]) == 2
    assert "this file is read here" in capsys.readouterr().err
    assert tickets.read_bytes() == before
