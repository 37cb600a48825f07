"""The statements of the outbox, where one statement must read and write at once.

`OPEN` stands in each of them as it stands in the index `messages_to_do`, so that both databases use that index.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

OPEN = "state IN ('ready', 'running', 'failed')"

ADD = """
INSERT INTO store_message (organisation_id, kind, key, payload, state, due_at, owner, attempts, created_at, error)
VALUES (%s, %s, %s, %s, 'ready', %s, '', 0, %s, '') ON CONFLICT (organisation_id, key) DO NOTHING
"""

DUE = f"SELECT id FROM store_message WHERE kind = %s AND {OPEN} AND due_at <= %s ORDER BY due_at, id LIMIT %s"

_TAKEN = "state = 'running', owner = %s, lease_until = %s, due_at = %s, attempts = attempts + 1"
_COLUMNS = ("id", "organisation_id", "kind", "key", "payload", "attempts")
_RETURNED = ", ".join(f"store_message.{name}" for name in _COLUMNS)

CLAIM = {
    "sqlite": f"UPDATE store_message SET {_TAKEN} WHERE id IN ({DUE}) RETURNING {_RETURNED}",
    # Worked out once, by itself: as a part of the update PostgreSQL could work it out again and claim more.
    "postgresql": f"WITH chosen AS MATERIALIZED ({DUE} FOR UPDATE SKIP LOCKED) "
    f"UPDATE store_message SET {_TAKEN} FROM chosen WHERE store_message.id = chosen.id RETURNING {_RETURNED}",
}

_OWN = "id = %s AND state = 'running' AND owner = %s AND attempts = %s"

PROLONG = f"UPDATE store_message SET lease_until = %s, due_at = %s WHERE {_OWN}"
FINISH = f"UPDATE store_message SET state = 'done', owner = '', lease_until = NULL, error = '' WHERE {_OWN}"
FAIL = f"""
UPDATE store_message SET state = %s, due_at = %s, owner = '', lease_until = NULL, error = %s WHERE {_OWN}
"""
HAND_BACK = f"""
UPDATE store_message SET state = 'ready', due_at = %s, owner = '', lease_until = NULL, attempts = attempts - 1
WHERE {_OWN}
"""


def changed(statement: str, values: Sequence[Any]) -> int:
    """Run a statement and return how many rows it added or changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def due(kind: str, now: int, limit: int) -> list[int]:
    """Return the keys of some messages of a kind that are due, without taking them."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, [kind, now, limit])
        return [int(key) for (key,) in cursor.fetchall()]


def claim(kind: str, now: int, limit: int, owner: str, lease_until: int) -> list[tuple[Any, ...]]:
    """Take some messages of a kind that are due; return key, organisation, kind, name, payload and attempts of each."""
    chosen, taken = (kind, now, limit), (owner, lease_until, lease_until)
    vendor = connection.vendor
    with connection.cursor() as cursor:
        cursor.execute(CLAIM[vendor], (*taken, *chosen) if vendor == "sqlite" else (*chosen, *taken))
        return sorted(cursor.fetchall())
