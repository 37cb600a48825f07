"""An assumed target stays assumed until somebody who speaks for the users confirms it, or a version is signed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from servanda.engine.agreements import AgreementKind, AgreementVersion, Book, Customer, Organisation, Service, Signature
from servanda.engine.instants import HOUR
from servanda.engine.rights import Assignment, Role, Scope, Viewer
from servanda.engine.targets import ANY_PRIORITY, Limit, Unit
from servanda.queries.confirmations import of_version
from servanda.services import agreements, audit, confirmations, organisations
from servanda.services.agreements import BookRefused
from servanda.services.confirmations import ConfirmationRefused
from servanda.store import models
from servanda.store.access import NotFound
from tests import june
from tests.services import hill

MAY = date(2018, 5, 1)


def version(number: int = 1, limit: int = 8, **of_target: str) -> AgreementVersion:
    """Return a version for pupils and staff with one target."""
    limits = {ANY_PRIORITY: Limit(limit * HOUR, Unit.OPEN_TIME)}
    return AgreementVersion(
        "desk",
        number,
        AgreementKind.SLA,
        "Service desk",
        june.LONDON,
        date(2018, number, 1),
        (june.target(limits=limits, **of_target),),
        services=frozenset({"mail"}),
        customers=frozenset({"pupils", "staff"}),
    )


def book(*versions: AgreementVersion) -> Book:
    """Return a book of some versions."""
    customers = tuple(Customer(each, each) for each in ("pupils", "staff"))
    calendars = tuple({each.calendar.id: each.calendar for one in versions for each in one.targets}.values())
    own = Organisation("hill", "Hill School", june.LONDON)
    return Book(own, customers, (Service("mail", "E-mail"),), calendars, (), versions)


def apply(*versions: AgreementVersion) -> None:
    """Keep some versions."""
    agreements.apply(hill.KIM, book(*versions), hill.NOW)


def representing(*customers: str, services: Iterable[str] = ()) -> Viewer:
    """Return somebody who speaks for some groups."""
    scope = Scope(services=frozenset(services), customers=frozenset(customers))
    return replace(hill.KIM, person="-".join(["of", *customers]), assignments=(Assignment(Role.REPRESENTATIVE, scope),))


@pytest.fixture
def own(store: str, tmp_path: Path) -> models.Organisation:
    """Return Hill School with an agreement whose target is assumed."""
    made = organisations.add("hill", "Hill School", june.LONDON, "kim", hill.NOW)
    apply(version(maturity="assumed"))
    return made


def test_what_was_assumed_is_not_agreed_before_somebody_confirms_it(own: models.Organisation) -> None:
    agreed = version(2)
    with pytest.raises(BookRefused, match="Target 'fix' of desk/2 is agreed, but nobody who speaks for its users"):
        apply(agreed)
    with pytest.raises(BookRefused):
        agreements.plan(hill.KIM, book(agreed), hill.NOW)
    assert models.AgreementVersion.objects.count() == 1
    confirmations.confirm(representing("pupils"), "desk", 1, "fix", now=hill.NOW)
    apply(agreed)
    assert models.AgreementVersion.objects.count() == 2
    assert list(audit.breaks(own)) == []


def test_a_confirmation_is_of_what_was_promised_then(own: models.Organisation) -> None:
    confirmations.confirm(representing("pupils"), "desk", 1, "fix", now=hill.NOW)
    with pytest.raises(BookRefused):
        apply(version(2, limit=9))
    apply(version(2, limit=9, maturity="assumed"))
    with pytest.raises(BookRefused):
        apply(version(3, limit=9))
    apply(version(3))  # the eight hours that were confirmed


def test_a_signature_agrees_as_well_as_a_confirmation(own: models.Organisation) -> None:
    agreed = version(2)
    apply(replace(agreed, signed=Signature(MAY, agreed.content_hash())))
    assert models.Signature.objects.count() == 1


def test_what_was_never_assumed_needs_no_confirmation(own: models.Organisation) -> None:
    new = june.target(id="other")
    apply(replace(version(2, maturity="assumed"), targets=(new,)))
    apply(version(3))  # 'fix' is new again: the version before had none
    assert models.AgreementVersion.objects.count() == 3


@pytest.mark.parametrize(
    "viewer",
    [
        hill.KIM,
        hill.viewer(Role.ADMINISTRATOR),
        hill.viewer(Role.EXECUTIVE),
        representing("parents"),
        representing("pupils", services=["print"]),
        replace(representing("pupils"), organisation="college"),
    ],
    ids=["manager", "administrator", "executive", "other users", "other service", "next door"],
)
def test_who_speaks_for_none_of_its_users_confirms_nothing(own: models.Organisation, viewer: Viewer) -> None:
    organisations.add("college", "A college", june.LONDON, "kim", hill.NOW)
    with pytest.raises(NotFound):
        confirmations.confirm(viewer, "desk", 1, "fix", now=hill.NOW)
    assert models.TargetConfirmation.objects.count() == 0


def test_one_confirms_once_and_only_what_is_there(own: models.Organisation) -> None:
    pupils, staff = representing("pupils"), representing("staff", services=["mail"])
    for agreement, number, target in (("desk", 2, "fix"), ("desk", 1, "other"), ("other", 1, "fix")):
        with pytest.raises(NotFound):
            confirmations.confirm(pupils, agreement, number, target, now=hill.NOW)
    [kept] = book(version(maturity="assumed")).versions
    assert of_version(pupils, kept).waiting == {"fix"}
    confirmations.confirm(pupils, "desk", 1, "fix", now=hill.NOW)
    with pytest.raises(ConfirmationRefused, match="confirmed target 'fix' of desk/1 already"):
        confirmations.confirm(pupils, "desk", 1, "fix", now=hill.NOW)
    assert of_version(pupils, kept).waiting == frozenset()
    confirmations.confirm(staff, "desk", 1, "fix", now=hill.NOW)
    assert [each.person for each in of_version(hill.KIM, kept).by_target["fix"]] == ["of-pupils", "of-staff"]
    apply(version(2))
    with pytest.raises(ConfirmationRefused, match="Target 'fix' of desk/2 is agreed"):
        confirmations.confirm(pupils, "desk", 2, "fix", now=hill.NOW)
