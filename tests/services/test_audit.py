"""The chain of audit entries: whatever is changed, left out or put in is found, at its place."""

from datetime import date, timedelta

import pytest
from django.db import connection

from servanda.engine.rights import Action, Viewer
from servanda.services import audit
from servanda.store import models
from tests.store.rows import MONDAY_NINE, school

KIM = Viewer("school", "kim", date(2026, 1, 5))


def write(organisation: models.Organisation, count: int) -> None:
    """Write some entries, a minute apart."""
    for place in range(count):
        now = MONDAY_NINE + timedelta(minutes=place)
        audit.note(organisation, KIM, Action.RECORD_EVENT, f"desk/T{place}", now=now, content={"events": place})


UNPROTECT = {
    "sqlite": ["DROP TRIGGER store_entry_no_update", "DROP TRIGGER store_entry_no_delete"],
    "postgresql": ["SET CONSTRAINTS ALL IMMEDIATE", "ALTER TABLE store_entry DISABLE TRIGGER USER"],
}


def tamper(store: str, statement: str) -> None:
    """Change the audit as somebody with the database in their hands could, its triggers taken away first."""
    with connection.cursor() as cursor:
        for each in (*UNPROTECT[store], statement):
            cursor.execute(each)


def test_entries_count_from_one_and_hold_the_hash_of_the_one_before(store: str) -> None:
    own = school()
    write(own, 3)
    first, second, third = models.Entry.objects.order_by("sequence")
    assert [first.sequence, second.sequence, third.sequence] == [1, 2, 3]
    assert first.previous_hash == ""
    assert second.previous_hash == first.entry_hash
    assert third.previous_hash == second.entry_hash == audit.hash_of(second)
    assert audit.head(own) == third.entry_hash
    assert list(audit.breaks(own)) == []


def test_each_organisation_has_a_chain_of_its_own(store: str) -> None:
    own, other = school(), school("college")
    write(own, 2)
    write(other, 1)
    assert models.Entry.objects.get(organisation=other).sequence == 1
    assert audit.head(own) != audit.head(other)
    assert list(audit.breaks(own)) == list(audit.breaks(other)) == []


def test_without_an_entry_the_chain_holds(store: str) -> None:
    own = school()
    assert audit.head(own) == ""
    assert list(audit.breaks(own)) == []


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'nobody'",
        "action = 'see_ticket'",
        "subject = 'desk/T9'",
        "recorded_at = recorded_at + 1",
        """content = '{"events":9}'""",
        "previous_hash = ''",
    ],
)
def test_a_changed_entry_is_found(store: str, change: str) -> None:
    own = school()
    write(own, 4)
    tamper(store, f"UPDATE store_entry SET {change} WHERE sequence = 3")
    assert audit.Break(3, "it does not say what it said when it was written") in list(audit.breaks(own))


def test_an_entry_changed_together_with_its_hash_is_found_at_the_next(store: str) -> None:
    own = school()
    write(own, 4)
    forged = models.Entry.objects.get(sequence=2)
    forged.actor = "nobody"
    tamper(
        store,
        f"UPDATE store_entry SET actor = 'nobody', entry_hash = '{audit.hash_of(forged)}' WHERE sequence = 2",
    )
    assert list(audit.breaks(own)) == [audit.Break(3, "the entry before it is not the one that it was added to")]


def test_entries_left_out_are_found(store: str) -> None:
    own = school()
    write(own, 5)
    tamper(store, "DELETE FROM store_entry WHERE sequence IN (2, 3)")
    assert list(audit.breaks(own)) == [audit.Break(4, "entries 2 to 3 are missing")]


def test_an_entry_apart_from_what_it_tells_of_is_refused() -> None:
    own = models.Organisation(slug="school", name="A school", zone="Europe/London")
    with pytest.raises(audit.OutsideTransaction, match="Open one with atomic"):
        audit.note(own, KIM, Action.RECORD_EVENT, "desk/T1", now=MONDAY_NINE)
