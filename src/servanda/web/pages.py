"""What every page of an organisation shares: who asks, when, and which requests it answers.

    @page(Action.SEE_RESULTS)
    def services(request: OrganisationRequest) -> HttpResponse:
        found = queries.services.overview(request.viewer, request.now)
        return render(request, "services/overview.html", {"services": found})

The decorator takes the organisation out of the address. Without an account one is sent to sign in; what is missing,
foreign or not for this person's roles is not there, by one and the same page.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed

from servanda import wall_time
from servanda.engine.rights import GRANTED, WHOLE_ORGANISATION, Action, Assignment, Viewer
from servanda.services import accounts
from servanda.store.access import NotFound

Parts = ParamSpec("Parts")

SEEING = ("GET", "HEAD")
ASKING = ("GET", "HEAD", "POST")
DOING = ("POST",)


class OrganisationRequest(HttpRequest):
    """A request inside one organisation: who asks there, and when, which is the `now` of everything it shows."""

    viewer: Viewer
    organisation_slug: str
    organisation_name: str
    person_name: str
    zone: str
    service_managers: tuple[str, ...]
    now: datetime


Of = Callable[Concatenate[OrganisationRequest, Parts], HttpResponseBase]
View = Callable[..., HttpResponseBase]


def page(*actions: Action, methods: tuple[str, ...] = SEEING) -> Callable[[Of[Parts]], View]:
    """Make a function the view of a page for whoever may do one of the actions at all; naming none, for any role.

    `methods` are the requests it answers: `SEEING`, `ASKING` for a page with a form, `DOING` for a form alone.
    """

    def decorate(view: Of[Parts]) -> View:
        @wraps(view)
        def answer(request: HttpRequest, organisation: str, *args: Any, **parts: Any) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return view(_inside(request, organisation, actions), *args, **parts)

        return answer

    return decorate


def _inside(request: HttpRequest, organisation: str, actions: tuple[Action, ...]) -> OrganisationRequest:
    """Return the request with who asks; raise `NotFound` where they are nobody there, or may do none of the actions."""
    assert request.user.is_authenticated
    inside = cast(OrganisationRequest, request)
    inside.now = wall_time.now()
    standing = accounts.standing(request.user.pk, organisation, inside.now)
    if not _may_any(standing.viewer, actions):
        raise NotFound("page")
    inside.viewer = standing.viewer
    inside.organisation_slug = standing.viewer.organisation
    inside.organisation_name = standing.organisation_name
    inside.person_name = standing.person_name
    inside.zone = standing.zone
    inside.service_managers = standing.service_managers
    return inside


def _may_any(viewer: Viewer, actions: tuple[Action, ...]) -> bool:
    held = [each for each in viewer.assignments if each.holds_on(viewer.on)]
    return any(not actions or any(_brings(each, action) for action in actions) for each in held)


def _brings(assignment: Assignment, action: Action) -> bool:
    """Whether an assignment brings an action at all; one that touches everything only without any limit of scope."""
    whole_enough = assignment.scope.is_whole or action not in WHOLE_ORGANISATION
    return whole_enough and action in GRANTED[assignment.role]


def handed_out(content: bytes, name: str) -> HttpResponse:
    """Return a PDF, to be shown or kept under a name."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def may_do(viewer: Viewer, action: Action) -> bool:
    """Say whether some role of a viewer brings an action, so that a page offers nothing that would be refused."""
    return _may_any(viewer, (action,))
