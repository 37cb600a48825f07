"""One source of figures, shown in three ways; the counts are those of `tests/june.py`, made by hand."""

from fractions import Fraction
from pathlib import Path

import pytest

from servanda.engine.events import Ticket
from servanda.engine.logs import Judged, JudgedTicket, judged_in_memory
from servanda.engine.periods import Period
from servanda.engine.results import Cohort, Result, Standing
from servanda.reports.attainment import as_csv, as_json, as_text, figures
from servanda.reports.attainment.figures import Figures
from servanda.services import logs
from tests import june
from tests.architecture.sources import ROOT

JUNE = Period.read("2018-06")
PRINTING = """\
  - id: print-desk
    name: Printing
    kind: SLA
    versions:
      - number: 1
        from: 2018-01-01
        until: 2018-06-15
        calendar: always
        services: [print]
        targets:
          - {id: fix, kind: resolution, limit: 4 hours, share: 99.95 %, maturity: proposed}
      - number: 2
        from: 2018-06-16
        calendar: always
        services: [print]
        targets:
          - {id: fix, kind: resolution, limit: 4 hours, share: 50 %}
"""
# Two prints under the first version, one met; one under the second, met; and a telephone, which nothing covers.
MORE_TICKETS = (
    "P1,2018-06-04 09:00,2018-06-04 10:00,,print",
    "P2,2018-06-05 09:00,2018-06-05 14:00,,print",
    "P3,2018-06-20 09:00,2018-06-20 10:00,,print",
    "C1,2018-06-20 09:00,2018-06-20 10:00,,telephone",
)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Return the eight tickets, judged from their files."""
    return judged_in_memory(logs.read(*june.write_files(tmp_path_factory.mktemp("june")), as_of=june.AS_OF))


@pytest.fixture(scope="module")
def with_printing(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Return the eight tickets and four more, under two agreements."""
    paths = june.write_files(tmp_path_factory.mktemp("printing"), PRINTING, MORE_TICKETS)
    return judged_in_memory(logs.read(*paths, as_of=june.AS_OF))


def shown(found: Figures, width: int | None = None) -> str:
    """Return the report as text."""
    return "\n".join(as_text.lines(found, width))


def records(found: Figures) -> list[dict[str, str]]:
    """Return the rows of the CSV by their column."""
    return [
        {column: "" if cell is None else f"{cell}" for column, cell in zip(as_csv.COLUMNS, row, strict=True)}
        for row in as_csv.rows(found)
    ]


def test_the_eight_tickets_on_a_screen(judged: Judged) -> None:
    assert (
        shown(figures.of(judged, period=JUNE))
        == """\
Attainment, June 2018: Hill School
Agreement desk/1, as of Sun 1 Jul 2018 00:00; the period runs from midnight to midnight in
  Europe/London.
Cohort decided_in: counts each verdict in the period in which it fell, at the earlier of its stop
  and its breach; a ticket still open past its due instant counts as missed.

service  priority  target         verdicts  met  missed  open  attainment  beside
E-mail   any       Working again         5    3       2     1      3 of 5       2
total                                    5    3       2     1      3 of 5       2

Attainment is met / verdicts, rounded down; of fewer than 10 verdicts, counts only.
Open: of the missed, how many are still open.
Beside: not counted, for the reasons below.
Working again (desk/1): 90 % agreed, 3 of 5: not kept.

Where everything went, each ticket once for each kind of target:
  5  counted: 3 met, 2 missed
  1  running: no verdict yet, opened in the period
  1  cancelled before a verdict fell, opened in the period
  1  in other periods
  8  in all, from 8 tickets in 8 rows"""
    )


def test_the_method_page_shows_the_report_that_is_printed(judged: Judged) -> None:
    page = (ROOT / "docs" / "method" / "attainment.md").read_text(encoding="utf-8")
    assert f"```\n{shown(figures.of(judged, period=JUNE))}\n```" in page


