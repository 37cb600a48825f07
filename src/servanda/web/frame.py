"""What stands around the content of every page: the organisation, the navigation and who is signed in."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from servanda.engine.rights import Action, Subject, Viewer, may
from servanda.web import help_pages
from servanda.web.pages import OrganisationRequest, may_do


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere the navigation leads: the word, the name of its address, and an action that it takes.

    What is of the `whole` organisation is not offered to whoever may do it to a part alone.
    """

    word: str
    name: str
    action: Action
    whole: bool = False

    def is_for(self, viewer: Viewer) -> bool:
        """Whether somebody would be let in there."""
        return may(viewer, self.action, Subject(viewer.organisation)) if self.whole else may_do(viewer, self.action)


MAIN = (
    Place("Home", "home", Action.SEE_RESULTS),
    Place("Services", "services", Action.SEE_RESULTS),
    Place("Agreements", "agreements", Action.SEE_AGREEMENT),
    Place("Reports", "reports", Action.SEE_REPORT),
)
BEHIND_THE_NAME = (
    Place("Service catalogue", "catalogue", Action.SEE_CATALOGUE),
    Place("Requirements", "requirements", Action.SEE_REQUIREMENT),
    Place("Questions to answer", "requirements_asked", Action.ANSWER_REQUIREMENT),
    Place("Imports", "imports", Action.SEE_AUDIT, whole=True),
    Place("People", "people", Action.SEE_PEOPLE, whole=True),
    Place("Groups of users", "groups", Action.SEE_GROUP),
    Place("Suppliers", "suppliers", Action.SEE_SUPPLIER),
    Place("Reconciliation", "reconciliation", Action.SEE_TICKET, whole=True),
)


THEME_COOKIE = "servanda_theme"
THEMES = (("", "System"), ("light", "Light"), ("dark", "Dark"))


@dataclass(frozen=True, slots=True)
class Link:
    """A place with its address; `current` says that the page shown lies there."""

    word: str
    address: str
    current: bool


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame of a page; only places that exist and that this person may see."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    shared = {"theme": chosen if chosen in dict(THEMES) else "", "themes": THEMES, "help_address": _help(request)}
    inside = hasattr(request, "viewer")
    return shared | _of_an_organisation(cast(OrganisationRequest, request)) if inside else shared


def _of_an_organisation(request: OrganisationRequest) -> dict[str, Any]:
    viewer = request.viewer
    return {
        "viewer": viewer,
        "person_name": request.person_name,
        "organisation_name": request.organisation_name,
        "zone": request.zone,
        "service_managers": request.service_managers,
        "names_service_managers": may_do(viewer, Action.MANAGE_PEOPLE),
        "now": request.now.replace(second=0, microsecond=0),
        "main": _links(MAIN, viewer, request.path),
        "behind": _links(BEHIND_THE_NAME, viewer, request.path),
        "home_address": address("home", viewer.organisation) or "/",
        "search_address": address("tickets", viewer.organisation) if may_do(viewer, Action.SEE_TICKET) else "",
    }


def _links(places: tuple[Place, ...], viewer: Viewer, path: str) -> list[Link]:
    found = ((each, address(each.name, viewer.organisation)) for each in places if each.is_for(viewer))
    home = address("home", viewer.organisation)
    return [Link(place.word, to, path == to or (to != home and path.startswith(to))) for place, to in found if to]


def address(name: str, organisation: str) -> str:
    """Return the address of a page of an organisation; nothing where there is no such page yet."""
    return _address(name, organisation, settings.ROOT_URLCONF)


@lru_cache(maxsize=4_096)
def _address(name: str, organisation: str, pages: str) -> str:
    try:
        return reverse(name, pages, kwargs={"organisation": organisation})
    except NoReverseMatch:
        return ""


def _help(request: HttpRequest) -> str:
    """Return the address of the help about a page, or of all help where a page has none of its own."""
    shown = request.resolver_match
    screen = help_pages.OF_ADDRESS.get(shown.url_name or "") if shown else None
    return reverse("help_page", kwargs={"screen": screen}) if screen else reverse("help")
