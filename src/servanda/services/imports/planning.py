"""The plan of an import: the whole file read and judged, and nothing written to the database."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from servanda.bad_input import BadInput
from servanda.engine.canonical import sha256
from servanda.engine.events import EventKind
from servanda.engine.rights import Action, Viewer
from servanda.files.derivation import Derivation, row_from_kept
from servanda.files.derived import Derived
from servanda.files.input_faults import Place, ReadingNotes, Reject
from servanda.files.mapping_form import RowsAre, TicketMapping
from servanda.files.mappings import read_mapping
from servanda.files.pseudonyms import Pseudonyms as NamedCells
from servanda.files.row_groups import Group, RowGroups
from servanda.files.ticket_tables import Row
from servanda.services import clocks
from servanda.services.audit import newest
from servanda.services.imports.before import Before, kept_tickets
from servanda.services.imports.preparation import By, Outcome, prepare
from servanda.services.imports.spool import Spool
from servanda.services.people import Pseudonyms
from servanda.services.tallies import Difference
from servanda.store import crash_points, models
from servanda.store.access import access_organisation
from servanda.store.keepable import Unkeepable

Progress = Callable[[str, int, int], None]
TICKETS_AT_ONCE = 500
A_CHUNK = 1 << 20
NOT_YET = 1 << 30  # stands for the number of the batch until it has one: later than all others


def quiet(stage: str, done: int, total: int) -> None:
    """Tell nobody how far the work has come."""


@dataclass(slots=True)
class Plan:
    """What an import would do: tickets that are new, changed, the same and refused, and events added and taken back.

    It holds what is to be written in a temporary file; use it as a context, or `close` it.
    """

    file: Path
    file_hash: str
    mapping: TicketMapping
    mapping_text: str
    agreements_applied: int
    audited: int
    notes: ReadingNotes
    rejects: tuple[Reject, ...]
    spool: Spool
    difference: Difference
    pseudonyms: Pseudonyms
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return self.spool.count > 0

    @property
    def refused(self) -> int:
        """How many tickets, or rows that name none, are left out."""
        return self.counts["refused"]

    @property
    def causes(self) -> Mapping[str, int]:
        """How many rows were refused for each cause, the most frequent first."""
        return dict(Counter(each.fault for each in self.rejects).most_common())

    def close(self) -> None:
        """Give up what was to be written."""
        self.spool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def plan(viewer: Viewer, file: Path, mapping_file: Path, *, now: datetime, progress: Progress = quiet) -> Plan:
    """Read a whole file and say what its import would do; nothing is written to the database.

    Raises `RefusedFile` and other `BadInput` where file or mapping cannot be used, `NotFound` where the viewer may not.
    """
    organisation = access_organisation(viewer, Action.IMPORT_LOG)
    mapping = read_mapping(mapping_file)
    mapping_text = mapping_file.read_text(encoding="utf-8-sig")
    file_hash = hash_of(file)
    last = newest(organisation)
    audited = last.sequence if last else 0
    reader = _Reader(viewer, organisation, mapping, sha256(mapping_text), file, now, progress)
    spool = Spool()
    try:
        reader.read(spool)
        _check_unchanged(file, file_hash)
    except BaseException:
        spool.close()
        raise
    crash_points.reach("import.staged")
    return Plan(
        file,
        file_hash,
        mapping,
        mapping_text,
        organisation.agreements_applied,
        audited,
        reader.notes,
        reader.rejects,
        spool,
        reader.difference,
        reader.pseudonyms,
        reader.counts,
    )


def hash_of(file: Path) -> str:
    """Return 'sha256:' and the hex digest of a file's bytes."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(A_CHUNK):
            digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def _check_unchanged(file: Path, file_hash: str) -> None:
    if hash_of(file) != file_hash:
        raise BadInput(
            "the file changed while it was read",
            expected="a file that nobody is writing",
            mend="Wait until the export has finished, then import it again.",
            file=file,
        )


