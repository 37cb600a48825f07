"""The sample school by the pages: offered where nothing is set up, looked around in, and taken away again."""

import pytest
from django.test import Client

from servanda.engine.rights import Role
from servanda.services import samples
from servanda.store import models
from tests.web.browsers import SignedIn

HOME, SAMPLE = "/o/school/", "/o/sample-school/"
LOAD, TAKE_AWAY = "Look at a sample school", "Take the sample school away"


@pytest.fixture
def administrator(signed_in: SignedIn) -> Client:
    """Return the browser of the administrator of a school that is not set up yet."""
    return signed_in(Role.ADMINISTRATOR)


@pytest.fixture
def visitor(administrator: Client) -> Client:
    """Return the same browser once the sample is loaded."""
    answer = administrator.post(f"{HOME}sample/load/")
    assert (answer.status_code, answer["Location"]) == (302, SAMPLE)
    return administrator


def test_it_is_offered_to_who_may_try_it(administrator: Client, signed_in: SignedIn) -> None:
    assert LOAD in administrator.get(HOME).text
    assert LOAD not in signed_in(Role.SERVICE_MANAGER).get(HOME).text


def test_its_first_page_says_what_it_is_and_takes_it_away(visitor: Client) -> None:
    text = visitor.get(SAMPLE).text
    assert "This school is a sample." in text
    assert TAKE_AWAY in text
    assert LOAD not in text
    assert "Setting up" not in text
    answer = visitor.post(f"{SAMPLE}sample/take-away/", follow=True)
    assert answer.redirect_chain == [("/", 302), (HOME, 302)]
    assert "The sample school is taken away; nothing of it is left." in answer.text
    assert LOAD in answer.text
    assert visitor.get(SAMPLE).status_code == 404


def test_ones_own_first_page_leads_there_and_takes_it_away_too(visitor: Client) -> None:
    text = visitor.get(HOME).text
    assert f'<a href="{SAMPLE}">sample school</a>' in text
    assert f'action="{SAMPLE}sample/take-away/"' in text
    assert LOAD not in text


def test_nobody_else_is_let_in(visitor: Client, signed_in: SignedIn) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        browser = signed_in(role)
        assert browser.get(SAMPLE).status_code == 404
        assert browser.post(f"{SAMPLE}sample/take-away/").status_code == 404
    assert samples.is_sample("sample-school")


def test_what_is_no_sample_stays(visitor: Client) -> None:
    answer = visitor.post(f"{HOME}sample/take-away/")
    assert answer.status_code == 400
    assert "is no sample organisation" in answer.text
    assert models.Organisation.objects.filter(slug="school").exists()


SHOWN = {
    "services/": "Registration of pupils",
    "services/printing/": "First answer by a person",
    "tickets/": "1291",
    "tickets/desk/1291/": "First answer by a person",
    "agreements/": "Printing near your room",
    "agreements/e-mail-for-staff/": "E-mail for staff",
    "catalogue/": "Wireless network",
    "catalogue/of/classroom/": "99 %",
    "requirements/": "somebody comes before the lesson is over",
    "requirements/gaps/": "Network team",
    "requirements/surveys/": "Printing",
    "reports/": "Report 1",
    "reports/issued/1/": "Service desk",
    "imports/": "tickets.csv",
    "imports/1/": "tickets.csv",
    "people/": "Theo Lang",
    "people/attendance/": "Ines Duarte",
    "reconciliation/": "are those of the source",
}


def test_every_page_has_something_to_show(visitor: Client) -> None:
    for path, said in SHOWN.items():
        answer = visitor.get(f"{SAMPLE}{path}")
        assert answer.status_code == 200, path
        assert said in answer.text, path
