"""Issuing: one number, frozen bytes, a restatement for what comes late, and nothing where a rendering fails."""

import base64
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from servanda.engine.events import EventKind
from servanda.engine.rights import Assignment, Role, Scope, Viewer
from servanda.queries import reports as kept
from servanda.reports.monthly import as_pdf, issuing, rendering, verification
from servanda.services import reports
from servanda.services.jobs import Job
from servanda.services.reports import NotIssued, Proposal, Rendered
from servanda.store import models
from servanda.store.access import NotFound
from tests import june
from tests.reports.months import ISSUED_AT, JUNE, checked, issued, keep_june, prepared, record_late, texts_of_pdf
from tests.services.hill import KIM, NOW, TODAY, viewer

LATE = june.at("2018-07-03 09:00")


def test_an_issued_report_has_a_number_its_files_and_their_hashes(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    assert issued() == 1
    found = kept.issued(KIM, 1)
    assert sorted(found.hashes) == ["csv", "json", "pdf", "xlsx"]
    for form, content_hash in found.hashes.items():
        assert reports.hash_of(kept.file(KIM, 1, form)) == content_hash
    assert "report 1" in texts_of_pdf(kept.file(KIM, 1, "pdf"))
    assert kept.draft(KIM, JUNE.first) is None
    assert [each.action for each in models.Entry.objects.order_by("sequence")][-3:] == [
        "prepare_report",
        "prepare_report",
        "issue_report",
    ]


def test_rendered_again_it_is_the_same_bytes_also_after_late_events(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    issued()
    before = {form: kept.file(KIM, 1, form) for form in rendering.FORMS}
    record_late("T6", EventKind.RESOLVED, june.at("2018-06-29 17:00"), LATE)
    assert rendering.files(issuing.of_issued(kept.issued(KIM, 1))) == before
    assert list(verification.differences(KIM)) == []


def test_a_restatement_names_its_predecessor_and_says_what_changed_and_why(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    issued()
    record_late("T6", EventKind.RESOLVED, june.at("2018-06-29 17:00"), LATE)
    later = LATE + timedelta(hours=1)
    figures_hash = issuing.restate(KIM, 1, later)
    reports.check(KIM, JUNE, figures_hash, now=later)
    assert issuing.issue(KIM, JUNE, figures_hash, later) == 2
    second = issuing.of_issued(kept.issued(KIM, 2))
    assert second.restated is not None
    assert (second.restated.number, second.restated.in_all) == (1, 1)
    (change,) = second.restated.changes
    assert (change.ticket, change.then, change.now) == ("T6", "missed", "met")
    assert change.why == "resolved Fri 29 Jun 2018 17:00, recorded Tue 3 Jul 2018 09:00"
    assert second.figures.total.met == issuing.of_issued(kept.issued(KIM, 1)).figures.total.met + 1
    assert [(each.number, each.successor) for each in kept.every(KIM).issued] == [(2, None), (1, 2)]
    assert list(verification.differences(KIM)) == []


def test_nothing_is_restated_where_no_verdict_changed(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    issued()
    record_late("T6", EventKind.NOTED, june.at("2018-06-29 17:00"), LATE)
    with pytest.raises(NotIssued, match="those of report 1 still"):
        issuing.restate(KIM, 1, LATE)


def test_a_month_gets_no_second_report(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    issued()
    with pytest.raises(NotIssued, match="issued already, as report 1"):
        issuing.prepare(KIM, JUNE, LATE)


def test_asked_twice_it_is_one_report(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    figures_hash = checked()
    assert issuing.issue(KIM, JUNE, figures_hash, ISSUED_AT) == 1
    assert issuing.issue(KIM, JUNE, figures_hash, ISSUED_AT) == 1
    assert models.Report.objects.count() == 1


def test_of_two_at_once_the_slower_gets_the_number_of_the_faster(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    figures_hash = checked()

    def slow(proposal: Proposal) -> Rendered:
        issuing.issue(KIM, JUNE, figures_hash, ISSUED_AT)  # somebody else, meanwhile
        return Rendered({}, {})

    assert reports.issue(KIM, JUNE, figures_hash, slow, now=ISSUED_AT) == 1
    assert models.Report.objects.count() == 1


def test_only_what_was_checked_is_issued(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    figures_hash = issuing.prepare(KIM, JUNE, NOW)
    with pytest.raises(NotIssued, match="nobody has checked"):
        issuing.issue(KIM, JUNE, figures_hash, ISSUED_AT)
    reports.check(KIM, JUNE, figures_hash, now=NOW)
    reports.write_sentence(KIM, JUNE, 2, "The mail server was moved.", now=NOW)
    with pytest.raises(NotIssued, match="nobody has checked"):
        issuing.issue(KIM, JUNE, figures_hash, ISSUED_AT)
    with pytest.raises(NotIssued, match="made anew"):
        reports.check(KIM, JUNE, "sha256:another", now=NOW)


def test_a_month_that_is_not_over_is_not_issued(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    figures_hash = checked(june.at("2018-06-30 23:30"))
    with pytest.raises(NotIssued, match="not over"):
        issuing.issue(KIM, JUNE, figures_hash, ISSUED_AT)
    assert models.Report.objects.count() == 0


def test_a_sentence_of_a_person_is_kept_with_who_and_when(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    prepared()
    reports.write_sentence(KIM, JUNE, 2, "The mail server\nwas moved.", now=NOW)
    draft = kept.draft(KIM, JUNE.first)
    assert draft is not None
    second = issuing.of_draft(draft).summary[1]
    assert (second.text, second.written_by, second.written_at) == ("The mail server was moved.", "kim", NOW)
    reports.write_sentence(KIM, JUNE, 2, "", now=NOW)
    draft = kept.draft(KIM, JUNE.first)
    assert draft is not None
    assert issuing.of_draft(draft).summary[1].by_machine
    assert models.SummaryEdit.objects.count() == 2


# --- the renderer ---

KILLED = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
SLOW = (sys.executable, "-c", "import time; time.sleep(60)")
BROKEN = (sys.executable, "-c", "raise SystemExit('no such font')")


@pytest.mark.parametrize(
    ("program", "told"), [(KILLED, "ended from outside"), (SLOW, "more than 1 seconds"), (BROKEN, "no such font")]
)
def test_a_renderer_that_does_not_end_well_is_told_in_words(
    store: str, tmp_path: Path, program: tuple[str, ...], told: str
) -> None:
    keep_june(tmp_path)
    with pytest.raises(as_pdf.NotSet, match=told):
        as_pdf.rendered(prepared(), program=program, longest=1 if program == SLOW else 60)


def test_a_renderer_killed_midway_leaves_no_number(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_june(tmp_path)
    figures_hash = checked()
    killed = {**rendering.FORMS, "pdf": lambda report: as_pdf.rendered(report, program=KILLED)}
    monkeypatch.setattr(rendering, "FORMS", killed)
    with pytest.raises(as_pdf.NotSet):
        issuing.issue(KIM, JUNE, figures_hash, ISSUED_AT)
    assert models.Report.objects.count() == models.ReportFile.objects.count() == 0
    monkeypatch.undo()
    assert issuing.issue(KIM, JUNE, figures_hash, ISSUED_AT) == 1


def test_a_job_issues_as_a_person_does(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    assert issuing.run(Job(KIM, {"month": "2018-06"}, NOW)) == "the report of June 2018 is prepared"
    draft = kept.draft(KIM, JUNE.first)
    assert draft is not None
    reports.check(KIM, JUNE, draft.figures_hash, now=NOW)
    job = Job(KIM, {"month": "2018-06", "figures": draft.figures_hash}, ISSUED_AT)
    assert issuing.run(job) == "report 1 for June 2018 is issued"
    assert issuing.run(job) == "report 1 for June 2018 is issued"


# --- who reads it ---


def reader(role: Role, person: str = "reader", scope: Scope | None = None) -> Viewer:
    """Return somebody of Hill School with a role."""
    return Viewer("hill", person, TODAY, (Assignment(role, scope or Scope()),))


def sees(one: Viewer) -> bool:
    """Whether report 1 is there for somebody, in the list, as a page and as a file alike."""
    try:
        kept.issued(one, 1)
        kept.file(one, 1, "csv")
        found = True
    except NotFound:
        found = False
    try:
        listed = any(each.number == 1 for each in kept.every(one).issued)
    except NotFound:
        listed = False
    assert listed == found
    return found


def test_a_report_goes_from_ict_to_a_pilot_group_to_all(store: str, tmp_path: Path) -> None:
    own = keep_june(tmp_path)
    issued()
    models.Person.objects.create(organisation=own, slug="head", name="Head")
    head, teacher = reader(Role.EXECUTIVE, "head"), reader(Role.REPRESENTATIVE, "teacher")
    of_print = reader(Role.TECHNICIAN, "printer", Scope(services=frozenset({"print"})))
    supplier = Viewer("hill", "acme", TODAY, (Assignment(Role.SUPPLIER_CONTACT, Scope(suppliers=frozenset({"a"}))),))
    everybody = (viewer(Role.TECHNICIAN), viewer(Role.AUDITOR), head, teacher, of_print, supplier)
    assert [sees(each) for each in everybody] == [True, True, False, False, False, False]
    reports.release(KIM, 1, "pilot", ("head",), now=LATE)
    assert [sees(each) for each in everybody] == [True, True, True, False, False, False]
    reports.release(KIM, 1, "all", now=LATE)
    assert [sees(each) for each in everybody] == [True, True, True, True, True, False]


def test_pilot_readers_say_whether_it_is_correct_and_clear(store: str, tmp_path: Path) -> None:
    own = keep_june(tmp_path)
    issued()
    models.Person.objects.create(organisation=own, slug="head", name="Head")
    head = reader(Role.EXECUTIVE, "head")
    reports.release(KIM, 1, "pilot", ("head",), now=LATE)
    reports.answer(head, 1, correct=True, clear=False, remark="What is P1?", now=LATE)
    (said,) = kept.issued(KIM, 1).answers
    assert (said.reader, said.correct, said.clear, said.remark) == ("head", True, False, "What is P1?")
    with pytest.raises(NotFound):
        reports.answer(viewer(Role.TECHNICIAN), 1, correct=True, clear=True, now=LATE)


@pytest.mark.parametrize("role", [each for each in Role if each not in (Role.ADMINISTRATOR, Role.SERVICE_MANAGER)])
def test_others_prepare_check_and_issue_nothing(store: str, tmp_path: Path, role: Role) -> None:
    keep_june(tmp_path)
    figures_hash = checked()
    scope = Scope(suppliers=frozenset({"acme"})) if role is Role.SUPPLIER_CONTACT else Scope()
    other = reader(role, "other", scope)
    attempts = (
        lambda now: issuing.prepare(other, JUNE, now),
        lambda now: reports.check(other, JUNE, figures_hash, now=now),
        lambda now: reports.write_sentence(other, JUNE, 1, "mine", now=now),
        lambda now: issuing.issue(other, JUNE, figures_hash, now),
        lambda now: reports.drop_draft(other, JUNE, now=now),
        lambda now: reports.release(other, 1, "all", now=now),
    )
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt(LATE)


# --- verified ---

TAMPERED = (
    ("store_reportfile", "content", base64.b64encode(b"another").decode(), "is not the one that was issued"),
    ("store_report", "content", "{}", "what it shows is not what was issued"),
)


@pytest.mark.parametrize(("table", "column", "value", "told"), TAMPERED)
def test_what_was_changed_past_the_program_is_found(
    store: str, tmp_path: Path, table: str, column: str, value: str, told: str
) -> None:
    keep_june(tmp_path)
    issued()
    assert list(verification.differences(KIM)) == []
    unprotected(table, f"UPDATE {table} SET {column} = %s", value)
    assert told in " ".join(map(str, verification.differences(KIM)))


def unprotected(table: str, statement: str, value: str) -> None:
    """Run a statement as somebody would who takes the protection of a table away."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {table}_no_update")
        else:
            cursor.execute(f"DROP TRIGGER {table}_only_added ON {table}")
        cursor.execute(statement, [value])


def test_an_event_taken_away_is_found_by_the_figures(store: str, tmp_path: Path) -> None:
    keep_june(tmp_path)
    issued()
    at: datetime = june.at("2018-06-12 18:00")
    micro = int(at.timestamp()) * 1_000_000
    unprotected(
        "store_event",
        "UPDATE store_event SET happened_at = happened_at - 7200000000 WHERE happened_at = %s",
        f"{micro}",
    )
    assert "report 1: its total are not what was known then gives" in map(str, verification.differences(KIM))
