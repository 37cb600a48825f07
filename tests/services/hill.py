"""Hill School in a database: the agreement, the mapping and the eight tickets of `tests.june`, and who may do what."""

from datetime import date
from pathlib import Path

from servanda.engine.rights import Assignment, Role, Viewer
from servanda.files import agreements
from servanda.services import imports
from servanda.services.imports import Committed
from servanda.store import models, translate
from tests import june

NOW = june.at("2018-07-01 09:00")
TODAY = date(2018, 7, 1)
KEY = "4" * 64


def viewer(role: Role = Role.SERVICE_MANAGER, organisation: str = "hill") -> Viewer:
    """Return somebody with a role in the whole of an organisation."""
    return Viewer(organisation, "kim", TODAY, (Assignment(role),))


KIM = viewer()


def hill(folder: Path) -> models.Organisation:
    """Return Hill School, kept with its agreement."""
    path, _, _ = june.write_files(folder)
    book = agreements.load(path)
    own = models.Organisation.objects.create(
        slug="hill", name="Hill School", zone=june.LONDON, pseudonym_key=KEY, agreements_applied=1
    )
    for version in book.versions:
        translate.record_of_version(version, own, NOW).save()
    for service in book.services:
        models.Service.objects.create(organisation=own, slug=service.id, name=service.name)
    for calendar in book.calendars:
        translate.record_of_calendar(calendar, own, NOW).save()
    return own


def take_in(folder: Path, table: Path | None = None, *, good_rows_only: bool = False) -> Committed:
    """Import the eight tickets, or another table, and return what was written."""
    file = table or folder / "tickets.csv"
    with imports.plan(KIM, file, folder / "mapping.yaml", now=NOW) as planned:
        return imports.commit(KIM, planned, good_rows_only=good_rows_only, now=NOW)
