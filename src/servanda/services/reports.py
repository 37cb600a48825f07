"""The month's report: prepared, checked, issued once under a number, released step by step, and answered.

What a report shows is made elsewhere and handed in; here it is kept. An issued report never changes: a later difference
becomes a report of its own that names its predecessor.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from servanda.bad_input import BadInput
from servanda.engine.canonical import sha256
from servanda.engine.periods import Period
from servanda.engine.rights import Action, Subject, Viewer, may
from servanda.services import audit
from servanda.store import crash_points, keepable, models
from servanda.store.access import NotFound, access_organisation, lock_organisation
from servanda.store.reports import HIGHEST_NUMBER, Issued, Written, access_report, written

PLACES = (1, 2, 3)
LONGEST_SENTENCE = 600
MOST_READERS = 200
TRIES = 5
OWN_HASH = "sha256:"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is about to be issued, with the number it would get; it gets that number only if nobody is faster."""

    number: int
    month: date
    prepared: Mapping[str, Any]
    figures_hash: str
    written: Mapping[int, Written]
    predecessor: int | None
    checked_by: str
    issued_by: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Rendered:
    """Everything that a report shows, as plain JSON, and the bytes of its files by their form."""

    content: Mapping[str, Any]
    files: Mapping[str, bytes]


class NotIssued(BadInput):
    """A report that cannot be issued as things stand; nothing was changed."""


# --- before it is issued ---


def keep_draft(
    viewer: Viewer, month: Period, prepared: Mapping[str, Any], *, predecessor: int | None = None, now: datetime
) -> str:
    """Keep the figures of a month in preparation, in the place of earlier ones, and return their hash.

    Raise `NotIssued` where the month has a report already that these do not restate, and `NotFound` where the viewer
    may not prepare reports.
    """
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        access_organisation(viewer, Action.PREPARE_REPORT)
        _refuse_second(organisation, month, predecessor)
        figures_hash = sha256(prepared)
        models.ReportDraft.objects.update_or_create(
            organisation=organisation,
            month=month.first,
            defaults={
                "state": models.ReportDraft.State.DRAFT,
                "figures": dict(prepared),
                "figures_hash": figures_hash,
                "predecessor": predecessor,
                "made_by": viewer.person,
                "made_at": now,
                "checked_by": "",
                "checked_at": None,
            },
        )
        content = {"figures": figures_hash, "restates": predecessor}
        audit.note(organisation, viewer, Action.PREPARE_REPORT, _named(month.first), now=now, content=content)
    return figures_hash


def _refuse_second(organisation: models.Organisation, month: Period, predecessor: int | None) -> None:
    own = models.Report.objects.filter(organisation=organisation, month=month.first)
    last = own.aggregate(last=Max("number"))["last"]
    if last != predecessor:
        raise NotIssued(
            f"The report of {month} is issued already, as report {last}.",
            expected="a month without a report, or a restatement of its last report",
            mend=f"Restate report {last} if the figures have changed.",
        )


def write_sentence(viewer: Viewer, month: Period, place: int, text: str, *, now: datetime) -> None:
    """Put a person's sentence in the place of the machine's, or an empty text to go back to that.

    The draft has to be checked again then. Raise `BadInput` for a text that is too long or no text.
    """
    said = " ".join(text.split())
    _refuse_text("the sentence", said)
    if place not in PLACES:
        raise NotFound(f"sentence {place}")
    with transaction.atomic():
        organisation, draft = _locked_draft(viewer, month)
        sequence = models.SummaryEdit.objects.filter(organisation=organisation, month=month.first, place=place).count()
        models.SummaryEdit.objects.create(
            organisation=organisation,
            month=month.first,
            place=place,
            sequence=sequence + 1,
            text=said,
            written_by=viewer.person,
            written_at=now,
        )
        _uncheck(draft)
        content = {"sentence": place, "text": said}
        audit.note(organisation, viewer, Action.PREPARE_REPORT, _named(month.first), now=now, content=content)


def _refuse_text(what: str, said: str) -> None:
    if len(said) > LONGEST_SENTENCE:
        raise BadInput(
            f"{what} has {len(said):,} characters",
            expected=f"at most {LONGEST_SENTENCE}",
            mend="Shorten it; the figures are below it anyway.",
        )
    keepable.check_text(what, said)


def _uncheck(draft: models.ReportDraft) -> None:
    draft.state = models.ReportDraft.State.DRAFT
    draft.checked_by, draft.checked_at = "", None
    draft.save(update_fields=["state", "checked_by", "checked_at"])


def check(viewer: Viewer, month: Period, figures_hash: str, *, now: datetime) -> None:
    """Note that somebody has read these very figures and finds them right.

    Raise `NotIssued` where they were made anew since.
    """
    with transaction.atomic():
        organisation, draft = _locked_draft(viewer, month)
        if draft.figures_hash != figures_hash:
            raise _other_figures(month)
        draft.state = models.ReportDraft.State.CHECKED
        draft.checked_by, draft.checked_at = viewer.person, now
        draft.save(update_fields=["state", "checked_by", "checked_at"])
        content = {"checked": figures_hash}
        audit.note(organisation, viewer, Action.PREPARE_REPORT, _named(month.first), now=now, content=content)


