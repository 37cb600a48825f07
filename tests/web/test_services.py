"""The list of services and the page of one: promise beside result, misses that can be opened, and forged addresses."""

from pathlib import Path

import pytest
from django.test import Client

from servanda.engine.rights import Assignment, Role
from servanda.files import agreements as agreement_files
from servanda.store import books, models, translate
from tests.queries.kept import keep_tickets, small
from tests.queries.test_attainment import keep_clocks
from tests.tenancy import school
from tests.web.browsers import SignedIn
from tests.web.test_home import links, with_tickets

__all__ = ["with_tickets"]

LIST, ONE = "/o/school/services/", "/o/school/services/printing/"


@pytest.fixture
def with_a_share(kept_school: models.Organisation, tmp_path: Path) -> models.Organisation:
    """Keep the five tickets under an agreement that says how many must keep their time: three of four."""
    folder = tmp_path / "log"
    folder.mkdir()
    log = small(folder)
    text = (folder / "agreements.yaml").read_text(encoding="utf-8")
    shared = text.replace("P2: 8 hours}}", "P2: 8 hours}, share: 75 %}").replace("number: 1", "number: 2")
    (folder / "shared.yaml").write_text(shared.replace("2026-01-01", "2026-01-02"), encoding="utf-8")
    (version,) = agreement_files.load(folder / "shared.yaml").versions
    translate.record_of_version(version, kept_school, school.NOW).save()
    models.Organisation.objects.update(agreements_applied=3)
    kept_school.refresh_from_db()
    keep_tickets(kept_school, log.tickets)
    keep_clocks(kept_school)
    books.forget()
    return kept_school


def test_a_service_stands_with_its_promise_and_what_was_kept(
    with_a_share: models.Organisation, manager: Client
) -> None:
    text = manager.get(LIST).text
    assert "Resolved within 4 hours of open time for P1, 8 hours of open time for P2, 75\u00a0% of them" in text
    assert "Missed" in text
    assert "2 of 4</a>" in text
    assert "agreed 75\u00a0%" in text
    assert 'href="/o/school/tickets/?service=printing&amp;state=missed&amp;month=2026-01">2 missed</a>' in text
    assert 'href="/o/school/tickets/?service=printing&amp;state=open">1</a>' in text


def test_without_a_target_there_are_raw_figures_and_no_percentage(
    with_tickets: models.Organisation, manager: Client
) -> None:
    row = manager.get(LIST).text.split('services/heating/"')[1].split("</tr>")[0]
    assert "Not agreed" in row
    assert "no agreed target" in row
    assert "1 ticket opened" in row
    assert "%" not in row
    text = manager.get("/o/school/services/heating/").text.split("<main")[1]
    assert "no agreed target covers it" in text
    assert "Tickets opened by month" in text
    assert "%" not in text


def test_a_service_shows_the_verdict_on_its_promise(with_a_share: models.Organisation, manager: Client) -> None:
    text = manager.get(ONE).text
    assert "Promised and kept in January 2026" in text
    row = text.split("<tbody>")[1].split("</tr>")[0]
    assert "fix" in row
    assert "75 %" in row
    assert "2 of 4" in row
    assert "Missed" in row
    assert "Priority <bdi>P1</bdi>" in text
    assert "within 4 hours of open time" in text


def test_its_misses_lead_to_their_explanation_the_newest_first(
    with_tickets: models.Organisation, manager: Client
) -> None:
    text = manager.get(ONE).text
    misses = text.split('id="misses"')[1].split("</section>")[0]
    assert misses.index("T4") < misses.index("T2")
    assert "Still open" in misses
    assert "Mon 19 Jan 2026 15:00" in misses
    assert "1 min" in misses
    for address in links(text):
        if address.startswith("/o/"):
            assert manager.get(address).status_code == 200, address


def test_the_versions_that_cover_it_are_named(with_tickets: models.Organisation, signed_in: SignedIn) -> None:
    assert 'href="/o/school/agreements/desk/1/"' in signed_in(Role.EXECUTIVE).get(ONE).text


def test_a_month_can_be_chosen_and_one_without_anything_says_so(
    with_tickets: models.Organisation, manager: Client
) -> None:
    text = manager.get(ONE, {"month": "2025-12"}).text
    assert "No verdict fell in December 2025" in text
    assert manager.get(ONE, {"month": "1999-01"}).status_code == 200


@pytest.mark.parametrize("month", ["2026-13", "january", "2026", "2026-01-05", "2026-01\x00", "٢٠٢٦-٠١", "9" * 400])
def test_a_forged_month_is_refused_in_words(with_tickets: models.Organisation, manager: Client, month: str) -> None:
    answer = manager.get(ONE, {"month": month})
    assert answer.status_code == 400
    assert "a month, such as 2026-03" in answer.text


def test_a_page_too_far_is_the_last_with_a_notice_and_what_is_no_number_is_refused(
    with_tickets: models.Organisation, manager: Client
) -> None:
    answer = manager.get(LIST, {"page": "99999999999999999999"})
    assert answer.status_code == 200
    assert "this is the last one" in answer.text
    for forged in ("-1", "two", "1;drop", "\x00"):
        assert manager.get(LIST, {"page": forged}).status_code == 400


def test_a_name_is_looked_for(with_tickets: models.Organisation, manager: Client) -> None:
    assert "Printing" in manager.get(LIST, {"find": "rint"}).text
    nothing = manager.get(LIST, {"find": "<b>\x00" + "x" * 500})
    assert nothing.status_code == 200
    assert "No service has" in nothing.text
    assert "<b>x" not in nothing.text


def test_unknown_services_are_not_there(with_tickets: models.Organisation, manager: Client) -> None:
    for forged in ("none-such", "printing%00", "..%2Fhome", "a" * 3_000):
        assert manager.get(f"{LIST}{forged}/").status_code == 404


def test_an_organisation_without_services_says_what_will_be_here(
    kept_school: models.Organisation, manager: Client
) -> None:
    bare = models.Organisation.objects.create(slug="bare", name="Bare", zone="Europe/London")
    account = models.Account.objects.get(people__slug=school.slug_of(Role.SERVICE_MANAGER))
    person = models.Person.objects.create(organisation=bare, slug="kim", account=account)
    translate.record_of_assignment(Assignment(Role.SERVICE_MANAGER), person).save()
    text = manager.get("/o/bare/services/").text
    assert "There is no service yet that you may see" in text
    assert "servanda apply agreements.yaml" in text
