"""What a viewer may see of tickets, clocks and tallies, as conditions that the database itself keeps to.

An assignment limits services, customers and suppliers. Services and customers are columns; a supplier is whoever a
ticket was ever assigned to, as its events that stand tell.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import StrIndex

from servanda.engine.canonical import written
from servanda.engine.events import EventKind
from servanda.engine.rights import GRANTED, Action, Scope, Viewer
from servanda.store import models
from servanda.store.access import access_part
from servanda.store.searching import NamesSupplier

NOTHING = Q(pk__in=())


@dataclass(frozen=True, slots=True)
class Reach:
    """The organisation of a viewer, and the scopes in which they may do something to its tickets."""

    organisation: models.Organisation
    scopes: tuple[Scope, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return any(each.is_whole for each in self.scopes)

    @property
    def by_supplier(self) -> bool:
        """Whether single tickets must be looked at, as only their events tell whether they are in reach."""
        return not self.is_whole and any(each.suppliers for each in self.scopes)

    def of_tickets(self, prefix: str = "") -> Q:
        """Return what holds for every ticket in reach, or for every row that a prefix such as `ticket__` leads from."""
        within = Q(organisation=self.organisation)
        if self.is_whole:
            return within
        found = NOTHING
        for each in self.scopes:
            found |= self._columns(each, prefix) & self._suppliers(each, prefix)
        return within & found

    def of_tallies(self) -> Q:
        """Return what holds for every tally in reach; nothing where only events tell."""
        within = Q(organisation=self.organisation)
        if self.is_whole:
            return within
        found = NOTHING
        for each in self.scopes:
            if not each.suppliers:
                found |= self._columns(each, "")
        return within & found

    def _columns(self, scope: Scope, prefix: str) -> Q:
        within = Q(organisation=self.organisation)
        if scope.services:
            within &= Q(**{f"{prefix}service__in": sorted(scope.services)})
        if scope.customers:
            within &= Q(**{f"{prefix}customer__in": sorted(scope.customers)})
        return within

    def _suppliers(self, scope: Scope, prefix: str) -> Q:
        if not scope.suppliers:
            return Q()
        key = f"{prefix.rstrip('_')}_id" if prefix else "pk"
        return Q(**{f"{key}__in": _ever_assigned(self.organisation, scope.suppliers).values("ticket_id")})


def reach_of(viewer: Viewer, action: Action) -> Reach:
    """Return how far a viewer may do something to tickets; raise `NotFound` where no role of theirs allows it."""
    organisation = access_part(viewer, action)
    granting = (each for each in viewer.assignments if each.holds_on(viewer.on) and action in GRANTED[each.role])
    scopes = tuple(dict.fromkeys(each.scope for each in granting))
    whole = tuple(each for each in scopes if each.is_whole)
    return Reach(organisation, whole or scopes)  # the same statements for all who see everything


def _ever_assigned(organisation: models.Organisation, suppliers: frozenset[str]) -> QuerySet[models.Event]:
    """Return the events that name one of some suppliers and stand."""
    events = models.Event.objects.filter(NamesSupplier("changes"), organisation=organisation)
    events = events.exclude(kind=EventKind.RETRACTED.value)
    named = NOTHING
    for number, supplier in enumerate(sorted(suppliers)):
        # The one text of the content has the pair as it stands here, and nowhere else: quotes in a name are escaped.
        pair = written({"supplier": supplier})[1:-1]
        events = events.alias(**{f"named_{number}": StrIndex("changes", Value(pair))})
        named |= Q(**{f"named_{number}__gt": 0})
    taken_back = models.Event.objects.filter(
        ticket=OuterRef("ticket"), kind=EventKind.RETRACTED.value, retracts=OuterRef("key")
    )
    return events.filter(named).exclude(Exists(taken_back))