@pytest.mark.parametrize("cohort", Cohort)
def test_the_method_page_counts_what_each_cohort_counts(judged: Judged, cohort: Cohort) -> None:
    page = (ROOT / "docs" / "method" / "attainment.md").read_text(encoding="utf-8")
    [row] = [line for line in page.splitlines() if line.startswith(f"| `{cohort.value}` | T")]
    met, missed, attainment, beside = row.strip("| ").split(" | ")[1:]
    result = figures.of(judged, period=JUNE, cohort=cohort).total
    assert (len(met.split()), len(missed.split())) == (result.met, result.missed)
    assert (attainment, len(beside.split())) == (f"{result.met} of {result.verdicts}", sum(result.beside.values()))


def test_a_cohort_is_named_with_its_rule(judged: Judged) -> None:
    text = shown(figures.of(judged, period=JUNE, cohort=Cohort.STOPPED_IN))
    assert "Cohort stopped_in: counts each verdict in the period in which the clock stopped" in text
    assert "  1  missed and still open, which this cohort does not count" in text


def test_an_empty_period_is_no_data_and_never_a_percentage(judged: Judged) -> None:
    text = shown(figures.of(judged, period=Period.read("2030-01")))
    assert "No data: no verdict is counted in January 2030." in text
    assert "The log runs from 31 May 2018 to 1 July 2018 and holds nothing of January 2030." in text
    assert "%" not in text
    assert "  8  in other periods" in text


def test_a_period_that_is_not_over_or_not_whole_says_so(judged: Judged) -> None:
    assert "July 2018 is not over: the log runs" in shown(figures.of(judged, period=Period.read("2018-07")))
    year = shown(figures.of(judged, period=Period.read("2018")))
    assert "2018 is not over" in year
    assert "so it holds only a part of 2018." in year.replace("\n  ", " ")
    assert "part of" not in shown(figures.of(judged, period=JUNE))


def test_without_a_period_the_whole_log_is_one(judged: Judged) -> None:
    whole = figures.of(judged)
    assert whole.total == Result({Standing.MET: 3, Standing.MISSED: 3, Standing.RUNNING: 1, Standing.CANCELLED: 1}, 1)
    assert whole.elsewhere == 0
    assert shown(whole).startswith("Attainment, the whole log: Hill School\n")


@pytest.mark.parametrize(
    "split", [("service",), ("target",), ("priority", "service"), figures.USUAL_SPLIT, figures.SPLITS]
)
def test_lines_add_up_to_the_total_however_they_are_split(with_printing: Judged, split: tuple[str, ...]) -> None:
    found = figures.of(with_printing, period=JUNE, split=split)
    assert sum((line.result for line in found.lines), Result()) == found.total
    assert found.total.readings + found.elsewhere == found.log.readings == 12


def test_every_line_says_which_versions_judged_it(with_printing: Judged) -> None:
    found = figures.of(with_printing, period=JUNE, split=("service",))
    assert [(line.ids["service"], line.versions, line.result.met, line.result.missed) for line in found.lines] == [
        ("mail", ("desk/1",), 3, 2),
        ("print", ("print-desk/1", "print-desk/2"), 2, 1),
        ("telephone", (), 0, 0),
    ]


def test_each_share_is_compared_with_the_verdicts_of_the_versions_that_agreed_it(with_printing: Judged) -> None:
    found = figures.of(with_printing, period=JUNE)
    assert [(each.versions, each.share, each.result.attainment, each.verdict) for each in found.promises] == [
        (("desk/1",), Fraction(9, 10), Fraction(3, 5), "not kept"),
        (("print-desk/1",), Fraction(9995, 10_000), Fraction(1, 2), "not kept"),
        (("print-desk/2",), Fraction(1, 2), Fraction(1), "kept"),
    ]


