"""Entries of the service catalogue: what they refuse, what sounds like equipment, and circles of services."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.engine.canonical import plain, revive
from servanda.engine.catalogue import (
    CatalogueEntry,
    Component,
    ComponentKind,
    InvalidEntry,
    Support,
    circle,
    equipment_in,
)

SERVER = Component("the print server", ComponentKind.HARDWARE, critical=True)
TONER = Component("toner", ComponentKind.CONSUMABLES)


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"name": "  "}, "has the name of its service"),
        ({"rank": 0}, "from 1 to 999; this one is 0"),
        ({"rank": 1_000}, "from 1 to 999"),
        ({"users": -1}, "at least 0"),
        ({"used_by": ("pupils", "staff", "pupils")}, "group of users 'pupils' is named twice"),
        ({"components": (TONER, TONER)}, "component 'toner' is named twice"),
        ({"depends_on": ("internet", "internet")}, "service 'internet' is named twice"),
    ],
)
def test_what_an_entry_cannot_say(told: dict[str, object], refusal: str) -> None:
    with pytest.raises(InvalidEntry, match=refusal):
        CatalogueEntry(**{"name": "Printing", **told})  # type: ignore[arg-type]  # fields by name, of many types


def test_an_entry_comes_back_from_plain_content() -> None:
    entry = CatalogueEntry(
        "Printing",
        supported=Support.PART,
        used_by=("staff", "pupils"),
        users=0,
        rank=3,
        components=(SERVER, TONER),
        depends_on=("internet",),
    )
    assert revive(CatalogueEntry, plain(entry)) == entry
    assert entry.critical == (SERVER,)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Laser printer HP 4000", "printer"),
        ("LaserJet 4000", "laserjet"),
        ("iPads", "ipads"),
        ("Interactive whiteboard in room 4", "whiteboard"),
        ("Printing", ""),
        ("Presentations", ""),
        ("Serverless", ""),
        ("Telephones", ""),
    ],
)
def test_equipment_is_told_from_a_service_by_its_words(name: str, word: str) -> None:
    assert equipment_in(name) == word


def test_a_circle_is_told_as_one_goes_round() -> None:
    assert circle({"a": ["b", "c"], "b": ["c"], "c": []}) == ()
    assert circle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ("b", "c", "b")
    assert circle({"a": ["a"]}) == ("a", "a")


def test_a_long_chain_is_walked_to_its_end() -> None:
    chain = {f"{number}": [f"{number + 1}"] for number in range(20_000)}
    assert circle(chain) == ()


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3), max_size=6))
def test_a_circle_is_found_exactly_where_services_cannot_be_put_in_order(depends_on: dict[str, list[str]]) -> None:
    found = circle(depends_on)
    assert bool(found) == (not can_be_ordered(depends_on))
    if found:
        assert found[0] == found[-1]
        assert all(later in depends_on[earlier] for earlier, later in pairwise(found))


def can_be_ordered(depends_on: dict[str, list[str]]) -> bool:
    """Say whether one can take away, again and again, what rests on nothing that is left."""
    left = {service: set(others) for service, others in depends_on.items()}
    while free := [service for service, others in left.items() if not others & left.keys()]:
        for service in free:
            del left[service]
    return not left
