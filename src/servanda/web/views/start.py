"""Where somebody lands: their organisation, or the list of those that they are somebody in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from servanda import wall_time
from servanda.services import accounts
from servanda.web.frame import address


@require_safe
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Lead to the one organisation of this account, or show which there are."""
    assert request.user.is_authenticated
    standings = accounts.standings(request.user.pk, wall_time.now())
    found = [(each, address("home", each.viewer.organisation)) for each in standings]
    if len(found) == 1 and found[0][1]:
        return redirect(found[0][1])
    return render(request, "start.html", {"found": found})


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer that pages are served."""
    return HttpResponse("ok", content_type="text/plain")
