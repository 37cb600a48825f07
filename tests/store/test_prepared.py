"""Queries that are put into SQL once: each way of asking has its own, and what is given each time is not kept."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from servanda.store import models
from servanda.store.prepared import Given, prepared
from tests.builders import instant
from tests.store.rows import HISTORY, MONDAY_NINE, keep, school

OPENED = MONDAY_NINE
made: list[tuple[str, str]] = []


@prepared
def opened_before(organisation: models.Organisation, source: str) -> QuerySet[Any]:
    made.append((organisation.slug, source))
    found = models.Ticket.objects.filter(organisation=organisation, source=source, opened_at__lt=Given("end"))
    return found.values_list("number", "opened_at")


@prepared
def numbered(organisation: models.Organisation, *, number: bool) -> QuerySet[Any]:
    named = Q(number=Given("number")) if number else Q(pk__in=())
    return models.Ticket.objects.filter(named, organisation=organisation).values_list("number")


def answers(organisation: models.Organisation, source: str, end: datetime) -> list[Any]:
    """Return the rows, and what the models themselves answer."""
    found = models.Ticket.objects.filter(organisation=organisation, source=source, opened_at__lt=end)
    return [opened_before(organisation, source).rows(end=end), [*found.values_list("number", "opened_at")]]


def test_the_rows_are_those_of_the_query_with_what_is_given(store: str) -> None:
    ours = school()
    keep(HISTORY, ours)
    assert answers(ours, "desk", OPENED) == [[], []]
    assert answers(ours, "desk", OPENED + timedelta(microseconds=1)) == [[("T1", OPENED)], [("T1", OPENED)]]
    assert numbered(ours, number=True).rows(number="T1") == [("T1",)]
    assert numbered(ours, number=True).rows(number="T1' OR '1'='1") == []


def test_each_way_of_asking_has_its_own_query_and_makes_it_once(store: str) -> None:
    ours, theirs = school(), school("college")
    keep(HISTORY, theirs)
    made.clear()
    late = instant("2027-01-01 00:00 Europe/London")
    for _ in range(2):
        assert answers(ours, "desk", late) == [[], []]
        assert answers(theirs, "desk", late) == [[("T1", OPENED)], [("T1", OPENED)]]
        assert answers(theirs, "other", late) == [[], []]
    assert len(made) == len(set(made))


def test_a_query_that_can_have_no_row_asks_nothing(store: str) -> None:
    assert numbered(school(), number=False).rows(number="T1") == []
