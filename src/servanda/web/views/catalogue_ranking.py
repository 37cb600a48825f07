"""Which service comes first when much is broken at once: an order that is moved about, and kept at once."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from servanda.engine.rights import Action
from servanda.queries import catalogue as kept
from servanda.reports.words import count
from servanda.services import catalogue as doing
from servanda.services.catalogue import CatalogueRefused
from servanda.store.access import NotFound
from servanda.web.pages import ASKING, OrganisationRequest, page


@page(Action.WRITE_CATALOGUE, methods=ASKING)
def ranking(request: OrganisationRequest) -> HttpResponse:
    """Show the services in the order of their ranks; move one up or down in what is shown, or keep the order."""
    if not doing.may_write_all(request.viewer):
        raise NotFound("page")
    names = {each.service: each.entry.name for each in kept.catalogue(request.viewer) if not each.entry.withdrawn}
    if request.method != "POST":
        return _shown(request, names, list(names))
    order = [each for each in dict.fromkeys(request.POST.getlist("order")) if each in names]
    if service := request.POST.get("up", ""):
        return _shown(request, names, moved(order, service, -1))
    if service := request.POST.get("down", ""):
        return _shown(request, names, moved(order, service, 1))
    try:
        changed = doing.rank(request.viewer, order, now=request.now)
    except CatalogueRefused as refusal:
        return _shown(request, names, list(names), refusal)
    messages.success(request, f"The order is kept: {count(changed, 'service has', 'services have')} another rank.")
    return redirect("catalogue", request.organisation_slug)


def moved(order: Sequence[str], service: str, by: int) -> list[str]:
    """Return an order in which a service stands some places further, as far as there are places."""
    found = [each for each in order if each != service]
    if len(found) < len(order):
        found.insert(max(0, order.index(service) + by), service)
    return found


def _shown(
    request: OrganisationRequest,
    names: dict[str, str],
    order: Sequence[str],
    refusal: CatalogueRefused | None = None,
) -> HttpResponse:
    context = {"services": [(each, names[each]) for each in order], "refusal": refusal}
    return render(request, "catalogue/ranking.html", context, status=400 if refusal else 200)