def test_targets_of_one_id_in_two_agreements_are_told_apart(with_printing: Judged) -> None:
    text = shown(figures.of(with_printing, period=JUNE, split=("target",)))
    assert "desk: Working again" in text
    assert "print-desk: fix" in text
    assert "fix (print-desk/1): 99.95 % agreed, 1 of 2: not kept." in text
    assert "Proposed, not agreed: 1 of 3 targets." in text


def test_what_nothing_covers_is_one_line_that_names_the_services(with_printing: Judged) -> None:
    text = shown(figures.of(with_printing, period=JUNE))
    assert "not covered" in text
    assert "Not covered, outside the scope of every agreement in force: service telephone (1)." in text


def test_the_same_word_in_every_line_is_said_once_above_them(with_printing: Judged) -> None:
    assert "Every line: priority any.\n" in shown(figures.of(with_printing, period=JUNE))


def test_long_names_are_cut_to_the_width_of_the_terminal_and_numbers_never() -> None:
    headings, row = ["service", "met"], ["Missed Trash/Recycling/Yard Waste/Bulk Item", "71"]
    assert list(as_text.columns(headings, [row], 1, 20)) == ["service          met", "Missed Trash/R…   71"]
    assert list(as_text.columns(headings, [row], 1))[1] == f"{row[0]}   71"


def test_the_rows_of_the_csv_add_up_and_hold_no_total(with_printing: Judged) -> None:
    rows = records(figures.of(with_printing, period=JUNE))
    assert [(row["service_name"], row["target_name"], row["verdicts"], row["met"], row["missed"]) for row in rows] == [
        ("E-mail", "Working again", "5", "3", "2"),
        ("Printing", "fix", "3", "2", "1"),
        ("telephone", "(resolution)", "0", "0", "0"),
    ]
    assert [row["not_covered"] for row in rows] == ["0", "0", "1"]
    assert {(row["period"], row["cohort"], row["attainment_percent"]) for row in rows} == {
        ("2018-06", "decided_in", "")
    }


def test_a_row_of_the_csv_is_compared_with_a_share_where_it_holds_the_whole_target(with_printing: Judged) -> None:
    rows = records(figures.of(with_printing, period=JUNE))
    assert [(row["agreed_share_percent"], row["agreed_share"]) for row in rows] == [
        ("90.00", "not kept"),
        ("", ""),
        ("", ""),
    ]


def test_a_column_that_is_not_split_by_is_empty(judged: Judged) -> None:
    [row] = records(figures.of(judged, period=JUNE, split=("target",)))
    assert (row["service"], row["service_name"], row["priority"], row["target"]) == ("", "", "", "fix")


def test_the_json_has_the_counts_of_the_screen_and_what_they_rest_on(judged: Judged) -> None:
    record = as_json.record(figures.of(judged, period=JUNE))
    assert record["total"] == {
        "verdicts": 5,
        "met": 3,
        "missed": 2,
        "of_missed_still_open": 1,
        "attainment": "3 of 5",
        "not_counted": {"running": 1, "cancelled": 1},
        "readings": 7,
    }
    assert record["cohort"] == {"id": "decided_in", "rule": Cohort.DECIDED_IN.rule}
    assert record["as_of"] == "2018-07-01T00:00:00+01:00"
    assert record["period"]["boundaries"] == [
        {"zone": "Europe/London", "from": "2018-06-01T00:00:00+01:00", "until": "2018-07-01T00:00:00+01:00"}
    ]
    [version] = record["agreement_versions"]
    assert version["content_hash"] == judged.log.book.versions[0].content_hash()
    assert record["log"]["readings_in_other_periods"] == 1


def test_the_json_of_the_whole_log_has_no_period(judged: Judged) -> None:
    assert as_json.record(figures.of(judged))["period"] is None


