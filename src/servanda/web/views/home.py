"""The first page: how everything stands now, in one sentence, and the way to the rest."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from servanda.engine.rights import Action
from servanda.queries import overview, reports
from servanda.queries.overview import Overview
from servanda.reports import service_levels as levels
from servanda.reports.pictures import slam
from servanda.web import ticket_links
from servanda.web.frame import address
from servanda.web.pages import OrganisationRequest, may_do, page
from servanda.web.views import sample

WORST = 3


@page(Action.SEE_RESULTS)
def home(request: OrganisationRequest) -> HttpResponse:
    """Show how everything stands that the viewer may see."""
    found = overview.overview(request.viewer, request.now)
    promises = levels.promises_of(found.promises, found.target_names)
    so_far = found.chart.months.last == found.current_month
    chart = levels.chart_of("Service levels, month by month", found.chart.months, _rows(request, found), so_far=so_far)
    return render(
        request,
        "home.html",
        {
            "found": found,
            "sentence": levels.state_sentence(
                found.board, found.month, promises, so_far=found.month == found.current_month
            ),
            "strip": ticket_links.strip_of(request, found.board) if found.board else [],
            "wide": slam.draw(chart, "slam") if chart.rows else None,
            "narrow": slam.draw_narrow(chart, "slamn") if chart.rows else None,
            "chart": chart,
            "worst": [(each, found.agreement_names.get(each.promise.agreement, "")) for each in promises[:WORST]],
            "more": len(promises) - WORST,
            "month": levels.month_words(found.month),
            "urgent": [(each, ticket_links.ticket_address(request, each.source, each.number)) for each in found.urgent],
            "report": _latest_report(request),
            "so_far": so_far,
            "last_month": levels.month_words(found.chart.months.last),
            "steps": [(each, address(each.page, request.organisation_slug)) for each in levels.steps_of(found.steps)],
            "import_address": _import_address(request, found),
            "addresses": {name: address(name, request.organisation_slug) for name in ("services", "agreements")},
            "sample": sample.offered(request, empty=not found.steps.all_done),
            "manages": may_do(request.viewer, Action.IMPORT_LOG),
        },
    )


def _rows(request: OrganisationRequest, found: Overview) -> list[slam.Row]:
    rows = []
    for service, kept in found.chart.rows.items():
        named = found.names.get(service)
        to = ticket_links.of_service(request, service)
        rows.append(levels.row_of(named.name if named else service or "No service named", found.chart.months, kept, to))
    return rows


def _latest_report(request: OrganisationRequest) -> dict[str, Any] | None:
    """Return the newest report that the viewer may read, with its address."""
    to = address("reports", request.organisation_slug)
    if not (to and may_do(request.viewer, Action.SEE_REPORT)):
        return None
    newest = reports.newest(request.viewer)
    if newest is None:
        return {"address": to, "newest": None}
    parts = {"organisation": request.organisation_slug, "number": newest.number}
    return {
        "address": to,
        "newest": newest,
        "newest_address": reverse("report_issued", kwargs=parts),
        "month": levels.month_words(newest.month),
    }


def _import_address(request: OrganisationRequest, found: Overview) -> str:
    if found.last_import is None or not may_do(request.viewer, Action.SEE_AUDIT):
        return ""
    parts = {"organisation": request.organisation_slug, "number": found.last_import.number}
    return reverse("import", kwargs=parts)
