import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from servanda.cli import main

AGREEMENTS = """\
format: servanda/1
organisation: {id: school, name: School, zone: Europe/London}
services:
  - {id: printing, name: Printing}
calendars:
  - {id: office, name: Office hours, hours: {mon-fri: ["08:00-17:00"]}}
agreements:
  - id: desk
    name: Desk
    kind: SLA
    versions:
      - number: 1
        from: 2026-01-01
        calendar: office
        targets:
          - {id: fix, kind: resolution, stop: closed, services: [printing], limit: 1 working day}
"""

MAPPING = """\
format: servanda-mapping/1
id: small
name: Small log
source: sheet
times: {formats: [iso], zone: Europe/London}
rows: {are: tickets, ticket: number}
events: {opened: opened, closed: closed}
classes:
  service: {column: service, as: id}
claims:
  due: due
  verdict: {column: kept, met: ["yes"], missed: ["no"]}
"""

# 2026-01-05 is a Monday. T1 agrees. T2 is due two days later than ours, and so kept at the source. T3 is of a
# service that nobody promised anything for, has no due time and counts as kept. T4 is still open.
TICKETS = """\
number,opened,closed,service,due,kept
T1,2026-01-05T10:00:00,2026-01-06T09:00:00,printing,2026-01-06T10:00:30,yes
T2,2026-01-05T11:00:00,2026-01-07T09:00:00,printing,2026-01-08T11:00:00,yes
T3,2026-01-05T12:00:00,,heating,,yes
T4,2026-01-05T13:00:00,,printing,2026-01-06T13:00:00,no
"""
SAMPLES = Path(__file__).parents[2] / "sample"


def log(folder: Path, *, tickets: str = TICKETS, mapping: str = MAPPING) -> list[str]:
    """Write the three files and return the options that name them."""
    for name, text in (("agreements.yaml", AGREEMENTS), ("mapping.yaml", mapping), ("tickets.csv", tickets)):
        (folder / name).write_text(text, encoding="utf-8")
    files = {"agreements": "agreements.yaml", "mapping": "mapping.yaml", "tickets": "tickets.csv"}
    return [part for option, name in files.items() for part in (f"--{option}", f"{folder / name}")]


def reconciled(folder: Path, capsys: pytest.CaptureFixture[str], *more: str, **files: str) -> tuple[int, str]:
    code = main(["reconcile", *log(folder, **files), "--as-of", "2026-01-12T12:00:00+00:00", *more])
    return code, capsys.readouterr().out


def test_the_sentences_that_matter_come_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = reconciled(tmp_path, capsys)
    told = [line for line in " ".join(out.split("\n\n")[1].split()).split("- ") if line]
    assert code == 1
    assert told == [
        "Due times: 2 of 3 are those of the source within 2 min, 1 of them to the second. "
        "Verdicts: 2 of 3 are those of the source; 1 differs. ",
        "The source's published rate is 3 of 4; of the tickets with a due time it is 2 of 3. "
        "We find 1 of 3. "
        "The gap: 1 ticket has a verdict but no due time, and all count as met, 1 of them though never stopped. ",
        "The source's verdict follows from its own due time on 2 of 2 tickets closed, "
        "and on 1 of 1 still open past it.",
    ]


