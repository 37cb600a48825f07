"""People, groups, suppliers and teams as one file tells them: nothing is lost, and the rules of the forms hold."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servanda.engine.directory import LINES, CustomerGroup, Everybody, PersonRecord, Supplier, Team
from servanda.engine.rights import BOUND_TO_A_SUPPLIER, Assignment, Role, Scope, Viewer, other_side, undivided
from servanda.files import people as people_file
from servanda.services import audit, everybody, organisations, people, retention
from servanda.services.everybody import AppliedEverybody, Done, EntryRefused, Step
from servanda.store import models
from servanda.store.access import NotFound
from tests.builders import instant

NOW = instant("2026-06-01 09:00 Europe/London")
ADMINISTRATOR = Assignment(Role.ADMINISTRATOR)
MANAGER = Assignment(Role.SERVICE_MANAGER)
OF_PUPILS = Assignment(Role.REPRESENTATIVE, Scope(customers=frozenset({"pupils"})))
KIM = PersonRecord("Kim", roles=frozenset({ADMINISTRATOR}))


def school(slug: str = "school") -> Viewer:
    """Return who administers an organisation in which nothing else is."""
    own = organisations.add(slug, "A school", "Europe/London", "kim", NOW)
    return people.viewer(own, "kim", now=NOW)


def apply(viewer: Viewer, told: Everybody, *, plan: bool = False) -> AppliedEverybody:
    """Apply a file as of today."""
    return everybody.apply(viewer, told, now=NOW, plan=plan)


def steps(applied: AppliedEverybody) -> list[tuple[Done, str]]:
    """Return what a file did to whom."""
    return [(each.done, each.id) for each in applied.steps]


# --- nothing is lost ---

LINE = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=12).filter(
    lambda text: text.isprintable() and not text.isspace()
)
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\r\n\t"), max_size=30)
SLUG = st.sampled_from(["ann", "bo", "12", "no", "y", "sam-2", "0x1", "null"])
NAMED = LINE | st.sampled_from(["no", "12", "1e3", "second line", "a/b", "~", "2026-01-01"])
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2030, 12, 31))
NAMES = st.frozensets(NAMED, max_size=2)
EVERY_DAY = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@st.composite
def roles(draw: st.DrawFn) -> Assignment:
    """Return a role with whatever scope and days it can have."""
    role = draw(st.sampled_from(Role))
    suppliers = draw(st.frozensets(NAMED, min_size=role in BOUND_TO_A_SUPPLIER, max_size=2))
    first, last = draw(DAYS), draw(DAYS)
    if first and last and last < first:
        first, last = last, first
    return Assignment(role, Scope(draw(NAMES), draw(NAMES), suppliers), first, last)


@st.composite
def persons(draw: st.DrawFn) -> PersonRecord:
    """Return somebody who is on one side alone, for the same users."""
    held: list[Assignment] = []
    for each in draw(st.lists(roles(), max_size=4)):
        if other_side(held, each) is None:
            held.append(each)
    return PersonRecord(draw(LINE), draw(st.just("") | LINE), draw(st.booleans()), frozenset(held))


SUPPLIERS = st.builds(
    lambda name, description, contacts, dispute, days: Supplier(name, description, contacts, dispute, *days),
    LINE,
    TEXT,
    TEXT,
    TEXT,
    st.tuples(EVERY_DAY, EVERY_DAY).map(sorted) | st.sampled_from([(None, None), (date(2026, 1, 1), None)]),
)
GROUPS = st.builds(CustomerGroup, st.just("") | LINE, st.none() | st.integers(0, 100_000_000), TEXT)


@st.composite
def directories(draw: st.DrawFn) -> Everybody:
    """Return what some organisation keeps, among whom Kim administers."""
    told = draw(st.dictionaries(SLUG, persons(), max_size=4))
    found: dict[str, PersonRecord] = {"kim": KIM}
    for slug, each in told.items():
        others = [role for other in found.values() if other.active for role in other.roles]
        if not (each.active and any(undivided(others, role) for role in each.roles)):
            found[slug] = each
    suppliers = draw(st.dictionaries(NAMED, SUPPLIERS, max_size=3))
    teams = st.builds(
        Team,
        LINE,
        st.sampled_from(LINES),
        st.sampled_from(["", *suppliers]),
        TEXT,
        st.just("") | LINE,
        TEXT,
        st.frozensets(st.sampled_from(sorted(found)), max_size=3),
        st.booleans(),
    )
    groups = draw(st.dictionaries(NAMED, GROUPS, max_size=3))
    return Everybody(found, groups, suppliers, draw(st.dictionaries(NAMED, teams, max_size=3)))


def keys_of_schema(part: Mapping[str, Any]) -> Iterator[str]:
    """Yield every key that the schema of the format knows, at its place."""
    for name, inner in part.get("properties", {}).items():
        yield name
        yield from (f"{name}.{each}" for each in keys_of_schema(inner.get("items", inner)))


def keys_of(told: Any) -> Iterator[str]:
    """Yield every key of a content that was read, at its place."""
    for each in told if isinstance(told, list) else [told]:
        for name, inner in each.items() if isinstance(each, dict) else ():
            yield name
            yield from (f"{name}.{below}" for below in keys_of(inner))


def test_what_is_taken_out_and_kept_elsewhere_is_taken_out_the_same(
    store: str, tmp_path: Path, figure: Callable[[str, object], None]
) -> None:
    covered: set[str] = set()

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(told=directories())
    def law(told: Everybody) -> None:
        covered.update(keys_of(yaml.safe_load(_there_and_back(told, tmp_path / "people.yaml"))))

    law()
    wanted = set(keys_of_schema(people_file.schema()))
    figure(f"keys of {people_file.NAME} in generated files", f"{len(covered & wanted)} of {len(wanted)}")
    assert covered == wanted


def _there_and_back(told: Everybody, path: Path) -> str:
    """Keep what is told, take it out, keep that in another database; return the file that came out of both."""
    with _nothing_kept() as viewer:
        apply(viewer, told)
        first = people_file.written("school", everybody.everybody(viewer))
    path.write_text(first, encoding="utf-8", newline="")
    read = people_file.load(path)
    assert read.everybody == told
    with _nothing_kept() as viewer:
        apply(viewer, read.everybody)
        assert everybody.everybody(viewer) == told
        assert people_file.written("school", everybody.everybody(viewer)) == first
        again = apply(viewer, read.everybody)
        every = (told.people, told.groups, told.suppliers, told.teams)
        assert (again.steps, again.same) == ((), sum(map(len, every)))
    return first


@contextmanager
def _nothing_kept() -> Iterator[Viewer]:
    """Give who administers an organisation in which nothing is; it is gone afterwards."""
    with transaction.atomic():
        yield school()
        transaction.set_rollback(True)


# --- what a file does ---


def test_a_plan_says_what_would_be_done_and_does_nothing(store: str) -> None:
    viewer = school()
    sam = PersonRecord("Sam", "sam@example.org", roles=frozenset({MANAGER}))
    told = Everybody({"sam": sam}, {"pupils": CustomerGroup("Pupils", 800)}, {"acme": Supplier("Acme")})
    expected = [
        Step(Done.ADDED, "person", "sam"),
        Step(Done.GIVEN, "person", "sam", MANAGER),
        Step(Done.ADDED, "group", "pupils"),
        Step(Done.ADDED, "supplier", "acme"),
    ]
    assert list(apply(viewer, told, plan=True).steps) == expected
    assert (models.Person.objects.count(), models.Supplier.objects.count()) == (1, 0)
    assert list(apply(viewer, told).steps) == expected
    assert steps(apply(viewer, told)) == []


def test_what_a_file_does_not_name_stays(store: str) -> None:
    viewer = school()
    sam = PersonRecord("Sam", roles=frozenset({MANAGER, Assignment(Role.AUDITOR)}))
    apply(viewer, Everybody({"sam": sam}, suppliers={"acme": Supplier("Acme")}))
    applied = apply(viewer, Everybody({"sam": PersonRecord("Sam", "sam@example.org")}))
    assert steps(applied) == [(Done.CHANGED, "sam")]
    found = everybody.everybody(viewer)
    assert found.people["sam"] == PersonRecord("Sam", "sam@example.org", roles=sam.roles)
    assert found.suppliers == {"acme": Supplier("Acme")}


def test_a_role_is_ended_and_prolonged_by_its_last_day(store: str) -> None:
    viewer = school()
    apply(viewer, Everybody({"sam": PersonRecord("Sam", roles=frozenset({MANAGER}))}))
    for last, done in ((date(2026, 12, 31), Done.ENDED), (date(2027, 3, 31), Done.PROLONGED), (None, Done.PROLONGED)):
        role = Assignment(Role.SERVICE_MANAGER, until_on=last)
        applied = apply(viewer, Everybody({"sam": PersonRecord("Sam", roles=frozenset({role}))}))
        assert applied.steps == (Step(done, "person", "sam", role),)
        assert everybody.everybody(viewer).people["sam"].roles == {role}


def test_a_role_is_handed_over_in_one_file(store: str) -> None:
    viewer = school()
    apply(viewer, Everybody({"sam": PersonRecord("Sam", roles=frozenset({MANAGER}))}))
    told = Everybody(
        {
            "ann": PersonRecord("Ann", roles=frozenset({Assignment(Role.SERVICE_MANAGER, from_on=date(2026, 7, 1))})),
            "sam": PersonRecord("Sam", roles=frozenset({Assignment(Role.SERVICE_MANAGER, until_on=date(2026, 6, 30))})),
        }
    )
    assert steps(apply(viewer, told)) == [(Done.ADDED, "ann"), (Done.GIVEN, "ann"), (Done.ENDED, "sam")]


@pytest.mark.parametrize(
    ("told", "id", "found"),
    [
        (
            Everybody({"sam": PersonRecord("Sam", roles=frozenset({MANAGER, OF_PUPILS}))}),
            "sam",
            "'sam' is service_manager and would be representative for the users of pupils.",
        ),
        (
            Everybody({each: PersonRecord(each, roles=frozenset({MANAGER})) for each in ("ann", "sam")}),
            "ann",
            "There is a service manager for all users already.",
        ),
        (Everybody({"p-" + "0" * 20: PersonRecord("Sam")}), "p-" + "0" * 20, "has the form of a pseudonym"),
        (Everybody({"Sam": PersonRecord("Sam")}), "Sam", "'Sam' is no id of a person"),
        (Everybody({"sam": PersonRecord("S\nam")}), "sam", "the control character U+000A"),
        (Everybody({"kim": PersonRecord("K\nim")}), "kim", "the control character U+000A"),
        (Everybody(teams={"desk": Team("Desk", members=frozenset({"sam"}))}), "desk", "There is no person 'sam' here"),
        (Everybody(teams={"desk": Team("Desk", supplier="acme")}), "desk", "There is no supplier 'acme' here"),
        (Everybody(groups={"a\tb": CustomerGroup()}), "a\tb", "the control character U+0009"),
        (Everybody(suppliers={"acme": Supplier("Acme", "\0")}), "acme", "a sign that is no text"),
    ],
)
def test_what_the_forms_refuse_is_refused_of_a_file_and_nothing_is_kept(
    store: str, told: Everybody, id: str, found: str
) -> None:
    viewer = school()
    entries = models.Entry.objects.count()
    with pytest.raises(EntryRefused) as refused:
        apply(viewer, told)
    assert (refused.value.id, found in refused.value.found) == (id, True), refused.value.found
    assert everybody.everybody(viewer) == Everybody({"kim": PersonRecord("kim", roles=KIM.roles)})
    assert models.Entry.objects.count() == entries


def test_somebody_administers_on_every_day_after_a_file(store: str) -> None:
    viewer = school()
    ends = frozenset({Assignment(Role.ADMINISTRATOR, until_on=date(2026, 8, 31))})
    for kim in (PersonRecord("Kim", active=False), PersonRecord("Kim", roles=ends)):
        with pytest.raises(people.PersonRefused, match="Nobody would be left"):
            apply(viewer, Everybody({"kim": kim}))
    heir = PersonRecord("Ann", roles=frozenset({Assignment(Role.ADMINISTRATOR, from_on=date(2026, 9, 1))}))
    apply(viewer, Everybody({"kim": PersonRecord("Kim", roles=ends), "ann": heir}))


def test_who_returns_by_a_file_or_a_form_is_no_second_service_manager(store: str) -> None:
    viewer = school()
    gone = PersonRecord("Sam", active=False, roles=frozenset({MANAGER}))
    apply(viewer, Everybody({"sam": gone, "ann": PersonRecord("Ann", roles=frozenset({MANAGER}))}))
    with pytest.raises(EntryRefused, match="There is a service manager for all users already"):
        apply(viewer, Everybody({"sam": PersonRecord("Sam")}))
    with pytest.raises(people.PersonRefused, match="There is a service manager for all users already"):
        people.activate(viewer, "sam", now=NOW)
    people.end_assignment(viewer, "ann", Role.SERVICE_MANAGER, date(2025, 12, 31), now=NOW)
    assert steps(apply(viewer, Everybody({"sam": PersonRecord("Sam")}))) == [(Done.RETURNED, "sam")]


def test_nobody_else_is_let_in(store: str) -> None:
    viewer = school()
    apply(viewer, Everybody({"sam": PersonRecord("Sam", roles=frozenset({MANAGER}))}))
    own = models.Organisation.objects.get(slug="school")
    sam = people.viewer(own, "sam", now=NOW)
    for asking in (sam, Viewer("college", "kim", viewer.on, viewer.assignments)):
        with pytest.raises(NotFound):
            everybody.everybody(asking)
        with pytest.raises(NotFound):
            apply(asking, Everybody())


def test_a_file_of_another_organisation_reaches_no_record_of_this_one(store: str) -> None:
    one, other = school(), school("college")
    for viewer, name in ((one, "Acme"), (other, "Another")):
        apply(viewer, Everybody(suppliers={"acme": Supplier(name)}, teams={"desk": Team(name, supplier="acme")}))
    assert everybody.everybody(one).teams == {"desk": Team("Acme", supplier="acme")}
    assert everybody.everybody(other).suppliers == {"acme": Supplier("Another")}


# --- people who are not to be named ---


def test_whom_only_a_source_names_and_who_was_anonymised_is_not_taken_out(store: str) -> None:
    viewer = school()
    own = models.Organisation.objects.get(slug="school")
    met = people.Pseudonyms(own)
    met.of("Pat Doe")
    met.keep()
    sam, desk = PersonRecord("Sam Smith", "sam@example.org"), Team("Desk", members=frozenset({"kim", "sam"}))
    apply(viewer, Everybody({"sam": sam}, teams={"desk": desk}))
    retention.anonymise(viewer, "sam", now=NOW, reason="they asked")
    found = everybody.everybody(viewer)
    assert (list(found.people), found.teams["desk"].members) == (["kim"], frozenset({"kim"}))
    text = people_file.written("school", found)
    assert not any(each in text for each in ("Pat Doe", "p-", "Sam", "sam"))
    with pytest.raises(EntryRefused, match="There is a person 'sam' already"):
        apply(viewer, Everybody({"sam": sam}))


def test_a_name_in_the_words_about_a_team_is_to_be_taken_out_before_somebody_is_forgotten(store: str) -> None:
    viewer = school()
    words = ("Ask Sam Smith.", "sam@example.org", "Not Samantha Smithers.")
    sam = PersonRecord("Sam Smith", "sam@example.org")
    apply(viewer, Everybody({"sam": sam}, teams={"desk": Team("Desk", contact=words[0])}))
    with pytest.raises(retention.AnonymisationRefused, match="team 'desk'"):
        retention.anonymise(viewer, "sam", now=NOW, reason="they asked")
    apply(viewer, Everybody(teams={"desk": Team("Desk")}, suppliers={"acme": Supplier("Acme", contacts=words[1])}))
    with pytest.raises(retention.AnonymisationRefused, match="supplier 'acme'"):
        retention.anonymise(viewer, "sam", now=NOW, reason="they asked")
    apply(viewer, Everybody(suppliers={"acme": Supplier("Acme", contacts=words[2])}))
    retention.anonymise(viewer, "sam", now=NOW, reason="they asked")


def test_the_audit_says_who_did_what_and_no_name(store: str) -> None:
    viewer = school()
    secret = "Sam Smith"
    sam = PersonRecord(secret, "sam@example.org", roles=frozenset({MANAGER}))
    apply(viewer, Everybody({"sam": sam}, teams={"desk": Team(secret, contact=secret)}))
    apply(
        viewer,
        Everybody({"sam": PersonRecord(f"{secret} II")}, teams={"desk": Team("Desk", members=frozenset({"sam"}))}),
    )
    own = models.Organisation.objects.get(slug="school")
    entries = models.Entry.objects.filter(organisation=own, sequence__gt=1).order_by("sequence")
    assert list(audit.breaks(own)) == []
    assert [(each.subject, each.content) for each in entries] == [
        ("person sam", {"done": "added"}),
        ("person sam", {"done": "assigned", "assignment": {"role": "service_manager"}}),
        ("team desk", {"done": "added"}),
        ("person sam", {"done": "changed", "fields": ["name", "email"]}),
        ("team desk", {"done": "changed", "fields": ["contact", "members", "name"], "in": ["sam"], "out": []}),
    ]
    assert {each.actor for each in entries} == {"kim"}
