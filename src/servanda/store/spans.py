"""From when to when the tickets of an organisation reach: three ends of three indexes, in one statement."""

from datetime import datetime

from django.db import connection

from servanda.engine.instants import from_microseconds
from servanda.store import models

_ENDS = ", ".join(
    f"(SELECT {end} FROM store_ticket WHERE organisation_id = %s)"
    for end in ("min(opened_at)", "max(opened_at)", "max(last_event_at)")
)


def span_of_tickets(organisation: models.Organisation) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return the first and the last opening and the last event of all tickets; nothing for what there is none of."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_ENDS}", [organisation.pk] * 3)
        first, last, event = ((None if each is None else from_microseconds(each)) for each in cursor.fetchone())
    return first, last, event
