"""Which assumed targets of a version somebody confirmed who speaks for users, and which a viewer may confirm."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from servanda.engine.agreements import AgreementVersion
from servanda.engine.rights import Action, Viewer
from servanda.store import models
from servanda.store.access import access_part
from servanda.store.confirmations import ASSUMED, may_confirm


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Who confirmed a target, and when."""

    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Confirmations:
    """The confirmations of each assumed target of a version, by its id, and the targets that wait for the viewer."""

    by_target: Mapping[str, tuple[Confirmed, ...]]
    waiting: frozenset[str]


def of_version(viewer: Viewer, version: AgreementVersion) -> Confirmations:
    """Return the confirmations of a version; raise `NotFound` where the viewer may see no agreements."""
    organisation = access_part(viewer, Action.SEE_AGREEMENT)
    rows = models.TargetConfirmation.objects.filter(
        organisation=organisation, agreement=version.agreement, number=version.number
    )
    found: dict[str, tuple[Confirmed, ...]] = {}
    for each in rows.order_by("confirmed_at", "pk"):
        assert each.confirmed_at is not None  # as the column has it
        found[each.target] = (*found.get(each.target, ()), Confirmed(each.person, each.confirmed_at))
    return Confirmations(found, frozenset(_waiting(viewer, version, found)))


def _waiting(viewer: Viewer, version: AgreementVersion, found: Mapping[str, tuple[Confirmed, ...]]) -> set[str]:
    assumed = (each for each in version.targets if each.maturity == ASSUMED and may_confirm(viewer, version, each))
    return {each.id for each in assumed if viewer.person not in {one.person for one in found.get(each.id, ())}}
