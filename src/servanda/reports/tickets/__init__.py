"""A ticket put together for a page: each clock with its explanation, the events a hundred at a time, and what was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from servanda.bad_input import BadInput
from servanda.engine.agreements import Customer, Service
from servanda.engine.events import Claims, Event, EventKind, Ticket, judging_order
from servanda.engine.evidence import Totals
from servanda.engine.judging import Earlier, Reading, classification
from servanda.engine.logs import History, Origin
from servanda.queries import clocks
from servanda.queries.clocks import ClockNow, Timepieces
from servanda.queries.ticket import Exempted, KeptTicket
from servanda.reports import countdown, explanation
from servanda.reports.countdown import Countdown
from servanda.reports.explanation import DUE, Row, Story, changes_of, origin_words
from servanda.reports.pictures import clock_band
from servanda.reports.pictures.clock_band import Band
from servanda.reports.pictures.drawing import Picture
from servanda.reports.words import instant, length

EVENTS_A_PAGE = 100
LOOKED_BACK_ON = 10
"""How many reclassifications a page looks back on, the last ones."""

HEADINGS = ("From", "Until", "Counted", "Paused", "Outside hours", "Because")


@dataclass(frozen=True, slots=True)
class Drawn:
    """The clock band, drawn wide and drawn narrow for a phone."""

    wide: Picture
    narrow: Picture


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the table of spans; `due` marks the one that stands for the due instant."""

    cells: Row
    due: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One target on the ticket: how it stands, why, and where the time went; `totals` are those of the table."""

    title: str
    reading: Reading
    clock: ClockNow | None
    chip: Countdown
    story: Story
    band: Drawn | None
    rows: tuple[TableRow, ...]

    @property
    def totals(self) -> Totals | None:
        """How much of the time was counted, paused and outside hours."""
        return self.story.totals

    @property
    def why(self) -> str:
        """How the due instant came about, in a sentence or two; why there is none where nothing covers."""
        return " ".join(self.story.due or self.story.sentences[:1])

    @property
    def on_the_wall(self) -> str:
        """The time from start to end on the wall, in words."""
        return f"{length(self.totals.wall)} on the wall" if self.totals else ""

    @property
    def agreement(self) -> str:
        """The agreement that judges."""
        return self.reading.version.rpartition("/")[0]

    @property
    def number(self) -> int:
        """The number of the version that judges; 0 where none does."""
        return int(self.reading.version.rpartition("/")[2] or 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One event as the timeline tells it; `taken_back` says that it counts no more."""

    at: datetime
    word: str
    actor: str
    reason: str
    changes: tuple[tuple[str, str], ...]
    origin: str
    taken_back: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of the events, in the order in which they are judged; `later` is how many lie after the instant asked."""

    lines: tuple[Line, ...]
    page: int
    pages: int
    total: int
    later: int

    @property
    def first(self) -> int:
        """The place of the first event shown, from 1."""
        return (self.page - 1) * EVENTS_A_PAGE + 1

    @property
    def last(self) -> int:
        """The place of the last event shown."""
        return self.first + len(self.lines) - 1

    @property
    def earlier(self) -> int:
        """The page before; 0 on the first."""
        return self.page - 1

    @property
    def following(self) -> int:
        """The page after; 0 on the last."""
        return self.page + 1 if self.page < self.pages else 0


@dataclass(frozen=True, slots=True)
class Claimed:
    """One thing that the source says, as an instant or as text."""

    word: str
    at: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """What the clocks showed until a reclassification, in sentences."""

    at: datetime
    changed: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a page tells of a ticket; `refusal` says why no clock could be given, where none could."""

    ticket: Ticket
    known: Mapping[str, str]
    service: str
    customer: str
    opened_at: datetime | None
    cards: tuple[Card, ...]
    refusal: str
    timeline: Timeline
    before: tuple[Before, ...]
    exemptions: tuple[Exempted, ...]
    claimed: tuple[Claimed, ...]
    as_of: datetime
    headings: tuple[str, ...] = HEADINGS
    amounts: tuple[str, ...] = HEADINGS[2:5]


