"""The views of the list of tickets that somebody saved."""

from collections.abc import Mapping
from dataclasses import dataclass

from servanda.engine.rights import Viewer
from servanda.store import models


@dataclass(frozen=True, slots=True)
class View:
    """Filters as parameters of an address, under the name that their owner gave them."""

    name: str
    filters: Mapping[str, str]


def of(viewer: Viewer) -> tuple[View, ...]:
    """Return the views that a viewer saved, by name; nobody else's."""
    own = models.SavedView.objects.filter(organisation__slug=viewer.organisation, person__slug=viewer.person)
    return tuple(View(each.name, each.filters) for each in own.order_by("name"))
