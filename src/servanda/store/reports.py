"""Issued reports as they are found and shown: to whom each one is released, and what people wrote in a summary."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from servanda.engine.rights import GRANTED, Action, Subject, Viewer, may
from servanda.store import models, records
from servanda.store.access import NotFound
from servanda.store.prepared import prepared

HIGHEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Written:
    """The last text that somebody put in the place of a sentence; empty for the machine's."""

    text: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued report in a list: its number, month and who may read it; `successor` restates it."""

    number: int
    month: date
    issued_by: str
    issued_at: datetime
    predecessor: int | None
    successor: int | None
    audience: str
    readers: tuple[str, ...]


def written(organisation: models.Organisation, month: date) -> dict[int, Written]:
    """Return the last text that a person wrote in the place of each sentence of a month."""
    edits = models.SummaryEdit.objects.filter(organisation=organisation, month=month).order_by("sequence")
    return {each.place: Written(each.text, each.written_by, instant_of(each.written_at)) for each in edits}


def access_reports(viewer: Viewer) -> models.Organisation:
    """Return the organisation of whoever may read some report; what each of them may read goes by its audience."""
    record = records.first(models.Organisation, "slug = %s", [viewer.organisation])
    held = (each for each in viewer.assignments if each.holds_on(viewer.on))
    if record is None or not any(Action.SEE_REPORT in GRANTED[each.role] for each in held):
        raise NotFound("report")
    return record


def access_report(viewer: Viewer, number: int) -> tuple[models.Report, Issued]:
    """Return an issued report with its place in the list; raise `NotFound` where there is none that they may read."""
    organisation = access_reports(viewer)
    found = (
        models.Report.objects.filter(organisation=organisation, number=number) if 0 < number <= HIGHEST_NUMBER else ()
    )
    for record in found:
        (listed,) = listed_of([record], organisation)
        if may_read(viewer, listed):
            return record, listed
    raise NotFound(f"report {number}")


def sees_internal(viewer: Viewer) -> bool:
    """Whether a viewer sees reports before anybody released them."""
    return may(viewer, Action.SEE_INTERNAL_REPORT, Subject(viewer.organisation))


def may_read(viewer: Viewer, listed: Issued) -> bool:
    """Whether a report is shown to a viewer: to all, to them as a pilot reader, or to those who see internal ones."""
    if sees_internal(viewer):
        return True
    if listed.audience == models.Release.Audience.PILOT:
        return viewer.person in listed.readers
    return listed.audience == models.Release.Audience.ALL


class Head(NamedTuple):
    """What a list needs of the record of a report; the names are those of the record."""

    pk: int
    number: int
    month: date
    issued_by: str
    issued_at: datetime | None
    predecessor: int | None


def heads(organisation: models.Organisation, most: int | None = None) -> list[Head]:
    """Return what lists need of the reports of an organisation, the newest first; in one statement."""
    return [Head(*each) for each in _heads(organisation, most).rows()]


@prepared
def _heads(organisation: models.Organisation, most: int | None) -> QuerySet[Any]:
    records = models.Report.objects.filter(organisation=organisation).order_by("-number")
    return records.values_list(*Head._fields)[:most]


def listed_of(reports: Iterable[models.Report | Head], organisation: models.Organisation) -> list[Issued]:
    """Return reports as they stand in a list, in two statements."""
    found = list(reports)
    successors: dict[int, int] = dict(_successors(organisation).rows())
    last = {}
    for each in models.Release.objects.filter(report_id__in=[one.pk for one in found]).order_by("sequence"):
        last[each.report_id] = each
    return [_listed(each, successors.get(each.number), last.get(each.pk)) for each in found]


@prepared
def _successors(organisation: models.Organisation) -> QuerySet[Any]:
    restated = models.Report.objects.filter(organisation=organisation, predecessor__isnull=False)
    return restated.values_list("predecessor", "number")


def _listed(record: models.Report | Head, successor: int | None, release: models.Release | None) -> Issued:
    return Issued(
        number=record.number,
        month=record.month,
        issued_by=record.issued_by,
        issued_at=instant_of(record.issued_at),
        predecessor=record.predecessor,
        successor=successor,
        audience=release.audience if release else models.Release.Audience.ICT.value,
        readers=tuple(release.readers) if release else (),
    )


def instant_of(at: datetime | None) -> datetime:
    """Return the instant of a column that takes no NULL."""
    assert at is not None
    return at
