"""Verification names every fault that somebody with the database in their hands could plant."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction

from servanda.engine.rights import Role
from servanda.services import exemptions, imports, verification
from servanda.store import models
from servanda.store.access import NotFound
from tests.services.hill import KIM, NOW, hill, take_in, viewer

Chance = random.Random
GUARDED = ("event", "entry", "agreementversion", "calendarversion", "sourcerow", "exemption")


def test_what_was_taken_in_corrected_and_undone_is_equal(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    exemptions.exempt(KIM, "desk", "T4", "fix", "the site was closed", now=NOW)
    imports.undo(KIM, 1, "to see", now=NOW)
    take_in(tmp_path)
    verified = verification.verify(KIM)
    assert verified.equal, verified.differences
    assert (verified.tickets, verified.clocks, verified.versions) == (8, 8, 1)


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.EXECUTIVE, Role.REPRESENTATIVE])
def test_who_may_not_verify_is_refused(store: str, tmp_path: Path, role: Role) -> None:
    hill(tmp_path)
    with pytest.raises(NotFound):
        verification.verify(viewer(role))


# --- planted faults ---


def run(statement: str, *values: int | str) -> None:
    """Run a statement past all that Servanda would say to it."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount != 0, statement


def unguard() -> None:
    """Take the triggers away, as somebody with the database in their hands could."""
    with connection.cursor() as cursor:
        for table in (f"store_{name}" for name in GUARDED):
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER {table}_no_update")
                cursor.execute(f"DROP TRIGGER {table}_no_delete")
            else:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def key_of(model: type[models.Ticket], chance: Chance) -> int:
    """Return the key of some row of a table."""
    return chance.choice(list(model.objects.order_by("pk").values_list("pk", flat=True)))


def a_clock(chance: Chance) -> None:
    """Change one column of a clock."""
    column, value = chance.choice(
        [
            ("state", "'running'" if chance.random() < 0.2 else "'paused'"),
            ("due_at", "coalesce(due_at, 0) + 1"),
            ("elapsed", "elapsed + 1"),
            ("paused", "paused + 1"),
            ("started_at", "started_at - 1"),
            ("breached_at", "coalesce(breached_at, 0) + 1"),
            ("stopped_at", "coalesce(stopped_at, 0) + 1"),
            ("target", "'other'"),
            ("machine", "'[0]'"),
        ]
    )
    clocks = models.Clock.objects.exclude(state="running") if column == "state" else models.Clock.objects.all()
    chosen = chance.choice(list(clocks.values_list("pk", flat=True)))
    run(f"UPDATE store_clock SET {column} = {value} WHERE id = %s", chosen)


def a_missing_clock(chance: Chance) -> None:
    """Remove a clock."""
    run("DELETE FROM store_clock WHERE id = %s", key_of(models.Clock, chance))  # type: ignore[arg-type]  # its key, whatever the model


def a_missing_event(chance: Chance) -> None:
    """Remove an event."""
    run("DELETE FROM store_event WHERE id = %s", key_of(models.Event, chance))  # type: ignore[arg-type]  # its key, whatever the model


def an_event(chance: Chance) -> None:
    """Change what an event says."""
    change = chance.choice(
        ["happened_at = happened_at + 1", "reason = reason || 'x'", "actor = 'mallory'", "kind = 12"]
    )
    run(f"UPDATE store_event SET {change} WHERE id = %s", key_of(models.Event, chance))  # type: ignore[arg-type]  # its key, whatever the model


def a_version(chance: Chance) -> None:
    """Change what an agreement version promises, or when."""
    version = models.AgreementVersion.objects.get()
    content = {**version.content, "name": "Service desk, kinder"}
    if chance.random() < 0.5:
        content["targets"] = [
            {**content["targets"][0], "limits": {"*": {"amount": chance.randint(1, 99), "unit": "x"}}}
        ]
    if chance.random() < 0.5:
        run(
            "UPDATE store_agreementversion SET content = %s", json.dumps(content, sort_keys=True, separators=(",", ":"))
        )
    else:
        run("UPDATE store_agreementversion SET effective_from = '2017-01-01'")


def a_calendar(chance: Chance) -> None:
    """Change what a calendar says."""
    run(
        "UPDATE store_calendarversion SET content = %s",
        json.dumps({"id": "always", "zone": "UTC", "n": chance.random()}),
    )


def an_audit_entry(chance: Chance) -> None:
    """Change what an entry says, or who and when."""
    change = chance.choice(
        [
            "actor = 'sam'",
            "content = '{}'",
            "subject = subject || 'x'",
            "recorded_at = recorded_at + 1",
            "action = 'see'",
        ]
    )
    run(f"UPDATE store_entry SET {change} WHERE id = %s", key_of(models.Entry, chance))  # type: ignore[arg-type]  # its key, whatever the model


def a_missing_audit_entry(chance: Chance) -> None:
    """Remove an entry that is not the newest; for that one its hash has to be kept elsewhere."""
    keys = list(models.Entry.objects.order_by("sequence").values_list("pk", flat=True))
    run("DELETE FROM store_entry WHERE id = %s", chance.choice(keys[:-1]))


def a_tally(chance: Chance) -> None:
    """Change what a tally counts."""
    column = chance.choice(["met", "missed", "elapsed"])
    run(f"UPDATE store_tally SET {column} = {column} + 1 WHERE id = %s", key_of(models.Tally, chance))  # type: ignore[arg-type]  # its key, whatever the model


def a_copy(chance: Chance) -> None:
    """Change what a ticket's record says of its events."""
    change = chance.choice(
        ["service = 'print'", "priority = 'P9'", "opened_at = opened_at + 1", "event_count = event_count + 1"]
    )
    run(f"UPDATE store_ticket SET {change} WHERE id = %s", key_of(models.Ticket, chance))


def a_row(chance: Chance) -> None:
    """Change the cells of a row."""
    run("UPDATE store_sourcerow SET cells = '[]' WHERE id = %s", key_of(models.SourceRow, chance))  # type: ignore[arg-type]  # its key, whatever the model


def an_exemption(_: Chance) -> None:
    """Exempt a ticket without anybody's approval."""
    run("UPDATE store_ticket SET exempted = '{\"fix\":\"because\"}' WHERE number = 'T2'")


PLANTS: tuple[Callable[[Chance], None], ...] = (
    a_clock,
    a_missing_clock,
    a_missing_event,
    an_event,
    a_version,
    a_calendar,
    an_audit_entry,
    a_missing_audit_entry,
    a_tally,
    a_copy,
    a_row,
    an_exemption,
)


def plant_and_find(folder: Path, seeds: range) -> None:
    """Plant a fault for each seed, see that it is found, and take it away again."""
    hill(folder)
    take_in(folder)
    exemptions.exempt(KIM, "desk", "T5", "fix", "the site was closed", now=NOW)
    assert verification.verify(KIM).equal
    unguard()
    for seed in seeds:
        plant = PLANTS[seed % len(PLANTS)]
        with transaction.atomic():
            plant(random.Random(seed))
            assert not verification.verify(KIM).equal, f"seed {seed}: {plant.__name__} was not found"
            transaction.set_rollback(True)


def test_each_kind_of_planted_fault_is_found(store: str, tmp_path: Path) -> None:
    plant_and_find(tmp_path, range(len(PLANTS)))


@pytest.mark.slow
def test_two_hundred_planted_faults_are_found(store: str, tmp_path: Path) -> None:
    plant_and_find(tmp_path, range(200))
