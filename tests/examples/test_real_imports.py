"""The two logs shipped as samples, taken into both databases: equal row for row to judging the files, in any slices."""

import gzip
import random
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from servanda.engine.logs import Account, Log, judged_in_passing
from servanda.engine.rights import Action, Assignment, Role, Viewer
from servanda.files import agreements as agreement_files
from servanda.queries.logs import kept
from servanda.reports import evaluation
from servanda.services import agreements, imports, logs, organisations, verification
from servanda.services.imports import Committed
from servanda.store import models
from tests.examples.test_real_logs import SAMPLES

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SERVICENOW = ("servicenow", "incident_event_log.csv.gz")
BOSTON = ("boston311", "boston311_2013_2018.csv.gz")


def organisation_of(sample: str) -> Viewer:
    """Make the organisation of a sample with its agreements, and return who administers it."""
    book = agreement_files.load(SAMPLES / sample / "agreements.yaml")
    organisations.add(book.organisation.id, book.organisation.name, book.organisation.zone, "kim", NOW)
    models.Organisation.objects.filter(slug=book.organisation.id).update(pseudonym_key="4" * 64)
    viewer = Viewer(book.organisation.id, "kim", date(2026, 11, 1), (Assignment(Role.ADMINISTRATOR),))
    agreements.apply(viewer, book, now=NOW)
    return viewer


def take_in(viewer: Viewer, sample: str, file: Path) -> Committed:
    """Import a table as a sample's mapping says."""
    with imports.plan(viewer, file, SAMPLES / sample / "mapping.yaml", now=NOW) as planned:
        return imports.commit(viewer, planned, now=NOW)


def state(viewer: Viewer) -> str:
    """Return the hash of all tickets, having seen that all that is kept is what it should be."""
    verified = verification.verify(viewer)
    assert verified.equal, verified.differences[:5]
    return verified.state_hash


@pytest.mark.full
@pytest.mark.parametrize("sample", [SERVICENOW, BOSTON], ids=["servicenow", "boston"])
def test_a_sample_that_was_imported_judges_row_for_row_as_its_file(store: str, sample: tuple[str, str]) -> None:
    folder = SAMPLES / sample[0]
    viewer = organisation_of(sample[0])
    committed = take_in(viewer, sample[0], folder / sample[1])
    from_file = logs.read(folder / "agreements.yaml", folder / "mapping.yaml", folder / sample[1], now=NOW)
    assert committed.counts["new"] == len(from_file.tickets)
    state(viewer)
    assert rows(kept(viewer, Action.SEE_TICKET, as_of=from_file.as_of)) == rows(from_file)
    assert take_in(viewer, sample[0], folder / sample[1]).batch == 0


def rows(log: Log) -> list[tuple[object, ...]]:
    """Return the rows that `servanda evaluate` writes."""
    return [tuple(row) for row in evaluation.rows(judged_in_passing(log), Account())]


def sliced_and_whole(viewer: Viewer, lines: list[str], folder: Path) -> None:
    """Import rows in seven random slices out of order, undo them, import all at once, and compare the states."""
    chance = random.Random(2018)
    header, rows = lines[0], lines[1:]
    parts = [chance.randrange(7) for _ in rows]
    table = folder / "slice.csv"
    for part in chance.sample(range(7), 7):
        own = (row for row, place in zip(rows, parts, strict=True) if place == part)
        table.write_text(header + "".join(own), encoding="utf-8")
        take_in(viewer, "servicenow", table)
    sliced = state(viewer)
    table.write_text("".join(lines), encoding="utf-8")
    assert take_in(viewer, "servicenow", table).batch == 0
    for batch in range(7, 0, -1):
        imports.undo(viewer, batch, "to take in all at once", now=NOW)
    assert not models.Clock.objects.exists()
    take_in(viewer, "servicenow", table)
    assert state(viewer) == sliced


def log_lines(count: int | None) -> list[str]:
    """Return the header and so many rows of the ServiceNow log."""
    with gzip.open(SAMPLES / "servicenow" / SERVICENOW[1], "rt", encoding="utf-8") as file:
        return file.readlines()[:count]


@pytest.mark.slow
def test_the_first_rows_of_a_real_log_in_seven_slices_come_to_the_state_of_the_whole(
    store: str, tmp_path: Path
) -> None:
    sliced_and_whole(organisation_of("servicenow"), log_lines(1_001), tmp_path)


@pytest.mark.full
def test_a_real_log_in_seven_slices_comes_to_the_state_of_the_whole(store: str, tmp_path: Path) -> None:
    sliced_and_whole(organisation_of("servicenow"), log_lines(None), tmp_path)
