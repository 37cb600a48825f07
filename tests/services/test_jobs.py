"""Long jobs: under whose rights they run, what becomes of them, and that running one twice is running it once."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from servanda.engine.rights import Action, Assignment, Role
from servanda.services import imports, jobs, outbox
from servanda.services.imports.planning import hash_of
from servanda.services.jobs import IMPORT, Ended, Handler, Job, Worker
from servanda.store import models, translate
from servanda.store.access import NotFound
from tests import june
from tests.services.hill import KIM, NOW, hill, viewer

State = models.Message.State


@pytest.fixture
def own(store: str, tmp_path: Path) -> models.Organisation:
    """Keep Hill School with Kim, who manages its services."""
    organisation = hill(tmp_path)
    person = models.Person.objects.create(organisation=organisation, slug="kim", name="Kim")
    translate.record_of_assignment(Assignment(Role.SERVICE_MANAGER), person).save()
    return organisation


def worker(*handlers: Handler, owner: str = "one", now: datetime = NOW) -> Worker:
    """Return a worker whose clock stands still."""
    return Worker(owner, {each.kind: each for each in handlers or (IMPORT,)}, lambda: now)


def payload(folder: Path, **named: str) -> Mapping[str, str]:
    """Return the order of an import of the eight tickets."""
    file = folder / "tickets.csv"
    return {"file": str(file), "mapping": str(folder / "mapping.yaml"), "file_hash": hash_of(file), **named}


def order(folder: Path, key: str = "import 1", **named: str) -> bool:
    """Order that import."""
    return jobs.order(KIM, IMPORT, key, payload(folder, **named), now=NOW)


def run(**named: Any) -> Ended:
    """Run the only job that is due."""
    ended = worker(**named).run_one()
    assert ended is not None
    return ended


def message() -> models.Message:
    """Return the only message of a job."""
    return models.Message.objects.exclude(kind="breach").get()


def state() -> dict[str, int]:
    """Return how many rows there are of all that an import writes."""
    tables = (models.Ticket, models.Event, models.SourceRow, models.Clock, models.Claim, models.Batch)
    return {each.__name__: each._default_manager.count() for each in tables}


def test_an_import_is_ordered_once_and_run_once(own: models.Organisation, tmp_path: Path) -> None:
    assert [order(tmp_path), order(tmp_path)] == [True, False]
    assert run() == Ended(
        "import", "import 1", "hill", "done", "tickets.csv: batch 1; 8 new, 0 changed, 0 same, 0 refused"
    )
    assert worker().run_one() is None
    assert message().state == State.DONE
    assert models.Batch.objects.get().actor == "kim"


def test_to_order_is_noted_in_the_audit(own: models.Organisation, tmp_path: Path) -> None:
    order(tmp_path)
    order(tmp_path)
    entry = models.Entry.objects.get()
    assert (entry.actor, entry.action, entry.subject) == ("kim", "import_log", "job import 1")


def test_who_may_not_import_orders_none(own: models.Organisation, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        jobs.order(viewer(Role.TECHNICIAN), IMPORT, "import 1", payload(tmp_path), now=NOW)
    assert models.Message.objects.count() == 0


def test_an_import_that_is_run_twice_changes_nothing_the_second_time(own: models.Organisation, tmp_path: Path) -> None:
    order(tmp_path)
    run()
    before = state()
    jobs.order_again(KIM, IMPORT, "import 1", payload(tmp_path), now=NOW)
    assert run().sentence == "tickets.csv: nothing to write; 0 new, 0 changed, 8 same, 0 refused"
    assert state() == before


def test_somebody_who_has_left_has_no_rights_to_run_it_under(own: models.Organisation, tmp_path: Path) -> None:
    order(tmp_path)
    models.Person.objects.filter(slug="kim").update(active=False)
    ended = run()
    assert ended.verdict == "refused"
    assert "'kim', who ordered this, is no longer here" in ended.sentence
    assert message().state == State.DEAD
    assert state()["Ticket"] == 0


def test_a_role_that_was_taken_away_is_missing_at_the_run(own: models.Organisation, tmp_path: Path) -> None:
    order(tmp_path)
    models.RoleAssignment.objects.all().delete()
    assert run().verdict == "refused"
    assert state()["Ticket"] == 0


@pytest.mark.parametrize("change", ["grown", "gone"])
def test_a_file_that_is_not_the_one_ordered_is_refused(own: models.Organisation, tmp_path: Path, change: str) -> None:
    order(tmp_path)
    file = tmp_path / "tickets.csv"
    file.write_text(file.read_text() + "\n") if change == "grown" else file.unlink()
    assert "gone, or no longer the one that was ordered" in run().sentence
    assert state()["Ticket"] == 0


def spoil(folder: Path) -> None:
    """Let one row of the table have no instant at which its ticket was opened."""
    file = folder / "tickets.csv"
    first, second, *others = file.read_text().splitlines()
    file.write_text("\n".join([first, second.replace("2018", "20x8"), *others]) + "\n")


def test_refused_rows_refuse_the_file_and_stand_in_a_table_of_their_own(
    own: models.Organisation, tmp_path: Path
) -> None:
    spoil(tmp_path)
    order(tmp_path, rejects=str(tmp_path / "rejects.csv"))
    ended = run()
    assert ended.verdict == "refused"
    assert "1 tickets or rows are refused, so nothing was imported" in ended.sentence
    assert "20x8" not in message().error
    assert (tmp_path / "rejects.csv").read_text().count("\n") == 2
    assert state()["Ticket"] == 0


def test_the_good_rows_alone_are_imported_where_that_was_chosen(own: models.Organisation, tmp_path: Path) -> None:
    spoil(tmp_path)
    order(tmp_path, choice="good_rows")
    assert run().sentence == "tickets.csv: batch 1; 7 new, 0 changed, 0 same, 1 refused"


def failing(failure: BaseException) -> Handler:
    """Return a handler of imports that fails."""

    def fail(_: Job) -> str:
        raise failure

    return Handler("import", Action.IMPORT_LOG, fail)


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OperationalError("disk I/O error"), "OperationalError: disk I/O error"),
        (OSError("no room"), "OSError: no room"),
        (RuntimeError("a fault of ours"), "RuntimeError: a fault of ours"),
    ],
)
def test_what_may_be_over_the_next_time_is_tried_again(
    own: models.Organisation, tmp_path: Path, failure: Exception, told: str
) -> None:
    order(tmp_path)
    ended = worker(failing(failure)).run_one()
    assert ended is not None
    assert (ended.verdict, ended.sentence) == ("to be tried again", told)
    assert (message().state, message().error) == (State.FAILED, told)
    later = NOW + timedelta(minutes=1)
    assert run(now=later).verdict == "done"


def test_whoever_stops_at_once_hands_the_job_back(own: models.Organisation, tmp_path: Path) -> None:
    order(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        worker(failing(KeyboardInterrupt())).run_one()
    assert (message().state, message().attempts) == (State.READY, 0)
    assert run(owner="two").verdict == "done"


def test_a_job_that_outlives_its_lease_is_left_to_who_took_over(own: models.Organisation, tmp_path: Path) -> None:
    order(tmp_path)

    def slow(_: Job) -> str:
        assert run(owner="two", now=NOW + jobs.LEASE).verdict == "done"
        return "too late"

    ended = worker(Handler("import", Action.IMPORT_LOG, slow)).run_one()
    assert ended is not None
    assert (ended.verdict, ended.sentence) == ("left", "another worker has taken it over")
    assert message().state == State.DONE
    assert state()["Batch"] == 1


def test_a_plan_that_others_keep_outdating_is_tried_again_later(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = []

    def outdated(*_: object, **__: object) -> None:
        plans.append(1)
        raise imports.PlanOutdated("agreements were applied after the import was planned")

    order(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(imports, "commit", outdated)
        assert run().verdict == "to be tried again"
    assert len(plans) == jobs.PLANS
    assert run(now=NOW + timedelta(minutes=1)).verdict == "done"


def test_what_has_not_ended_is_not_ordered_again(own: models.Organisation, tmp_path: Path) -> None:
    order(tmp_path)
    assert jobs.order_again(KIM, IMPORT, "import 1", payload(tmp_path), now=NOW) is False
    assert models.Entry.objects.count() == 1


def test_the_lease_is_prolonged_while_a_job_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[datetime] = []
    enough = threading.Event()

    def beat(claimed: outbox.Claimed, now: datetime, lease: timedelta) -> None:
        beats.append(now)
        if len(beats) == 1:
            raise OperationalError("the server is away for a moment")
        if len(beats) == 3:
            enough.set()
            raise outbox.LeaseLost(claimed)

    monkeypatch.setattr(outbox, "heartbeat", beat)
    claimed = outbox.Claimed(1, 1, "import", "a", {}, 1, "one")
    with jobs.Heartbeat(claimed, timedelta(seconds=0.03), lambda: june.at("2018-07-01 09:00")):
        assert enough.wait(20)
    assert len(beats) == 3
