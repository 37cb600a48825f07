"""Long jobs: ordered by somebody, kept in the outbox, and run later under the rights that they have by then."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from django.db import Error, connection, transaction

from servanda.bad_input import BadInput
from servanda.engine.rights import Action, Viewer
from servanda.files.refused_rows import write_refused_rows
from servanda.services import audit, imports, outbox, people
from servanda.services.imports.planning import hash_of
from servanda.store import models
from servanda.store.access import NotFound, access_part
from servanda.store.failures import DatabaseRefused

LEASE = timedelta(minutes=5)
BEATS_A_LEASE = 3
PLANS = 3
TEMPORARY = (DatabaseRefused, imports.PlanOutdated)
"""Refusals that may be over at the next attempt; any other would be the same again."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a handler works on: whose rights it has, what was ordered, and the instant at which it began."""

    viewer: Viewer
    payload: Mapping[str, Any]
    now: datetime


@dataclass(frozen=True, slots=True)
class Handler:
    """What does the jobs of one kind, says in a sentence what came of each, and may be run twice for one job."""

    kind: str
    action: Action
    run: Callable[[Job], str]


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a job: done, tried again later, given up, or left to somebody else."""

    kind: str
    key: str
    organisation: str
    verdict: str
    sentence: str


def order(viewer: Viewer, handler: Handler, key: str, payload: Mapping[str, Any], *, now: datetime) -> bool:
    """Order a job and say whether it is new; raise `NotFound` where the viewer may not."""
    with transaction.atomic():
        organisation = access_part(viewer, handler.action)
        told = {**payload, "actor": viewer.person}
        added = outbox.add(organisation, handler.kind, key, told, due_at=now, now=now)
        if added:
            _note(organisation, viewer, handler, key, now)
    return added


def order_again(viewer: Viewer, handler: Handler, key: str, payload: Mapping[str, Any], *, now: datetime) -> bool:
    """Order a job that has ended once more, and say whether there was one."""
    with transaction.atomic():
        organisation = access_part(viewer, handler.action)
        told = {**payload, "actor": viewer.person}
        revived = outbox.revive(organisation, key, now=now, payload=told)
        if revived:
            _note(organisation, viewer, handler, key, now)
    return revived


def _note(organisation: models.Organisation, viewer: Viewer, handler: Handler, key: str, now: datetime) -> None:
    content = {"ordered": handler.kind}
    audit.note(organisation, viewer, handler.action, f"job {key}", now=now, content=content)


# --- imports ---


def take_in(job: Job) -> str:
    """Import a file as `servanda import` does: the whole file, or the good rows where that was chosen.

    Refused rows are written beside, where a place for them was named.
    """
    file, mapping = Path(job.payload["file"]), Path(job.payload["mapping"])
    _refuse_changed(file, str(job.payload["file_hash"]))
    for _ in range(PLANS - 1):
        with suppress(imports.PlanOutdated):
            return _taken_in(job, file, mapping)
    return _taken_in(job, file, mapping)


def _refuse_changed(file: Path, file_hash: str) -> None:
    if not file.is_file() or hash_of(file) != file_hash:
        raise BadInput(
            "the file is gone, or no longer the one that was ordered",
            expected="the file as it was when its import was ordered",
            mend="Order the import again.",
            file=file,
        )


def _taken_in(job: Job, file: Path, mapping: Path) -> str:
    good_rows_only = job.payload.get("choice") == "good_rows"
    with imports.plan(job.viewer, file, mapping, now=job.now) as planned:
        if planned.rejects and job.payload.get("rejects"):
            write_refused_rows(Path(job.payload["rejects"]), file, planned.mapping, planned.rejects)
        if planned.refused and not good_rows_only:
            raise _rows_refused(planned)
        committed = imports.commit(job.viewer, planned, good_rows_only=good_rows_only, now=job.now)
    counts = ", ".join(f"{committed.counts.get(each, 0):,} {each}" for each in ("new", "changed", "same", "refused"))
    return f"{file.name}: {f'batch {committed.batch}' if committed.batch else 'nothing to write'}; {counts}"


def _rows_refused(planned: imports.Plan) -> BadInput:
    """Return the refusal with its causes and places; what the cells hold stays out of the database."""
    causes = ", ".join(f"{cause} ({count:,})" for cause, count in planned.causes.items())
    return imports.RowsRefused(
        f"{planned.refused:,} tickets or rows are refused, so nothing was imported: {causes}",
        expected="a file without refused rows",
        mend="Mend them, or import the good rows alone, which is a choice of its own.",
        file=planned.file,
    )


IMPORT = Handler("import", Action.IMPORT_LOG, take_in)


# --- running them ---


@dataclass(slots=True)
class Worker:
    """Claims jobs and runs them, one after the other."""

    owner: str
    handlers: Mapping[str, Handler]
    clock: Callable[[], datetime]
    lease: timedelta = LEASE
    working_on: outbox.Claimed | None = field(default=None, init=False)

    def run_one(self) -> Ended | None:
        """Run the next job that is due and say what became of it; None where there is none."""
        claimed = next(iter(outbox.claim(self.handlers, self.owner, self.clock(), self.lease)), None)
        if claimed is None:
            return None
        self.working_on = claimed
        try:
            verdict, sentence = self._run(claimed)
        except outbox.LeaseLost:
            verdict, sentence = "left", "another worker has taken it over"
        except KeyboardInterrupt:
            with suppress(Error, outbox.LeaseLost):
                outbox.hand_back(claimed, self.clock())
            raise
        slug = models.Organisation.objects.values_list("slug", flat=True).get(pk=claimed.organisation_id)
        return Ended(claimed.kind, claimed.key, slug, verdict, sentence)

    def _run(self, claimed: outbox.Claimed) -> tuple[str, str]:
        try:
            with Heartbeat(claimed, self.lease, self.clock):
                sentence = self.handlers[claimed.kind].run(self._job(claimed))
            outbox.finish(claimed)
        except outbox.LeaseLost:
            raise
        except Exception as failure:
            return self._failed(claimed, failure)
        return "done", sentence

    def _job(self, claimed: outbox.Claimed) -> Job:
        """Return the job with the rights that whoever ordered it has now."""
        now = self.clock()
        organisation = models.Organisation.objects.get(pk=claimed.organisation_id)
        person = str(claimed.payload.get("actor", ""))
        try:
            viewer = people.viewer(organisation, person, now=now)
        except NotFound:
            raise OrderedByNobody(person) from None
        return Job(viewer, claimed.payload, now)

    def _failed(self, claimed: outbox.Claimed, failure: Exception) -> tuple[str, str]:
        if isinstance(failure, BadInput) and not isinstance(failure, TEMPORARY):
            outbox.give_up(claimed, str(failure), self.clock())
            return "refused", str(failure)
        told = str(failure) if isinstance(failure, BadInput) else f"{type(failure).__name__}: {failure}"
        again = outbox.fail(claimed, told, self.clock())
        return ("to be tried again" if again else "given up"), told


class OrderedByNobody(BadInput):
    """A job whose orderer has left, so that there are no rights to run it under."""

    def __init__(self, person: str) -> None:
        super().__init__(
            f"'{person}', who ordered this, is no longer here",
            expected="a job ordered by somebody who may still do it",
            mend="Let somebody who may do it order it again.",
        )


class Heartbeat:
    """Lets the lease of a job begin anew, again and again, for as long as the block lasts.

    It works on a connection of its own, so it also does so while the job waits for the database.
    """

    def __init__(self, claimed: outbox.Claimed, lease: timedelta, clock: Callable[[], datetime]) -> None:
        self._claimed = claimed
        self._lease = lease
        self._clock = clock
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._ended.wait(self._lease.total_seconds() / BEATS_A_LEASE):
                try:
                    outbox.heartbeat(self._claimed, self._clock(), self._lease)
                except Error:  # the next beat may get through; if none does, somebody else takes over
                    connection.close()
        except outbox.LeaseLost:
            return  # whoever works on the job is told when it ends
        finally:
            connection.close()
