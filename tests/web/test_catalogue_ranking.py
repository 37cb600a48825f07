"""The order of services: moved without being kept, kept at once, and no reason for users to agree again."""

import re

import pytest
from django.test import Client

from servanda.engine.catalogue import CatalogueEntry
from servanda.engine.rights import Role
from servanda.queries import catalogue as kept
from servanda.services import catalogue
from servanda.store import models
from servanda.web.views.catalogue_ranking import moved
from tests.tenancy import school
from tests.web.browsers import SignedIn
from tests.web.test_catalogue import CATALOGUE, MANAGER, said

PAGE = f"{CATALOGUE}ranking/"


@pytest.fixture
def three(kept_school: models.Organisation, manager: Client) -> Client:
    """Keep three services in an order of their own and one that is withdrawn; return the manager's browser."""
    entries = {each: CatalogueEntry(each.upper(), rank=rank) for each, rank in (("a", 1), ("b", 2), ("c", None))}
    catalogue.apply(MANAGER, {**entries, "gone": CatalogueEntry("Gone", withdrawn=True)}, now=school.NOW)
    return manager


def order(page: str) -> list[str]:
    """Return the order that a page shows."""
    return re.findall(r'name="order" value="([^"]+)"', page)


def ranks() -> dict[str, int | None]:
    """Return the ranks that are kept."""
    return {each.service: each.entry.rank for each in kept.catalogue(MANAGER)}


def test_a_service_is_moved_as_far_as_there_are_places() -> None:
    assert moved(["a", "b", "c"], "b", -1) == ["b", "a", "c"]
    assert moved(["a", "b", "c"], "b", 1) == ["a", "c", "b"]
    assert moved(["a", "b", "c"], "a", -1) == moved(["a", "b", "c"], "c", 1) == ["a", "b", "c"]
    assert moved(["a", "b"], "x", 1) == ["a", "b"]


def test_moving_keeps_nothing_and_keeping_gives_every_service_its_place(three: Client) -> None:
    assert order(three.get(PAGE).text) == ["a", "b", "c"]
    page = three.post(PAGE, {"order": ["a", "b", "c"], "up": "c"}).text
    assert order(page) == ["a", "c", "b"]
    page = three.post(PAGE, {"order": order(page), "down": "a"}).text
    assert order(page) == ["c", "a", "b"]
    assert ranks() == {"a": 1, "b": 2, "c": None, "gone": None}
    answer = three.post(PAGE, {"order": order(page), "keep": "yes"}, follow=True)
    assert "The order is kept: 3 services have another rank." in said(answer)
    assert ranks() == {"c": 1, "a": 2, "b": 3, "gone": None}
    three.post(PAGE, {"order": order(page), "keep": "yes"})
    assert models.CatalogueVersion.objects.filter(service="b").count() == 2


def test_users_need_not_agree_to_a_rank(three: Client, signed_in: SignedIn) -> None:
    signed_in(Role.REPRESENTATIVE).post(f"{CATALOGUE}of/a/agree/", {"number": "1"})
    three.post(PAGE, {"order": ["b", "a", "c"], "keep": "yes"})
    assert "Agreed with users:" in said(three.get(f"{CATALOGUE}of/a/"))
    three.post(f"{CATALOGUE}of/a/write/", {"after": "2", "name": "A", "supported": "full", "place": "here"})
    assert "Changed since users agreed to it" in said(three.get(f"{CATALOGUE}of/a/"))


def test_another_order_than_was_shown_is_refused(three: Client) -> None:
    for told in (["a", "b"], [], ["a", "b", "gone"]):
        assert "not those of which you saw the order" in said(three.post(PAGE, {"order": told, "keep": "yes"}), 400)
    assert ranks() == {"a": 1, "b": 2, "c": None, "gone": None}


def test_who_writes_for_some_users_orders_nothing(three: Client) -> None:
    models.RoleAssignment.objects.filter(role=Role.SERVICE_MANAGER.value).update(customers=["pupils"])
    assert three.get(PAGE).status_code == 404
    assert three.post(PAGE, {"order": ["a", "b", "c"], "keep": "yes"}).status_code == 404
    assert "Which comes first" not in said(three.get(CATALOGUE))
