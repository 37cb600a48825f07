"""The undo of a batch: its events are taken back by other events, and those it had taken back come again."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet

from servanda.bad_input import BadInput
from servanda.engine.rights import Action, Viewer
from servanda.files.derivation import Derivation, row_from_kept
from servanda.files.derived import Derived
from servanda.files.mapping_form import TicketMapping
from servanda.files.mappings import read_mapping
from servanda.files.pseudonyms import Pseudonyms
from servanda.files.ticket_tables import Row
from servanda.services import audit, clocks, people
from servanda.services.imports.before import Before, KeptRow, before
from servanda.services.imports.committing import write
from servanda.services.imports.planning import Progress, quiet
from servanda.services.imports.preparation import By, prepare
from servanda.services.imports.spool import Spool
from servanda.services.tallies import Difference
from servanda.store import crash_points, histories, models
from servanda.store.access import NotFound, access_organisation, lock_organisation


class UndoRefused(BadInput):
    """A batch that is undone already, or on which a later one was built; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What the undo of a batch changed."""

    tickets: int
    taken_back: int
    restored: int


def undo(viewer: Viewer, number: int, reason: str, *, now: datetime, progress: Progress = quiet) -> Undone:
    """Take back all that a batch brought, in one transaction; nothing is removed.

    Each ticket then says what the rows of the other batches say. Raises `NotFound` for a batch that is not there, and
    `UndoRefused` for one that is undone already or whose tickets a later batch has changed.
    """
    if not reason.strip():
        raise UndoRefused(
            "an import was to be undone without a reason",
            expected="a reason, which stays with its tickets for ever",
            mend="Say why.",
        )
    with transaction.atomic(), Spool() as spool:
        organisation = lock_organisation(viewer)
        access_organisation(viewer, Action.UNDO_IMPORT)
        crash_points.reach("undo.begun")
        batch = _batch(organisation, number)
        counts, difference = Counter[str](), Difference()
        by = By(organisation, batch.source, clocks.agreed(organisation), viewer.person, reason, now, restores=True)
        for records in histories.in_chunks(_touched(organisation, batch), size=500):
            _Undoing(organisation, batch, by, difference, counts).prepare(records, spool)
        write(organisation, spool, batch, progress)
        difference.keep(organisation.pk)
        batch.state, batch.undone_at = models.Batch.State.UNDONE, now
        batch.save(update_fields=["state", "undone_at"])
        content = {"batch": number, "reason": reason, "counts": dict(sorted(counts.items()))}
        audit.note(organisation, viewer, Action.UNDO_IMPORT, f"batch {number}", now=now, content=content)
        crash_points.reach("undo.audit")
    crash_points.reach("undo.committed")
    return Undone(counts["tickets"], counts["taken back"], counts["restored"])


def _batch(organisation: models.Organisation, number: int) -> models.Batch:
    batch = models.Batch.objects.filter(organisation=organisation, number=number).first()
    if batch is None:
        raise NotFound(f"batch {number}")
    if batch.state == models.Batch.State.UNDONE:
        raise UndoRefused(
            f"batch {number} was undone at {batch.undone_at:%Y-%m-%d %H:%M} UTC",
            expected="a batch that stands",
            mend="Nothing to do.",
        )
    own = models.SourceRow.objects.filter(organisation=organisation, batch=batch).values("ticket")
    later = models.SourceRow.objects.filter(
        organisation=organisation,
        ticket__in=own,
        batch__number__gt=number,
        batch__state=models.Batch.State.COMMITTED,
    )
    first = later.order_by("-batch__number").values_list("batch__number", "ticket__number").first()
    if first:
        raise UndoRefused(
            f"batch {first[0]} has brought more on tickets of batch {number}, such as '{first[1]}'",
            expected="the latest batch of its tickets",
            mend=f"Undo batch {first[0]} first.",
        )
    return batch


def _touched(organisation: models.Organisation, batch: models.Batch) -> QuerySet[models.Ticket]:
    events = models.Event.objects.filter(organisation=organisation, batch=batch).values("ticket")
    rows = models.SourceRow.objects.filter(organisation=organisation, batch=batch).values("ticket")
    return models.Ticket.objects.filter(Q(pk__in=events) | Q(pk__in=rows), organisation=organisation)


class _Undoing:
    """Prepares what the tickets of a batch come to without it."""

    def __init__(
        self,
        organisation: models.Organisation,
        batch: models.Batch,
        by: By,
        difference: Difference,
        counts: Counter[str],
    ) -> None:
        self._organisation = organisation
        self._batch = batch
        self._by = by
        self._difference = difference
        self._counts = counts
        self._people = people.Pseudonyms(organisation)
        self._derivations: dict[int, tuple[TicketMapping, Derivation]] = {}

    def prepare(self, records: Sequence[models.Ticket], spool: Spool) -> None:
        """Put into the spool what is to be written of some tickets."""
        for kept in before(self._organisation, records):
            number = kept.record.number
            derived = self._derived(number, kept)
            outcome = prepare(number, derived, kept, None, self._by, self._difference)
            self._counts["tickets"] += 1
            self._counts["restored"] += outcome.added
            self._counts["taken back"] += outcome.taken_back
            if outcome.prepared is not None:
                spool.add(outcome.prepared)

    def _derived(self, number: str, kept: Before) -> Derived | None:
        """Return the ticket out of the rows of the other batches, read as the latest of them was."""
        remaining = [row for row in kept.rows if row.batch != self._batch.number]
        if not remaining:
            return None
        mapping, derivation = self._derivation(remaining[-1].batch)
        return derivation.derive(number, derivation.merged(_groups(number, remaining, mapping).items()))

    def _derivation(self, number: int) -> tuple[TicketMapping, Derivation]:
        if number not in self._derivations:
            batch = models.Batch.objects.get(organisation=self._organisation, number=number)
            mapping = Pseudonyms(mapping_of(batch.mapping), self._people.of).mapping
            self._derivations[number] = mapping, Derivation(mapping, Path(batch.file_name))
        return self._derivations[number]


def mapping_of(text: str) -> TicketMapping:
    """Return the mapping whose text a batch keeps."""
    with tempfile.TemporaryDirectory(prefix="servanda-") as folder:
        path = Path(folder) / "mapping.yaml"
        path.write_text(text, encoding="utf-8")
        return read_mapping(path)


def _groups(number: str, rows: Iterable[KeptRow], mapping: TicketMapping) -> Mapping[int, list[Row]]:
    groups: dict[int, list[Row]] = {}
    for each in rows:
        row = row_from_kept(mapping, each.row, number, each.cells, each.columns, each.batch)
        groups.setdefault(each.batch, []).append(row)
    return groups
