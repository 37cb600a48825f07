"""The service catalogue: versions that stay, what users agreed to, who may write, and what is refused whole."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servanda.bad_input import BadInput
from servanda.engine.catalogue import CatalogueEntry
from servanda.engine.rights import Assignment, Role, Scope, Viewer
from servanda.queries import catalogue as kept
from servanda.services import audit, catalogue, organisations, people
from servanda.services.catalogue import CatalogueRefused, WrittenMeanwhile
from servanda.store import models
from servanda.store.access import NotFound
from servanda.store.keepable import Unkeepable
from servanda.store.keeping import OnlyAdded
from servanda.store.slugs import InvalidSlug
from tests.builders import instant

NOW = instant("2026-06-01 09:00 Europe/London")
PRINTING = CatalogueEntry("Printing", "Print and copy.", used_by=("pupils", "staff"))


def who(role: Role, **scope: set[str]) -> Viewer:
    """Return somebody with a role who asks today."""
    limits = Scope(**{sort: frozenset(names) for sort, names in scope.items()})
    return Viewer("school", role.value, date(2026, 6, 1), (Assignment(role, limits),))


MANAGER = who(Role.SERVICE_MANAGER)


@pytest.fixture
def own(store: str) -> models.Organisation:
    """Return an organisation whose catalogue has one entry."""
    made = organisations.add("school", "A school", "Europe/London", "kim", NOW)
    catalogue.write(MANAGER, "printing", PRINTING, after=0, now=NOW)
    return made


def contents(own: models.Organisation) -> list[object]:
    """Return what the audit keeps of the catalogue."""
    assert list(audit.breaks(own)) == []
    entries = models.Entry.objects.filter(subject__startswith="catalogue").order_by("sequence")
    return [(each.subject, each.action, each.content.get("done"), each.content.get("number")) for each in entries]


def test_each_version_stays_and_the_same_again_makes_none(own: models.Organisation) -> None:
    changed = replace(PRINTING, description="Print, copy and scan.")
    assert catalogue.write(MANAGER, "printing", changed, after=1, now=NOW + timedelta(days=1)) == 2
    assert catalogue.write(MANAGER, "printing", changed, after=2, now=NOW + timedelta(days=2)) == 2
    assert [(each.number, each.entry) for each in kept.one(MANAGER, "printing")] == [(2, changed), (1, PRINTING)]
    assert contents(own) == [
        ("catalogue printing", "write_catalogue", "written", 1),
        ("catalogue printing", "write_catalogue", "written", 2),
    ]
    with pytest.raises(OnlyAdded):
        models.CatalogueVersion.objects.update(content={})


def test_of_two_who_write_at_once_the_second_is_told_and_nothing_is_lost(own: models.Organisation) -> None:
    first = replace(PRINTING, place="every floor")
    catalogue.write(MANAGER, "printing", first, after=1, now=NOW)
    with pytest.raises(WrittenMeanwhile, match="'service_manager' has written version 2"):
        catalogue.write(MANAGER, "printing", replace(PRINTING, rank=1), after=1, now=NOW)
    assert kept.one(MANAGER, "printing")[0].entry == first


def test_a_change_is_to_be_agreed_again(own: models.Organisation) -> None:
    representative = who(Role.REPRESENTATIVE, customers={"pupils"})
    assert not kept.one(MANAGER, "printing")[0].to_be_agreed_again
    catalogue.agree(representative, "printing", 1, now=NOW)
    assert [each.person for each in kept.one(MANAGER, "printing")[0].agreed] == ["representative"]
    catalogue.write(MANAGER, "printing", replace(PRINTING, place="here"), after=1, now=NOW)
    assert kept.one(MANAGER, "printing")[0].to_be_agreed_again
    with pytest.raises(WrittenMeanwhile):
        catalogue.agree(representative, "printing", 1, now=NOW)
    catalogue.agree(representative, "printing", 2, now=NOW)
    assert not kept.one(MANAGER, "printing")[0].to_be_agreed_again


def test_an_entry_nobody_looked_at_for_a_year_is_stale(own: models.Organisation) -> None:
    later = NOW + timedelta(days=366)
    assert kept.catalogue(MANAGER)[0].is_stale(later)
    catalogue.verify(MANAGER, "printing", 1, now=later)
    assert not kept.catalogue(MANAGER)[0].is_stale(later)


@pytest.mark.parametrize(
    "viewer",
    [
        who(Role.TECHNICIAN),
        who(Role.REPRESENTATIVE),
        who(Role.AUDITOR),
        who(Role.SERVICE_MANAGER, services={"mail"}),
        who(Role.SERVICE_MANAGER, customers={"pupils"}),
        replace(MANAGER, organisation="college"),
        replace(MANAGER, assignments=()),
    ],
    ids=["technician", "representative", "auditor", "of another service", "of some users", "next door", "no role"],
)
def test_who_may_not_write_changes_nothing(own: models.Organisation, viewer: Viewer) -> None:
    organisations.add("college", "A college", "Europe/London", "kim", NOW)
    before = contents(own)
    with pytest.raises(NotFound):
        catalogue.write(viewer, "printing", replace(PRINTING, rank=1), after=1, now=NOW)
    with pytest.raises(NotFound):
        catalogue.verify(viewer, "printing", 1, now=NOW)
    assert contents(own) == before


def test_a_manager_of_some_users_writes_what_is_for_them_alone(own: models.Organisation) -> None:
    of_pupils = who(Role.SERVICE_MANAGER, customers={"pupils"})
    library = CatalogueEntry("Library", used_by=("pupils",))
    assert catalogue.write(of_pupils, "library", library, after=0, now=NOW) == 1
    with pytest.raises(NotFound):
        catalogue.write(of_pupils, "library", replace(library, used_by=("pupils", "staff")), after=1, now=NOW)


@pytest.mark.parametrize("viewer", [who(Role.REPRESENTATIVE, customers={"parents"}), MANAGER, who(Role.ADMINISTRATOR)])
def test_nobody_agrees_for_users_they_do_not_speak_for(own: models.Organisation, viewer: Viewer) -> None:
    with pytest.raises(NotFound):
        catalogue.agree(viewer, "printing", 1, now=NOW)


def test_a_part_is_seen_by_whom_it_concerns(own: models.Organisation) -> None:
    catalogue.write(MANAGER, "finance", CatalogueEntry("Finance", used_by=("office",), rank=1), after=0, now=NOW)
    catalogue.write(MANAGER, "internet", CatalogueEntry("Internet"), after=0, now=NOW)
    seen = {
        "all": MANAGER,
        "pupils": who(Role.REPRESENTATIVE, customers={"pupils"}),
        "printing": who(Role.TECHNICIAN, services={"printing"}),
    }
    assert {name: [each.service for each in kept.catalogue(viewer)] for name, viewer in seen.items()} == {
        "all": ["finance", "internet", "printing"],
        "pupils": ["internet", "printing"],
        "printing": ["printing"],
    }
    with pytest.raises(NotFound):
        kept.one(seen["pupils"], "finance")
    with pytest.raises(NotFound):
        kept.catalogue(who(Role.SUPPLIER_CONTACT, suppliers={"acme"}))


def test_who_speaks_for_some_users_sees_neither_the_others_nor_what_is_technical(own: models.Organisation) -> None:
    pupils, staff = (who(Role.REPRESENTATIVE, customers={each}) for each in ("pupils", "staff"))
    whole = replace(PRINTING, users=900, owner="kim", supplied_by="acme", rank=3, hours="school days")
    catalogue.write(MANAGER, "printing", whole, after=1, now=NOW)
    catalogue.agree(replace(staff, person="sam"), "printing", 2, now=NOW)
    last, _ = kept.one(pupils, "printing")
    assert last.entry == CatalogueEntry("Printing", "Print and copy.", used_by=("pupils",), hours="school days")
    assert (last.narrowed, last.agreed, last.to_be_agreed_again) == (True, (), False)
    assert [each.person for each in kept.one(replace(staff, person="sam"), "printing")[0].agreed] == ["sam"]
    assert kept.one(MANAGER, "printing")[0].entry == whole
    catalogue.write(MANAGER, "printing", replace(whole, used_by=("staff",)), after=2, now=NOW)
    with pytest.raises(NotFound):
        kept.one(pupils, "printing")
    assert kept.catalogue(pupils) == ()


def test_services_that_rest_on_one_another_are_refused(own: models.Organisation) -> None:
    catalogue.write(MANAGER, "internet", CatalogueEntry("Internet", depends_on=("printing",)), after=0, now=NOW)
    with pytest.raises(CatalogueRefused, match="in a circle: printing → internet → printing"):
        catalogue.write(MANAGER, "printing", replace(PRINTING, depends_on=("internet",)), after=1, now=NOW)
    with pytest.raises(CatalogueRefused, match="'power', which the catalogue does not know"):
        catalogue.write(MANAGER, "printing", replace(PRINTING, depends_on=("power",)), after=1, now=NOW)


def test_an_owner_is_somebody_who_is_here(own: models.Organisation) -> None:
    administrator = people.viewer(own, "kim", now=NOW)
    people.add(administrator, "sam", "Sam", now=NOW)
    people.deactivate(administrator, "sam", now=NOW)
    for owner in ("nobody", "sam"):
        with pytest.raises(CatalogueRefused, match=f"no person '{owner}'"):
            catalogue.write(MANAGER, "printing", replace(PRINTING, owner=owner), after=1, now=NOW)
    assert catalogue.write(MANAGER, "printing", replace(PRINTING, owner="kim"), after=1, now=NOW) == 2


@pytest.mark.parametrize(
    ("service", "told", "refusal"),
    [
        ("printing", {"name": "Print\x1b[2Jing"}, Unkeepable),
        ("printing", {"description": "x" * 10_001}, Unkeepable),
        ("printing", {"place": "here\0"}, Unkeepable),
        ("printing", {"used_by": ("\ud800",)}, Unkeepable),
        ("printing", {"used_by": tuple(f"group {each}" for each in range(501))}, CatalogueRefused),
        ("", {}, Unkeepable),
        ("a b", {}, InvalidSlug),
    ],
)
def test_what_cannot_be_kept_is_refused(
    own: models.Organisation, service: str, told: dict[str, object], refusal: type[BadInput]
) -> None:
    entry = replace(PRINTING, **told)  # type: ignore[arg-type]  # fields by name, of many types
    with pytest.raises(refusal):
        catalogue.write(MANAGER, service, entry, after=1 if service == "printing" else 0, now=NOW)
    assert len(contents(own)) == 1


def test_a_service_is_called_as_the_catalogue_says(own: models.Organisation) -> None:
    assert kept.names(MANAGER).services == {"printing": "Printing"}
    catalogue.write(MANAGER, "printing", replace(PRINTING, name="Printing and copying"), after=1, now=NOW)
    assert kept.names(MANAGER).services == {"printing": "Printing and copying"}


def test_the_catalogue_is_read_in_as_many_statements_however_long_it_is(own: models.Organisation) -> None:
    counts = []
    for number in (1, 40):
        for each in range(number):
            catalogue.write(MANAGER, f"s{number}-{each}", CatalogueEntry(f"S {each}"), after=0, now=NOW)
        with CaptureQueriesContext(connection) as captured:
            kept.catalogue(MANAGER)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_file_is_kept_whole_in_whatever_order_its_services_stand(own: models.Organisation) -> None:
    told = {
        "pages": CatalogueEntry("Pages", depends_on=("internet",)),
        "internet": CatalogueEntry("Internet", depends_on=("power",)),
        "power": CatalogueEntry("Power"),
        "printing": replace(PRINTING, depends_on=("pages",)),
    }
    planned = catalogue.apply(MANAGER, told, now=NOW, plan=True)
    assert (planned.new, planned.changed, planned.same) == (("pages", "internet", "power"), ("printing",), ())
    assert len(contents(own)) == 1
    assert catalogue.apply(MANAGER, told, now=NOW) == planned
    assert {each.service: each.entry for each in kept.catalogue(MANAGER)} == told
    again = catalogue.apply(MANAGER, told, now=NOW)
    assert (again.new, again.changed, set(again.same)) == ((), (), set(told))
    assert len(contents(own)) == 5


@pytest.mark.parametrize(
    "bad",
    [
        {"a": CatalogueEntry("A", depends_on=("b",)), "b": CatalogueEntry("B", depends_on=("a",))},
        {"a": CatalogueEntry("A", depends_on=("nowhere",))},
        {"a": CatalogueEntry("A", owner="nobody")},
        {"A b": CatalogueEntry("A")},
    ],
    ids=["a circle", "an unknown service", "an unknown owner", "no id"],
)
def test_of_a_file_with_a_fault_nothing_is_kept(own: models.Organisation, bad: dict[str, CatalogueEntry]) -> None:
    with pytest.raises(BadInput):
        catalogue.apply(MANAGER, {"first": CatalogueEntry("First"), **bad}, now=NOW)
    assert [each.service for each in kept.catalogue(MANAGER)] == ["printing"]
    assert len(contents(own)) == 1
