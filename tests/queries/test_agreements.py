"""Agreements as somebody may read them: whose scope they touch, which version is in force when, and what is missing."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servanda.engine.agreements import Book
from servanda.engine.rights import Role
from servanda.files import agreements as files
from servanda.queries import agreements
from servanda.store import models
from servanda.store.access import NotFound
from tests.architecture.sources import ROOT
from tests.queries.kept import keep_book, viewer


def at(on: str) -> datetime:
    """Return noon of a day."""
    return datetime.fromisoformat(f"{on}T12:00+00:00")


@pytest.fixture(scope="module")
def book() -> Book:
    return files.load(ROOT / "sample" / "school" / "agreements.yaml")


@pytest.fixture
def school(store: str, book: Book) -> models.Organisation:
    return keep_book(book)


def seen(**scope: list[str]) -> set[str]:
    """Return the agreements that a technician sees."""
    found = agreements.listing(viewer(Role.TECHNICIAN, "hill-school", **scope))
    return {each.id for each in found.agreements}


def test_agreements_are_listed_by_name_with_the_names_of_services(school: models.Organisation) -> None:
    found = agreements.listing(viewer(organisation="hill-school"))
    assert [each.id for each in found.agreements] == [
        "starter",
        "copier-contract",
        "registration",
        "second-line",
        "service-desk",
    ]
    assert found.names.of_services(["printing", "classroom"]) == ("Classroom computers", "Printing")


def test_who_is_limited_sees_what_promises_anything_to_what_is_theirs(school: models.Organisation) -> None:
    everything = {"starter", "copier-contract", "registration", "second-line", "service-desk"}
    assert seen() == everything
    assert seen(services=["printing"]) == everything - {"registration"}
    assert seen(services=["registration"], customers=["teachers"]) == {"starter", "second-line", "service-desk"}
    assert seen(suppliers=["Copier company"]) == {"copier-contract"}
    assert seen(services=["registration"], suppliers=["Copier company"]) == set()


def test_what_is_out_of_reach_is_not_there(school: models.Organisation) -> None:
    limited = viewer(Role.TECHNICIAN, "hill-school", services=["printing"])
    for id in ("registration", "none-such", "", "\0", "a/b"):
        with pytest.raises(NotFound):
            agreements.one(limited, id)
    supplier = viewer(Role.SUPPLIER_CONTACT, "hill-school", suppliers=["Copier company"])
    assert [each.id for each in agreements.listing(supplier).agreements] == ["copier-contract"]
    with pytest.raises(NotFound):
        agreements.one(supplier, "service-desk")
    with pytest.raises(NotFound):
        agreements.listing(viewer(organisation="another"))


def test_the_version_in_force_is_found_by_its_days(school: models.Organisation) -> None:
    found, _ = agreements.one(viewer(organisation="hill-school"), "service-desk")
    assert [found.on(at(on)).number for on in ("2025-01-01", "2026-08-31", "2026-09-01", "2030-01-01")] == [1, 1, 2, 2]
    contract, _ = agreements.one(viewer(organisation="hill-school"), "registration")
    assert contract.on(at("2030-01-01")).number == 1, "the last there was"
    assert found.before(found.numbered(1)) is None
    assert found.before(found.numbered(2)) == found.numbered(1)
    for number in (0, 3, 10**12):
        with pytest.raises(NotFound):
            found.numbered(number)


def test_a_version_without_an_end_ends_where_the_next_begins(store: str, book: Book) -> None:
    endless = (
        replace(each, effective_until=None) if each.label == "service-desk/1" else each for each in book.versions
    )
    keep_book(replace(book, versions=tuple(endless)))
    found, _ = agreements.one(viewer(organisation="hill-school"), "service-desk")
    assert found.numbered(1).version.last_day is None
    assert found.numbered(1).last_day == date(2026, 8, 31)
    assert found.numbered(2).last_day is None


def test_reading_agreements_takes_as_many_statements_for_one_as_for_many(school: models.Organisation) -> None:
    kim = viewer(organisation="hill-school")
    agreements.listing(kim)  # from now on the book is remembered
    with CaptureQueriesContext(connection) as of_all:
        agreements.listing(kim)
    with CaptureQueriesContext(connection) as of_one:
        agreements.one(kim, "service-desk")
    assert (len(of_all), len(of_one)) == (2, 2)
