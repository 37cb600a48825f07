"""Long lists come in pages of a hundred, and are searched; a page beyond the last is the last."""

import itertools
import re

import pytest
from django.test import Client

from servanda.store import models

PEOPLE = "/o/school/people/"


@pytest.fixture
def crowd(kept_school: models.Organisation, manager: Client) -> Client:
    """Add 250 people; return the browser of the service manager."""
    models.Person.objects.bulk_create(
        models.Person(organisation=kept_school, slug=f"x{number}", name=f"Person {number:03} Ω")
        for number in range(250)
    )
    return manager


def names(browser: Client, asked: str = "") -> list[str]:
    """Return the people that a page of the list shows."""
    answer = browser.get(f"{PEOPLE}{asked}")
    assert answer.status_code == 200
    table = answer.content.decode().partition('id="here"')[2].partition("</table>")[0]
    return re.findall(r"<bdi>(Person \d+ Ω)</bdi></a>", table)


def test_each_is_on_one_page_alone(crowd: Client) -> None:
    pages = [names(crowd, f"?page={number}") for number in (1, 2, 3)]
    assert [len(each) <= 100 for each in pages] == [True] * 3
    assert sorted(itertools.chain(*pages)) == [f"Person {number:03} Ω" for number in range(250)]
    assert names(crowd, "?page=999") == pages[2]
    assert "Page 2 of 3" in crowd.get(f"{PEOPLE}?page=2").content.decode()


def test_what_is_looked_for_is_found_and_kept_from_page_to_page(crowd: Client) -> None:
    both = [f"Person {number} Ω" for number in ("024", "124", "224", *range(240, 250))]
    assert sorted(names(crowd, "?find=24+PERSON")) == both
    page = crowd.get(f"{PEOPLE}?find=person+%3Cb%3E").content.decode()
    assert "0 of " in page
    assert "person &lt;b&gt;" in page
    assert "?find=person&amp;page=2" in crowd.get(f"{PEOPLE}?find=person").content.decode()


def test_a_page_that_is_no_number_is_refused_in_words(crowd: Client) -> None:
    answer = crowd.get(f"{PEOPLE}?page=two")
    assert answer.status_code == 400
    assert "a whole number such as 2" in answer.content.decode()
