"""The views of the list of tickets that somebody saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from servanda.engine.rights import Viewer
from servanda.store import models
from servanda.store.prepared import Given, prepared


@dataclass(frozen=True, slots=True)
class View:
    """Filters as parameters of an address, under the name that their owner gave them."""

    name: str
    filters: Mapping[str, str]


def of(viewer: Viewer) -> tuple[View, ...]:
    """Return the views that a viewer saved, by name; nobody else's."""
    return tuple(View(*each) for each in _own().rows(organisation=viewer.organisation, person=viewer.person))


@prepared
def _own() -> QuerySet[Any]:
    own = models.SavedView.objects.filter(organisation__slug=Given("organisation"), person__slug=Given("person"))
    return own.order_by("name").values_list("name", "filters")
