"""The commit of a plan: all of it in one transaction, or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from servanda.bad_input import BadInput
from servanda.engine.canonical import sha256
from servanda.engine.rights import Action, Viewer
from servanda.services import audit
from servanda.services.clocks import DESCRIBED
from servanda.services.imports.planning import Plan, Progress, quiet
from servanda.services.imports.spool import Prepared, Spool
from servanda.store import crash_points, models, raw, statistics, translate
from servanda.store.access import access_organisation, lock_organisation

TICKET_COLUMNS = ("id", "organisation_id", "source", "number", *DESCRIBED)
EVENT_COLUMNS = ("organisation_id", "ticket_id", "batch_id", "row", *translate.EVENT_COLUMNS)
ROW_COLUMNS = ("organisation_id", "batch_id", "ticket_id", "row", "cells", "cells_hash")
CLAIM_COLUMNS = ("organisation_id", "ticket_id", *translate.CLAIM_COLUMNS)
CLOCK_COLUMNS = ("organisation_id", "ticket_id", *translate.CLOCK_COLUMNS)


class PlanOutdated(BadInput):
    """Something that a plan rests on has changed since; nothing was written."""

    def __init__(self, found: str) -> None:
        super().__init__(found, expected="what the plan found", mend="Plan the import again.")


class RowsRefused(BadInput):
    """A plan with refused rows was to be committed as if all were well; nothing was written."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What an import wrote: the number of its batch (0 where there was nothing to write) and what it counted."""

    batch: int
    counts: Mapping[str, int]


def commit(
    viewer: Viewer, plan: Plan, *, good_rows_only: bool = False, now: datetime, progress: Progress = quiet
) -> Committed:
    """Write all that a plan holds, in one transaction; a plan that changes nothing leaves no trace.

    Raises `RowsRefused` where rows were refused, unless `good_rows_only` takes the others; `PlanOutdated` where
    tickets or agreements have changed since; `NotFound` where the viewer may not.
    """
    if plan.refused and not good_rows_only:
        raise RowsRefused(
            f"{plan.refused:,} tickets or rows are refused, so nothing was imported",
            expected="a file without refused rows",
            mend="Mend them, or import the good rows alone, which is a choice of its own.",
            file=plan.file,
        )
    if not plan.changes:
        access_organisation(viewer, Action.IMPORT_LOG)
        return Committed(0, dict(plan.counts))
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        access_organisation(viewer, Action.IMPORT_LOG)
        crash_points.reach("import.begun")
        _check_as_planned(organisation, plan)
        batch = _batch(organisation, viewer, plan, now)
        write(organisation, plan.spool, batch, progress)
        plan.pseudonyms.keep()
        plan.difference.keep(organisation.pk)
        crash_points.reach("import.tallies")
        content = {"batch": batch.number, "file": batch.file_hash, "counts": dict(sorted(plan.counts.items()))}
        audit.note(organisation, viewer, Action.IMPORT_LOG, f"batch {batch.number}", now=now, content=content)
        crash_points.reach("import.audit")
    crash_points.reach("import.committed")
    if plan.spool.count > statistics.AFTER:
        statistics.refresh(connection)
    return Committed(batch.number, dict(plan.counts))


def _check_as_planned(organisation: models.Organisation, plan: Plan) -> None:
    """Refuse a plan that rests on what has changed: agreements, exemptions, or what other files brought."""
    if organisation.agreements_applied != plan.agreements_applied:
        raise PlanOutdated("agreements were applied after the import was planned")
    since = models.Entry.objects.filter(organisation=organisation, sequence__gt=plan.audited)
    changed = since.filter(action__in=(Action.EXEMPT.value, Action.UNDO_IMPORT.value, Action.IMPORT_LOG.value)).first()
    if changed is not None:
        raise PlanOutdated(f"after the import was planned somebody else changed {changed.subject} ({changed.action})")


def _batch(organisation: models.Organisation, viewer: Viewer, plan: Plan, now: datetime) -> models.Batch:
    last = models.Batch.objects.filter(organisation=organisation).order_by("-number").first()
    return models.Batch.objects.create(
        organisation=organisation,
        number=last.number + 1 if last else 1,
        source=plan.mapping.source,
        file_name=plan.file.name,
        file_hash=plan.file_hash,
        mapping_hash=sha256(plan.mapping_text),
        mapping=plan.mapping_text,
        columns=list(plan.mapping.columns),
        counts={**plan.counts, "causes": dict(plan.causes), "flags": dict(plan.notes.flags)},
        actor=viewer.person,
        committed_at=now,
    )


