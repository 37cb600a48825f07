"""Who holds which role on a day."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import connection

from servanda.engine.rights import Role
from servanda.store import models

_HELD = """
SELECT a.role, p.name, p.slug FROM store_roleassignment a JOIN store_person p ON p.id = a.person_id
WHERE a.organisation_id = %s AND p.active AND a.role IN ({marks})
AND (a.from_on IS NULL OR a.from_on <= %s) AND (a.until_on IS NULL OR a.until_on >= %s)
ORDER BY p.name, p.slug
"""


def holders(organisation: models.Organisation, roles: Sequence[Role], on: date) -> Mapping[Role, tuple[str, ...]]:
    """Return the names of the people who are here and hold each of some roles on a day, in one statement."""
    statement = _HELD.format(marks=", ".join(["%s"] * len(roles)))
    words = [each.value for each in roles]
    with connection.cursor() as cursor:
        cursor.execute(statement, [organisation.pk, *words, on.isoformat(), on.isoformat()])
        rows = cursor.fetchall()
    return {
        role: tuple(dict.fromkeys(name or slug for held, name, slug in rows if held == role.value)) for role in roles
    }
