"""The services and the groups of users that tickets name, also those that no agreement knows."""

from typing import Literal

from django.db import connection

from servanda.store import models

MOST = 100_000


def named_by_tickets(
    organisation: models.Organisation, column: Literal["service", "customer"] = "service", most: int = MOST
) -> list[str]:
    """Return each service or customer that a ticket names, once and in order, without reading every ticket.

    The statement goes from one name to the next along their index, and no further than the `most` that are wanted.
    """
    table = models.Ticket._meta.db_table
    least = f"SELECT min({column}) FROM {table} WHERE organisation_id = %s"
    statement = (
        f"WITH RECURSIVE named(name) AS ({least} UNION ALL "
        f"SELECT ({least} AND {column} > named.name) FROM named WHERE named.name IS NOT NULL) "
        "SELECT name FROM named WHERE name IS NOT NULL LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [organisation.pk, organisation.pk, most])
        return [name for (name,) in cursor.fetchall()]
