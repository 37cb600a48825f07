from datetime import date
from pathlib import Path

import pytest

from servanda.bad_input import BadInput
from servanda.files.holiday_lists import read_holidays

SAMPLE = Path(__file__).parents[2] / "sample" / "boston311" / "us-federal-holidays.csv"


def written(folder: Path, text: str) -> Path:
    path = folder / "holidays.csv"
    path.write_bytes(text.encode("utf-8"))
    return path


def test_a_list_is_read_in_the_order_of_its_dates(tmp_path: Path) -> None:
    path = written(tmp_path, 'name,date\n"Day of X, the saint",2026-05-25\nMay Day, 2026-05-01 \n')
    assert read_holidays(path) == {date(2026, 5, 1): "May Day", date(2026, 5, 25): "Day of X, the saint"}
    assert list(read_holidays(path)) == [date(2026, 5, 1), date(2026, 5, 25)]


def test_a_mark_before_the_first_column_does_no_harm(tmp_path: Path) -> None:
    assert read_holidays(written(tmp_path, "\ufeffdate,name\r\n2026-05-01,May Day\r\n")) == {
        date(2026, 5, 1): "May Day"
    }


@pytest.mark.parametrize(
    ("text", "found", "line"),
    [
        ("", "no column 'date' in the first row", 1),
        ("day,name\n2026-05-01,May Day\n", "no column 'date' in the first row", 1),
        ("date,name\n", "no holiday in the list", None),
        ("date,name\n01/05/2026,May Day\n", "'01/05/2026' is no date", 2),
        ("date,name\n2026-02-30,Nothing\n", "'2026-02-30' is no date", 2),
        ("date,name\n2026-05-01,May Day\n2026-05-01,Labour Day\n", "2026-05-01 stands here for the second time", 3),
    ],
)
def test_what_is_no_list_of_holidays_is_refused_with_its_place(
    tmp_path: Path, text: str, found: str, line: int | None
) -> None:
    with pytest.raises(BadInput) as refusal:
        read_holidays(written(tmp_path, text))
    assert (refusal.value.found, refusal.value.line) == (found, line)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "holidays.csv"
    path.write_bytes(b"date,name\n\xff\xfe\x00\n")
    with pytest.raises(BadInput):
        read_holidays(path)


def test_the_federal_holidays_of_the_sample_are_ten_a_year_all_on_weekdays() -> None:
    holidays = read_holidays(SAMPLE)
    assert [sum(on.year == year for on in holidays) for year in range(2013, 2020)] == [10] * 7
    assert all(on.weekday() < 5 for on in holidays)
    observed = [f"{on}" for on, name in holidays.items() if name.endswith("(observed)")]
    assert observed == ["2015-07-03", "2016-12-26", "2017-01-02", "2017-11-10", "2018-11-12"]
