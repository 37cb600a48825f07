"""Recording events: all that follows from them in one transaction, or nothing."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from servanda.engine.events import Event, EventKind
from servanda.engine.rights import Role, Viewer
from servanda.services import audit, corrections, events, exemptions, verification
from servanda.services.events import EventRefused
from servanda.services.exemptions import ExemptionRefused
from servanda.store import models
from servanda.store.access import NotFound
from servanda.store.keepable import Unkeepable
from tests import june
from tests.services.hill import KIM, NOW, hill, viewer

OPENED = Event(EventKind.OPENED, june.at("2018-06-12 09:00"), id="e1", changes={"service": "mail"})
RESOLVED = Event(EventKind.RESOLVED, june.at("2018-06-12 18:00"), id="e2")


def record(*told: Event, asking: Viewer = KIM, number: str = "T4") -> events.Recorded:
    """Record events of a ticket."""
    return events.record(asking, "desk", number, told, now=NOW)


def test_an_opening_starts_a_clock_that_is_due_and_counts_nothing_yet(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    assert record(OPENED) == events.Recorded(1, 0)
    clock = models.Clock.objects.get()
    assert (clock.kind, clock.target, clock.state) == ("resolution", "fix", "running")
    assert clock.due_at == june.at("2018-06-12 17:00")
    assert not models.Tally.objects.exists()


def test_a_clock_that_is_missed_is_counted_and_announced_once(store: str, tmp_path: Path) -> None:
    own = hill(tmp_path)
    record(OPENED)
    record(RESOLVED)
    clock = models.Clock.objects.get()
    assert (clock.state, clock.breached_at) == ("missed", june.at("2018-06-12 17:00"))
    tally = models.Tally.objects.get()
    assert (str(tally.month), tally.met, tally.missed, tally.elapsed) == ("2018-06-01", 0, 1, 9 * 3_600_000_000)
    assert models.Message.objects.filter(organisation=own, kind="breach").count() == 1


def test_events_may_come_in_any_order_and_again(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    record(OPENED, RESOLVED, number="T1")
    at_once = models.Clock.objects.get().machine
    record(OPENED, number="T2")
    record(RESOLVED, number="T2")
    assert record(RESOLVED, OPENED, number="T2") == events.Recorded(0, 2)
    assert models.Clock.objects.get(ticket__number="T2").machine == at_once
    assert verification.verify(KIM).equal


def test_an_event_without_an_id_is_known_by_its_content(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    unnamed = replace(OPENED, id="")
    assert record(unnamed) == events.Recorded(1, 0)
    assert record(unnamed) == events.Recorded(0, 1)


def test_an_id_with_another_content_is_refused_and_nothing_is_kept_of_it(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    record(OPENED)
    with pytest.raises(EventRefused, match="another content"):
        record(replace(RESOLVED, id="e3"), replace(OPENED, happened_at=june.at("2018-06-12 10:00")))
    assert models.Event.objects.count() == 1
    assert models.Clock.objects.get().state == "running"


def test_a_ticket_nobody_has_opened_is_refused(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    with pytest.raises(EventRefused, match="none of its 1 events opens it"):
        record(RESOLVED)
    assert not models.Ticket.objects.exists()


def test_an_event_of_the_future_is_refused(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    with pytest.raises(EventRefused, match="is to happen at"):
        record(replace(OPENED, happened_at=NOW + timedelta(hours=1)))


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 201, "T\x1b[2J", "T\n1", "T\t1", "T\x9b1", "  ", "\u2003"])
def test_a_text_that_no_database_keeps_is_refused_in_words(store: str, tmp_path: Path, text: str) -> None:
    hill(tmp_path)
    with pytest.raises(Unkeepable):
        record(replace(OPENED, changes={"service": text}))
    with pytest.raises(Unkeepable):
        record(OPENED, number=text)
    for name in ({"id": text}, {"changes": {"person": text}}):
        with pytest.raises(Unkeepable):
            record(replace(OPENED, **name))
    with pytest.raises(Unkeepable):
        events.record(KIM, text, "T4", [OPENED], now=NOW)
    assert not models.Ticket.objects.exists()


@pytest.mark.parametrize("text", ["Kim\x1b]0;owned\x07", "\t"])
def test_an_actor_with_a_sign_that_nobody_sees_is_refused_and_a_reason_may_have_lines(
    store: str, tmp_path: Path, text: str
) -> None:
    hill(tmp_path)
    with pytest.raises(Unkeepable, match="the actor holds the control character U\\+00"):
        record(replace(OPENED, actor=text))
    assert record(replace(OPENED, reason="first line\n\tsecond")) == events.Recorded(1, 0)


def test_an_id_that_looks_like_a_hash_of_its_own_is_refused(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    with pytest.raises(EventRefused, match="does not begin with"):
        record(replace(OPENED, id="sha256:" + "0" * 64))


def test_an_event_that_is_taken_back_counts_no_more_and_stays(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    record(OPENED, RESOLVED)
    corrections.retract(KIM, "desk", "T4", "e2", "another ticket was meant", now=NOW)
    assert models.Event.objects.count() == 3
    assert models.Clock.objects.get().state == "running"
    assert not models.Tally.objects.exists()
    assert verification.verify(KIM).equal


def test_the_right_event_takes_the_place_of_a_wrong_one(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    record(OPENED, RESOLVED)
    right = replace(RESOLVED, id="e3", happened_at=june.at("2018-06-12 16:00"))
    corrections.replace(KIM, "desk", "T4", "e2", right, "the clock of the desk was wrong", now=NOW)
    assert models.Clock.objects.get().state == "met"
    assert [key for key, _ in corrections.keys(KIM, "desk", "T4")] == ["e1", "e3"]


def test_taking_back_what_is_not_there_is_refused(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    record(OPENED)
    with pytest.raises(EventRefused, match="which the ticket does not have"):
        corrections.retract(KIM, "desk", "T4", "e9", "a guess", now=NOW)


def test_a_target_that_is_exempt_counts_no_more_and_says_why(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    record(OPENED, RESOLVED)
    exemptions.exempt(KIM, "desk", "T4", "fix", "the site was closed", now=NOW)
    assert models.Clock.objects.get().state == "exempt"
    assert not models.Tally.objects.exists()
    assert models.Exemption.objects.get().approved_by == "kim"
    assert verification.verify(KIM).equal
    with pytest.raises(ExemptionRefused, match="exempt for ticket 'T4' already"):
        exemptions.exempt(KIM, "desk", "T4", "fix", "again", now=NOW)
    with pytest.raises(ExemptionRefused, match="no clock of a target 'speed'"):
        exemptions.exempt(KIM, "desk", "T4", "speed", "why not", now=NOW)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REPRESENTATIVE, Role.EXECUTIVE])
def test_who_may_not_record_learns_nothing_of_what_is_there(store: str, tmp_path: Path, role: Role) -> None:
    hill(tmp_path)
    record(OPENED)
    with pytest.raises(NotFound, match="ticket 'T4' of source 'desk'"):
        record(RESOLVED, asking=viewer(role))
    with pytest.raises(NotFound, match="ticket 'T9' of source 'desk'"):
        record(OPENED, RESOLVED, asking=viewer(role), number="T9")
    assert models.Event.objects.count() == 1


def test_a_technician_records_and_corrects_nothing(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    technician = viewer(Role.TECHNICIAN)
    record(OPENED, asking=technician)
    with pytest.raises(NotFound):
        corrections.retract(technician, "desk", "T4", "e1", "why not", now=NOW)
    with pytest.raises(NotFound):
        exemptions.exempt(technician, "desk", "T4", "fix", "why not", now=NOW)


def test_the_viewer_of_another_organisation_finds_nothing(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    record(OPENED)
    models.Organisation.objects.create(slug="dale", name="Dale", zone="UTC")
    with pytest.raises(EventRefused, match="is not known"):
        record(RESOLVED, asking=viewer(organisation="dale"))
    with pytest.raises(NotFound, match="organisation 'moor'"):
        record(RESOLVED, asking=viewer(organisation="moor"))


def test_each_recording_leaves_one_audit_entry_and_the_chain_holds(store: str, tmp_path: Path) -> None:
    own = hill(tmp_path)
    record(OPENED)
    record(OPENED, RESOLVED)
    record(OPENED)
    entries = models.Entry.objects.filter(organisation=own).order_by("sequence")
    assert [each.content["events"] for each in entries] == [["e1"], ["e2"]]
    assert list(audit.breaks(own)) == []


def test_a_live_event_takes_at_most_eight_statements_besides_audit_and_outbox(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    record(OPENED)
    told: list[str] = []

    def listen(execute: object, sql: str, params: object, many: bool, context: object) -> object:
        told.append(sql)
        return execute(sql, params, many, context)  # type: ignore[operator]  # as Django calls it

    with connection.execute_wrapper(listen):
        record(RESOLVED)
    besides = [
        each for each in told if "store_entry" not in each and "store_message" not in each and "SAVEPOINT" not in each
    ]
    assert len(besides) <= 9, "\n".join(besides)  # one of them is the audit's own turn at the organisation


def test_people_named_in_events_stand_under_pseudonyms_and_who_records_under_their_id(
    store: str, tmp_path: Path
) -> None:
    hill(tmp_path)
    given = Event(EventKind.ASSIGNED, june.at("2018-06-12 10:00"), id="e5", changes={"person": "Pat Doe"}, actor="kim")
    record(replace(OPENED, actor="Pat Doe"), given)
    person = models.Person.objects.get()
    assert (person.name, person.slug[:2]) == ("Pat Doe", "p-")
    opened, assigned = models.Event.objects.order_by("happened_at")
    assert (opened.actor, assigned.actor, assigned.changes["person"]) == (person.slug, "kim", person.slug)
    assert record(replace(OPENED, actor="Pat Doe")) == events.Recorded(0, 1)