class _Reader:
    """Reads a file ticket by ticket and puts what is to be written into the spool."""

    def __init__(
        self,
        viewer: Viewer,
        organisation: models.Organisation,
        mapping: TicketMapping,
        mapping_hash: str,
        file: Path,
        now: datetime,
        progress: Progress,
    ) -> None:
        self._organisation = organisation
        self.pseudonyms = Pseudonyms(organisation)
        self._cells = NamedCells(mapping, self.pseudonyms.of)
        self._mapping = self._cells.mapping
        self._groups = RowGroups(mapping, file, progress=lambda done, total: progress("reading", done, total))
        self._derivation = Derivation(self._mapping, file, now=now, tally=self._groups.tally)
        self._own_rejects: list[Reject] = []
        self._by = By(
            organisation,
            mapping.source,
            clocks.agreed(organisation),
            viewer.person,
            f"no longer so in {file.name}",
            now,
            mapping_hash,
        )
        self.difference = Difference()
        self.counts: Counter[str] = Counter()

    @property
    def notes(self) -> ReadingNotes:
        """What was met in the file."""
        return self._derivation.notes

    @property
    def rejects(self) -> tuple[Reject, ...]:
        """Every row that is refused, with its cause."""
        return (*self._groups.tally.rejects, *self._own_rejects)

    def read(self, spool: Spool) -> None:
        """Read the whole file."""
        for some in _chunks(iter(self._groups), TICKETS_AT_ONCE):
            kept = kept_tickets(self._organisation, self._mapping.source, [number for number, _ in some])
            for number, rows in some:
                self._take(number, rows, kept.get(number), spool)
        self._derivation.finish()
        known = {each.ticket for each in self.rejects if each.ticket}
        self.counts["refused"] = len(known) + sum(1 for each in self.rejects if not each.ticket)

    def _take(self, number: str, rows: Sequence[Row], kept: Before | None, spool: Spool) -> None:
        named = [self._cells.row(row) for row in rows]
        derived = self._derivation.derive(number, self._merged(number, named, kept))
        if derived is None or self._is_another(derived, kept):
            return
        try:
            outcome = prepare(number, derived, kept, NOT_YET, self._by, self.difference, named)
        except Unkeepable as refusal:
            self._reject("text that cannot be kept", number, rows[0], refusal.found, refusal.expected, refusal.mend)
            return
        if outcome.unknown_priority:
            expected, mend = "a priority that the agreement knows", "Mend the mapping, or the agreement's priorities."
            self._reject("unknown priority", number, rows[0], outcome.unknown_priority, expected, mend)
            return
        self._count(outcome, kept)
        if outcome.prepared is not None:
            spool.add(outcome.prepared)

    def _merged(self, number: str, rows: Sequence[Row], kept: Before | None) -> list[Row]:
        """Return the rows of the file with those that are kept of the ticket."""
        earlier: dict[int, list[Row]] = {}
        for each in kept.rows if kept else ():
            row = row_from_kept(self._mapping, each.row, number, each.cells, each.columns, each.batch)
            earlier.setdefault(each.batch, []).append(row)
        return self._derivation.merged([*earlier.items(), (NOT_YET, rows)])

    def _is_another(self, derived: Derived, kept: Before | None) -> bool:
        """Say whether a row that is a whole ticket tells of another than the one that is kept under its number."""
        if kept is None or kept.record.opened_at is None or self._mapping.rows.are is not RowsAre.TICKETS:
            return False
        opened_at = derived.ticket.opened_at
        tally, rejected = self._derivation.tally, len(self._derivation.tally.rejects)
        if opened_at != kept.record.opened_at:
            row = derived.rows[-1]
            place = Place(row.number, row.line, self._mapping.events[EventKind.OPENED].at)
            tally.begin(derived.ticket.number)
            with tally.listing():
                found = f"opened at {opened_at.isoformat()}, and the database says {kept.record.opened_at.isoformat()}"
                mend = "Check that both are one ticket; 'flag' in the mapping takes the new time of opening."
                tally.meet("kept with another opening", place, found, "the opening that is kept", mend)
        return len(tally.rejects) > rejected

    def _count(self, outcome: Outcome, kept: Before | None) -> None:
        verdict = "same" if outcome.prepared is None else "changed" if kept else "new"
        self.counts[verdict] += 1
        self.counts["events added"] += outcome.added
        self.counts["events taken back"] += outcome.taken_back

    def _reject(self, fault: str, number: str, row: Row, found: str, expected: str, mend: str) -> None:
        place = Place(row.number, row.line)
        self._own_rejects.append(Reject(fault, number, place, found, expected, mend))


def _chunks(groups: Iterator[Group], size: int) -> Iterator[list[Group]]:
    while some := list(islice(groups, size)):
        yield some
