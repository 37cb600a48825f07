"""The figures of a month's report: those counted by hand, those of attainment, and the same in every rendering."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

from servanda.engine.canonical import plain, revive, written
from servanda.engine.logs import judged_in_memory
from servanda.engine.periods import Period
from servanda.engine.rights import Action
from servanda.queries import logs
from servanda.reports.attainment import figures as attainment
from servanda.reports.monthly import as_csv, as_json, as_pdf, as_xlsx, figures, sections
from servanda.reports.monthly.values import Counts, MonthFigures, MonthReport, Sentence, Stamp
from tests.reports.months import JUNE, cells_of_workbook, keep_june, prepared, texts_of_pdf
from tests.services.hill import KIM, NOW, hill

MAY = Period.read("2018-05")
LATER = NOW + timedelta(hours=2)


def report_of(month: Period = JUNE) -> MonthReport:
    """Return the report of a month as if it were issued."""
    found = figures.current(KIM, month, NOW)
    summary = tuple(Sentence(text, "", None) for text in found.summary)
    return MonthReport(found, summary, None, Stamp(7, LATER, "kim", "sam"))


def test_june_is_counted_as_by_hand(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    found = figures.current(KIM, JUNE, NOW)
    assert found.total == Counts(met=3, missed=2)  # T1, T3 and T5; T4 and T6
    assert (found.still_open, found.before, dict(found.beside)) == (1, Counts(0, 1), {"cancelled": 1})
    assert [(each.name, each.counts, each.standing) for each in found.services] == [("E-mail", Counts(3, 2), "missed")]
    assert [(each.share, each.outcome) for each in found.promises] == [(Fraction(9, 10), "not kept")]
    assert found.summary == (
        "Of 5 promises decided in June 2018, 3 were kept; the agreed share was reached for 0 of 1 target.",
        "All misses were in E-mail: 2 of 5; of the 56 h that counted, 56 h were in our own hands.",
        "In May 2018 it was 0 of 1, too few of either to tell a trend.",
    )


def test_a_miss_says_why_and_whose_time_it_was(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    found = figures.current(KIM, JUNE, NOW)
    assert [each.ticket for each in found.misses] == ["T6", "T4"]
    assert found.misses[1].sentence == (
        "Due Tue 12 Jun 2018 17:00, resolved Tue 12 Jun 2018 18:00, 1 h too late: 9 h counted against 8 hours."
    )
    assert found.misses[0].sentence.startswith("Due Fri 29 Jun 2018 18:00, still open as of Sun 1 Jul 2018 09:00")
    assert [(each.words, each.tickets) for each in found.whose] == [("in our own hands", 2)]


def test_the_figures_are_those_of_attainment(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    judged = judged_in_memory(logs.kept(KIM, Action.SEE_RESULTS, as_of=NOW))
    for month in (JUNE, MAY, Period.read("2018-07")):
        found, told = figures.current(KIM, month, NOW), attainment.of(judged, period=month)
        assert (found.total.met, found.total.missed) == (told.total.met, told.total.missed)
        assert [(each.counts.met, each.counts.missed) for each in found.lines] == [
            (each.result.met, each.result.missed) for each in told.lines
        ]
        assert sum(each.counts.verdicts for each in found.services) == told.total.verdicts
        assert found.trend[-1].counts == found.total
        assert sum((each.cells[-1].counts.verdicts for each in found.slam), 0) == told.total.verdicts


def test_what_every_ticket_gives_is_what_the_tallies_give(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    assert figures.known_at(KIM, JUNE, NOW) == figures.current(KIM, JUNE, NOW)


def test_the_value_comes_back_from_its_text(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    found = figures.current(KIM, JUNE, NOW)
    told = plain(found)
    assert revive(MonthFigures, told) == found
    assert written(plain(revive(MonthFigures, json.loads(written(told))))) == written(told)


def test_tickets_come_and_go_so_that_the_month_adds_up(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    lines = {each.name: each.shown for each in figures.current(KIM, JUNE, NOW).processes[1].measures}
    # T1 and T2 were there; T3 to T8 were logged; all but T6 and T7 have ended.
    assert lines["Carried over from the month before"] == "2"
    assert lines["Logged"] == "6"
    assert lines["Reopened"] == "0"
    assert lines["Ended: resolved, closed or cancelled"] == "6"
    assert lines["Open at the end"] == "2"
    assert lines["Oldest still open, logged"] == "Fri 29 Jun 2018 10:00"


def test_each_of_the_ten_processes_has_its_place(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    found = figures.current(KIM, JUNE, NOW).processes
    assert len(found) == 10
    assert [each.name for each in found if each.measured] == [
        "Service desk",
        "Incident management",
        "Service level management",
    ]
    section = sections.of(report_of()).section("processes")
    assert section is not None
    assert section.table is not None
    shown = {row[1]: row[3] for row in section.table.rows if row[1] not in ("Service desk", "Incident management")}
    assert shown["Problem management"] == "not measured yet"


def test_a_month_without_anything_says_so(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    found = figures.current(KIM, Period.read("2017-01"), NOW)
    assert found.empty
    assert found.summary[0] == "No promise was decided in January 2017, so there is no figure, good or bad."
    assert found.notes.cautions == (
        "Nothing of January 2017 is kept: events run from Thu 31 May 2018 14:00 to Sat 30 Jun 2018 22:00.",
    )
    assert all(each.shown is None for each in found.processes[1].measures)
    assert texts_of_pdf(as_pdf.rendered(report_of(Period.read("2017-01"))))


def test_a_month_of_an_empty_database_says_so(store: str, tmp_path: Path) -> None:
    hill_without_tickets = tmp_path / "hill"
    hill_without_tickets.mkdir()
    hill(hill_without_tickets)
    found = figures.current(KIM, JUNE, NOW)
    assert found.empty
    assert found.notes.cautions == ("No ticket is kept at all.",)


def test_a_month_that_is_not_over_or_half_loaded_says_so(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    july = figures.current(KIM, Period.read("2018-07"), NOW)
    assert not july.over
    half = figures.current(KIM, JUNE, NOW).notes.cautions
    assert half == ("June 2018 is not loaded to its end: the last event kept is of Sat 30 Jun 2018 22:00.",)
    may = figures.current(KIM, MAY, NOW).notes.cautions
    assert may == ("Only a part of May 2018 is kept: the first ticket was logged Thu 31 May 2018 14:00.",)


def test_every_rendering_shows_the_same(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    report = report_of()
    document = sections.of(report)
    paper = texts_of_pdf(as_pdf.rendered(report)).replace(" ", "")
    cells = [row for _, row in cells_of_workbook(as_xlsx.rendered(report))]
    table = list(csv.reader(io.StringIO(as_csv.rendered(report).decode("utf-8-sig"))))
    told = json.loads(as_json.rendered(report))
    for section in document.sections:
        if section.table is None:
            continue
        rows = [[f"{cell}" for cell in row] for row in section.table.rows]
        assert [row for row in cells if row in rows] or not rows
        for row in rows:
            assert row in cells, (section.id, row)
            assert [section.id, *row] in table, (section.id, row)
        assert next(each for each in told["sections"] if each["id"] == section.id)["rows"] == [
            list(row) for row in section.table.rows
        ]
        if section.id != "slam":
            shown = [f"{cell:,}" if isinstance(cell, int) else cell for row in section.table.on_paper for cell in row]
            assert [cell for cell in shown if cell.replace(" ", "") not in paper] == []


def test_the_same_report_is_the_same_bytes(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    report = report_of()
    for rendered in (as_pdf.rendered, as_xlsx.rendered, as_csv.rendered, as_json.rendered):
        assert rendered(report) == rendered(report)


def test_a_draft_shows_what_the_figures_say(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    report = prepared()
    assert report.figures == figures.current(KIM, JUNE, NOW)
    assert report.title == "Service report, June 2018 (draft)"
    assert all(each.by_machine for each in report.summary)


PAYLOADS = (
    "=1+1",
    "+1+cmd",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "=HYPERLINK(0)",
    "<script>alert(1)</script>",
    "מנהל 🏫",
)


def test_no_text_becomes_a_formula_or_markup(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    report = report_of()
    [service], [line] = report.figures.services, [each for each in report.figures.lines if each.counts.verdicts]
    named = replace(
        report.figures,
        services=tuple(replace(service, name=each) for each in PAYLOADS),
        lines=tuple(replace(line, service_name=each, priority=each) for each in PAYLOADS),
        misses=tuple(replace(report.figures.misses[0], ticket=each, sentence=each) for each in PAYLOADS),
    )
    spoilt = replace(report, figures=named, summary=tuple(Sentence(each, each, NOW) for each in PAYLOADS[:3]))
    shown = {cell for _, row in cells_of_workbook(as_xlsx.rendered(spoilt)) for cell in row}
    assert [each for each in PAYLOADS if each.strip() not in {cell.strip() for cell in shown}] == []
    cells = [cell for row in csv.reader(io.StringIO(as_csv.rendered(spoilt).decode("utf-8-sig"))) for cell in row]
    assert [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))] == []
    assert "<script>alert(1)</script>" in texts_of_pdf(as_pdf.rendered(spoilt))


def test_a_name_in_any_script_is_set_and_a_picture_becomes_a_box(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    report = report_of()
    service = replace(report.figures.services[0], name="日本 🏫 Школа \u202eevil")
    named = replace(report, figures=replace(report.figures, services=(service,)))
    assert "□ Школа" in texts_of_pdf(as_pdf.rendered(named))
    assert as_pdf.rendered(named) == as_pdf.rendered(named)


def test_ten_thousand_services_are_all_in_the_files_and_printed_as_far_as_a_reader_goes(
    store: str, tmp_path: Path
) -> None:
    keep_june(tmp_path)
    report = report_of()
    [service], [line] = report.figures.services, [each for each in report.figures.lines if each.counts.verdicts]
    row = report.figures.slam[0]
    many = replace(
        report.figures,
        services=tuple(replace(service, service=f"s{n}", name=f"Service {n}") for n in range(10_000)),
        lines=tuple(replace(line, service_name=f"Service {n}") for n in range(10_000)),
        slam=tuple(replace(row, service=f"s{n}", name=f"Service {n}") for n in range(10_000)),
    )
    large = replace(report, figures=many)
    assert as_pdf.rendered(large).startswith(b"%PDF")
    assert b"Service 9999" in as_csv.rendered(large)
    section = sections.of(large).section("lines")
    assert section is not None
    assert section.sentences[-1] == "The first 600 rows are printed; the files for spreadsheets have all 10,001."
