"""The tickets: a list that is narrowed down, views of it that people save, and one ticket with its clocks explained."""

from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from servanda.bad_input import BadInput
from servanda.engine import zones
from servanda.engine.rights import Action
from servanda.queries import saved_views as views
from servanda.queries import ticket as of_one
from servanda.queries import ticket_filters, unlisted
from servanda.queries import tickets as of_many
from servanda.queries.agreements import may_read
from servanda.reports import tickets as told
from servanda.reports import unlisted as unlisted_words
from servanda.reports.tickets import as_list
from servanda.services import saved_views as saving
from servanda.services import unlisted as deciding
from servanda.services.unlisted import Decision
from servanda.store.access import NotFound
from servanda.web import parameters
from servanda.web.pages import DOING, OrganisationRequest, may_do, page


@page(Action.SEE_TICKET)
def tickets(request: OrganisationRequest) -> HttpResponse:
    """List the tickets that are asked for."""
    asked = request.GET.dict()
    filters, number = ticket_filters.read(asked), ticket_filters.page_of(asked)
    listing = of_many.page(request.viewer, filters, number, now=request.now)
    shown = as_list.shown(listing, views.of(request.viewer))
    sees_catalogue = may_do(request.viewer, Action.SEE_CATALOGUE)
    context = {"listing": listing, "shown": shown, "sees_catalogue": sees_catalogue}
    return render(request, "tickets/list.html", context)


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
    return _ticket_page(request, source, number)


def _ticket_page(
    request: OrganisationRequest, source: str, number: str, refusal: BadInput | None = None
) -> HttpResponse:
    asked = parameters.wall_clock(request, "as_of")
    as_of = asked.replace(tzinfo=zones.zone(request.zone)) if asked else request.now
    kept = of_one.one(request.viewer, source, number, as_of=as_of)
    shown = told.shown(kept, ticket_filters.page_of(request.GET.dict(), "events"))
    context = {
        "shown": shown,
        "asked": asked,
        "agreements": _readable(request, shown),
        "unlisted": _unlisted(request, kept, shown),
        "refused": refusal,
    }
    if refusal and not context["unlisted"]:
        raise refusal
    return render(request, "tickets/ticket.html", context, status=400 if refusal else 200)


def _readable(request: OrganisationRequest, shown: told.Shown) -> set[str]:
    """Return the labels of the versions that judge the ticket and that the viewer may read."""
    versions = (each.reading.cover.version for each in shown.cards)
    return {each.label for each in versions if each is not None and may_read(request.viewer, each)}


# --- what the catalogue does not list ---


def _unlisted(request: OrganisationRequest, kept: of_one.KeptTicket, shown: told.Shown) -> dict[str, Any] | None:
    """Return how a ticket stands to the catalogue; nothing where it is listed, or where no role lets one see that."""
    if not may_do(request.viewer, Action.SEE_CATALOGUE):
        return None
    found = unlisted.of_ticket(request.viewer, kept, shown.known)
    if not (found.why or found.decisions):
        return None
    return {
        "why": unlisted_words.why(found.why, shown.service, shown.known["component"]) if found.why else "",
        "decisions": [(unlisted_words.DECISIONS[each.decision], each) for each in found.decisions],
        "choices": list(unlisted_words.DECISIONS.items()),
        "standard": unlisted_words.STANDARD_REFUSAL,
        "decides": bool(found.why) and may_do(request.viewer, Action.DECIDE_UNLISTED),
    }


@page(Action.DECIDE_UNLISTED, methods=DOING)
def decide(request: OrganisationRequest, source: str, number: str) -> HttpResponse:
    """Keep what is decided about a ticket for what the catalogue does not list."""
    word, text = request.POST.get("decision", ""), request.POST.get("text", "").replace("\r\n", "\n")
    decision = Decision(word) if word in Decision.values else None
    try:
        deciding.decide(request.viewer, source, number, decision, text, now=request.now)
    except NotFound:
        raise
    except BadInput as refusal:
        return _ticket_page(request, source, number, refusal)
    messages.success(request, "The decision is kept, with your name.")
    return redirect("ticket", request.organisation_slug, source, number)
