"""The pages of agreements: what they say, what they refuse, and that nothing in them is taken for markup."""

import html
import re
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from servanda.engine.agreements import AgreementKind, AgreementVersion, Party
from servanda.engine.calendars import Calendar
from servanda.engine.instants import HOUR
from servanda.engine.rights import Assignment, Role, Scope
from servanda.engine.targets import Limit, Target, TargetKind, Unit
from servanda.files import agreements as files
from servanda.store import models, translate
from servanda.store.books import forget
from tests import builders
from tests.architecture.sources import ROOT
from tests.tenancy import school
from tests.web.browsers import SignedIn, give_account, nobody

LIST = "/o/school/agreements/"
AWKWARD = "<script>alert(1)</script> & 'دعم' 🚀"


def keep(organisation: models.Organisation, *versions: AgreementVersion) -> None:
    """Keep versions with their services, signatures and ends, and let nobody remember the book before."""
    for version in versions:
        for slug in {each for target in version.targets for each in target.services}:
            models.Service.objects.get_or_create(organisation=organisation, slug=slug, defaults={"name": slug})
        record = translate.record_of_version(version, organisation, school.NOW)
        record.save()
        if version.signed:
            translate.record_of_signature(version.signed, record, school.NOW).save()
        if version.ended_on:
            ending = {"version": record, "ended_on": version.ended_on, "recorded_at": school.NOW}
            models.Ending.objects.create(organisation=organisation, **ending)
    forget()


@pytest.fixture
def sample(kept_school: models.Organisation) -> models.Organisation:
    """Keep the agreements of the sample school beside the school's own."""
    book = files.load(ROOT / "sample" / "school" / "agreements.yaml")
    for each in book.services:
        models.Service.objects.update_or_create(organisation=kept_school, slug=each.id, defaults={"name": each.name})
    for customer in book.customers:
        models.Customer.objects.create(organisation=kept_school, slug=customer.id, name=customer.name)
    keep(kept_school, *book.versions)
    return kept_school


def text(client: Client, path: str, status: int = 200) -> str:
    """Return the text of a page without its tags, spaces made one."""
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[-500:]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def large(targets: int = 1, heading: str = "", id: str = "large") -> AgreementVersion:
    """Return a version with many targets."""
    limits = {"*": Limit(HOUR, Unit.OPEN_TIME)}
    calendar = Calendar.always_open("Europe/London")
    own = tuple(
        Target(f"t{number}", TargetKind.RESOLUTION, limits, calendar, name=heading, services=frozenset({f"s{number}"}))
        for number in range(targets)
    )
    parties = (Party(heading or "provider", heading or "Acme", heading),)
    return AgreementVersion(
        id, 1, AgreementKind.SLA, heading, "Europe/London", date(2026, 1, 1), own, parties=parties, owner=heading
    )


def test_agreements_are_listed(sample: models.Organisation, manager: Client) -> None:
    told = text(manager, LIST)
    assert "6 agreements" in told
    assert "Contract with a supplier (UC)" in told
    assert "To come: Tue 1 Sep 2026 to Mon 31 Jul 2028" in told
    assert "In force: Thu 1 Jan 2026 to Mon 31 Aug 2026" in told
    assert "Signed Thu 20 Aug 2026" in told


def test_an_organisation_without_agreements_is_told_how_to_keep_one(kept_school: models.Organisation) -> None:
    college = models.Organisation.objects.create(slug="college", name="College", zone="Europe/London")
    person = models.Person.objects.create(organisation=college, slug="kim", email="kim@example.org")
    translate.record_of_assignment(Assignment(Role.ADMINISTRATOR), person).save()
    browser = nobody()
    browser.force_login(give_account(person))
    assert "No agreement yet" in text(browser, "/o/college/agreements/")


def test_a_version_is_a_document(sample: models.Organisation, manager: Client) -> None:
    told = text(manager, f"{LIST}service-desk/1/")
    for sentence in (
        "Version 1, in force: Thu 1 Jan 2026 to Mon 31 Aug 2026. Not signed.",
        "First answer within 15 minutes of open time",
        "95 % of them keep the limit, counted month by month.",
        "Monday to Thursday: 08:00 to 12:00 and 13:00 to 17:00",
        "what begins on Fri 6 Feb 2026 15:50 (Europe/London)",
        "Mon 4 May 2026: closed (Early May bank holiday)",
        "whole school P1 P2 P3",
        "No limit is agreed",
    ):
        assert sentence in told, sentence
    record = models.AgreementVersion.objects.get(organisation=sample, agreement="service-desk", number=1)
    assert record.content_hash in told


def test_a_percentage_stands_only_where_a_share_was_agreed(sample: models.Organisation, manager: Client) -> None:
    assert "%" not in text(manager, f"{LIST}registration/1/")
    assert "No share is agreed" in text(manager, f"{LIST}registration/1/")


def test_the_agreement_shows_the_version_in_force(sample: models.Organisation, manager: Client) -> None:
    assert "Version 1, in force" in text(manager, f"{LIST}service-desk/")
    told = text(manager, f"{LIST}copier-contract/")
    assert "Version 1, to come" in told
    assert "Its end was agreed later than the version itself: Mon 31 Jul 2028." in told
    assert "Signed Thu 20 Aug 2026." in told
    assert "under this very hash" in told