def test_tickets_that_could_not_be_judged_are_told_with_the_first_reason(judged: Judged) -> None:
    refused = JudgedTicket(Ticket("T9", ()), refusal="Priority 'red' is not in the scheme.")
    text = shown(figures.of(Judged(judged.log, (*judged.tickets, refused))))
    assert text.endswith("1 ticket could not be judged, the first T9: Priority 'red' is not in the scheme.")


def test_rows_that_could_not_be_read_are_told(tmp_path: Path) -> None:
    rows = ("T9,31/06/2018,,,mail",)
    text = shown(figures.of(judged_in_memory(logs.read(*june.write_files(tmp_path, "", rows), as_of=june.AS_OF))))
    assert "1 row could not be read and was left out with its ticket:\n  row 10, column 'opened'" in text
    assert "31/06/2018" in text


def test_of_many_rows_that_could_not_be_read_the_first_three_are_shown(tmp_path: Path) -> None:
    rows = tuple(f"X{number},31/06/2018,,,mail" for number in range(5))
    text = shown(figures.of(judged_in_memory(logs.read(*june.write_files(tmp_path, "", rows), as_of=june.AS_OF))))
    assert "5 rows could not be read and were left out with their tickets:" in text
    assert ("ticket X2" in text, "ticket X3" in text) == (True, False)
    assert text.endswith("  and 2 more rows, all of them in 'servanda mapping check'")


BY_PRIORITY = """\
      - number: 2
        from: 2018-07-01
        calendar: always
        owner: Head of ICT
        priorities: plain
        targets:
          - {id: fix, kind: resolution, limits: {High: 8 hours}}
priorities:
  - {id: plain, codes: [High, Low]}
"""


def by_priority(folder: Path) -> str:
    """Return the report on tickets that a limit by priority does, or does not, cover."""
    paths = june.write_files(folder, BY_PRIORITY)
    agreement = (
        paths[0].read_text(encoding="utf-8").replace("from: 2018-01-01", "from: 2018-06-01\n        until: 2018-06-30")
    )
    paths[0].write_text(agreement, encoding="utf-8")
    mapping = paths[1].read_text(encoding="utf-8").replace("column: service}", "column: service}, priority: priority")
    paths[1].write_text(mapping, encoding="utf-8")
    rows = (
        "number,opened,resolved,cancelled,service,priority",
        "A1,2018-07-02 09:00,,,,",
        "A2,2018-07-02 10:00,,,mail,Low",
        "A3,2018-05-02 10:00,,,mail,High",
        "A4,2018-06-04 10:00,,,telephone,High",
        "A5,2018-07-02 11:00,,,,High",
    )
    paths[2].write_text("\n".join(rows) + "\n", encoding="utf-8")
    return shown(figures.of(judged_in_memory(logs.read(*paths)))).replace("\n  ", " ")


def test_each_ticket_not_covered_stands_under_its_own_reason(tmp_path: Path) -> None:
    text = by_priority(tmp_path)
    assert "Not covered, outside the scope of every agreement in force: service telephone (1)." in text
    assert "Not covered, limits go by priority and the ticket has none: no service (1)." in text
    assert "Not covered, no limit for the priority: priority Low (1)." in text
    assert "Not covered, opened outside the dates of every agreement: service E-mail (1)." in text


def test_a_blank_priority_comes_with_its_mend(tmp_path: Path) -> None:
    assert "`priority: {column: Priority, default: Low}`" in by_priority(tmp_path)


def test_lines_without_a_service_say_so_once(tmp_path: Path) -> None:
    answer = "          - {id: answer, kind: first_response, limit: 4 hours}\n"
    paths = june.write_files(tmp_path, PRINTING.replace("        services: [print]\n", "") + answer)
    text = paths[2].read_text(encoding="utf-8").replace(",mail", ",")
    paths[2].write_text(text, encoding="utf-8")
    found = figures.of(judged_in_memory(logs.read(*paths)), split=("service", "customer", "target"))
    assert "Every line: no service, no customer" in shown(found)
