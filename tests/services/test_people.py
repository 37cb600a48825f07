"""People and roles: who manages them, what they may do once assigned, and what the audit keeps of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from servanda.bad_input import BadInput
from servanda.engine.rights import Action, Assignment, Role, Scope, Viewer
from servanda.services import audit, organisations, people
from servanda.services.people import Listed, PersonRefused, Pseudonyms
from servanda.store import models
from servanda.store.access import NotFound, access_organisation
from servanda.store.keepable import Unkeepable
from servanda.store.slugs import PSEUDONYM
from tests.builders import instant

NOW = instant("2026-06-01 09:00 Europe/London")
TODAY = date(2026, 6, 1)
ADMINISTRATOR = Assignment(Role.ADMINISTRATOR)
MANAGER = Assignment(Role.SERVICE_MANAGER)
OF_MAIL = Assignment(Role.TECHNICIAN, Scope(services=frozenset({"mail"})), date(2026, 1, 1), date(2026, 12, 31))


def school(slug: str = "school") -> models.Organisation:
    """Return an organisation that kim administers."""
    return organisations.add(slug, "A school", "Europe/London", "kim", NOW)


def kim(organisation: models.Organisation) -> Viewer:
    """Return the administrator of an organisation, as of today."""
    return people.viewer(organisation, "kim", now=NOW)


def contents(organisation: models.Organisation) -> list[object]:
    """Return what the audit keeps of people, after the making of the organisation."""
    entries = models.Entry.objects.filter(organisation=organisation, sequence__gt=1).order_by("sequence")
    assert list(audit.breaks(organisation)) == []
    return [(each.subject, each.content) for each in entries]


def test_somebody_new_may_do_nothing_until_a_role_is_assigned(store: str) -> None:
    own = school()
    people.add(kim(own), "sam", "Sam Smith", "sam@school.example", now=NOW)
    assert people.viewer(own, "sam", now=NOW).assignments == ()
    with pytest.raises(NotFound):
        access_organisation(people.viewer(own, "sam", now=NOW), Action.IMPORT_LOG)
    assert people.assign(kim(own), "sam", MANAGER, now=NOW)
    assert access_organisation(people.viewer(own, "sam", now=NOW), Action.IMPORT_LOG) == own
    assert people.every(kim(own)) == (
        Listed("kim", "kim", "", True, (ADMINISTRATOR,)),
        Listed("sam", "Sam Smith", "sam@school.example", True, (MANAGER,)),
    )


@pytest.mark.parametrize("name", ["Sam\x1b[2J", "Sam\nSmith", "   "])
def test_a_name_that_nobody_would_see_as_it_is_is_refused(store: str, name: str) -> None:
    own = school()
    with pytest.raises(Unkeepable):
        people.add(kim(own), "sam", name, now=NOW)
    with pytest.raises(Unkeepable):
        organisations.add("college", name, "UTC", "kim", NOW)


def test_the_audit_keeps_ids_and_roles_but_no_name_and_no_address(store: str) -> None:
    own = school()
    people.add(kim(own), "sam", "Sam Smith", "sam@school.example", now=NOW)
    people.assign(kim(own), "sam", OF_MAIL, now=NOW)
    people.end_assignment(kim(own), "sam", Role.TECHNICIAN, TODAY, now=NOW)
    people.deactivate(kim(own), "sam", now=NOW)
    told = {
        "role": "technician",
        "scope": {"services": ["mail"]},
        "from_on": "2026-01-01",
        "until_on": "2026-12-31",
    }
    assert contents(own) == [
        ("person sam", {"done": "added"}),
        ("person sam", {"done": "assigned", "assignment": told}),
        ("person sam", {"done": "ended", "on": "2026-06-01", "assignments": [told]}),
        ("person sam", {"done": "left"}),
    ]


def test_the_same_role_again_is_no_news(store: str) -> None:
    own = school()
    people.add(kim(own), "sam", "Sam", now=NOW)
    assert people.assign(kim(own), "sam", OF_MAIL, now=NOW)
    assert not people.assign(kim(own), "sam", OF_MAIL, now=NOW)
    assert len(contents(own)) == 2


def test_nobody_manages_the_service_and_represents_its_users(store: str) -> None:
    own = school()
    people.add(kim(own), "sam", "Sam", now=NOW)
    people.assign(kim(own), "sam", Assignment(Role.SERVICE_MANAGER, Scope(customers=frozenset({"staff"}))), now=NOW)
    pupils, staff = (Scope(customers=frozenset({each})) for each in ("pupils", "staff"))
    assert people.assign(kim(own), "sam", Assignment(Role.REPRESENTATIVE, pupils), now=NOW)
    for scope in (staff, Scope()):
        with pytest.raises(PersonRefused, match=r"'sam' is service_manager and would be representative for .*staff"):
            people.assign(kim(own), "sam", Assignment(Role.REPRESENTATIVE, scope), now=NOW)
    with pytest.raises(PersonRefused, match=r"'sam' is representative and would be service_manager for .*pupils"):
        people.assign(kim(own), "sam", MANAGER, now=NOW)
    people.end_assignment(kim(own), "sam", Role.SERVICE_MANAGER, TODAY, now=NOW)
    later = Assignment(Role.REPRESENTATIVE, staff, from_on=date(2026, 6, 2))
    assert people.assign(kim(own), "sam", later, now=NOW)


def test_a_role_that_was_ended_lasts_to_its_last_day(store: str) -> None:
    own = school()
    people.add(kim(own), "sam", "Sam", now=NOW)
    people.assign(kim(own), "sam", MANAGER, now=NOW)
    people.assign(kim(own), "sam", Assignment(Role.SERVICE_MANAGER, from_on=date(2026, 7, 1)), now=NOW)
    assert people.end_assignment(kim(own), "sam", Role.SERVICE_MANAGER, TODAY, now=NOW) == 2
    assert access_organisation(people.viewer(own, "sam", now=NOW), Action.IMPORT_LOG) == own
    tomorrow = people.viewer(own, "sam", now=instant("2026-06-02 00:00 Europe/London"))
    with pytest.raises(NotFound):
        access_organisation(tomorrow, Action.IMPORT_LOG)
    assert tomorrow.assignments == (Assignment(Role.SERVICE_MANAGER, until_on=TODAY),)
    assert people.end_assignment(kim(own), "sam", Role.SERVICE_MANAGER, TODAY, now=NOW) == 0


def test_who_has_left_has_no_rights_at_once_and_gets_them_back_on_return(store: str) -> None:
    own = school()
    people.add(kim(own), "sam", "Sam", now=NOW)
    people.assign(kim(own), "sam", ADMINISTRATOR, now=NOW)
    assert people.deactivate(kim(own), "sam", now=NOW)
    assert not people.deactivate(kim(own), "sam", now=NOW)
    with pytest.raises(NotFound):
        people.viewer(own, "sam", now=NOW)
    with pytest.raises(PersonRefused, match="'sam' has left"):
        people.assign(kim(own), "sam", MANAGER, now=NOW)
    assert people.only_administrator(own, NOW) == "kim"
    assert people.activate(kim(own), "sam", now=NOW)
    assert people.viewer(own, "sam", now=NOW).assignments == (ADMINISTRATOR,)


def test_the_last_administrator_stays(store: str) -> None:
    own = school()
    people.add(kim(own), "sam", "Sam", now=NOW)
    people.assign(kim(own), "sam", Assignment(Role.ADMINISTRATOR, until_on=date(2026, 12, 31)), now=NOW)
    with pytest.raises(PersonRefused, match="Nobody would be left"):
        people.deactivate(kim(own), "kim", now=NOW)
    with pytest.raises(PersonRefused, match="Nobody would be left"):
        people.end_assignment(kim(own), "kim", Role.ADMINISTRATOR, date(2027, 1, 1), now=NOW)
    assert people.viewer(own, "kim", now=NOW).assignments == (ADMINISTRATOR,)
    people.assign(kim(own), "sam", ADMINISTRATOR, now=NOW)
    assert people.deactivate(kim(own), "kim", now=NOW)


@pytest.mark.parametrize(
    ("slug", "name", "email"),
    [
        ("Sam", "Sam", ""),
        ("", "Sam", ""),
        ("s" * 65, "Sam", ""),
        ("p-0123456789abcdef0123", "Sam", ""),
        ("sam", "", ""),
        ("sam", "S" * 201, ""),
        ("sam", "Sam\0", ""),
        ("sam", "Sam", "s" * 201),
        ("kim", "Kim again", ""),
    ],
)
def test_people_who_cannot_be_kept_are_refused_in_words(store: str, slug: str, name: str, email: str) -> None:
    own = school()
    with pytest.raises(BadInput):
        people.add(kim(own), slug, name, email, now=NOW)
    assert models.Person.objects.filter(organisation=own).count() == 1


def test_nobody_asks_who_is_not_there_and_with_two_administrators_it_must_be_said_who(store: str) -> None:
    own = school()
    with pytest.raises(NotFound):
        people.viewer(own, "nobody", now=NOW)
    assert people.only_administrator(own, NOW) == "kim"
    people.add(kim(own), "sam", "Sam", now=NOW)
    people.assign(kim(own), "sam", Assignment(Role.ADMINISTRATOR, Scope(services=frozenset({"mail"}))), now=NOW)
    assert people.only_administrator(own, NOW) == "kim"
    people.assign(kim(own), "sam", ADMINISTRATOR, now=NOW)
    with pytest.raises(BadInput, match="2 of 'school' could be meant"):
        people.only_administrator(own, NOW)


def test_today_is_the_day_of_the_organisations_zone(store: str) -> None:
    far = organisations.add("far", "Far", "Pacific/Auckland", "kim", NOW)
    assert people.viewer(far, "kim", now=instant("2026-06-01 13:00 UTC")).on == date(2026, 6, 2)


STEPS: dict[str, Callable[[Viewer], object]] = {
    "add": lambda who: people.add(who, "new", "New", now=NOW),
    "assign": lambda who: people.assign(who, "sam", MANAGER, now=NOW),
    "end": lambda who: people.end_assignment(who, "sam", Role.TECHNICIAN, TODAY, now=NOW),
    "deactivate": lambda who: people.deactivate(who, "sam", now=NOW),
    "activate": lambda who: people.activate(who, "sam", now=NOW),
    "every": people.every,
}


@pytest.mark.parametrize("step", STEPS)
def test_only_who_administers_everything_manages_people(store: str, step: str) -> None:
    own = school()
    people.add(kim(own), "sam", "Sam", now=NOW)
    people.assign(kim(own), "sam", OF_MAIL, now=NOW)
    count = models.Entry.objects.count()
    for assignments in ((), (MANAGER,), (Assignment(Role.ADMINISTRATOR, Scope(services=frozenset({"mail"}))),)):
        with pytest.raises(NotFound) as refusal:
            STEPS[step](Viewer("school", "eve", TODAY, assignments))
        assert str(refusal.value) == str(NotFound("organisation 'school'"))
    assert models.Entry.objects.count() == count
    STEPS[step](kim(own))


@pytest.mark.parametrize("step", ["assign", "end", "deactivate", "activate"])
def test_people_of_another_organisation_are_not_there(store: str, step: str) -> None:
    own, other = school(), school("college")
    people.add(kim(own), "sam", "Sam", now=NOW)
    with pytest.raises(NotFound) as foreign:
        STEPS[step](kim(other))
    assert str(foreign.value) == str(NotFound("person 'sam'"))
    assert [each.id for each in people.every(kim(other))] == ["kim"]
    assert people.viewer(own, "sam", now=NOW).assignments == ()


def test_people_whom_only_a_source_names_stand_last_in_the_list_and_are_marked(store: str) -> None:
    own = school()
    people.add(kim(own), "sam", "Sam", now=NOW)
    met = Pseudonyms(own)
    ann = met.of("Ann Other")
    met.keep()
    told = [(each.id, each.name, each.by_source) for each in people.every(kim(own))]
    assert told == [("kim", "kim", False), ("sam", "Sam", False), (ann, "Ann Other", True)]


def test_a_pseudonym_is_the_same_for_a_name_and_another_elsewhere(store: str) -> None:
    own, other = school(), school("college")
    first = Pseudonyms(own).of("Ann Other")
    assert first == Pseudonyms(own).of("Ann Other") != Pseudonyms(other).of("Ann Other")
    assert PSEUDONYM.fullmatch(first)
    assert Pseudonyms(own).of("") == ""


def test_who_was_anonymised_stays_without_a_name(store: str) -> None:
    own = school()
    for _ in range(2):
        met = Pseudonyms(own)
        slug = met.of("Ann Other")
        met.keep()
        assert models.Person.objects.filter(organisation=own, slug=slug).update(name="") == 1
    assert models.Person.objects.get(organisation=own, slug=slug).name == ""


def test_a_role_handed_over_keeps_its_limits_and_has_no_gap(store: str) -> None:
    own = school()
    for name in ("sam", "alex"):
        people.add(kim(own), name, name.title(), now=NOW)
    later = replace(OF_MAIL, from_on=date(2026, 10, 1), until_on=date(2026, 10, 31))
    for each in (OF_MAIL, later):
        people.assign(kim(own), "sam", each, now=NOW)
    on = date(2026, 9, 1)
    assert people.hand_over(kim(own), "sam", Role.TECHNICIAN, "alex", on, now=NOW) == 2
    held = {each.id: each.assignments for each in people.every(kim(own))}
    assert held["sam"] == (replace(OF_MAIL, until_on=date(2026, 8, 31)),)
    assert held["alex"] == (replace(OF_MAIL, from_on=on), later)
    told = {"done": "handed over", "role": "technician", "from": "sam", "to": "alex", "on": "2026-09-01"}
    assert contents(own)[-2:] == [("person sam", told), ("person alex", told)]


@pytest.mark.parametrize("heir", ["sam", "gone", "speaker"])
def test_a_role_goes_to_nobody_who_cannot_have_it(store: str, heir: str) -> None:
    own = school()
    for name in ("sam", "gone", "speaker"):
        people.add(kim(own), name, name.title(), now=NOW)
    people.assign(kim(own), "sam", MANAGER, now=NOW)
    people.assign(kim(own), "speaker", Assignment(Role.REPRESENTATIVE), now=NOW)
    people.deactivate(kim(own), "gone", now=NOW)
    before = (people.every(kim(own)), contents(own))
    with pytest.raises(PersonRefused):
        people.hand_over(kim(own), "sam", Role.SERVICE_MANAGER, heir, date(2026, 9, 1), now=NOW)
    assert (people.every(kim(own)), contents(own)) == before


def test_an_administrator_hands_over_and_somebody_administers_every_day(store: str) -> None:
    own = school()
    people.add(kim(own), "sam", "Sam", now=NOW)
    people.add(kim(own), "alex", "Alex", now=NOW)
    assert people.hand_over(kim(own), "kim", Role.ADMINISTRATOR, "sam", date(2026, 9, 1), now=NOW) == 1
    assert people.deactivate(kim(own), "alex", now=NOW)
    with pytest.raises(PersonRefused, match="Nobody would be left"):
        people.deactivate(kim(own), "sam", now=NOW)


@pytest.mark.parametrize(
    ("second", "is_refused"),
    [
        (MANAGER, True),
        (Assignment(Role.SERVICE_MANAGER, Scope(services=frozenset({"mail"}))), True),
        (Assignment(Role.SERVICE_MANAGER, Scope(customers=frozenset({"pupils"}))), False),
        (Assignment(Role.SERVICE_MANAGER, until_on=date(2026, 6, 30)), False),
    ],
    ids=["the whole again", "some services of all users", "some users", "for a time"],
)
def test_a_second_service_manager_has_users_of_their_own_or_an_end(
    store: str, second: Assignment, is_refused: bool
) -> None:
    own = school()
    for name in ("sam", "alex"):
        people.add(kim(own), name, name.title(), now=NOW)
    people.assign(kim(own), "sam", MANAGER, now=NOW)
    if is_refused:
        with pytest.raises(PersonRefused, match="service manager for all users already"):
            people.assign(kim(own), "alex", second, now=NOW)
    else:
        assert people.assign(kim(own), "alex", second, now=NOW)


def test_what_was_confirmed_of_somebody_is_kept(store: str) -> None:
    own = school()
    people.add(kim(own), "sam", "Sam", now=NOW)
    people.assign(kim(own), "sam", MANAGER, now=NOW, confirmed=["overview", "from support"])
    told = {"done": "assigned", "assignment": {"role": "service_manager"}, "confirmed": ["from support", "overview"]}
    assert contents(own)[-1] == ("person sam", told)
