"""From the rows of a ticket, those of a file and those kept before, to what is to be written of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from servanda.engine.canonical import written
from servanda.engine.events import Claims, Event, EventKind, Ticket
from servanda.engine.instants import to_microseconds
from servanda.engine.standing import TicketStanding, standing_of
from servanda.files.derived import Derived
from servanda.files.ticket_tables import Row
from servanda.services import clocks
from servanda.services.clocks import Agreed
from servanda.services.imports.before import Before, claims_changed
from servanda.services.imports.spool import Prepared
from servanda.services.tallies import Difference
from servanda.store import models, translate
from servanda.store.keepable import check_event, check_name


@dataclass(frozen=True, slots=True)
class By:
    """What tickets are prepared by: whose they are, what was agreed, and who takes events back when and why.

    What `restores` an earlier state takes whatever that was; an import refuses a priority that nothing knows.
    """

    organisation: models.Organisation
    source: str
    agreed: Agreed
    person: str
    reason: str
    now: datetime
    mapping_hash: str = ""
    restores: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a ticket came to: what is to be written (`None` where nothing is), and why it cannot be judged, if so."""

    prepared: Prepared | None
    added: int = 0
    taken_back: int = 0
    unknown_priority: str = ""


NOTHING_NEW = Outcome(None)


def prepare(
    number: str,
    derived: Derived | None,
    kept: Before | None,
    batch: int | None,
    by: By,
    difference: Difference,
    file_rows: Sequence[Row] = (),
) -> Outcome:
    """Return what is to be written of a ticket so that the events out of files are those of `derived`, and no others.

    `derived` comes from all rows that stand; without it no row does. `batch` is the number of rows that are not kept
    yet, and `file_rows` are those of the file that is being read. Raises `Unkeepable` for texts that no database keeps.
    """
    wanted = derived.normalised() if derived else None
    fresh, gone = _changes(wanted, kept)
    rows = _new_rows(wanted, kept, batch)
    if (fresh or gone) and file_rows and _read_otherwise(kept, by):
        rows = _told(file_rows)
    claims = wanted.ticket.claims if wanted else Claims()
    flags = wanted.ticket.flags if wanted else ()
    same = kept is not None and not claims_changed(kept, claims) and flags == kept.ticket.flags
    if same and not (fresh or gone or rows):
        return NOTHING_NEW
    check_name("the number of the ticket", number)
    keys = {event.id for event in kept.ticket.events} if kept else set()
    added = [(_named(event, own, keys, by.now), row) for own, event, row in fresh]
    back = [_retraction(event, keys, by) for event in gone]
    for event, _ in added:
        check_event(event)
    ticket = _ticket(number, by, kept, [*(event for event, _ in added), *back], claims, flags)
    standing = standing_of(ticket, by.agreed.coverage)
    if standing.unknown_priority and not by.restores and not (kept and kept.record.unjudged):
        return Outcome(None, unknown_priority=standing.unjudged)
    events = [*([*_origin(row), *translate.event_values(event)] for event, row in added)]
    events += ([None, None, *translate.event_values(event)] for event in back)
    claimed = translate.claim_values(claims) if claims_changed(kept, claims) else None
    prepared = _prepared(ticket, standing, kept, by, difference, events, rows, claimed)
    return Outcome(prepared, len(added), len(back))


def _changes(wanted: Derived | None, kept: Before | None) -> tuple[list[tuple[str, Event, Row]], list[Event]]:
    """Return the events to add, each with the hash of its content and its row, and those to take back."""
    pairs = zip(wanted.ticket.events, wanted.origins, strict=True) if wanted else ()
    told = [(translate.event_content_hash(event), event, row) for event, row in pairs]
    if kept is None:
        return told, []
    standing = kept.standing_imports
    held = Counter(translate.kept_content_hash(event) for event in standing)
    by_hand = Counter(translate.kept_content_hash(event) for event in kept.imports_taken_back_by_hand)
    fresh = [each for each in told if not (_taken(each[0], held) or _taken(each[0], by_hand))]
    gone = [event for event in reversed(standing) if _taken(translate.kept_content_hash(event), held)]
    return fresh, gone[::-1]


