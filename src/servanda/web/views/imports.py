"""The files that were taken in: a list, and what each brought."""

from django.http import HttpResponse
from django.shortcuts import render

from servanda.engine.rights import Action
from servanda.queries import imports as kept
from servanda.web import parameters
from servanda.web.pages import OrganisationRequest, page


@page(Action.SEE_AUDIT)
def imports(request: OrganisationRequest) -> HttpResponse:
    """List the imports, the latest first."""
    asked = parameters.number(request, "page")
    found = kept.listing(request.viewer, 1 if asked is None else asked)
    return render(request, "imports/list.html", {"listing": found})


@page(Action.SEE_AUDIT)
def one(request: OrganisationRequest, number: int) -> HttpResponse:
    """Show one import: what it counted, why rows were refused, how it was read, and whether it stands."""
    return render(request, "imports/import.html", {"found": kept.one(request.viewer, number)})