def drop_draft(viewer: Viewer, month: Period, *, now: datetime) -> None:
    """Throw away what is in preparation for a month."""
    with transaction.atomic():
        organisation, draft = _locked_draft(viewer, month)
        draft.delete()
        content = {"dropped": draft.figures_hash}
        audit.note(organisation, viewer, Action.PREPARE_REPORT, _named(month.first), now=now, content=content)


def _locked_draft(viewer: Viewer, month: Period) -> tuple[models.Organisation, models.ReportDraft]:
    organisation = lock_organisation(viewer)
    access_organisation(viewer, Action.PREPARE_REPORT)
    draft = models.ReportDraft.objects.filter(organisation=organisation, month=month.first).first()
    if draft is None:
        raise _nothing_prepared(month)
    return organisation, draft


# --- issuing ---


def issue(
    viewer: Viewer, month: Period, figures_hash: str, render: Callable[[Proposal], Rendered], *, now: datetime
) -> int:
    """Issue the checked report of a month and return its number; one that was issued already keeps the number it has.

    Everything is rendered before the transaction that gives the number, so that a failure there leaves nothing behind.
    Raise `NotIssued` where there is nothing checked to issue, or the figures are not those meant.
    """
    for _ in range(TRIES):
        number = _issued_before(viewer, month, figures_hash)
        if number is not None:
            return number
        proposal = _proposed(viewer, month, figures_hash, now)
        rendered = render(proposal)
        crash_points.reach("report.rendered")
        if _issue(viewer, proposal, rendered):
            crash_points.reach("report.committed")
            return proposal.number
    raise NotIssued(
        f"Other reports were issued at the same moment, {TRIES} times in a row.",
        expected="a moment of quiet",
        mend="Issue it again.",
    )


def _issued_before(viewer: Viewer, month: Period, figures_hash: str) -> int | None:
    organisation = access_organisation(viewer, Action.ISSUE_REPORT)
    found = models.Report.objects.filter(organisation=organisation, month=month.first, figures_hash=figures_hash)
    return found.order_by("-number").values_list("number", flat=True).first()


def _proposed(viewer: Viewer, month: Period, figures_hash: str, now: datetime) -> Proposal:
    organisation = access_organisation(viewer, Action.ISSUE_REPORT)
    draft = models.ReportDraft.objects.filter(organisation=organisation, month=month.first).first()
    if draft is None:
        raise _nothing_prepared(month)
    if draft.figures_hash != figures_hash:
        raise _other_figures(month)
    if draft.state != models.ReportDraft.State.CHECKED:
        raise NotIssued(
            f"The report of {month} is a draft that nobody has checked.",
            expected="a report whose figures somebody has read and found right",
            mend="Read it and mark it as checked, then issue it.",
        )
    return Proposal(
        number=_next_number(organisation),
        month=month.first,
        prepared=draft.figures,
        figures_hash=figures_hash,
        written=written(organisation, month.first),
        predecessor=draft.predecessor,
        checked_by=draft.checked_by,
        issued_by=viewer.person,
        issued_at=now,
    )


def _next_number(organisation: models.Organisation) -> int:
    last = models.Report.objects.filter(organisation=organisation).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


def _issue(viewer: Viewer, proposal: Proposal, rendered: Rendered) -> bool:
    """Give the number and keep the report with its files, in one transaction; say no where somebody was faster."""
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        access_organisation(viewer, Action.ISSUE_REPORT)
        crash_points.reach("report.begun")
        drafts = models.ReportDraft.objects.filter(organisation=organisation, month=proposal.month)
        draft = drafts.filter(figures_hash=proposal.figures_hash, state=models.ReportDraft.State.CHECKED).first()
        stands = draft is not None and written(organisation, proposal.month) == proposal.written
        if draft is None or not stands or _next_number(organisation) != proposal.number:
            return False
        report = _keep_report(organisation, proposal, rendered)
        crash_points.reach("report.numbered")
        hashes = _keep_files(organisation, report, rendered)
        _keep_release(report, models.Release.Audience.ICT, (), viewer, proposal.issued_at)
        crash_points.reach("report.files")
        draft.delete()
        content = {"month": f"{proposal.month:%Y-%m}", "content": report.content_hash, "files": hashes}
        subject = f"report {proposal.number}"
        audit.note(organisation, viewer, Action.ISSUE_REPORT, subject, now=proposal.issued_at, content=content)
    return True


def _keep_report(organisation: models.Organisation, proposal: Proposal, rendered: Rendered) -> models.Report:
    return models.Report.objects.create(
        organisation=organisation,
        number=proposal.number,
        month=proposal.month,
        content=dict(rendered.content),
        content_hash=sha256(rendered.content),
        figures_hash=proposal.figures_hash,
        predecessor=proposal.predecessor,
        issued_by=proposal.issued_by,
        issued_at=proposal.issued_at,
    )


