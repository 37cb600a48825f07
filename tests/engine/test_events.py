"""Events: what is an event, in what order they are judged, and what is taken back."""

from datetime import UTC, datetime

import pytest

from servanda.engine.events import Event, EventKind, NeverOpened, Ticket, UnknownKind, judging_order
from tests.builders import event, instant, ticket


def kinds(of: Ticket) -> list[str]:
    return [each.kind.word for each in of.ordered()]


def test_the_list_of_kinds_is_closed_and_in_the_order_of_one_instant() -> None:
    assert [kind.word for kind in EventKind] == [
        "opened",
        "reclassified",
        "assigned",
        "customer_replied",
        "resumed",
        "first_responded",
        "replied",
        "reopened",
        "resolved",
        "closed",
        "cancelled",
        "paused",
        "noted",
        "retracted",
    ]


def test_a_word_that_is_no_kind_is_refused_with_the_kinds_there_are() -> None:
    with pytest.raises(UnknownKind) as refused:
        EventKind.of("solved")
    assert "'solved' is no kind of event" in str(refused.value)
    assert "resolved" in str(refused.value)


def test_events_at_one_instant_are_judged_by_their_rank() -> None:
    at = "2026-01-05 09:00"
    mixed = [f"{at} {kind.word}" for kind in reversed(EventKind) if kind is not EventKind.RETRACTED]
    assert kinds(ticket(*mixed)) == [kind.word for kind in EventKind if kind is not EventKind.RETRACTED]


def test_an_earlier_event_comes_first_whatever_its_rank() -> None:
    of = ticket("2026-01-05 10:00 opened", "2026-01-05 09:59 paused customer")
    assert kinds(of) == ["paused", "opened"]


def test_one_instant_in_two_zones_is_one_instant_for_the_order() -> None:
    paris = event("2026-01-05 10:00 resolved")
    london = event("2026-01-05 09:00 opened", zone="Europe/London")
    assert kinds(Ticket("INC-1", (paris, london))) == ["opened", "resolved"]


def test_the_sequence_of_the_source_and_then_the_id_decide_between_equals() -> None:
    first = event("2026-01-05 09:00 noted", id="b", sequence=1)
    second = event("2026-01-05 09:00 noted", id="a", sequence=2)
    third = event("2026-01-05 09:00 noted", id="b", sequence=2)
    assert Ticket("INC-1", (third, second, first)).ordered() == [first, second, third]
    assert judging_order(third) == (instant("2026-01-05 09:00"), 12, 2, "b")


def test_the_order_in_which_events_arrive_says_nothing() -> None:
    late = event("2026-01-05 09:30 resolved", recorded_at=instant("2026-02-01 00:00"))
    early = event("2026-01-05 09:00 opened", recorded_at=instant("2026-02-02 00:00"))
    assert Ticket("INC-1", (late, early)).ordered() == [early, late]


def test_a_retracted_event_and_its_retraction_are_gone() -> None:
    wrong = event("2026-01-05 10:00 resolved", id="e7")
    back = Event(EventKind.RETRACTED, instant("2026-01-05 11:00"), retracts="e7")
    assert kinds(ticket("2026-01-05 09:00 opened", wrong, back)) == ["opened"]


def test_a_retraction_of_an_event_that_never_came_takes_nothing_back() -> None:
    back = Event(EventKind.RETRACTED, instant("2026-01-05 11:00"), retracts="e7")
    assert kinds(ticket("2026-01-05 09:00 opened", "2026-01-05 10:00 resolved", back)) == ["opened", "resolved"]


def test_a_ticket_is_opened_by_its_first_opening_that_stands() -> None:
    wrong = event("2026-01-05 08:00 opened", id="e1")
    back = Event(EventKind.RETRACTED, instant("2026-01-05 11:00"), retracts="e1")
    of = ticket(wrong, "2026-01-05 09:00 opened", "2026-01-05 09:30 opened", back)
    assert of.opened_at == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    assert of.opened.happened_at == instant("2026-01-05 09:00")


def test_a_ticket_that_was_never_opened_has_no_start() -> None:
    with pytest.raises(NeverOpened) as refused:
        _ = ticket("2026-01-05 09:00 resolved", "2026-01-05 09:30 noted").opened_at
    assert "Ticket INC-1 has 2 events but none of kind 'opened'" in str(refused.value)


def test_an_event_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        Event(EventKind.OPENED, datetime(2026, 1, 5, 9, 0))  # noqa: DTZ001  # the mistake itself


def test_a_retraction_names_what_it_takes_back_and_no_other_event_does() -> None:
    with pytest.raises(ValueError, match="names the id"):
        Event(EventKind.RETRACTED, instant("2026-01-05 09:00"))
    with pytest.raises(ValueError, match="names the id"):
        Event(EventKind.NOTED, instant("2026-01-05 09:00"), retracts="e7")
