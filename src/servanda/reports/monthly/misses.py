"""Misses: each with the sentence that explains it, and whose time the missed tickets took."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from servanda.engine.clocks import Cycle, Replay
from servanda.engine.events import Event, EventKind
from servanda.engine.evidence import Span, Totals, Use, spans, totals
from servanda.engine.instants import amount
from servanda.engine.judging import Reading, clock_of
from servanda.engine.logs import JudgedTicket
from servanda.reports.attainment.names import Names
from servanda.reports.monthly.values import Miss, Whose
from servanda.reports.words import instant, length

LISTED = 500
OWN = "in our own hands"
OUTSIDE = "outside opening hours"
AGAIN = "resolved or closed, until it was reopened"
_LONGEST = 60
_ORDER = (Use.COUNTED, Use.PAUSED, Use.OUTSIDE_HOURS)

Part = tuple[str, Use, timedelta]


@dataclass(slots=True)
class Misses:
    """The misses of a month, taken in one by one."""

    names: Names
    as_of: datetime
    _found: list[Miss] = field(default_factory=list)
    _amounts: Counter[tuple[str, Use]] = field(default_factory=Counter)
    _tickets: defaultdict[tuple[str, Use], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, judged: JudgedTicket, reading: Reading) -> None:
        """Take in a reading that missed its promise."""
        cycle = reading.cycle
        assert cycle is not None
        events = [each for each in judged.ticket.ordered() if each.happened_at <= self.as_of]
        clock = clock_of(events, reading.cover, self.as_of, evidence=True)
        parts = spans(clock, clock.cycles.index(cycle))
        self._found.append(self._miss(reading, cycle, clock, totals(parts)))
        self._share_out(parts, clock.events)

    def _share_out(self, parts: Sequence[Span], events: Sequence[Event]) -> None:
        spent: Counter[tuple[str, Use]] = Counter()
        for words, use, taken in (part for span in parts for part in _whose(span, events)):
            spent[words, use] += amount(taken)
        self._amounts.update(spent)
        for each in spent:
            self._tickets[each] += 1

    def _miss(self, reading: Reading, cycle: Cycle, clock: Replay, sums: Totals) -> Miss:
        assert cycle.due_at is not None
        late = clock.terms.counting.elapsed(cycle.due_at, cycle.stopped_at or self.as_of)
        return Miss(
            source=reading.source,
            ticket=reading.ticket,
            service=reading.service,
            service_name=self.names.of("service", reading.service),
            priority=reading.priority,
            version=reading.version,
            target=reading.target,
            target_name=self.names.of("target", reading.target, reading.version.rpartition("/")[0]),
            due_at=cycle.due_at,
            stopped_at=cycle.stopped_at,
            late=amount(late),
            counted=amount(sums.counted),
            paused=amount(sums.paused),
            outside=amount(sums.outside_hours),
            sentence=_sentence(reading, cycle, late, sums, self.as_of),
        )

    @property
    def worst(self) -> tuple[Miss, ...]:
        """The misses, the latest first; at most `LISTED`."""
        ordered = sorted(self._found, key=lambda each: (-each.late, each.source, each.ticket, each.target))
        return tuple(ordered[:LISTED])

    @property
    def whose(self) -> tuple[Whose, ...]:
        """Whose time they took: what counted first, then what was paused, each from the most."""
        ordered = sorted(self._amounts.items(), key=lambda each: (_ORDER.index(each[0][1]), -each[1], each[0][0]))
        return tuple(
            Whose(words, taken, self._tickets[words, use], use.value) for (words, use), taken in ordered if taken
        )


def _sentence(reading: Reading, cycle: Cycle, late: timedelta, sums: Totals, as_of: datetime) -> str:
    """Return why a promise counts as missed, in one sentence."""
    version = reading.cover.version
    assert version is not None
    due, limit = instant(cycle.due_at, version.zone), reading.cover.limit
    if cycle.stopped_at is None:
        ended = f"still open as of {instant(as_of, version.zone)}, {length(in_minutes(late))} too late so far"
    else:
        word = cycle.stopped_by.word.replace("_", " ") if cycle.stopped_by is not None else "stopped"
        ended = f"{word} {instant(cycle.stopped_at, version.zone)}, {length(in_minutes(late))} too late"
    paused = f"; {length(in_minutes(sums.paused))} more was paused" if sums.paused else ""
    return f"Due {due}, {ended}: {length(in_minutes(sums.counted))} counted against {limit}{paused}."


def in_minutes(amount: timedelta) -> timedelta:
    """Return an amount without its seconds, where it is an hour or more and they say nothing."""
    return amount - amount % timedelta(minutes=1) if amount >= timedelta(hours=1) else amount


def _whose(span: Span, events: Sequence[Event]) -> Iterator[Part]:
    """Yield whose time a span was, parted where it went to somebody else."""
    if span.use is Use.OUTSIDE_HOURS:
        yield OUTSIDE, span.use, span.length
    elif span.use is Use.PAUSED:
        yield _paused(span.cause), span.use, span.length
    else:
        yield from _counted(span, events)


def _paused(cause: Event | None) -> str:
    if cause is None or cause.kind is not EventKind.PAUSED:
        return AGAIN
    return f"waiting for {_short(cause.reason)}" if cause.reason else "waiting"


def _counted(span: Span, events: Sequence[Event]) -> Iterator[Part]:
    holder, at = _Holder(), span.start
    for event in events:
        if event.happened_at >= span.end:
            break
        if event.happened_at > at:
            yield holder.words, span.use, event.happened_at - at
            at = event.happened_at
        holder.hear(event)
    yield holder.words, span.use, span.end - at


@dataclass(slots=True)
class _Holder:
    """Who has a ticket, and what it waits for without its clock standing still."""

    supplier: str = ""
    reasons: list[str] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        """Take in what changes it."""
        if event.kind is EventKind.PAUSED:
            self.reasons.append(event.reason)
        elif event.kind is EventKind.RESUMED:
            self.reasons = [each for each in self.reasons if event.reason and each != event.reason]
        elif event.kind is EventKind.ASSIGNED:
            self.supplier = event.changes.get("supplier", "")

    @property
    def words(self) -> str:
        """Whose time it is now."""
        if self.reasons:
            return f"waiting for {_short(self.reasons[0])}, which does not stop this clock"
        return f"with {_short(self.supplier)}" if self.supplier else OWN


def _short(text: str) -> str:
    named = " ".join(text.split()) or "no reason given"
    return named if len(named) <= _LONGEST else f"{named[: _LONGEST - 1]}…"
