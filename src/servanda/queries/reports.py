"""The reports of months that somebody may see: what is in preparation, what is issued, and what readers said of it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max

from servanda.engine import zones
from servanda.engine.rights import Action, Viewer
from servanda.queries.attainment import Months
from servanda.store import models
from servanda.store.access import NotFound, access_organisation
from servanda.store.reports import (
    Issued,
    Written,
    access_report,
    access_reports,
    heads,
    instant_of,
    listed_of,
    may_read,
    sees_internal,
    written,
)
from servanda.store.spans import span_of_tickets

OFFERED = 24


@dataclass(frozen=True, slots=True)
class Draft:
    """The report of a month in preparation; `outdated` says that something was recorded since its figures were made."""

    month: date
    checked: bool
    figures: Mapping[str, Any]
    figures_hash: str
    predecessor: int | None
    made_by: str
    made_at: datetime
    checked_by: str
    checked_at: datetime | None
    written: Mapping[int, Written]
    outdated: bool
    next_number: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a pilot reader says of a report."""

    reader: str
    correct: bool
    clear: bool
    remark: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """An issued report with all that it shows, the hashes of its files, and the answers of its pilot readers."""

    listed: Issued
    content: Mapping[str, Any]
    content_hash: str
    figures_hash: str
    hashes: Mapping[str, str]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """The reports of an organisation: drafts by their months, and what was issued, the newest first.

    `months` are those that a report could be made of, the newest first; none for whoever makes no reports.
    """

    drafts: tuple[tuple[date, bool], ...]
    issued: tuple[Issued, ...]
    months: tuple[date, ...]


# --- drafts ---


def draft(viewer: Viewer, month: date) -> Draft | None:
    """Return what is in preparation for a month; raise `NotFound` where the viewer may see no internal report."""
    organisation = access_organisation(viewer, Action.SEE_INTERNAL_REPORT)
    record = models.ReportDraft.objects.filter(organisation=organisation, month=month).first()
    if record is None:
        return None
    assert record.made_at is not None
    return Draft(
        month=record.month,
        checked=record.state == models.ReportDraft.State.CHECKED,
        figures=record.figures,
        figures_hash=record.figures_hash,
        predecessor=record.predecessor,
        made_by=record.made_by,
        made_at=record.made_at,
        checked_by=record.checked_by,
        checked_at=record.checked_at,
        written=written(organisation, month),
        outdated=_recorded_since(organisation, record.made_at),
        next_number=(models.Report.objects.filter(organisation=organisation).aggregate(n=Max("number"))["n"] or 0) + 1,
    )


def _recorded_since(organisation: models.Organisation, at: datetime) -> bool:
    last = models.Event.objects.filter(organisation=organisation).order_by("-pk").values_list("recorded_at").first()
    return bool(last and last[0] and last[0] > at)


# --- what was issued ---


def every(viewer: Viewer) -> Listed:
    """Return the reports that a viewer may read, in a fixed number of statements."""
    organisation, internal = access_reports(viewer), sees_internal(viewer)
    drafts = models.ReportDraft.objects.filter(organisation=organisation).order_by("-month") if internal else ()
    found = listed_of(heads(organisation), organisation)
    return Listed(
        tuple((each.month, each.state == models.ReportDraft.State.CHECKED) for each in drafts),
        tuple(each for each in found if may_read(viewer, each)),
        _months(organisation) if internal else (),
    )


def newest(viewer: Viewer) -> Issued | None:
    """Return the last report that was issued and that a viewer may read."""
    organisation = access_reports(viewer)
    last = heads(organisation, 1 if sees_internal(viewer) else None)
    return next((each for each in listed_of(last, organisation) if may_read(viewer, each)), None)


def _months(organisation: models.Organisation) -> tuple[date, ...]:
    """Return the last months of which anything is kept, in the organisation's zone."""
    opened, _, last_event = span_of_tickets(organisation)
    if opened is None or last_event is None:
        return ()
    first, last = (zones.to_local(organisation.zone, each).date().replace(day=1) for each in (opened, last_event))
    return tuple(each for each in reversed([*Months.until(last, OFFERED)]) if each >= first)


def issued(viewer: Viewer, number: int) -> IssuedReport:
    """Return an issued report; raise `NotFound` where there is none that the viewer may read."""
    record, listed = access_report(viewer, number)
    files = models.ReportFile.objects.filter(report=record).order_by("format").values_list("format", "content_hash")
    return IssuedReport(
        listed, record.content, record.content_hash, record.figures_hash, dict(files), _answers(viewer, record)
    )


def readable(viewer: Viewer, number: int | None) -> bool:
    """Whether there is an issued report of that number that a viewer may read."""
    try:
        return number is not None and bool(access_report(viewer, number))
    except NotFound:
        return False


def latest(viewer: Viewer, month: date) -> IssuedReport | None:
    """Return the last report issued for a month that the viewer may read."""
    organisation = access_reports(viewer)
    numbers = models.Report.objects.filter(organisation=organisation, month=month).order_by("-number")
    for number in numbers.values_list("number", flat=True):
        try:
            return issued(viewer, number)
        except NotFound:
            continue
    return None


def file(viewer: Viewer, number: int, form: str) -> bytes:
    """Return the bytes of one file of an issued report; raise `NotFound` as `issued` does."""
    record, _ = access_report(viewer, number)
    found = models.ReportFile.objects.filter(report=record, format=form).first()
    if found is None:
        raise NotFound(f"file '{form}' of report {number}")
    return base64.b64decode(found.content)


def _answers(viewer: Viewer, record: models.Report) -> tuple[Answer, ...]:
    """Return the last answer of each reader; of those who see no internal report, their own."""
    internal = sees_internal(viewer)
    last = {each.reader: each for each in models.PilotAnswer.objects.filter(report=record).order_by("sequence")}
    return tuple(
        Answer(each.reader, each.correct, each.clear, each.remark, instant_of(each.answered_at))
        for each in last.values()
        if internal or each.reader == viewer.person
    )