def _keep_files(organisation: models.Organisation, report: models.Report, rendered: Rendered) -> dict[str, str]:
    hashes = {form: hash_of(content) for form, content in rendered.files.items()}
    for form, content in rendered.files.items():
        models.ReportFile.objects.create(
            organisation=organisation,
            report=report,
            format=form,
            content=base64.b64encode(content).decode(),
            content_hash=hashes[form],
        )
    return hashes


def hash_of(content: bytes) -> str:
    """Return 'sha256:' and the hex digest of a file's bytes."""
    return f"{OWN_HASH}{hashlib.sha256(content).hexdigest()}"


# --- after it is issued ---


def release(viewer: Viewer, number: int, audience: str, readers: tuple[str, ...] = (), *, now: datetime) -> None:
    """Show an issued report to ICT, to a pilot group of named readers, or to all.

    Raise `BadInput` for an unknown audience or reader, and for a pilot without readers.
    """
    named = tuple(dict.fromkeys(each.strip() for each in readers if each.strip()))
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        access_organisation(viewer, Action.ISSUE_REPORT)
        report = _report(organisation, number)
        _refuse_release(organisation, audience, named)
        chosen = named if audience == models.Release.Audience.PILOT else ()
        _keep_release(report, audience, chosen, viewer, now)
        content = {"audience": audience, "readers": list(chosen)}
        audit.note(organisation, viewer, Action.ISSUE_REPORT, f"report {number}", now=now, content=content)


def _refuse_release(organisation: models.Organisation, audience: str, readers: tuple[str, ...]) -> None:
    if audience not in models.Release.Audience.values:
        known = ", ".join(models.Release.Audience.values)
        raise BadInput(f"the audience '{audience[:60]}'", expected=f"one of {known}", mend="Choose one of them.")
    if audience != models.Release.Audience.PILOT:
        return
    if not 0 < len(readers) <= MOST_READERS:
        raise BadInput(
            f"a pilot group of {len(readers):,} readers",
            expected=f"1 to {MOST_READERS} people, by their ids",
            mend="Name the people who are to read it first.",
        )
    people = models.Person.objects.filter(organisation=organisation, active=True, slug__in=readers)
    strangers = sorted({*readers} - {*people.values_list("slug", flat=True)})
    if strangers:
        raise BadInput(
            f"nobody here is called '{strangers[0][:60]}'",
            expected="people of this organisation, by their ids",
            mend="Correct the id, or add the person first.",
        )


def _keep_release(
    report: models.Report, audience: str, readers: tuple[str, ...], viewer: Viewer, now: datetime
) -> None:
    models.Release.objects.create(
        organisation_id=report.organisation_id,
        report=report,
        sequence=models.Release.objects.filter(report=report).count() + 1,
        audience=audience,
        readers=list(readers),
        released_by=viewer.person,
        released_at=now,
    )


def answer(viewer: Viewer, number: int, *, correct: bool, clear: bool, remark: str = "", now: datetime) -> None:
    """Keep what a pilot reader says of a report: is it correct, is it clear; raise `NotFound` for anybody else."""
    said = " ".join(remark.split())
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        report, listed = access_report(viewer, number)
        if listed.audience != models.Release.Audience.PILOT or viewer.person not in listed.readers:
            raise NotFound(f"question about report {number}")
        _refuse_text("the remark", said)
        sequence = models.PilotAnswer.objects.filter(report=report, reader=viewer.person).count() + 1
        models.PilotAnswer.objects.create(
            organisation=organisation,
            report=report,
            reader=viewer.person,
            sequence=sequence,
            correct=correct,
            clear=clear,
            remark=said,
            answered_at=now,
        )
        content = {"correct": correct, "clear": clear}
        audit.note(organisation, viewer, Action.SEE_REPORT, f"report {number}", now=now, content=content)


def may_answer(viewer: Viewer, listed: Issued) -> bool:
    """Whether a report asks this viewer whether it is correct and clear."""
    return listed.audience == models.Release.Audience.PILOT and viewer.person in listed.readers


def may_prepare(viewer: Viewer) -> bool:
    """Whether a viewer prepares and issues reports."""
    return may(viewer, Action.PREPARE_REPORT, Subject(viewer.organisation))


def _report(organisation: models.Organisation, number: int) -> models.Report:
    found = models.Report.objects.filter(organisation=organisation, number=number).defer("content")
    report = found.first() if 0 < number <= HIGHEST_NUMBER else None
    if report is None:
        raise NotFound(f"report {number}")
    return report


def _named(month: date) -> str:
    return f"report of {month:%Y-%m}"


def _nothing_prepared(month: Period) -> NotIssued:
    return NotIssued(
        f"No report of {month} is in preparation.",
        expected="a draft of it",
        mend="Prepare it first; if it was issued, its number stands in the list.",
    )


def _other_figures(month: Period) -> NotIssued:
    return NotIssued(
        f"The figures of {month} were made anew since you read them.",
        expected="the figures that you have read",
        mend="Read the report once more, then go on.",
    )
