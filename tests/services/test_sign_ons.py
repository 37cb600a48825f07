"""Single sign-on: whom a provider's word lets in, and whom it does not; on both databases."""

from dataclasses import replace
from datetime import date

import pytest

from servanda.engine.rights import Assignment, Role
from servanda.services import people, retention, sign_ons
from servanda.services.sign_ons import SignOnRefused, Told
from servanda.store import models, translate
from tests.tenancy import school
from tests.web.browsers import kept_school as kept_school
from tests.web.browsers import now as now

KIM = Told("https://sign-on.example", "42", "kim@hill.example", "School sign-on")


def add(slug: str = "kim", email: str = "kim@hill.example", role: Role | None = Role.TECHNICIAN) -> models.Person:
    """Add somebody with an address, and give them a role."""
    organisation = models.Organisation.objects.get(slug="school")
    person = models.Person.objects.create(organisation=organisation, slug=slug, email=email)
    if role:
        translate.record_of_assignment(Assignment(role), person).save()
    return person


def account_of(slug: str) -> int | None:
    """Return the key of somebody's account."""
    return models.Person.objects.get(slug=slug, organisation__slug="school").account_id


def refused(told: Told) -> str:
    """Sign on in vain; return what was found, and check that nothing was kept."""
    before = [model.objects.count() for model in (models.Account, models.Identity, models.Entry)]
    with pytest.raises(SignOnRefused) as refusal:
        sign_ons.sign_on(told, now=school.NOW)
    assert [model.objects.count() for model in (models.Account, models.Identity, models.Entry)] == before
    return refusal.value.found


def test_who_was_added_with_the_address_gets_an_account_without_a_password(kept_school: models.Organisation) -> None:
    add(email="Kim@Hill.example")
    account = sign_ons.sign_on(KIM, now=school.NOW)
    assert account_of("kim") == account
    kept = models.Account.objects.get(pk=account)
    assert (kept.email, kept.has_usable_password()) == ("kim@hill.example", False)
    last = models.Entry.objects.latest("sequence")
    assert (last.actor, last.content) == ("kim", {"done": "signed on with School sign-on for the first time"})


def test_the_second_time_the_subject_counts_and_no_address(kept_school: models.Organisation) -> None:
    add()
    account = sign_ons.sign_on(KIM, now=school.NOW)
    assert sign_ons.sign_on(replace(KIM, address=""), now=school.NOW) == account
    assert sign_ons.sign_on(replace(KIM, address="renamed@hill.example"), now=school.NOW) == account


def test_nobody_gets_in_because_a_provider_knows_them(kept_school: models.Organisation) -> None:
    assert "nobody here has added you with kim@hill.example" in refused(KIM)
    add()
    assert "nobody here has added you" in refused(replace(KIM, address=""))


def test_another_subject_with_the_address_of_somebody_is_refused(kept_school: models.Organisation) -> None:
    add()
    sign_ons.sign_on(KIM, now=school.NOW)
    assert "signs in here already" in refused(replace(KIM, subject="43"))
    assert "signs in here already" in refused(replace(KIM, issuer="https://other.example"))


def test_an_account_with_a_password_is_not_taken_over_by_its_address(kept_school: models.Organisation) -> None:
    """Who first signed in by a link chose the address, and nobody has shown that it is theirs."""
    add("victim", "kim@hill.example")
    models.Account.objects.create(email="kim@hill.example", made_at=school.NOW, password="of somebody else")
    assert "signs in here already" in refused(KIM)
    assert account_of("victim") is None


def test_who_has_left_or_has_no_role_today_or_is_named_by_a_source_is_not_meant(
    kept_school: models.Organisation,
) -> None:
    models.Person.objects.filter(pk=add("left").pk).update(active=False)
    add("without", role=None)
    over = add("over", role=None)
    translate.record_of_assignment(Assignment(Role.TECHNICIAN, until_on=date(2026, 1, 31)), over).save()
    add("p-" + "0" * 20)
    add("similar", "k\u0131m@hill.example")
    refused(KIM)


def test_people_of_two_organisations_are_joined(kept_school: models.Organisation) -> None:
    add()
    account = sign_ons.sign_on(KIM, now=school.NOW)
    other = models.Organisation.objects.create(slug="other", name="Other", zone="UTC")
    person = models.Person.objects.create(organisation=other, slug="guest", email="kim@hill.example")
    translate.record_of_assignment(Assignment(Role.TECHNICIAN), person).save()
    assert sign_ons.sign_on(KIM, now=school.NOW) == account
    person.refresh_from_db()
    assert person.account_id == account


@pytest.mark.parametrize(
    ("address", "verified", "expected"),
    [
        (" Kim@Hill.example ", True, "kim@hill.example"),
        ("kim@hill.example", False, ""),
        ("kim@other.example", True, ""),
        ("kim@sub.hill.example", True, ""),
        ("kim", True, ""),
        ("", True, ""),
        ("\u212aim@hill.example", True, ""),  # the sign of the kelvin, whose small letter is k
    ],
)
def test_an_address_counts_where_the_provider_is_trusted_with_it(address: str, verified: bool, expected: str) -> None:
    assert sign_ons.vouched(address, verified=verified, domains=("hill.example",)) == expected


def technician() -> int:
    """Return the key of the account of the technician, who has a password."""
    account = models.Account.objects.get(people__slug="technician", people__organisation__slug="school")
    account.set_password("plover window thursday")
    account.save()
    return int(account.pk)


def test_who_is_signed_in_connects_a_provider_and_signs_on_by_it(kept_school: models.Organisation) -> None:
    account = technician()
    sign_ons.connect(account, KIM, now=school.NOW)
    sign_ons.connect(account, KIM, now=school.NOW)
    assert [each.issuer for each in sign_ons.connected(account)] == [KIM.issuer]
    assert sign_ons.sign_on(replace(KIM, address=""), now=school.NOW) == account


def test_one_sign_on_lets_in_to_one_account(kept_school: models.Organisation) -> None:
    add()
    sign_ons.sign_on(KIM, now=school.NOW)
    with pytest.raises(SignOnRefused, match="to another account here"):
        sign_ons.connect(technician(), KIM, now=school.NOW)


def test_nobody_disconnects_the_only_way_in_nor_what_is_somebody_elses(kept_school: models.Organisation) -> None:
    add()
    account = sign_ons.sign_on(KIM, now=school.NOW)
    [own] = sign_ons.connected(account)
    with pytest.raises(SignOnRefused, match="You sign in with School sign-on alone"):
        sign_ons.disconnect(account, own.number, KIM.title, now=school.NOW)
    sign_ons.disconnect(technician(), own.number, KIM.title, now=school.NOW)
    assert sign_ons.connected(account) == (own,)
    sign_ons.connect(account, replace(KIM, issuer="https://other.example"), now=school.NOW)
    sign_ons.disconnect(account, own.number, KIM.title, now=school.NOW)
    assert len(sign_ons.connected(account)) == 1


def test_who_is_forgotten_is_known_by_no_provider(kept_school: models.Organisation) -> None:
    add()
    sign_ons.sign_on(KIM, now=school.NOW)
    viewer = people.viewer(kept_school, "administrator", now=school.NOW)
    retention.anonymise(viewer, "kim", now=school.NOW, reason="request of 3 May")
    assert not models.Identity.objects.exists()
    refused(KIM)
