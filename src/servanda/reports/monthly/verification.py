"""Issued reports worked out again: what is kept of each, its files, and its figures from what was known then."""

import base64
from collections.abc import Iterator
from typing import Any

from servanda.bad_input import BadInput
from servanda.engine import zones
from servanda.engine.canonical import UnreadableContent, revive, sha256
from servanda.engine.rights import Action, Viewer
from servanda.reports.monthly import figures, rendering
from servanda.reports.monthly.values import MonthFigures, MonthReport
from servanda.services.reports import hash_of
from servanda.services.verification import Found
from servanda.store import models
from servanda.store.access import access_organisation

# What a source claims, how rows were flagged and what things are called may be kept anew; and earlier months take
# every ticket to work out. All else follows from what was known then.
DERIVED = ("month", "zones", "cohort", "digits", "total", "still_open", "whose")
DERIVED_OF_LINES = ("service", "priority", "agreement", "target", "versions", "counts", "still_open", "beside")
DERIVED_OF_PROMISES = ("agreement", "target", "versions", "maturity", "share", "outcome", "counts")
DERIVED_OF_MISSES = ("source", "ticket", "version", "target", "due_at", "stopped_at", "late", "counted", "paused")


def differences(viewer: Viewer) -> Iterator[Found]:
    """Yield each way in which an issued report is not what it was issued as; raise `NotFound` without the right."""
    organisation = access_organisation(viewer, Action.VERIFY)
    numbers = models.Report.objects.filter(organisation=organisation).order_by("number")
    for expected, number in enumerate(list(numbers.values_list("number", flat=True)), 1):
        if number != expected:
            yield Found("reports", f"report {expected} is missing")
            return
        record = models.Report.objects.get(organisation=organisation, number=number)
        yield from (Found(f"report {number}", sentence) for sentence in _of_one(viewer, record))


def _of_one(viewer: Viewer, record: models.Report) -> Iterator[str]:
    yield from _files(record)
    if sha256(record.content) != record.content_hash:
        yield "what it shows is not what was issued"
        return
    try:
        report = revive(MonthReport, record.content)
    except (UnreadableContent, TypeError, ValueError) as refusal:
        yield f"it cannot be read: {refusal}"
        return
    yield from _derived(viewer, report)


def _files(record: models.Report) -> Iterator[str]:
    kept = {each.format: each for each in models.ReportFile.objects.filter(report=record)}
    for form in sorted(rendering.FORMS.keys() - kept.keys()):
        yield f"its file {form} is missing"
    for form, file in sorted(kept.items()):
        try:
            content = base64.b64decode(file.content, validate=True)
        except ValueError:
            yield f"its file {form} cannot be read"
            continue
        if hash_of(content) != file.content_hash:
            yield f"its file {form} is not the one that was issued"


def _derived(viewer: Viewer, report: MonthReport) -> Iterator[str]:
    told = report.figures
    try:
        anew = figures.known_at(viewer, told.period, told.as_of, whole=False, action=Action.VERIFY)
    except BadInput as refusal:
        yield f"its figures cannot be worked out again: {refusal}"
        return
    listed = min(len(told.misses), len(anew.misses))  # another version may list more or fewer of the worst
    was, now = judged_part(told, listed), judged_part(anew, listed)
    other = f" (then with the time zones of {told.notes.zone_edition}, now {zones.VERSION})"
    beside = other if told.notes.zone_edition != zones.VERSION else ""
    for name in was:
        if was[name] != now[name]:
            yield f"its {name} are not what was known then gives{beside}"


def judged_part(found: MonthFigures, listed: int) -> dict[str, Any]:
    """Return what of some figures follows from the events and agreements known then, with so many of the misses."""
    parts = {name.replace("_", " "): getattr(found, name) for name in DERIVED}
    lines = ({name: getattr(each, name) for name in DERIVED_OF_LINES} for each in found.lines)
    promises = ({name: getattr(each, name) for name in DERIVED_OF_PROMISES} for each in found.promises)
    misses = ({name: getattr(each, name) for name in DERIVED_OF_MISSES} for each in found.misses[:listed])
    versions = ({"label": each.label, "hash": each.content_hash} for each in found.notes.versions)
    ordered = sorted([*lines], key=lambda each: [f"{each[name]}" for name in DERIVED_OF_LINES])
    return {
        **parts,
        "lines": ordered,
        "promises": [*promises],
        "misses": [*misses],
        "versions": [*versions],
    }