def write(organisation: models.Organisation, spool: Spool, batch: models.Batch, progress: Progress = quiet) -> None:
    """Write prepared tickets, inside the transaction of the caller; raise `PlanOutdated` for one that has changed."""
    batches = dict(models.Batch.objects.filter(organisation=organisation).values_list("number", "pk"))
    done = 0
    for some in spool.chunks():
        _Writer(organisation, batch, batches).write(some)
        done += len(some)
        progress("writing", done, spool.count)


class _Writer:
    """Writes some prepared tickets, table by table."""

    def __init__(self, organisation: models.Organisation, batch: models.Batch, batches: Mapping[int, int]) -> None:
        self._own = organisation.pk
        self._batch = batch
        self._batches = batches

    def write(self, some: Sequence[Prepared]) -> None:
        """Write them."""
        self._check_unchanged(some)
        keyed = self._tickets(some)
        crash_points.reach("import.tickets")
        raw.insert(models.Event, EVENT_COLUMNS, self._events(keyed))
        crash_points.reach("import.events")
        raw.insert(models.SourceRow, ROW_COLUMNS, self._rows(keyed))
        crash_points.reach("import.rows")
        self._claims(keyed)
        self._clocks(keyed)
        crash_points.reach("import.clocks")

    def _check_unchanged(self, some: Sequence[Prepared]) -> None:
        """Refuse to write over what somebody else has written since."""
        hashes = dict(
            models.Ticket.objects.filter(pk__in=[each.key for each in some if each.key]).values_list("pk", "event_hash")
        )
        changed = [each.number for each in some if each.key and hashes.get(each.key) != each.base]
        fresh = [each.number for each in some if each.key is None]
        there = models.Ticket.objects.filter(organisation=self._own, source=self._batch.source, number__in=fresh)
        changed += there.values_list("number", flat=True)
        if changed:
            raise PlanOutdated(f"ticket '{changed[0]}' changed after the import was planned")

    def _tickets(self, some: Sequence[Prepared]) -> list[tuple[int, Prepared]]:
        fresh = [each for each in some if each.key is None]
        keys = raw.reserve(models.Ticket, len(fresh))
        rows = (
            (key, self._own, self._batch.source, each.number, *each.described)
            for key, each in zip(keys, fresh, strict=True)
        )
        raw.insert(models.Ticket, TICKET_COLUMNS, rows)
        known = [(each.key, each) for each in some if each.key is not None]
        raw.update_many(models.Ticket, DESCRIBED, [(*each.described, key) for key, each in known])
        return [*zip(keys, fresh, strict=True), *known]

    def _events(self, keyed: Sequence[tuple[int, Prepared]]) -> Iterator[list[Any]]:
        for ticket, each in keyed:
            for batch, row, *values in each.events:
                yield [self._own, ticket, self._batches.get(batch, self._batch.pk), row, *values]

    def _rows(self, keyed: Sequence[tuple[int, Prepared]]) -> Iterator[list[Any]]:
        for ticket, each in keyed:
            for row, cells, cells_hash in each.rows:
                yield [self._own, self._batch.pk, ticket, row, cells, cells_hash]

    def _claims(self, keyed: Sequence[tuple[int, Prepared]]) -> None:
        changed = [(ticket, each.claims) for ticket, each in keyed if each.claims is not None]
        raw.delete_of(models.Claim, "ticket_id", [ticket for ticket, _ in changed])
        raw.insert(models.Claim, CLAIM_COLUMNS, ([self._own, ticket, *claims] for ticket, claims in changed))

    def _clocks(self, keyed: Sequence[tuple[int, Prepared]]) -> None:
        raw.delete_of(models.Clock, "ticket_id", [ticket for ticket, each in keyed if each.key is not None])
        rows = ([self._own, ticket, *values] for ticket, each in keyed for values in each.clocks)
        raw.insert(models.Clock, CLOCK_COLUMNS, rows)
