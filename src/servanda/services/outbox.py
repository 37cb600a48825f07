"""The outbox: work that a change causes is written with the change, and done by whoever claims it.

A message is claimed under a lease. Who dies leaves the lease to run out, and somebody else takes over; who has lost
it can neither finish nor fail the message any more. So everything that a message causes may begin twice, but what is
written in the transaction that finishes it is written once.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from servanda.bad_input import BadInput
from servanda.engine.canonical import written
from servanda.engine.instants import to_microseconds
from servanda.store import crash_points, keepable, models, outbox_statements

LARGEST_PAYLOAD = 64 * 1024
LONGEST_ERROR = 10_000
ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
GONE = "Whoever worked on it ended without a word, at each of {attempts} attempts."

_ANEW: Mapping[str, Any] = {"state": models.Message.State.READY, "attempts": 0, "error": "", "owner": ""}
_KIND = re.compile(r"[a-z][a-z0-9_]{0,63}")


class OutsideTransaction(Exception):
    """A message was about to be written apart from what causes it: one could then be lost without the other."""

    def __init__(self) -> None:
        super().__init__("A message is written in the transaction of what causes it. Open one with atomic().")


class MessageRefused(BadInput):
    """A message that could not be kept or read back."""


class LeaseLost(Exception):
    """A message is no longer that of the worker who claimed it: its lease ran out, and it was claimed again."""

    def __init__(self, claimed: "Claimed") -> None:
        super().__init__(f"The {claimed.kind} '{claimed.key}' is no longer {claimed.owner}'s; leave it alone.")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that a worker may work on until its lease ends; `attempts` counts this one."""

    id: int
    organisation_id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    attempts: int
    owner: str


def add(
    organisation: models.Organisation,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    *,
    due_at: datetime,
    now: datetime,
) -> bool:
    """Write a message in the transaction of what causes it, and say whether it is new: a key is written once, ever."""
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction
    values = [organisation.pk, checked_kind(kind), checked_key(key), checked_payload(payload)]
    times = [to_microseconds(due_at), to_microseconds(now)]
    return outbox_statements.changed(outbox_statements.ADD, [*values, *times]) == 1


def checked_kind(kind: str) -> str:
    """Return the kind of a message; raise `MessageRefused` for one that no handler could have."""
    if not _KIND.fullmatch(kind):
        raise MessageRefused(
            f"a message of the kind {kind[:80]!r}",
            expected="small letters, digits and _, at most 64 of them",
            mend="Name the kind as its handler is named.",
        )
    return kind


def checked_key(key: str) -> str:
    """Return the key of a message; raise `Unkeepable` for one that is empty, too long or no text."""
    keepable.check_name("the key of a message", key)
    return key


def checked_payload(payload: Mapping[str, Any]) -> str:
    """Return a payload as canonical text; raise `MessageRefused` for one that is too large or no plain JSON."""
    try:
        text = written(dict(payload))
        size = len(text.encode())
    except (TypeError, ValueError) as refusal:
        raise MessageRefused(
            f"a payload that cannot be written ({refusal})", expected="plain JSON values", mend="Name what is meant."
        ) from None
    if size > LARGEST_PAYLOAD or any("\0" in each for each in _texts(json.loads(text))):
        raise MessageRefused(
            f"a payload of {size:,} bytes" if size > LARGEST_PAYLOAD else "a payload that holds the sign NUL",
            expected=f"text without NUL, at most {LARGEST_PAYLOAD:,} bytes",
            mend="Keep what is large where it is, and name it in the message.",
        )
    return text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from _texts(part)


def claim(kinds: Iterable[str], owner: str, now: datetime, lease: timedelta, limit: int = 1) -> list[Claimed]:
    """Return up to `limit` messages that are due, claimed for `owner` until the lease ends, the oldest of a kind first.

    A message whose lease ran out is due again. One that was begun `ATTEMPTS` times without an end is dead.
    """
    found: list[Claimed] = []
    for kind in kinds:
        # Looked for before, so that somebody without work does not keep others from writing.
        if len(found) < limit and outbox_statements.due(kind, to_microseconds(now), 1):
            found += _claim(kind, owner, now, lease, limit - len(found))
    return found


