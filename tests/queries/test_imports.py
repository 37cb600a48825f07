"""Imports as they are kept: what each brought, why rows were refused, how it was taken back, and what waits."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servanda.engine.rights import Role
from servanda.queries import imports
from servanda.services import imports as taking_in
from servanda.services import jobs
from servanda.services.imports.planning import hash_of
from servanda.services.jobs import Worker
from servanda.store import models
from servanda.store.access import NotFound
from tests import june
from tests.services.hill import KIM, NOW, hill, take_in, viewer

HEADER = "number,opened,resolved,cancelled,service\n"


def damaged(folder: Path) -> Path:
    """Write a table with two rows that cannot be read."""
    path = folder / "damaged.csv"
    rows = "T9,2018-06-30 09:00,,,mail\nT10,2018-14-01 09:00,,,mail\nT11,2018-13-01 09:00,,,mail\n"
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


def test_an_import_tells_what_it_brought_and_why_rows_were_refused(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    take_in(tmp_path, damaged(tmp_path), good_rows_only=True)
    found = imports.listing(KIM)
    assert [each.number for each in found.imports] == [2, 1]
    second = found.imports[0]
    assert (second.file_name, second.source, second.by, second.stands) == ("damaged.csv", "desk", "kim", True)
    assert (second.counts.new, second.counts.refused, second.counts.tickets) == (1, 2, 3)
    assert second.counts.causes == {"time unreadable": 2}
    assert found.imports[1].counts.causes == {}
    assert (found.total, found.pages) == (2, 1)


def test_an_import_that_kept_no_causes_says_so(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    models.Batch.objects.update(counts={"new": 8, "refused": 2})
    counts = imports.one(KIM, 1).told.counts
    assert (counts.new, counts.refused, counts.same, counts.causes, counts.flags) == (8, 2, 0, None, None)


def test_one_import_has_its_mapping_and_how_it_was_taken_back(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    before = imports.one(KIM, 1)
    assert (before.mapping, before.undoing) == (june.MAPPING, None)
    assert before.file_hash == hash_of(tmp_path / "tickets.csv")
    assert "opened" in before.columns
    taking_in.undo(KIM, 1, "the wrong month", now=NOW + timedelta(hours=1))
    after = imports.one(KIM, 1)
    assert not after.told.stands
    assert after.undoing == imports.Undoing(NOW + timedelta(hours=1), "kim", "the wrong month")


def test_what_is_not_there_is_not_found(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    for number in (0, 1, 2**40):
        with pytest.raises(NotFound):
            imports.one(KIM, number)
    for page in (0, 2):
        with pytest.raises(NotFound):
            imports.listing(KIM, page)


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.REPRESENTATIVE, Role.EXECUTIVE])
def test_who_may_not_see_what_was_done_sees_no_import(store: str, tmp_path: Path, role: Role) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    with pytest.raises(NotFound):
        imports.listing(viewer(role))
    with pytest.raises(NotFound):
        imports.one(viewer(role), 1)
    assert imports.one(viewer(Role.AUDITOR), 1).told.number == 1


def test_what_was_ordered_and_refused_says_why(store: str, tmp_path: Path) -> None:
    own = hill(tmp_path)
    table = damaged(tmp_path)
    person = models.Person.objects.create(organisation=own, slug="kim", name="Kim")
    models.RoleAssignment.objects.create(organisation=own, person=person, role=Role.SERVICE_MANAGER.value)
    payload = {"file": f"{table}", "mapping": f"{tmp_path / 'mapping.yaml'}", "file_hash": hash_of(table)}
    assert jobs.order(KIM, jobs.IMPORT, "damaged", payload, now=NOW)
    [waiting] = imports.listing(KIM).waiting
    assert (waiting.file_name, waiting.state, waiting.error, waiting.by) == ("damaged.csv", "ready", "", "kim")
    Worker("w", {"import": jobs.IMPORT}, lambda: NOW).run_one()
    [refused] = imports.listing(KIM).waiting
    assert refused.state == "dead"
    assert "time unreadable (2)" in refused.error
    assert f"{tmp_path}" not in refused.error, "where the server keeps its files is nobody's concern"


def test_a_list_takes_as_many_statements_for_many_imports_as_for_one(store: str, tmp_path: Path) -> None:
    own = hill(tmp_path)
    take_in(tmp_path)
    with CaptureQueriesContext(connection) as few:
        imports.listing(KIM)
    first = models.Batch.objects.get()
    for number in range(2, 122):
        first.pk, first.number = None, number
        first.save()
    with CaptureQueriesContext(connection) as many:
        found = imports.listing(KIM, 1)
    assert len(many) == len(few)
    assert (found.total, found.pages, len(found.imports)) == (121, 3, imports.IMPORTS_A_PAGE)
    assert [each.number for each in imports.listing(KIM, 3).imports] == list(range(21, 0, -1))
    assert own.pk
