"""The services that tickets name, also those that no agreement knows."""

from django.db import connection

from servanda.store import models


def named_by_tickets(organisation: models.Organisation) -> list[str]:
    """Return each service that a ticket of an organisation names, once, without reading every ticket.

    The statement goes from one service to the next along their index.
    """
    table = models.Ticket._meta.db_table
    least = f"SELECT min(service) FROM {table} WHERE organisation_id = %s"
    statement = (
        f"WITH RECURSIVE named(service) AS ({least} UNION ALL "
        f"SELECT ({least} AND service > named.service) FROM named WHERE named.service IS NOT NULL) "
        "SELECT service FROM named WHERE service IS NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [organisation.pk, organisation.pk])
        return [service for (service,) in cursor.fetchall()]
