"""Services: a list with what was kept of each, and a page for one."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from servanda.bad_input import BadInput
from servanda.engine.agreements import AgreementVersion
from servanda.engine.periods import InvalidPeriod, Period
from servanda.engine.rights import Action
from servanda.queries import services as of_services
from servanda.queries.agreements import may_read
from servanda.queries.attainment import ByPromise, Promise
from servanda.queries.board import ClockShown
from servanda.queries.services import Line, Listing, OneService
from servanda.queries.ticket_filters import Asked, page_of
from servanda.reports import service_levels as levels
from servanda.reports.pictures import slam, trend
from servanda.web import ticket_links
from servanda.web.frame import address
from servanda.web.pages import OrganisationRequest, may_do, page

LONGEST = 200


@page(Action.SEE_RESULTS)
def services(request: OrganisationRequest) -> HttpResponse:
    """List the services, with what was kept of each in two months."""
    find = request.GET.get("find", "").strip()[:LONGEST]
    found = of_services.listing(request.viewer, find=find, page=page_of(request.GET), now=request.now)
    earlier, later = found.months
    context = {
        "found": found,
        "lines": [_line(request, found, each) for each in found.lines],
        "earlier": levels.month_words(earlier),
        "later": levels.month_words(later),
        "so_far": later == found.current_month,
        "lead": levels.listing_sentence(found),
        "notice": _notice(found),
        "manages": may_do(request.viewer, Action.APPLY_AGREEMENT),
        "catalogue_address": _place(request, "catalogue", Action.SEE_CATALOGUE),
        "requirements_address": _place(request, "requirements", Action.SEE_REQUIREMENT),
        "before": _page_address(found, found.page - 1) if found.page > 1 else "",
        "after": _page_address(found, found.page + 1) if found.page < found.pages else "",
    }
    return render(request, "services.html", context)


def _place(request: OrganisationRequest, name: str, action: Action) -> str:
    """Return the address of a page for whoever may go there."""
    return address(name, request.organisation_slug) if may_do(request.viewer, action) else ""


def _line(request: OrganisationRequest, found: Listing, line: Line) -> dict[str, Any]:
    service = line.service.id
    to = ticket_links.of_service(request, service)
    return {
        "service": line.service,
        "address": ticket_links.service_address(request, service),
        "promise": levels.promise_line(line.covering, found.customers),
        "covering": line.covering,
        "assumed": levels.is_assumed(line.covering),
        "cells": [
            _cell(month, by, opened)
            | {"address": to(month), "missed_address": ticket_links.missed_in(request, service, month)}
            for month, by, opened in zip(found.months, line.months, line.opened, strict=True)
        ],
        "open": line.open_tickets,
        "open_address": ticket_links.tickets_address(request, service=service, state=Asked.OPEN),
    }


def _cell(month: date, kept: ByPromise, opened: int) -> dict[str, Any]:
    """Return a month of a service: what was kept of it, and how many tickets were opened."""
    shown = levels.cell_of(kept)
    return {
        "month": levels.month_words(month),
        "shown": shown if kept else None,
        "word": levels.mark_word(shown.mark),
        "agreed": levels.agreed_words(kept),
        "missed": sum(each.missed for each in kept.values()),
        "opened": opened,
    }


def _page_address(found: Listing, number: int) -> str:
    return "?" + urlencode({"find": found.find, "page": number} if found.find else {"page": number})


def _notice(found: Listing) -> str:
    if found.asked_page <= found.pages:
        return ""
    return f"There is no page {found.asked_page:,}; this is the last one."


@page(Action.SEE_RESULTS)
def one(request: OrganisationRequest, service: str) -> HttpResponse:
    """Show a service: what was promised and kept, month by month, its misses, and what is open."""
    found = of_services.one(request.viewer, service, month=_month_asked(request), now=request.now)
    name, so_far = found.service.name, found.months.last == found.current_month
    to = ticket_links.of_service(request, service)
    rows = levels.rows_of(found, partial(_promise_address, request, service))
    chart = levels.chart_of(f"{name} by month", found.months, rows, so_far=so_far)
    line = levels.trend_of(f"{name}: the share kept by month", found.months, found.kept)
    context = {
        "found": found,
        "wide": slam.draw(chart, "slam"),
        "narrow": slam.draw_narrow(chart, "slamn"),
        "chart": chart,
        "trend": trend.draw(line, "trend"),
        "trend_narrow": trend.draw(line, "trendn", trend.NARROW),
        "promise": levels.promise_line(found.covering, found.customers),
        "assumed": levels.is_assumed(found.covering),
        "parts": [(each, _standing(found, each)) for each in levels.parts_of(found)],
        "judged": bool(found.covering.clauses or found.kept or (found.clocks and found.clocks.misses)),
        "month": levels.month_words(found.month),
        "month_so_far": found.month == found.current_month,
        "months": [(each, levels.month_words(each)) for each in reversed(list(found.months))],
        "raw": [(levels.month_words(each), found.opened.get(each, 0)) for each in reversed(list(found.months))],
        "month_address": to(found.month) if found.kept.get(found.month) else "",
        "missed_address": ticket_links.tickets_address(request, service=service, state=Asked.MISSED),
        "strip": _strip(request, found),
        "open": _with_addresses(request, found.clocks.open if found.clocks else ()),
        "misses": _with_addresses(request, found.clocks.misses if found.clocks else ()),
        "versions": _versions(request, found),
        "services_address": address("services", request.organisation_slug),
    }
    return render(request, "service.html", context)


def _standing(found: OneService, part: levels.PartShown) -> str:
    """Return that a promise is only assumed or proposed; nothing of one that is agreed."""
    promise = part.shown.promise
    return levels.not_agreed_of(found.covering).get((promise.agreement, promise.target), "")


def _month_asked(request: OrganisationRequest) -> date | None:
    """Return the month that the address asks for; nothing where it asks for none."""
    text = request.GET.get("month", "").strip()
    if not text:
        return None
    try:
        period = Period.read(text)
    except InvalidPeriod:
        period = None
    if period is None or period != Period.of_months(period.first.year, period.first.month):
        raise BadInput(
            f"The address asks for month={text[:40]}.",
            expected="a month, such as 2026-03",
            mend="Choose a month on the page of the service.",
        )
    return period.first


def _strip(request: OrganisationRequest, found: OneService) -> list[ticket_links.Standing]:
    return ticket_links.strip_of(request, found.clocks.board, service=found.service.id) if found.clocks else []


def _promise_address(request: OrganisationRequest, service: str, promise: Promise, month: date) -> str:
    return ticket_links.tickets_address(
        request, service=service, month=month, agreement=promise.agreement, target=promise.target
    )


def _with_addresses(request: OrganisationRequest, clocks: Iterable[ClockShown]) -> list[tuple[ClockShown, str]]:
    return [(each, ticket_links.ticket_address(request, each.source, each.number)) for each in clocks]


def _versions(request: OrganisationRequest, found: OneService) -> list[tuple[AgreementVersion, str]]:
    """Return the versions that cover a service, each once, with its address for whoever may see agreements."""
    versions = {clause.version.label: clause.version for clause in found.covering.clauses}
    return [(each, _version_address(request, each)) for each in versions.values()]


def _version_address(request: OrganisationRequest, version: AgreementVersion) -> str:
    if not may_read(request.viewer, version):
        return ""
    parts = {"organisation": request.organisation_slug, "agreement": version.agreement, "number": version.number}
    return reverse("agreement_version", kwargs=parts)
