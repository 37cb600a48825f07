"""Making an organisation: its administrator, its first audit entry, and a secret of its own."""

from typing import Any

import pytest
from django.db.models import QuerySet

from servanda.bad_input import BadInput
from servanda.engine.rights import Action, Assignment, Role
from servanda.services import audit, organisations, people
from servanda.store import models
from servanda.store.access import access_organisation
from tests.builders import instant

NOW = instant("2026-06-01 09:00 Europe/London")


def test_an_organisation_begins_with_one_who_administers_it_and_one_entry(store: str) -> None:
    own = organisations.add("school", "A school", "Europe/London", "kim", NOW)
    viewer = people.viewer(own, "kim", now=NOW)
    assert viewer.assignments == (Assignment(Role.ADMINISTRATOR),)
    assert access_organisation(viewer, Action.RESTORE) == own
    (entry,) = models.Entry.objects.filter(organisation=own)
    assert (entry.sequence, entry.actor, entry.subject) == (1, "kim", "organisation school")
    assert entry.content == {"name": "A school", "zone": "Europe/London", "administrator": "kim"}
    assert list(audit.breaks(own)) == []


def test_each_organisation_has_a_secret_of_its_own(store: str) -> None:
    keys = [organisations.add(slug, slug, "UTC", "kim", NOW).pseudonym_key for slug in ("school", "college")]
    assert [len(each) for each in keys] == [64, 64]
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    ("slug", "zone", "administrator"),
    [("School", "UTC", "kim"), ("", "UTC", "kim"), ("school", "Nowhere/City", "kim"), ("school", "UTC", "-")],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    store: str, slug: str, zone: str, administrator: str
) -> None:
    with pytest.raises(BadInput):
        organisations.add(slug, "A school", zone, administrator, NOW)
    assert models.Organisation.objects.count() == models.Person.objects.count() == models.Entry.objects.count() == 0


def test_an_id_that_is_taken_is_refused(store: str) -> None:
    organisations.add("school", "A school", "UTC", "kim", NOW)
    with pytest.raises(BadInput, match="There is an organisation 'school' already"):
        organisations.add("school", "Another", "UTC", "sam", NOW)


def test_an_id_that_somebody_takes_meanwhile_is_refused_in_words(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    get = QuerySet.get

    def overtaken(self: QuerySet[Any], **told: Any) -> Any:
        """Look for what is not there yet, and is a moment later."""
        monkeypatch.setattr(QuerySet, "get", get)
        models.Organisation.objects.create(slug="school", name="Theirs", zone="UTC")
        raise self.model.DoesNotExist

    monkeypatch.setattr(QuerySet, "get", overtaken)
    with pytest.raises(BadInput, match="There is an organisation 'school' already"):
        organisations.add("school", "A school", "UTC", "kim", NOW)