def _taken(name: str, held: Counter[str]) -> bool:
    """Take one of a name, and say whether there was one."""
    if held[name] == 0:
        return False
    held[name] -= 1
    return True


def _new_rows(wanted: Derived | None, kept: Before | None, batch: int | None) -> list[list[object]]:
    """Return the rows that are to be kept: those of this file that say something that is not kept of the ticket."""
    if wanted is None or batch is None:
        return []
    known = [row.cells for row in kept.rows] if kept else []
    fresh = [row for row in wanted.rows if row.batch == batch]
    if len(wanted.rows) == 1 and known:  # a row that is the whole ticket: only the latest one counts
        fresh = [row for row in fresh if row.cells != known[-1]]
    return _told(fresh)


def _read_otherwise(kept: Before | None, by: By) -> bool:
    """Say whether the rows that are kept were read by another mapping: what they tell now has to stand for itself."""
    return kept is not None and bool(kept.rows) and kept.rows[-1].mapping_hash != by.mapping_hash


def _told(fresh: Sequence[Row]) -> list[list[object]]:
    return [[row.number, text := written(row.cells), translate.cells_hash(text)] for row in fresh]


def _named(event: Event, own: str, keys: set[str], now: datetime) -> Event:
    """Return an event under a key that the ticket does not have yet: one taken back may come again."""
    key, again = own, 1
    while key in keys:
        again += 1
        key = f"{own}{translate.AGAIN}{again}"
    keys.add(key)
    return replace(event, id=key, recorded_at=now)


def _retraction(event: Event, keys: set[str], by: By) -> Event:
    back = Event(EventKind.RETRACTED, by.now, actor=by.person, reason=by.reason, retracts=event.id)
    return _named(back, translate.event_content_hash(back), keys, by.now)


def _origin(row: Row) -> tuple[int | None, int]:
    return row.batch, row.number


def _ticket(
    number: str, by: By, kept: Before | None, added: Iterable[Event], claims: Claims, flags: tuple[str, ...]
) -> Ticket:
    if kept is not None:
        return replace(kept.ticket, events=(*kept.ticket.events, *added), claims=claims, flags=flags)
    return Ticket(number, tuple(added), by.source, by.organisation.slug, claims, flags)


def _prepared(
    ticket: Ticket,
    standing: TicketStanding,
    kept: Before | None,
    by: By,
    difference: Difference,
    events: list[list[object]],
    rows: list[list[object]],
    claims: list[object] | None,
) -> Prepared:
    record = models.Ticket(organisation=by.organisation, source=by.source, number=ticket.number)
    if kept is not None:
        difference.take_back(kept.record, kept.clocks, by.agreed.labels)
        record.pk = kept.record.pk
    translate.describe(record, ticket, standing.events, standing.unjudged)
    fresh = clocks.rows_of(standing, len(ticket.flags), by.agreed)
    difference.count(record, fresh, by.agreed.labels)
    return Prepared(
        ticket.number,
        kept.record.pk if kept else None,
        kept.record.event_hash if kept else translate.NO_EVENTS,
        described_values(record),
        events,
        rows,
        claims,
        [translate.clock_values(each) for each in fresh],
    )


def described_values(record: models.Ticket) -> list[object]:
    """Return what the database keeps of a ticket's description, in the order of `clocks.DESCRIBED`."""
    return [
        None if record.opened_at is None else to_microseconds(record.opened_at),
        record.service,
        record.customer,
        record.priority,
        None if record.last_event_at is None else to_microseconds(record.last_event_at),
        record.event_count,
        record.event_hash,
        record.standing_hash,
        written(record.flags),
        written(record.exempted),
        record.unjudged,
    ]
