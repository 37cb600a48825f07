"""What is kept for ever can be neither changed nor removed: not through a model, and not past it."""

import pytest
from django.db import DatabaseError, connection, transaction

from servanda.store import models
from servanda.store.keeping import OnlyAdded
from tests.store.rows import HISTORY, entry, keep, school

FOREVER = (
    "event",
    "sourcerow",
    "exemption",
    "entry",
    "samplemark",
    "agreementversion",
    "calendarversion",
    "priorityschemeversion",
    "signature",
    "ending",
    "summaryedit",
    "report",
    "reportfile",
    "release",
    "pilotanswer",
    "catalogueversion",
    "cataloguemark",
    "negotiation",
    "proposedtext",
    "negotiationstep",
    "levelestimate",
    "listingdecision",
    "attendance",
    "requirementversion",
    "requirementmark",
    "requirementquestion",
    "requirementanswer",
    "specsheetversion",
    "expectationsurvey",
    "surveyanswer",
    "targetconfirmation",
)


def test_an_event_is_neither_saved_again_nor_deleted(store: str) -> None:
    event = keep(HISTORY, school()).events.order_by("id")[0]
    event.reason = "another"
    with pytest.raises(OnlyAdded, match="store_event"):
        event.save()
    with pytest.raises(OnlyAdded):
        event.delete()


def test_events_are_neither_changed_nor_deleted_together(store: str) -> None:
    keep(HISTORY, school())
    with pytest.raises(OnlyAdded):
        models.Event.objects.update(reason="another")
    with pytest.raises(OnlyAdded):
        models.Event.objects.filter(reason="").delete()
    with pytest.raises(OnlyAdded):
        models.Event.objects.bulk_update(list(models.Event.objects.all()), ["reason"])
    with pytest.raises(OnlyAdded):
        models.Event.objects.update_or_create(defaults={"reason": "another"}, key="e1")


@pytest.mark.parametrize("statement", ["UPDATE store_event SET reason = 'another'", "DELETE FROM store_event"])
def test_the_database_itself_refuses_what_comes_past_the_models(store: str, statement: str) -> None:
    keep(HISTORY, school())
    with pytest.raises(DatabaseError, match="rows of store_event are only ever added"), transaction.atomic():
        connection.cursor().execute(statement)
    assert models.Event.objects.count() == len(HISTORY.events)


@pytest.mark.parametrize("verb", ["UPDATE store_entry SET actor = 'nobody'", "DELETE FROM store_entry"])
def test_an_audit_entry_is_refused_by_the_database_too(store: str, verb: str) -> None:
    entry(school())
    with pytest.raises(DatabaseError, match="rows of store_entry are only ever added"), transaction.atomic():
        connection.cursor().execute(verb)


REPLACEMENTS = {
    "sqlite": "INSERT OR REPLACE INTO store_entry {columns} {row}",
    "postgresql": "INSERT INTO store_entry {columns} {row} "
    "ON CONFLICT (organisation_id, sequence) DO UPDATE SET actor = excluded.actor",
}


def test_an_audit_entry_cannot_be_replaced_by_another_either(store: str) -> None:
    kept_entry = entry(school())
    columns = "organisation_id, sequence, recorded_at, actor, action, subject, content, previous_hash, entry_hash"
    row = f"SELECT {columns.replace('actor', repr('nobody'), 1)} FROM store_entry WHERE id = {kept_entry.pk}"
    statement = REPLACEMENTS[store].format(columns=f"({columns})", row=row)
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        connection.cursor().execute(statement)
    assert models.Entry.objects.get().actor == "kim"


def test_a_whole_table_cannot_be_emptied_where_the_database_has_a_word_for_it(store: str) -> None:
    if store == "sqlite":
        return  # has no TRUNCATE
    for name in FOREVER:
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            connection.cursor().execute(f"TRUNCATE store_{name} CASCADE")


def test_every_table_that_is_only_added_to_is_protected(store: str) -> None:
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[store])
        found = {name for (name,) in cursor.fetchall()}
    wanted = {
        "sqlite": {f"store_{name}_no_{verb}" for name in FOREVER for verb in ("update", "delete")},
        "postgresql": {f"store_{name}_{what}" for name in FOREVER for what in ("only_added", "no_delete")},
    }
    assert found == wanted[store] | {"store_samplemark_first"}


def test_what_may_change_still_can(store: str) -> None:
    record = keep(HISTORY, school())
    record.priority = "P3"
    record.save()
    assert models.Ticket.objects.get().priority == "P3"
