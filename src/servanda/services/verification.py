"""Verification: everything that is kept beside the events is worked out again, and each difference named.

`Incremental = from scratch`: whatever way events came in, one by one, in slices or out of order, the clocks, the
tallies and the copies in the tickets are those that all events together give.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from servanda.bad_input import BadInput
from servanda.engine.agreements import InvalidAgreement
from servanda.engine.canonical import UnreadableContent, sha256, written
from servanda.engine.coverage import Coverage
from servanda.engine.events import Ticket
from servanda.engine.rights import Action, Viewer
from servanda.engine.standing import standing_of
from servanda.services import audit, clocks
from servanda.services.clocks import Agreed
from servanda.services.tallies import ADDED, Count, Difference
from servanda.store import crash_points, histories, models, translate
from servanda.store.access import access_organisation
from servanda.store.books import book_of
from servanda.store.translate import ClockRow

Progress = Callable[[str, int, int], None]
OWN_HASH = "sha256:"


@dataclass(frozen=True, slots=True)
class Found:
    """One difference: what it is about, and what is kept there against what the events or the content give."""

    subject: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was worked out again, each difference found, and a hash that stands for the state of all tickets."""

    tickets: int
    events: int
    clocks: int
    entries: int
    versions: int
    differences: tuple[Found, ...]
    state_hash: str

    @property
    def equal(self) -> bool:
        """Whether all that is kept is what it should be."""
        return not self.differences


@dataclass(slots=True)
class _Totals:
    tickets: int = 0
    events: int = 0
    clocks: int = 0
    sum: int = 0

    def add_state(self, state: list[object]) -> None:
        """Count a ticket's state in, so that the order of tickets makes no difference."""
        self.sum += int(sha256(state).removeprefix(OWN_HASH), 16)

    @property
    def state_hash(self) -> str:
        """The sum of the tickets' own hashes modulo 2**256."""
        return f"{OWN_HASH}{self.sum % 2**256:064x}"


def quiet(stage: str, done: int, total: int) -> None:
    """Tell nobody how far the work has come."""


def verify(viewer: Viewer, progress: Progress = quiet) -> Verified:
    """Work out again all that is kept of the viewer's organisation, and name each difference; writes nothing."""
    organisation = access_organisation(viewer, Action.VERIFY)
    crash_points.reach("verify.begun")
    found = [*_versions(organisation), *_contents(organisation)]
    found += (Found(f"audit entry {each.sequence}", each.sentence) for each in audit.breaks(organisation))
    found += _batches(organisation)
    totals, counted = _Totals(), Difference()
    by = _agreed(organisation, found)
    for records in histories.in_chunks(models.Ticket.objects.filter(organisation=organisation), size=500):
        found += _tickets(organisation, records, by, totals, counted)
        progress("verifying", totals.tickets, 0)
        crash_points.reach("verify.tickets")
    if by is not None:
        found += _tallies(organisation, counted)
    return Verified(
        totals.tickets,
        totals.events,
        totals.clocks,
        models.Entry.objects.filter(organisation=organisation).count(),
        models.AgreementVersion.objects.filter(organisation=organisation).count(),
        tuple(found),
        totals.state_hash,
    )


def _agreed(organisation: models.Organisation, found: list[Found]) -> Agreed | None:
    """Return what the kept agreements say, read anew; note why where they cannot be read."""
    try:
        return clocks.read_anew(organisation, Coverage(book_of(organisation)))
    except (UnreadableContent, InvalidAgreement, BadInput, ValueError, TypeError, KeyError) as refusal:
        found.append(Found("agreements", f"they cannot be read, so no clock was worked out again: {refusal}"))
        return None


# --- agreements, calendars and schemes ---


def _versions(organisation: models.Organisation) -> Iterator[Found]:
    kept = models.AgreementVersion.objects.filter(organisation=organisation).order_by("agreement", "number")
    signed = {each.version_id: each for each in models.Signature.objects.filter(organisation=organisation)}
    for record in kept:
        subject = f"agreement version {record.agreement}/{record.number}"
        if sha256(record.content) != record.content_hash:
            yield Found(subject, "its content is not the one whose hash was kept")
        told = record.content.get("agreement"), record.content.get("number"), record.content.get("kind")
        if told != (record.agreement, record.number, record.kind):
            yield Found(subject, "it is kept under another name, number or kind than its content has")
        dates = record.content.get("effective_from"), record.content.get("effective_until")
        if dates != (_iso(record.effective_from), _iso(record.effective_until)):
            yield Found(subject, "it is kept with other dates than its content has")
        if record.pk in signed and signed[record.pk].content_hash != record.content_hash:
            yield Found(subject, "what was signed is not what is kept")


def _iso(on: object) -> str | None:
    return None if on is None else str(on)


def _contents(organisation: models.Organisation) -> Iterator[Found]:
    for word, model in (("calendar", models.CalendarVersion), ("priority scheme", models.PrioritySchemeVersion)):
        for record in model.objects.filter(organisation=organisation).order_by("pk"):
            if sha256(record.content) != record.content_hash:
                yield Found(f"{word} {record.slug}", "its content is not the one whose hash was kept")


