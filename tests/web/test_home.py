"""The first page: one sentence, links that lead somewhere, and words for what is not there yet."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from servanda import wall_time
from servanda.engine.rights import Assignment, Role, Scope
from servanda.store import models, translate
from tests.builders import instant
from tests.examples import small_log
from tests.queries.kept import keep_tickets, small
from tests.queries.test_attainment import keep_clocks
from tests.tenancy import school
from tests.web.browsers import SignedIn, give_account

HOME = "/o/school/"


@pytest.fixture
def with_tickets(kept_school: models.Organisation, tmp_path: Path) -> models.Organisation:
    """Keep the five tickets: T4 is open, and overdue since 19 January."""
    folder = tmp_path / "log"
    folder.mkdir()
    keep_tickets(kept_school, small(folder).tickets)
    keep_clocks(kept_school)
    return kept_school


def test_one_sentence_says_how_it_stands(with_tickets: models.Organisation, manager: Client) -> None:
    answer = manager.get(HOME)
    assert answer.status_code == 200
    assert "1 open ticket is overdue. January 2026: 2 of 4 kept their time. No share was agreed" in answer.text


def test_every_figure_leads_to_its_tickets(with_tickets: models.Organisation, manager: Client) -> None:
    text = manager.get(HOME).text
    assert 'href="/o/school/tickets/?state=overdue">1' in text
    assert "/o/school/tickets/?service=printing&amp;month=2026-01" in text
    assert "Not agreed, 2 of 4" in text
    for address in links(text):
        if address.startswith("/o/") and "agreements" not in address:
            assert manager.get(address).status_code == 200, address


def links(text: str) -> set[str]:
    """Return the addresses that a page leads to."""
    return {each.split('"')[0].replace("&amp;", "&") for each in text.split('href="')[1:]}


def test_without_a_service_manager_a_banner_says_so(with_tickets: models.Organisation, signed_in: SignedIn) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    text = administrator.get(HOME).text
    assert "No service manager is named" not in text
    assert "service manager: <bdi>" in text
    models.RoleAssignment.objects.filter(role=Role.SERVICE_MANAGER.value).update(
        until_on=school.NOW.date().replace(day=1)
    )
    answer = administrator.get(HOME)
    assert "No service manager is named" in answer.text
    assert f'<a href="{HOME}people/">Choose a person and give them the role.</a>' in answer.text
    assert "An administrator can name one" in signed_in(Role.EXECUTIVE).get(HOME).text
    assert "No service manager is named" in administrator.get(f"{HOME}services/").text


def test_an_empty_organisation_is_told_what_will_be_here_and_what_to_do(manager: Client) -> None:
    text = manager.get(HOME).text
    assert "No ticket is known yet" in text
    assert "Take in tickets" in text
    assert "– next" in text
    assert "/tickets/?" not in text
    assert "<svg" not in text


def test_who_cannot_mend_it_is_told_no_commands(signed_in: SignedIn) -> None:
    text = signed_in(Role.REPRESENTATIVE).get(HOME).text
    assert "There is no ticket yet that you may see" in text
    assert "servanda" not in text.replace("/static/servanda", "").split("<main")[1].split("</main>")[0]


def test_who_sees_results_alone_gets_no_link_to_tickets(with_tickets: models.Organisation, signed_in: SignedIn) -> None:
    text = signed_in(Role.EXECUTIVE).get(HOME).text
    assert "January 2026: 2 of 4 kept their time" in text
    assert "/tickets/" not in text
    assert "overdue" not in text
    assert "Your role shows results, not single tickets." in text


def test_a_customer_sees_nothing_of_others(with_tickets: models.Organisation, signed_in: SignedIn) -> None:
    person = models.Person.objects.create(organisation=with_tickets, slug="pupil", email="pupil@example.org")
    limited = Assignment(Role.REPRESENTATIVE, Scope(customers=frozenset({"pupils"})))
    translate.record_of_assignment(limited, person).save()
    give_account(person)
    text = signed_in("pupil").get(HOME).text
    assert "There is no ticket yet that you may see" in text
    assert "Printing" not in text


def test_names_are_text_whatever_they_hold(with_tickets: models.Organisation, manager: Client) -> None:
    odd = 'حاسوب 🎵 <script>alert(1)</script> "&'
    models.Service.objects.filter(slug="printing").update(name=odd)
    models.Organisation.objects.update(agreements_applied=9)
    for address in (HOME, "/o/school/services/", "/o/school/services/printing/"):
        text = manager.get(address).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_years_later_the_months_end_where_the_log_did(
    with_tickets: models.Organisation, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall_time, "now", lambda: instant("2031-07-01 09:00 Europe/London"))
    text = manager.get(HOME).text
    assert "The months end in January 2026, the last in which a ticket was opened" in text
    assert "so far" not in text


def test_the_last_file_taken_in_is_named_to_who_may_see_imports(
    with_tickets: models.Organisation, signed_in: SignedIn
) -> None:
    assert small_log.TICKETS
    told = {"source": "sheet", "file_hash": "sha256:" + "0" * 64, "mapping_hash": "", "mapping": "", "actor": "kim"}
    models.Batch.objects.create(
        organisation=with_tickets, number=1, file_name="tickets.csv", committed_at=school.NOW, **told
    )
    assert 'href="/o/school/imports/1/"' in signed_in(Role.SERVICE_MANAGER).get(HOME).text
    assert "tickets.csv" not in signed_in(Role.REPRESENTATIVE).get(HOME).text


def test_it_takes_few_statements(with_tickets: models.Organisation, manager: Client) -> None:
    assert statements(lambda: manager.get(HOME)) <= 30


def statements(ask: Callable[[], object]) -> int:
    """Return how many statements a page takes, all told."""
    ask()
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)
