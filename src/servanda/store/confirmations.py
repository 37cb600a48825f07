"""Who may confirm an assumed target, and which were confirmed: the same for every layer."""

from collections.abc import Iterable

from servanda.engine.agreements import AgreementVersion
from servanda.engine.coverage import Clause
from servanda.engine.rights import GRANTED, Action, Viewer
from servanda.engine.targets import Target
from servanda.store import models

ASSUMED, AGREED = "assumed", "agreed"


def may_confirm(viewer: Viewer, version: AgreementVersion, target: Target) -> bool:
    """Whether a viewer speaks for some of the users to whom a target is promised."""
    clause = Clause(version, target)
    return any(
        each.holds_on(viewer.on)
        and Action.CONFIRM_TARGET in GRANTED[each.role]
        and not each.scope.suppliers
        and _meets(each.scope.services, clause.services)
        and _meets(each.scope.customers, clause.customers)
        for each in viewer.assignments
    )


def _meets(scope: frozenset[str], named: frozenset[str]) -> bool:
    return not scope or not named or not scope.isdisjoint(named)


def is_same_promise(one: Target, other: Target) -> bool:
    """Whether two targets promise the same: a confirmation of one is one of the other."""
    return (one.kind, dict(one.limits), one.unlimited, one.share) == (
        other.kind,
        dict(other.limits),
        other.unlimited,
        other.share,
    )


def confirmed(organisation: models.Organisation, agreements: Iterable[str]) -> frozenset[tuple[str, int, str]]:
    """Return the targets of some agreements that were confirmed: agreement, number of the version, and target."""
    rows = models.TargetConfirmation.objects.filter(organisation=organisation, agreement__in=sorted(set(agreements)))
    return frozenset(rows.values_list("agreement", "number", "target"))