def shown(kept: KeptTicket, page: int) -> Shown:
    """Return a ticket as of the instant of its log, with a page of its events, the last one where a later is asked."""
    ticket, as_of, book = kept.ticket, kept.log.as_of, kept.log.book
    stories, earlier, refusal = _explained(kept)
    timepieces = Timepieces(book)
    standing = [event for event in ticket.ordered() if event.happened_at <= as_of]
    known = classification(standing)
    return Shown(
        ticket=ticket,
        known=known,
        service=_name(book.services, known["service"]),
        customer=_name(book.customers, known["customer"]),
        opened_at=next((each.happened_at for each in standing if each.kind is EventKind.OPENED), None),
        cards=tuple(_card(story, timepieces, as_of, place) for place, story in enumerate(stories)),
        refusal=refusal,
        timeline=_timeline(kept, page),
        before=tuple(_before(each, book.organisation.zone) for each in earlier),
        exemptions=kept.exemptions,
        claimed=tuple(_claimed(ticket.claims)),
        as_of=as_of,
    )


def _name(named: Iterable[Service | Customer], id: str) -> str:
    return next((each.name for each in named if each.id == id and each.name), id)


def _explained(kept: KeptTicket) -> tuple[Sequence[Story], Sequence[Earlier], str]:
    """Return the stories and what was before reclassifications; else why there is none."""
    try:
        told = explanation.explain(kept.log, History(kept.ticket), earlier=LOOKED_BACK_ON)
    except BadInput as refusal:
        return (), (), refusal.found
    return told.stories, told.earlier, ""


def _card(story: Story, timepieces: Timepieces, as_of: datetime, place: int) -> Card:
    reading = story.reading
    clock = clocks.of_reading(reading, timepieces, as_of)
    band = clock_band.of(story, as_of, title=_title(reading))
    return Card(
        title=_title(reading),
        reading=reading,
        clock=clock,
        chip=countdown.of(clock, as_of) if clock else Countdown("notagreed", "Not covered"),
        story=story,
        band=_drawn(band, place) if band else None,
        rows=tuple(TableRow(row, row[1] == DUE) for row in band.rows[:-1]) if band else (),
    )


def _title(reading: Reading) -> str:
    target = reading.cover.target
    kind = reading.cover.kind.value.replace("_", " ").capitalize()
    party = f" to {reading.cover.party}" if reading.cover.party else ""
    return (target.name if target and target.name else kind) + party


def _drawn(band: Band, place: int) -> Drawn:
    return Drawn(clock_band.draw(band, f"clock{place}"), clock_band.draw(band, f"clock{place}n", clock_band.NARROW))


# --- events ---


def _timeline(kept: KeptTicket, page: int) -> Timeline:
    ticket = kept.ticket
    every = sorted(ticket.events, key=judging_order)
    until = [event for event in every if event.happened_at <= kept.log.as_of]
    pages = max(1, -(-len(until) // EVENTS_A_PAGE))
    place = min(page, pages)
    some = until[(place - 1) * EVENTS_A_PAGE : place * EVENTS_A_PAGE]
    origins = kept.origins([event.id for event in some])
    gone = {event.retracts for event in every if event.kind is EventKind.RETRACTED}
    zone = kept.log.book.organisation.zone
    lines = tuple(_line(event, origins.get(event.id), zone, gone) for event in some)
    return Timeline(lines, place, pages, len(until), len(every) - len(until))


def _line(event: Event, origin: Origin | None, zone: str, gone: set[str]) -> Line:
    return Line(
        at=event.happened_at,
        word=event.kind.word.replace("_", " "),
        actor=event.actor,
        reason=event.reason,
        changes=tuple(changes_of(event)),
        origin=origin_words(origin, zone) if origin else "",
        taken_back=event.id in gone,
    )


# --- what the source says ---


def _claimed(claims: Claims) -> Iterator[Claimed]:
    if claims.met is not None:
        yield Claimed("Its verdict", text="met" if claims.met else "missed")
    told = (
        ("It was due", claims.due_at),
        ("First responded", claims.first_responded_at),
        ("Resolved", claims.resolved_at),
        ("Closed", claims.closed_at),
    )
    yield from (Claimed(word, at) for word, at in told if at is not None)
    yield from (Claimed(word.capitalize(), text=value) for word, value in sorted(claims.extra.items()) if value)


# --- what was before ---


def _before(earlier: Earlier, zone: str) -> Before:
    changed = ", ".join(f"{key} {value}" for key, value in changes_of(earlier.event))
    return Before(earlier.event.happened_at, changed, tuple(_as_it_was(earlier, zone)))


def _as_it_was(earlier: Earlier, zone: str) -> Iterator[str]:
    for reading in earlier.readings:
        cycle, limit = reading.cycle, reading.cover.limit
        due = f", due {instant(cycle.due_at, zone)}" if cycle and cycle.due_at else ""
        used = f", {length(cycle.elapsed)} counted" if cycle else ""
        within = f" within {limit}" if limit else ""
        yield f"{_title(reading)}{within}: {reading.state.value}{due}{used}."