def _claim(kind: str, owner: str, now: datetime, lease: timedelta, limit: int) -> list[Claimed]:
    with transaction.atomic():
        until = to_microseconds(now + lease)
        taken = [
            Claimed(id, organisation, kind, key, json.loads(payload), attempts, owner)
            for id, organisation, kind, key, payload, attempts in outbox_statements.claim(
                kind, to_microseconds(now), limit, owner, until
            )
        ]
        for each in taken:
            if each.attempts > ATTEMPTS:
                _fail(each, models.Message.State.DEAD, now, GONE.format(attempts=ATTEMPTS))
        crash_points.reach("outbox.claiming")
    crash_points.reach("outbox.claimed")
    return [each for each in taken if each.attempts <= ATTEMPTS]


def heartbeat(claimed: Claimed, now: datetime, lease: timedelta) -> None:
    """Let the lease begin anew; raise `LeaseLost` where it is lost."""
    until = to_microseconds(now + lease)
    _change(claimed, outbox_statements.PROLONG, until, until)


def finish(claimed: Claimed) -> None:
    """Say that the work is done; raise `LeaseLost` where somebody else has it now.

    Inside a transaction what the work wrote there is kept only together with this.
    """
    crash_points.reach("outbox.finishing")
    _change(claimed, outbox_statements.FINISH)
    transaction.on_commit(lambda: crash_points.reach("outbox.done"))


def fail(claimed: Claimed, error: str, now: datetime) -> bool:
    """Say why the work failed, and whether it will be tried again: after `wait`, and not after the last attempt."""
    last = claimed.attempts >= ATTEMPTS
    state = models.Message.State.DEAD if last else models.Message.State.FAILED
    _fail(claimed, state, now + wait(claimed.key, claimed.attempts), error)
    return not last


def give_up(claimed: Claimed, error: str, now: datetime) -> None:
    """Say why the work failed, where trying again would not help."""
    _fail(claimed, models.Message.State.DEAD, now, error)


def hand_back(claimed: Claimed, now: datetime) -> None:
    """Leave the work to somebody else at once, as if it had not been claimed."""
    _change(claimed, outbox_statements.HAND_BACK, to_microseconds(now))


def revive(
    organisation: models.Organisation, key: str, *, now: datetime, payload: Mapping[str, Any] | None = None
) -> bool:
    """Let a message that is dead or done be worked on again, with all its attempts; say whether there was one."""
    ended = (models.Message.State.DEAD, models.Message.State.DONE)
    found = models.Message.objects.filter(organisation=organisation, key=key, state__in=ended)
    if payload is not None:
        checked_payload(payload)
        return bool(found.update(**_ANEW, due_at=now, payload=dict(payload)))
    return bool(found.update(**_ANEW, due_at=now))


def wait(key: str, attempts: int) -> timedelta:
    """Return how long to wait after a failed attempt, the first being 1.

    min(10 s × 2^(attempts - 1), 1 h) × (0.75 + 0.5 × j), where j from 0 to 1 is the hash of the key and the attempt:
    so that what failed together is not tried again together, and is tried again at the same time on every machine.
    """
    digest = hashlib.sha256(f"{key}\0{attempts}".encode()).digest()
    chance = int.from_bytes(digest[:8]) / 2**64
    usual = min(FIRST_WAIT.total_seconds() * 2 ** min(attempts - 1, 16), LONGEST_WAIT.total_seconds())
    return timedelta(seconds=usual * (0.75 + 0.5 * chance))


def _fail(claimed: Claimed, state: models.Message.State, due_at: datetime, error: str) -> None:
    told = error.replace("\0", "?").encode(errors="replace").decode()[:LONGEST_ERROR]
    _change(claimed, outbox_statements.FAIL, state.value, to_microseconds(due_at), told)


def _change(claimed: Claimed, statement: str, *values: Any) -> None:
    """Change a message if it is still that of the worker who claimed it."""
    # In a transaction even where it is one statement: its beginning waits in turn, on a database of many writers.
    with transaction.atomic(savepoint=False):
        changed = outbox_statements.changed(statement, [*values, claimed.id, claimed.owner, claimed.attempts])
    if not changed:
        raise LeaseLost(claimed)
