"""The tickets: a list that is narrowed down, views of it that people save, and one ticket with its clocks explained."""

from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from servanda.engine import zones
from servanda.engine.rights import Action
from servanda.queries import saved_views as views
from servanda.queries import ticket as of_one
from servanda.queries import ticket_filters
from servanda.queries import tickets as of_many
from servanda.reports import tickets as told
from servanda.reports.tickets import as_list
from servanda.services import saved_views as saving
from servanda.web import parameters
from servanda.web.pages import DOING, OrganisationRequest, may_do, page


@page(Action.SEE_TICKET)
def tickets(request: OrganisationRequest) -> HttpResponse:
    """List the tickets that are asked for."""
    asked = request.GET.dict()
    filters, number = ticket_filters.read(asked), ticket_filters.page_of(asked)
    listing = of_many.page(request.viewer, filters, number, now=request.now)
    shown = as_list.shown(listing, views.of(request.viewer))
    return render(request, "tickets/list.html", {"listing": listing, "shown": shown})


@page(Action.SEE_TICKET, methods=DOING)
def saved_views(request: OrganisationRequest) -> HttpResponse:
    """Save a view of the list under a name, or remove one."""
    name, asked = request.POST.get("name", "").strip(), request.POST.get("filters", "")
    filters = ticket_filters.read(dict(parse_qsl(asked))).written()
    if "remove" in request.POST:
        gone = saving.forget(request.viewer, name)
        messages.success(request, f"The view “{name}” is removed." if gone else "There was no such view.")
    else:
        saving.keep(request.viewer, name, filters, now=request.now)
        messages.success(request, f"The view “{name}” is saved.")
    to = reverse("tickets", kwargs={"organisation": request.organisation_slug})
    return redirect(f"{to}?{urlencode(filters)}" if filters else to)


@page(Action.SEE_TICKET)
def ticket(request: OrganisationRequest, source: str, number: str) -> HttpResponse:
    """Show one ticket: its clocks with their explanation, and its events."""
    asked = parameters.wall_clock(request, "as_of")
    as_of = asked.replace(tzinfo=zones.zone(request.zone)) if asked else request.now
    kept = of_one.one(request.viewer, source, number, as_of=as_of)
    shown = told.shown(kept, ticket_filters.page_of(request.GET.dict(), "events"))
    sees = may_do(request.viewer, Action.SEE_AGREEMENT)
    return render(request, "tickets/ticket.html", {"shown": shown, "asked": asked, "agreements": sees})
