"""The files of the sample school, moved to the present: what is in force there today is so whenever it is loaded.

Agreements move by whole school years, so that term and holidays stay where they are; tickets by whole weeks, so that
each comes on the day of the week on which it came, and the newest within the last week.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from servanda.bad_input import BadInput
from servanda.engine.agreements import AgreementVersion, Book, Signature
from servanda.engine.catalogue import CatalogueEntry
from servanda.files import agreements, yaml_text
from servanda.files.catalogue import CATALOGUE
from servanda.files.findings import Findings

PACKAGED = Path(__file__).parents[2] / "sample_school"
IN_THE_SOURCE = Path(__file__).parents[4] / "sample" / "school"
SCHOOL_YEAR = 2026
FIRST_MONTH = 9
EXPORTED = datetime.fromisoformat("2026-11-20 16:00")  # on the wall clock of the school, as the table has its times
WEEK = timedelta(weeks=1)
WRITTEN = "%Y-%m-%d %H:%M"

_YEAR = re.compile(r"\b20[0-9]{2}(?=-[0-9]{2}-[0-9]{2}\b)")
_TIME = re.compile(r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}\b")


def folder() -> Path:
    """Return where the files are: in the installed package, or in a copy of the source."""
    found = next((each for each in (PACKAGED, IN_THE_SOURCE) if each.is_dir()), None)
    if found is None:
        raise BadInput(
            "the files of the sample school are missing",
            expected="the folder 'sample_school' of the installed package",
            mend="Install Servanda again.",
            file=PACKAGED,
        )
    return found


def book(slug: str, today: date) -> Book:
    """Return the agreements of the school as an organisation of an id, moved to the school year of a day."""
    path = folder() / "agreements.yaml"
    read = agreements.draft(yaml_text.parse(in_year(path.read_text("utf-8"), today), path), Findings(path))
    versions = tuple(map(_signed_anew, read.versions))
    return Book(
        replace(read.organisation, id=slug),
        tuple(read.customers),
        tuple(read.services),
        tuple(read.calendars),
        tuple(read.priorities),
        versions,
    )


def in_year(text: str, today: date) -> str:
    """Return a text with its dates moved by whole years, so that its school year is that of a day."""
    years = today.year - (today.month < FIRST_MONTH) - SCHOOL_YEAR
    return _YEAR.sub(lambda found: str(int(found[0]) + years), text)


def _signed_anew(version: AgreementVersion) -> AgreementVersion:
    """Return a version whose signature is of its content with the dates that it has now."""
    signed = version.signed
    return replace(version, signed=Signature(signed.on, version.content_hash())) if signed else version


def catalogue() -> Mapping[str, CatalogueEntry]:
    """Return what the catalogue of the school says of each service."""
    return CATALOGUE.load(folder() / "catalogue.yaml").listed


def mapping() -> Path:
    """Return the mapping that reads the table of tickets."""
    return folder() / "mapping.yaml"


def tickets(into: Path, local_now: datetime) -> Path:
    """Write the table of tickets into a folder, moved to the present of the school's clock, and return its path.

    `local_now` has no zone, as the times of the table have none.
    """
    moved = (local_now - EXPORTED) // WEEK * WEEK
    text = (folder() / "tickets.csv").read_text("utf-8")
    path = into / "tickets.csv"
    path.write_text(_TIME.sub(lambda found: f"{datetime.fromisoformat(found[0]) + moved:{WRITTEN}}", text), "utf-8")
    return path
