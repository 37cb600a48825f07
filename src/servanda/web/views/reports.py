"""The month's report: the list of all, a month in preparation, an issued one with its files, and what is done to it."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from servanda.engine.periods import Period
from servanda.engine.rights import Action
from servanda.queries import reports as kept
from servanda.reports.monthly import as_html, issuing, rendering
from servanda.reports.monthly.values import MonthReport
from servanda.services import reports as doing
from servanda.store.access import NotFound
from servanda.store.reports import sees_internal
from servanda.web.pages import DOING, OrganisationRequest, may_do, page

# --- seeing ---


@page(Action.SEE_REPORT)
def reports(request: OrganisationRequest) -> HttpResponse:
    """List what is in preparation, what is issued, and the months of which a report could be made."""
    found = kept.every(request.viewer)
    if month := request.GET.get("month", ""):
        return redirect("report_month", request.organisation_slug, issuing.month_of(month).label)
    taken = {each for each, _ in found.drafts} | {each.month for each in found.issued}
    to_make = [_period(each) for each in found.months if each not in taken]
    over = [each for each in to_make if each.last < request.viewer.on]
    context = {
        "drafts": [(_period(each), checked) for each, checked in found.drafts],
        "issued": [(_period(each.month), each) for each in found.issued],
        "readable": {each.number for each in found.issued},
        "open_months": to_make,
        "usual_month": next(iter(over or to_make), None),
        "internal": sees_internal(request.viewer),
        "prepares": doing.may_prepare(request.viewer),
    }
    return render(request, "reports/list.html", context)


@page(Action.SEE_REPORT)
def month(request: OrganisationRequest, month: str) -> HttpResponse:
    """Show the draft of a month, else its last issued report, else that nothing is prepared."""
    period = issuing.month_of(month)
    draft = kept.draft(request.viewer, period.first) if sees_internal(request.viewer) else None
    if draft:
        report = issuing.of_draft(draft)
        return _shown(request, "reports/draft.html", report, {"draft": draft, "sentences": _sentences(report)})
    last = kept.latest(request.viewer, period.first)
    if last:
        return redirect("report_issued", request.organisation_slug, last.listed.number)
    if not sees_internal(request.viewer):
        raise NotFound(f"report of {month}")
    context = {"period": period, "prepares": doing.may_prepare(request.viewer)}
    return render(request, "reports/nothing.html", context)


@page(Action.SEE_REPORT)
def issued(request: OrganisationRequest, number: int) -> HttpResponse:
    """Show an issued report as it was issued, and to whom it is released."""
    found = kept.issued(request.viewer, number)
    context = {
        "issued": found,
        "successor_readable": kept.readable(request.viewer, found.listed.successor),
        "answers_asked": doing.may_answer(request.viewer, found.listed),
        "forms": list(rendering.FORMS),
        "internal": sees_internal(request.viewer),
    }
    return _shown(request, "reports/issued.html", issuing.of_issued(found), context)


@page(Action.SEE_REPORT)
def file(request: OrganisationRequest, number: int, form: str) -> HttpResponse:
    """Hand out a file of an issued report, to be kept and never to be run."""
    content = kept.file(request.viewer, number, form)
    answer = HttpResponse(content, content_type=rendering.KINDS.get(form, "application/octet-stream"))
    name = f"report-{number}-{request.organisation_slug}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _shown(
    request: OrganisationRequest, template: str, report: MonthReport, context: dict[str, object]
) -> HttpResponse:
    shown = as_html.of(report)
    period = report.figures.period
    prepares = doing.may_prepare(request.viewer)
    sees_tickets = may_do(request.viewer, Action.SEE_TICKET)
    common = {"report": report, "shown": shown, "period": period, "prepares": prepares, "sees_tickets": sees_tickets}
    return render(request, template, {**common, **context})


def _sentences(report: MonthReport) -> list[tuple[int, str, str, bool]]:
    """Return each sentence of the summary: its place, what stands there, what the program wrote, and whose it is."""
    told = zip(doing.PLACES, report.summary, report.figures.summary, strict=True)
    return [(place, each.text, machine, each.by_machine) for place, each, machine in told]


def _period(month: date) -> Period:
    return Period.of_months(month.year, month.month)


# --- preparing ---


@page(Action.PREPARE_REPORT, methods=DOING)
def prepare(request: OrganisationRequest, month: str) -> HttpResponse:
    """Work out the figures of a month, or work them out anew."""
    period = issuing.month_of(month)
    issuing.prepare(request.viewer, period, request.now)
    messages.success(request, f"The report of {period} is prepared. Read it, then mark it as checked.")
    return _to_month(request, period)


@page(Action.PREPARE_REPORT, methods=DOING)
def summary(request: OrganisationRequest, month: str) -> HttpResponse:
    """Put somebody's sentence in the place of the machine's, or go back to that."""
    period = issuing.month_of(month)
    place = request.POST.get("place", "")
    text = request.POST.get("text", "") if "back" not in request.POST else ""
    number = int(place) if place.isdecimal() and len(place) == 1 else 0
    doing.write_sentence(request.viewer, period, number, text, now=request.now)
    messages.success(request, "The sentence is kept, with your name and the time. The report is to be checked again.")
    return _to_month(request, period)


@page(Action.PREPARE_REPORT, methods=DOING)
def check(request: OrganisationRequest, month: str) -> HttpResponse:
    """Note that somebody has read these figures and finds them right."""
    period = issuing.month_of(month)
    doing.check(request.viewer, period, request.POST.get("figures", ""), now=request.now)
    messages.success(request, f"The report of {period} is checked and can be issued.")
    return _to_month(request, period)


@page(Action.PREPARE_REPORT, methods=DOING)
def drop(request: OrganisationRequest, month: str) -> HttpResponse:
    """Throw a draft away."""
    period = issuing.month_of(month)
    doing.drop_draft(request.viewer, period, now=request.now)
    messages.success(request, f"The draft of {period} is gone.")
    return redirect("reports", request.organisation_slug)


@page(Action.ISSUE_REPORT, methods=DOING)
def issue(request: OrganisationRequest, month: str) -> HttpResponse:
    """Issue the report of a month under the next number; asked twice, it is still one report."""
    period = issuing.month_of(month)
    number = issuing.issue(request.viewer, period, request.POST.get("figures", ""), request.now)
    messages.success(request, f"Report {number} for {period} is issued. Only ICT sees it until you release it.")
    return redirect("report_issued", request.organisation_slug, number)


# --- after it is issued ---


@page(Action.ISSUE_REPORT, methods=DOING)
def release(request: OrganisationRequest, number: int) -> HttpResponse:
    """Show a report to ICT, a pilot group or all."""
    readers = tuple(request.POST.get("readers", "").replace(",", " ").split())
    audience = request.POST.get("audience", "")
    doing.release(request.viewer, number, audience, readers, now=request.now)
    messages.success(request, f"Report {number} is for {_AUDIENCES[audience]} now.")
    return redirect("report_issued", request.organisation_slug, number)


_AUDIENCES = {"ict": "ICT alone", "pilot": "its pilot readers", "all": "all"}


@page(Action.PREPARE_REPORT, methods=DOING)
def restate(request: OrganisationRequest, number: int) -> HttpResponse:
    """Prepare the report that takes the place of this one."""
    found = kept.issued(request.viewer, number)
    issuing.restate(request.viewer, number, request.now)
    messages.success(request, f"The restatement of report {number} is prepared. It says what changed and why.")
    return _to_month(request, _period(found.listed.month))


@page(Action.SEE_REPORT, methods=DOING)
def answer(request: OrganisationRequest, number: int) -> HttpResponse:
    """Keep what a pilot reader says: is it correct, is it clear?"""
    said = {name: request.POST.get(name) == "yes" for name in ("correct", "clear")}
    doing.answer(request.viewer, number, **said, remark=request.POST.get("remark", ""), now=request.now)
    messages.success(request, "Thank you. Your answer is kept.")
    return redirect("report_issued", request.organisation_slug, number)


def _to_month(request: OrganisationRequest, period: Period) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("report_month", args=(request.organisation_slug, period.label)))
