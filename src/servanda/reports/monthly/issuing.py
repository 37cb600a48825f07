"""From figures to an issued report: prepared, shown, issued and restated, all by one value and its renderings."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from servanda.engine.canonical import plain, revive
from servanda.engine.periods import InvalidPeriod, Period
from servanda.engine.rights import Action, Viewer
from servanda.queries import reports as kept
from servanda.reports.monthly import changes, figures, rendering
from servanda.reports.monthly.values import MonthFigures, MonthReport, Prepared, Restated, Sentence, Stamp
from servanda.services import reports
from servanda.services.jobs import Handler, Job
from servanda.services.reports import NotIssued, Proposal, Rendered
from servanda.store.access import NotFound
from servanda.store.reports import Written

MOST_AT_HAND = 8


def month_of(text: str) -> Period:
    """Return the month that is written as 2026-10; raise `NotFound` for anything else."""
    try:
        month = Period.read(text)
    except InvalidPeriod:
        raise NotFound("month of that name") from None
    if month.label != text or month != Period.of_months(month.first.year, month.first.month):
        raise NotFound("month of that name")
    return month


# --- before it is issued ---


def prepare(viewer: Viewer, month: Period, now: datetime) -> str:
    """Work out the figures of a month and keep them as its draft; return their hash.

    A draft that restates an issued report goes on doing so.
    """
    draft = kept.draft(viewer, month.first)
    if draft and draft.predecessor:
        return restate(viewer, draft.predecessor, now)
    prepared = Prepared(figures.current(viewer, month, now), None)
    return reports.keep_draft(viewer, month, plain(prepared), now=now)


def restate(viewer: Viewer, number: int, now: datetime) -> str:
    """Prepare the report that takes the place of an issued one; raise `NotIssued` where its figures still stand."""
    earlier = of_issued(kept.issued(viewer, number)).figures
    month, stamp = earlier.period, kept.issued(viewer, number).listed
    found = figures.current(viewer, month, now)
    told, in_all = changes.since(viewer, earlier, now)
    if not in_all and verdicts_of(found) == verdicts_of(earlier):
        raise NotIssued(
            f"The figures of {month} are those of report {number} still.",
            expected="a verdict that has changed since it was issued",
            mend="Nothing needs to be restated.",
        )
    restated = Restated(number, stamp.issued_at, earlier.total, told, in_all)
    return reports.keep_draft(viewer, month, plain(Prepared(found, restated)), predecessor=number, now=now)


def verdicts_of(found: MonthFigures) -> dict[tuple[str, ...], object]:
    """Return the counts that make two reports of one month differ; not what is merely still open or not decided yet."""
    made: dict[tuple[str, ...], object] = {
        (each.service, each.priority, each.agreement, each.target): each.counts
        for each in found.lines
        if each.counts.verdicts
    }
    made.update({(each.agreement, each.target, f"{each.share}"): each.outcome for each in found.promises})
    return made


# --- as it is shown ---


def of_draft(draft: kept.Draft) -> MonthReport:
    """Return the report that a draft would be."""
    return _shown(revive(Prepared, draft.figures), draft.written, None)


def of_issued(issued: kept.IssuedReport) -> MonthReport:
    """Return an issued report as it was issued; the last few stay at hand, because they never change."""
    report = _at_hand.pop(issued.content_hash, None) or revive(MonthReport, issued.content)
    _at_hand[issued.content_hash] = report
    if len(_at_hand) > MOST_AT_HAND:
        _at_hand.pop(next(iter(_at_hand)), None)
    return report


_at_hand: dict[str, MonthReport] = {}


def _shown(prepared: Prepared, written: Mapping[int, Written], stamp: Stamp | None) -> MonthReport:
    summary = tuple(_sentences(prepared.figures, written))
    return MonthReport(prepared.figures, summary, prepared.restated, stamp)


def _sentences(found: MonthFigures, written: Mapping[int, Written]) -> Iterator[Sentence]:
    for place, sentence in enumerate(found.summary, 1):
        edit = written.get(place)
        if edit and edit.text:
            yield Sentence(edit.text, edit.written_by, edit.written_at)
        else:
            yield Sentence(sentence, "", None)


# --- issuing ---


def issue(viewer: Viewer, month: Period, figures_hash: str, now: datetime) -> int:
    """Issue the checked report of a month with these figures, and return its number; the same one if asked again.

    Raise `NotIssued` where that cannot be, and `BadInput` where a file of it could not be made: nothing is kept then.
    """
    return reports.issue(viewer, month, figures_hash, _rendered, now=now)


def _rendered(proposal: Proposal) -> Rendered:
    prepared = revive(Prepared, proposal.prepared)
    if not prepared.figures.over:
        raise NotIssued(
            f"{prepared.figures.period} was not over when its figures were made.",
            expected="the figures of a month that has ended",
            mend="Prepare it again after its last day; until then it is a draft.",
        )
    stamp = Stamp(proposal.number, proposal.issued_at, proposal.issued_by, proposal.checked_by)
    report = _shown(prepared, proposal.written, stamp)
    return Rendered(plain(report), rendering.files(report))


def run(job: Job) -> str:
    """Prepare or issue a report as a job: `month`, and to issue it `figures`, their hash."""
    month = month_of(str(job.payload["month"]))
    figures_hash = str(job.payload.get("figures", ""))
    if not figures_hash:
        prepare(job.viewer, month, job.now)
        return f"the report of {month} is prepared"
    return f"report {issue(job.viewer, month, figures_hash, job.now)} for {month} is issued"


MONTH_REPORT = Handler("month_report", Action.ISSUE_REPORT, run)
