"""The outbox: what is written once, who may work on it, and what becomes of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from servanda.bad_input import BadInput
from servanda.services import outbox
from servanda.services.outbox import Claimed
from servanda.store import models, outbox_statements
from tests.store.rows import MONDAY_NINE, school

NOW = MONDAY_NINE
LEASE = timedelta(minutes=5)
A_SECOND = timedelta(seconds=1)
State = models.Message.State


def add(organisation: models.Organisation, key: str = "a", kind: str = "import", **named: Any) -> bool:
    """Write a message that is due now."""
    return outbox.add(organisation, kind, key, named.pop("payload", {"n": 1}), **{"due_at": NOW, "now": NOW, **named})


def claimed(owner: str = "one", now: Any = NOW) -> Claimed:
    """Return the only message that is due, claimed."""
    (found,) = outbox.claim(["import"], owner, now, LEASE)
    return found


def message(key: str = "a") -> models.Message:
    """Return a message as it is kept."""
    return models.Message.objects.get(key=key)


def test_a_message_is_written_once_for_each_key(store: str) -> None:
    own, other = school(), school("college")
    assert [add(own), add(own, payload={"n": 2}), add(own, "b"), add(other)] == [True, False, True, True]
    assert message("b").payload == models.Message.objects.get(organisation=own, key="a").payload == {"n": 1}
    assert models.Message.objects.count() == 3


def test_outside_a_transaction_a_message_is_refused() -> None:
    own = models.Organisation(slug="school", name="A school", zone="Europe/London")
    with pytest.raises(outbox.OutsideTransaction, match="Open one with atomic"):
        add(own)


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"kind": ""}, "of the kind ''"),
        ({"kind": "Import"}, "of the kind 'Import'"),
        ({"kind": "k" * 65}, "of the kind 'kkk"),
        ({"key": ""}, "the key of a message is empty"),
        ({"key": "k" * 201}, "the key of a message has 201 characters"),
        ({"key": "a\0b"}, "holds a sign that is no text"),
        ({"payload": {"file": "x" * 64 * 1024}}, "a payload of 65,547 bytes"),
        ({"payload": {"files": [{"name": "a\0b"}]}}, "holds the sign NUL"),
        ({"payload": {"a\0b": 1}}, "holds the sign NUL"),
        ({"payload": {"n": float("nan")}}, "cannot be written"),
        ({"payload": {"n": object()}}, "cannot be written"),
        ({"payload": {"n": "\ud800"}}, "cannot be written"),
    ],
)
def test_what_cannot_be_kept_is_refused(store: str, named: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        add(school(), **named)
    assert models.Message.objects.count() == 0


def test_a_backslash_that_only_looks_like_nul_is_kept(store: str) -> None:
    add(school(), payload={"path": "C:\\u0000"})
    assert claimed().payload == {"path": "C:\\u0000"}


def test_the_oldest_that_is_due_is_claimed_first_and_nothing_early(store: str) -> None:
    own = school()
    for minutes, key in ((-1, "second"), (-2, "first"), (1, "later")):
        add(own, key, due_at=NOW + timedelta(minutes=minutes))
    assert [claimed().key, claimed().key] == ["first", "second"]
    assert outbox.claim(["import"], "one", NOW, LEASE) == []


def test_only_kinds_with_a_handler_are_claimed(store: str) -> None:
    own = school()
    add(own, "a", "breach")
    add(own, "b", "report")
    assert [each.key for each in outbox.claim(["import", "report"], "one", NOW, LEASE, 10)] == ["b"]


def test_a_claimed_message_knows_all_that_its_work_needs(store: str) -> None:
    own = school()
    add(own)
    assert claimed() == Claimed(message().pk, own.pk, "import", "a", {"n": 1}, 1, "one")
    assert (message().state, message().owner, message().lease_until) == (State.RUNNING, "one", NOW + LEASE)


def test_no_more_are_claimed_than_asked_for(store: str) -> None:
    own = school()
    for number in range(5):
        add(own, f"{number}", "report" if number % 2 else "import")
    assert len(outbox.claim(["import", "report"], "one", NOW, LEASE, 4)) == 4
    assert len(outbox.claim(["import", "report"], "two", NOW, LEASE, 4)) == 1


def test_when_the_lease_has_run_out_somebody_else_takes_over(store: str) -> None:
    add(school())
    first = claimed("one")
    assert outbox.claim(["import"], "two", NOW + LEASE - A_SECOND, LEASE) == []
    second = claimed("two", NOW + LEASE)
    assert (second.owner, second.attempts) == ("two", 2)
    for late in (
        lambda: outbox.finish(first),
        lambda: outbox.heartbeat(first, NOW, LEASE),
        lambda: outbox.hand_back(first, NOW),
        lambda: outbox.give_up(first, "late", NOW),
        lambda: outbox.fail(first, "late", NOW),
    ):
        with pytest.raises(outbox.LeaseLost, match="no longer one's"):
            late()
    outbox.finish(second)
    assert (message().state, message().owner, message().error) == (State.DONE, "", "")


def test_a_worker_who_claims_again_what_it_lost_cannot_finish_it_twice(store: str) -> None:
    add(school())
    first = claimed("one")
    again = claimed("one", NOW + LEASE)
    with pytest.raises(outbox.LeaseLost):
        outbox.finish(first)
    outbox.finish(again)
    with pytest.raises(outbox.LeaseLost):
        outbox.finish(again)


def test_a_heartbeat_lets_the_lease_begin_anew(store: str) -> None:
    add(school())
    first = claimed()
    outbox.heartbeat(first, NOW + LEASE - A_SECOND, LEASE)
    assert outbox.claim(["import"], "two", NOW + LEASE, LEASE) == []
    assert message().lease_until == NOW + 2 * LEASE - A_SECOND
    outbox.finish(first)


def test_what_was_written_with_a_lost_lease_is_undone(store: str) -> None:
    own = school()
    add(own)
    late = claimed("one")
    claimed("two", NOW + LEASE)

    @transaction.atomic
    def work() -> None:
        models.Service.objects.create(organisation=own, slug="mail", name="Mail")
        outbox.finish(late)

    with pytest.raises(outbox.LeaseLost):
        work()
    assert models.Service.objects.count() == 0


def test_a_failure_is_tried_again_later_and_says_why(store: str) -> None:
    add(school())
    assert outbox.fail(claimed(), "the disk\0is full", NOW) is True
    kept = message()
    assert (kept.state, kept.error, kept.owner, kept.lease_until) == (State.FAILED, "the disk?is full", "", None)
    assert kept.due_at == NOW + outbox.wait("a", 1)
    assert outbox.claim(["import"], "one", kept.due_at - timedelta(microseconds=1), LEASE) == []
    assert claimed(now=kept.due_at).attempts == 2


def test_waits_double_up_to_an_hour_within_a_quarter_either_way() -> None:
    usual = [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
    for attempts, seconds in enumerate(usual, start=1):
        waits = [outbox.wait(f"key {number}", attempts).total_seconds() for number in range(200)]
        assert 0.75 * seconds <= min(waits) < 0.8 * seconds
        assert 1.2 * seconds < max(waits) <= 1.25 * seconds
    assert outbox.wait("a", 1) == outbox.wait("a", 1) != outbox.wait("b", 1)
    assert outbox.wait("a", 10**6) <= timedelta(hours=1.25)


def test_after_the_last_attempt_a_message_is_dead(store: str) -> None:
    add(school())
    now = NOW
    for attempt in range(1, outbox.ATTEMPTS + 1):
        now += timedelta(hours=2)
        assert outbox.fail(claimed(now=now), f"failure {attempt}", now) is (attempt < outbox.ATTEMPTS)
    assert (message().state, message().error) == (State.DEAD, "failure 8")
    assert outbox.claim(["import"], "one", now + timedelta(days=9), LEASE) == []


def test_a_message_that_kills_whoever_works_on_it_is_dead_in_the_end(store: str) -> None:
    add(school())
    now = NOW
    for _ in range(outbox.ATTEMPTS):
        claimed(now=now)
        now += LEASE
    assert outbox.claim(["import"], "one", now, LEASE) == []
    assert (message().state, message().error) == (
        State.DEAD,
        "Whoever worked on it ended without a word, at each of 8 attempts.",
    )


def test_what_would_fail_again_is_given_up_at_once(store: str) -> None:
    add(school())
    outbox.give_up(claimed(), "x" * 20_000, NOW)
    assert (message().state, len(message().error)) == (State.DEAD, 10_000)


def test_work_that_is_handed_back_can_be_claimed_at_once_and_counts_no_attempt(store: str) -> None:
    add(school())
    outbox.hand_back(claimed(), NOW)
    assert message().state == State.READY
    assert claimed("two").attempts == 1


def test_a_message_that_has_ended_can_be_revived(store: str) -> None:
    own, other = school(), school("college")
    add(own)
    assert outbox.revive(own, "a", now=NOW) is False
    outbox.give_up(claimed(), "no", NOW)
    assert outbox.revive(other, "a", now=NOW) is False
    assert outbox.revive(own, "a", now=NOW + A_SECOND) is True
    outbox.finish(claimed(now=NOW + A_SECOND))
    assert outbox.revive(own, "a", now=NOW + A_SECOND) is True
    assert claimed(now=NOW + A_SECOND).attempts == 1


def crowd(organisation: models.Organisation, count: int = 2000) -> None:
    """Keep many messages: some are done, some of a kind that nobody works on, a few are due."""
    states = [State.DONE] * 18 + [State.READY, State.RUNNING]
    models.Message.objects.bulk_create(
        models.Message(
            organisation=organisation,
            kind="import" if number % 3 else "breach",
            key=f"{number}",
            state=states[number % len(states)],
            due_at=NOW + timedelta(seconds=number),
            created_at=NOW,
        )
        for number in range(count)
    )


def plan(store: str, statement: str, values: list[Any]) -> str:
    """Return how a database would go about a statement."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE store_message")
        cursor.execute(("EXPLAIN QUERY PLAN " if store == "sqlite" else "EXPLAIN ") + statement, values)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_looking_for_work_reads_an_index_and_never_the_whole_table(store: str) -> None:
    crowd(school())
    found = plan(store, outbox_statements.DUE, ["import", 2**62, 1])
    assert "messages_to_do" in found
    assert "SCAN" not in found
    assert "Seq Scan" not in found
    assert "TEMP B-TREE" not in found
    assert "Sort" not in found


def test_claiming_reads_indexes_and_never_the_whole_table(store: str) -> None:
    crowd(school())
    chosen, taken = ["import", 2**62, 1], ["one", 1, 1]
    values = [*taken, *chosen] if store == "sqlite" else [*chosen, *taken]
    found = plan(store, outbox_statements.CLAIM[store], values)
    assert "messages_to_do" in found
    assert "SCAN" not in found
    assert "Seq Scan" not in found


def test_looking_for_work_and_finding_none_writes_nothing(store: str) -> None:
    crowd(school())
    with connection.execute_wrapper(refuse_to_write):
        assert outbox.claim(["report", "other"], "one", NOW, LEASE) == []


def refuse_to_write(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
    """Let statements pass that only read."""
    assert sql.startswith("SELECT")
    return execute(sql, values, many, context)