def test_a_difference_is_proven_with_its_ticket(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = reconciled(tmp_path, capsys)
    assert "1 × the limit was 3 working days instead of 1 working day" in out
    row = next(line.split() for line in out.splitlines() if line.split()[:1] == ["T2"])
    assert row[1:] == [
        *("2026-01-05", "11:00", "2026-01-06", "11:00", "2026-01-08", "11:00", "2026-01-07", "09:00"),
        *("missed", "met"),
    ]


def test_what_no_target_covers_is_counted_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = reconciled(tmp_path, capsys)
    assert "1 ticket with a claim: not covered" in out


def test_the_proofs_can_be_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = reconciled(tmp_path, capsys, "--examples", "0")
    assert not any(line.split()[:1] == ["T2"] for line in out.splitlines())


def test_every_difference_is_written_as_a_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "differences.csv"
    reconciled(tmp_path, capsys, "--csv", f"{out}")
    with out.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row == {
        "ticket": "T2",
        "service": "printing",
        "priority": "",
        "agreement_version": "desk/1",
        "target": "fix",
        "opened_at": "2026-01-05T11:00:00+00:00",
        "stopped_at": "2026-01-07T09:00:00+00:00",
        "our_due_at": "2026-01-06T11:00:00+00:00",
        "claimed_due_at": "2026-01-08T11:00:00+00:00",
        "seconds_later": "172800",
        "our_verdict": "missed",
        "claimed_verdict": "met",
        "cause": "whole days off: another limit or date",
        "explanation": "the limit was 3 working days instead of 1 working day",
        "due_at_if_so": "2026-01-08T11:00:00+00:00",
    }


def test_a_tolerance_of_seconds_makes_a_difference_of_half_a_minute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out = reconciled(tmp_path, capsys, "--tolerance", "29s", "--json")
    assert json.loads(out)["due_times"] == {
        "compared": 3,
        "same": 1,
        "different": 2,
        "share": "33.33 %",
        "to_the_second": 1,
    }


def test_json_goes_to_a_file_beside_the_report_or_alone_in_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "found.json"
    _, beside = reconciled(tmp_path, capsys, "--json", f"{file}")
    _, alone = reconciled(tmp_path, capsys, "--json")
    assert beside.startswith("Small log: our readings beside the source's own claims\n")
    assert json.loads(alone) == json.loads(file.read_text(encoding="utf-8"))


def test_a_source_that_agrees_in_all_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = TICKETS.splitlines()
    code, out = reconciled(tmp_path, capsys, tickets="\n".join((rows[0], rows[1], "")))
    assert code == 0
    assert "Differences by likely cause: 0 tickets" in out


def test_the_holidays_that_the_source_ignored_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    holidays = tmp_path / "holidays.csv"
    holidays.write_text("date,name\n2026-01-06,Epiphany\n2026-01-08,Founder's Day\n2026-01-30,Speech Day\n")
    _, out = reconciled(tmp_path, capsys, "--holidays", f"{holidays}")
    text = " ".join(out.split())
    assert "On 2026-01-06 the source's clock ignored Epiphany (0 rows for, 2 against)." in text
    assert "No row tells whether 2 listed holidays were observed: 2026-01-08, 2026-01-30." in text


def test_a_mapping_that_names_no_claims_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    without = MAPPING.partition("claims:")[0]
    assert main(["reconcile", *log(tmp_path, mapping=without)]) == 2
    assert "the mapping names no due time and no verdict" in capsys.readouterr().err


def test_a_list_that_is_none_is_refused_before_anything_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    holidays = tmp_path / "holidays.csv"
    holidays.write_text("day\n2026-01-06\n")
    assert main(["reconcile", *log(tmp_path), "--holidays", f"{holidays}"]) == 2
    assert "no column 'date'" in capsys.readouterr().err


@pytest.mark.parametrize("option", [("--tolerance", "soon"), ("--examples", "-1"), ("--kind", "speed")])
def test_an_option_that_means_nothing_ends_with_2(tmp_path: Path, option: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["reconcile", *log(tmp_path), *option])
    assert ended.value.code == 2


# --- The two real logs -----------------------------------------------------------------------------------------


@cache
def boston(folder: Path) -> dict[str, Any]:
    """Reconcile the city's requests, given only the federal holidays."""
    city, out = SAMPLES / "boston311", folder / "boston.json"
    files = {"agreements": "agreements.yaml", "mapping": "mapping.yaml", "tickets": "boston311_2013_2018.csv.gz"}
    options = [part for option, name in files.items() for part in (f"--{option}", f"{city / name}")]
    holidays = ["--holidays", f"{city / 'us-federal-holidays.csv'}"]
    assert main(["reconcile", *options, *holidays, "--json", f"{out}", "--examples", "1"]) == 1
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return boston(tmp_path_factory.mktemp("boston"))


@pytest.mark.slow
def test_the_citys_verdict_follows_from_its_own_due_time_without_exception(city: dict[str, Any]) -> None:
    own = city["own_verdict"]
    assert (own["stop"], own["stopped"]["same"], own["stopped"]["compared"]) == ("closed", 21_238, 21_238)
    assert (own["open_past_due"]["same"], own["open_past_due"]["compared"], own["no_verdict"]) == (2_498, 2_498, 1)


@pytest.mark.slow
def test_the_rate_the_city_publishes_stands_beside_that_of_its_verdicts(city: dict[str, Any]) -> None:
    assert "published rate is 91.0 % (35,787 of 39,330)" in city["sentences"][1]
    assert "it is 85.1 % (20,193 of 23,737)" in city["sentences"][1]
    assert (city["published"]["without_due"], city["published"]["met_without_due"]) == (15_594, 15_594)


@pytest.mark.slow
def test_nearly_every_due_time_of_the_city_is_ours(city: dict[str, Any]) -> None:
    (days,) = (part["due_times"] for part in city["parts"] if part["name"] == "working days")
    assert (days["same"], days["compared"]) == (18_361, 18_403)
    assert city["not_compared"] == {"not covered": 15_666}


@pytest.mark.slow
def test_the_years_that_the_city_ran_without_holidays_are_found(city: dict[str, Any]) -> None:
    (fit,) = city["holidays"]
    assert fit["years"] == [
        "2013 was run without holidays: the source's clock observed none of the 10 listed (0 rows for, 158 against).",
        "2018 was run without holidays until Christmas Day on 2018-12-25: "
        "the source's clock observed none of the 9 listed before it (0 rows for, 321 against).",
    ]
    spans = [(each["first"], each["last"], each["observed"]) for each in fit["periods"]]
    assert spans == [
        ("2013-01-01", "2013-12-25", False),
        ("2014-01-01", "2015-05-25", True),
        ("2015-07-03", "2015-07-03", False),
        ("2015-09-07", "2017-12-25", True),
        ("2018-01-01", "2018-11-22", False),
        ("2018-12-25", "2019-01-01", True),
    ]


@pytest.mark.slow
def test_the_days_that_the_city_kept_beyond_the_list_are_found(city: dict[str, Any]) -> None:
    # Patriots' Day of Massachusetts, the third Monday in April.
    (fit,) = city["holidays"]
    assert [each["date"] for each in fit["unlisted"]] == ["2014-04-21", "2015-04-20", "2016-04-18", "2017-04-17"]
    assert fit["come_out"] == {
        "without_holidays": 17_206,
        "with_all_listed": 17_742,
        "as_found": 18_242,
        "with_unlisted": 18_361,
    }