def test_somebody_may_ask_when_something_would_be_due(sample: models.Organisation, manager: Client) -> None:
    told = text(manager, f"{LIST}service-desk/1/?opened=2026-05-01T15:50")
    assert "what begins on Fri 1 May 2026 15:50" in told
    assert "Resolved within 4 hours of open time Tue 5 May 2026 13:05" in told
    apart = text(manager, f"{LIST}service-desk/1/?opened=2026-09-01T09:00")
    assert "this version is not in force" in apart
    assert "Choose a day from Thu 1 Jan 2026 to Mon 31 Aug 2026." in apart


def test_two_versions_are_compared_in_words(sample: models.Organisation, manager: Client) -> None:
    told = text(manager, f"{LIST}service-desk/2/")
    assert "Version 2 beside version 1" in told
    assert "was resolved within 4 hours of open time now resolved within 3 hours 30 minutes of open time" in told
    back = text(manager, f"{LIST}service-desk/1/?compare=2")
    assert "was resolved within 3 hours 30 minutes of open time now resolved within 4 hours of open time" in back
    assert "What is different" not in text(manager, f"{LIST}registration/1/")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("service-desk/3/", 404),
        ("service-desk/0/", 404),
        (f"service-desk/{'9' * 5000}/", 404),
        ("service-desk/1/?compare=3", 404),
        ("service-desk/1/?compare=-1", 400),
        ("service-desk/1/?compare=٣", 400),
        ("service-desk/1/?compare=1e9", 400),
        ("service-desk/1/?opened=2026-02-31T10:00", 400),
        ("service-desk/1/?opened=0001-01-01T10:00", 400),
        ("service-desk/1/?opened=%00", 400),
        ("service-desk/1/?opened=" + "9" * 4000, 400),
        ("service-desk/1/?compare=&opened=&else=1", 200),
        ("none-such/", 404),
        ("none%00such/1/", 404),
        ("%3Cscript%3E/", 404),
    ],
)
def test_what_is_forged_is_refused_in_words(
    sample: models.Organisation, manager: Client, asked: str, status: int
) -> None:
    assert manager.get(f"{LIST}{asked}").status_code == status


def test_names_are_text_and_never_markup(kept_school: models.Organisation, manager: Client) -> None:
    models.Service.objects.create(organisation=kept_school, slug="s0", name=AWKWARD)
    keep(kept_school, large(2, AWKWARD))
    for path in (LIST, f"{LIST}large/"):
        page = manager.get(path).content.decode()
        assert "<script>alert" not in page
        assert html.escape(AWKWARD) in page


def test_three_hundred_targets_are_shown_whole_in_as_many_statements(
    kept_school: models.Organisation, manager: Client
) -> None:
    keep(kept_school, large(1, id="small"), replace(large(300), starter=True))
    manager.get(LIST)  # from now on the book is remembered
    with CaptureQueriesContext(connection) as few:
        one = manager.get(f"{LIST}small/").content
    with CaptureQueriesContext(connection) as many:
        page = manager.get(f"{LIST}large/").content
    assert len(many) == len(few)
    assert (one.count(b"<article"), page.count(b"<article")) == (1, 300)


def test_who_is_limited_to_a_service_sees_its_agreements_alone(
    sample: models.Organisation, signed_in: SignedIn
) -> None:
    person = models.Person.objects.create(organisation=sample, slug="teacher", email="teacher@example.org")
    scope = Scope(frozenset({"classroom"}))
    translate.record_of_assignment(Assignment(Role.REPRESENTATIVE, scope), person).save()
    give_account(person)
    teacher = signed_in("teacher")
    assert "Maintenance of the copiers" not in text(teacher, LIST)
    assert "Service desk" in text(teacher, LIST)
    assert teacher.get(f"{LIST}copier-contract/").status_code == 404


def test_a_supplier_sees_the_contracts_that_name_it_alone(sample: models.Organisation, signed_in: SignedIn) -> None:
    assert "No agreement yet." in text(signed_in(Role.SUPPLIER_CONTACT), LIST)
    person = models.Person.objects.create(organisation=sample, slug="copier", email="copier@example.org")
    scope = Scope(suppliers=frozenset({"Copier company"}))
    translate.record_of_assignment(Assignment(Role.SUPPLIER_CONTACT, scope), person).save()
    give_account(person)
    supplier = signed_in("copier")
    assert "Maintenance of the copiers" in text(supplier, LIST)
    assert "Service desk" not in text(supplier, LIST)
    assert supplier.get(f"{LIST}service-desk/").status_code == 404


def test_an_agreement_without_a_name_goes_by_its_id(kept_school: models.Organisation, manager: Client) -> None:
    keep(kept_school, replace(large(), name="", owner=""))
    assert "large" in text(manager, LIST)


def test_a_representative_confirms_what_was_assumed(
    kept_school: models.Organisation, manager: Client, signed_in: SignedIn
) -> None:
    guess = builders.target("resolution", builders.open_time(hours=8), maturity="assumed", id="repair/soon")
    answered = builders.target("first_response", builders.open_time(hours=1))
    keep(kept_school, builders.version(guess, answered, agreement="guessed"))
    path = "/o/school/agreements/guessed/1/"
    representative = signed_in(Role.REPRESENTATIVE)
    offered = representative.get(path).content.decode()
    assert offered.count("I confirm it for my users") == 1
    assert "I confirm it for my users" not in manager.get(path).content.decode()
    [action] = re.findall(r'action="([^"]*/confirm/[^"]*)"', offered)
    assert representative.post(action).headers["Location"] == path
    assert "Confirmed for users" in text(representative, path)
    assert "by representative : the next version can say that it is agreed" in text(manager, path)
    assert "I confirm it for my users" not in representative.get(path).content.decode()
    again = representative.post(action)
    assert again.status_code == 400
    assert "You have confirmed target" in again.content.decode()