def _batches(organisation: models.Organisation) -> Iterator[Found]:
    for batch in models.Batch.objects.filter(organisation=organisation).order_by("number"):
        if sha256(batch.mapping) != batch.mapping_hash:
            yield Found(f"batch {batch.number}", "its mapping is not the one it was read by")


# --- tickets ---


def _tickets(
    organisation: models.Organisation,
    records: Sequence[models.Ticket],
    by: Agreed | None,
    totals: _Totals,
    counted: Difference,
) -> Iterator[Found]:
    kept = clocks.kept_clocks(records)
    exempted = _exemptions(records)
    yield from _rows(records)
    for record, ticket in zip(records, histories.histories(records, organisation.slug), strict=True):
        totals.tickets += 1
        totals.events += len(ticket.events)
        subject = f"ticket {record.source}/{record.number}"
        yield from (Found(subject, sentence) for sentence in _events(ticket))
        if exempted.get(record.pk, {}) != record.exempted:
            yield Found(subject, "its exemptions are not those that were approved")
        if by is not None:
            own = kept.get(record.pk, [])
            totals.clocks += len(own)
            record.organisation = organisation  # at hand, so that it is not read again for each ticket
            yield from (Found(subject, sentence) for sentence in _ticket(record, ticket, own, by, counted))
            totals.add_state(_state(record, own, by))


def _events(ticket: Ticket) -> Iterator[str]:
    for event in ticket.events:
        if translate.kept_content_hash(event) != translate.event_content_hash(event):
            yield f"event {event.id} does not say what it said when it was kept"


def _exemptions(records: Sequence[models.Ticket]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for each in models.Exemption.objects.filter(ticket__in=[record.pk for record in records]):
        found.setdefault(each.ticket_id, {})[each.target] = each.reason
    return found


def _rows(records: Sequence[models.Ticket]) -> Iterator[Found]:
    kept = models.SourceRow.objects.filter(ticket__in=[record.pk for record in records]).order_by("pk")
    told = kept.values_list("batch__number", "row", "cells", "cells_hash")
    for batch, row, cells, cells_hash in told.iterator(chunk_size=5_000):
        if translate.cells_hash(written(cells)) != cells_hash:
            yield Found(f"row {row} of batch {batch}", "its cells are not those that were kept")


def _ticket(
    record: models.Ticket, ticket: Ticket, kept: Sequence[models.Clock], by: Agreed, counted: Difference
) -> Iterator[str]:
    standing = standing_of(ticket, by.coverage)
    right = translate.record_of_ticket(ticket, record.organisation)
    right.unjudged = standing.unjudged
    for name in clocks.DESCRIBED:
        is_kept, is_right = getattr(record, name), getattr(right, name)
        if is_kept != is_right:
            yield f"{name.replace('_', ' ')} is kept as {_shown(is_kept)}, and its events say {_shown(is_right)}"
    fresh = clocks.rows_of(standing, len(ticket.flags), by)
    counted.count(right, fresh, by.labels)
    yield from _clocks(kept, fresh)


def _clocks(kept: Iterable[models.Clock], fresh: Iterable[ClockRow]) -> Iterator[str]:
    known = {(each.kind, each.party): each for each in kept}
    for right in fresh:
        is_kept = known.pop((right.kind, right.party), None)
        if is_kept is None:
            yield f"its {right.kind} clock is not kept"
            continue
        for name in ClockRow._fields:
            was, should = getattr(is_kept, name), getattr(right, name)
            if was != should:
                yield f"{name} of its {right.kind} clock is kept as {_shown(was)}, and its events give {_shown(should)}"
    for kind, _ in known:
        yield f"a {kind} clock is kept, and its events give none"


def _shown(value: object) -> str:
    text = value.isoformat() if hasattr(value, "isoformat") else repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _state(record: models.Ticket, kept: Iterable[models.Clock], by: Agreed) -> list[object]:
    """Return what the state hash of a ticket is made of: nothing that depends on when or in which order it came."""
    shown = sorted(
        [each.kind, each.party, each.target, by.labels.get(each.version_id, ""), each.state, each.machine]
        for each in kept
    )
    return [record.source, record.number, record.standing_hash, shown]


# --- tallies ---


def _tallies(organisation: models.Organisation, counted: Difference) -> Iterator[Found]:
    right = counted.sums
    for count, kept in _kept_tallies(organisation).items():
        should = right.pop(count, (0, 0, 0))
        if kept != should:
            yield Found(_named(count), f"{_in_words(kept)} are kept, and the clocks give {_in_words(should)}")
    for count, should in right.items():
        yield Found(_named(count), f"nothing is kept, and the clocks give {_in_words(should)}")


def _kept_tallies(organisation: models.Organisation) -> dict[Count, tuple[int, int, int]]:
    kept = models.Tally.objects.filter(organisation=organisation).values_list(*Count._fields, *ADDED)
    return {Count(*row[: len(Count._fields)]): (row[-3], row[-2], row[-1]) for row in kept.iterator()}


def _named(count: Count) -> str:
    return f"tally of {count.month:%Y-%m}, target {count.target} of {count.version}"


def _in_words(sums: Mapping[int, int] | tuple[int, int, int]) -> str:
    return f"{sums[0]} met, {sums[1]} missed, {sums[2]} µs"
