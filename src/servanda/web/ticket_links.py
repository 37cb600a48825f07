"""Addresses of the tickets behind a figure, for whoever may see tickets; the words are those of the list itself."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from servanda.engine.rights import Action
from servanda.queries.board import Board
from servanda.queries.ticket_filters import Asked, Filters
from servanda.web.frame import address
from servanda.web.pages import OrganisationRequest, may_do


def tickets_address(request: OrganisationRequest, **filters: Any) -> str:
    """Return the address of the list of tickets that filters ask for; empty for whom there is no such list."""
    to = address("tickets", request.organisation_slug) if may_do(request.viewer, Action.SEE_TICKET) else ""
    asked = _asked(Filters(**filters)) if to else ""
    return f"{to}?{asked}" if asked else to


@lru_cache(maxsize=16_384)
def _asked_in(service: str, month: date) -> str:
    return urlencode(Filters(service=service, month=month).written())


@lru_cache(maxsize=16_384)
def _asked(filters: Filters) -> str:
    return urlencode(filters.written())


def ticket_address(request: OrganisationRequest, source: str, number: str) -> str:
    """Return the address of a ticket, where its clocks are explained; empty for whom there is none."""
    parts = {"organisation": request.organisation_slug, "source": source, "number": number}
    try:
        return reverse("ticket", kwargs=parts) if may_do(request.viewer, Action.SEE_TICKET) else ""
    except NoReverseMatch:
        return ""


def service_address(request: OrganisationRequest, service: str) -> str:
    """Return the address of a service's page; empty for what names none."""
    parts = {"organisation": request.organisation_slug, "service": service}
    try:
        return reverse("service", kwargs=parts) if service else ""
    except NoReverseMatch:
        return ""


def of_service(request: OrganisationRequest, service: str) -> Callable[[date | None], str]:
    """Return what gives the address of the tickets behind a month of a service, or of its page for no month."""

    listed = address("tickets", request.organisation_slug) if may_do(request.viewer, Action.SEE_TICKET) else ""

    def to(month: date | None) -> str:
        if month is None:
            return service_address(request, service)
        return f"{listed}?{_asked_in(service, month)}" if service and listed else ""

    return to


def missed_in(request: OrganisationRequest, service: str, month: date) -> str:
    """Return the address of the tickets of a service that missed in a month."""
    return tickets_address(request, service=service, month=month, state=Asked.MISSED)


class Standing(NamedTuple):
    """A state of open clocks on the page: its mark and word, how many tickets have it, and where they are listed."""

    mark: str
    word: str
    says: str
    tickets: int
    address: str


def strip_of(request: OrganisationRequest, board: Board, **filters: Any) -> list[Standing]:
    """Return open tickets by the state of their clocks, what presses most first, each with its list."""
    return [
        Standing(*words, tickets, tickets_address(request, state=state, **filters) if tickets else "")
        for words, tickets, state in _states(board)
    ]


def _states(board: Board) -> list[tuple[tuple[str, str, str], int, Asked]]:
    return [
        (("missed", "Overdue", "missed and still open"), board.overdue, Asked.OVERDUE),
        (("near", "Due soon", "in the last quarter of their time"), board.due_soon, Asked.DUE_SOON),
        (("running", "Running", "in time, those due soon among them"), board.running, Asked.RUNNING),
        (("paused", "Paused", "waiting for an agreed reason"), board.paused, Asked.PAUSED),
    ]
