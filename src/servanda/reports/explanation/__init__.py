"""A ticket's clocks explained: which clause judges it and why no other, how the due instant came about, where the
time went, and what the source says; each sentence and each row from the records themselves.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any

from servanda.bad_input import BadInput
from servanda.engine import zones
from servanda.engine.clocks import Cycle, Replay, State
from servanda.engine.coverage import NOT_COVERED
from servanda.engine.events import ASSIGNMENT, CLASSIFICATION, Event, EventKind, Ticket
from servanda.engine.evidence import Span, Totals, Use, spans, totals, unlisted_pauses
from servanda.engine.judging import Earlier, Reading, before_reclassifications, clock_of
from servanda.engine.logs import History, Log, Origin, judged_ticket
from servanda.engine.targets import DueRolls, TargetKind, Unit
from servanda.reports.words import count, instant, iso, length

LONG = 60
ENDS = 20
DUE = "due here"
"""What the second cell of a row says that stands for the due instant."""

Row = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Story:
    """What is told of one target on one ticket: the reading, its sentences, and the spans of its worst cycle.

    `due` are those of the sentences that tell how the due instant came about.
    """

    reading: Reading
    sentences: tuple[str, ...]
    spans: tuple[Span, ...]
    totals: Totals | None
    zone: str
    due: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """A ticket's events, with where each came from where that is kept, and a story for each kind of target."""

    ticket: Ticket
    events: tuple[Event, ...]
    stories: tuple[Story, ...]
    earlier: tuple[Earlier, ...]
    as_of: datetime
    zone: str
    origins: Mapping[str, Origin]


def explain(log: Log, history: History, *, file: Path | None = None, earlier: int | None = None) -> Explanation:
    """Return the explanation of a ticket of a log; raise `BadInput`, naming its file if any, when it is not judged.

    `earlier` tells how many reclassifications are looked back on, the last ones; without it, all.
    """
    ticket = history.ticket
    judged = judged_ticket(ticket, log)
    if judged.refusal:
        raise _cannot_be_judged(ticket, judged.refusal, file)
    home = log.book.organisation.zone
    zone = next((each.cover.version.zone for each in judged.readings if each.cover.version), home)
    stories = tuple(_story(ticket, reading, log.as_of, home) for reading in judged.readings)
    before = before_reclassifications(ticket, log.coverage, log.as_of, last=earlier)
    return Explanation(ticket, tuple(ticket.ordered()), stories, before, log.as_of, zone, history.origins)


def _cannot_be_judged(ticket: Ticket, refusal: str, file: Path | None) -> BadInput:
    return BadInput(
        f"ticket '{ticket.number}' cannot be judged: {refusal}",
        expected="a ticket that the agreements and their calendars can judge",
        mend="mend the agreement, the ticket or the instant asked about",
        file=file,
    )


def _story(ticket: Ticket, reading: Reading, as_of: datetime, home: str) -> Story:
    version = reading.cover.version
    if reading.cover.state == NOT_COVERED or version is None or reading.cycle is None:
        sentences = (f"Not covered for {_kind(reading)}: {reading.cover.reason}.", *_refusals(reading))
        return Story(reading, sentences, (), None, home)
    events = [event for event in ticket.ordered() if event.happened_at <= as_of]
    clock = clock_of(events, reading.cover, as_of, evidence=True)
    parts = spans(clock, clock.cycles.index(reading.cycle))
    due = tuple(_due(reading, reading.cycle, clock, parts, version.zone))
    sums = totals(parts)
    sentences = tuple(_sentences(reading, reading.cycle, clock, due, sums, version.zone))
    return Story(reading, sentences, parts, sums, version.zone, due)


def _kind(reading: Reading) -> str:
    return reading.cover.kind.value.replace("_", " ")


def _refusals(reading: Reading) -> Iterator[str]:
    refused = reading.cover.refused
    for refusal in refused[:5]:
        yield f"Not judged by '{refusal.target}' of {refusal.version}: it {refusal.reason}."
    if len(refused) > 5:
        yield f"Nor by {count(len(refused) - 5, 'other clause')}, each outside its scope or dates."


def _sentences(
    reading: Reading, cycle: Cycle, clock: Replay, due: Iterable[str], sums: Totals, zone: str
) -> Iterator[str]:
    yield _promise(reading, clock)
    yield from _refusals(reading)
    if len(reading.cycles) > 1:
        yield f"The clock ran {count(len(reading.cycles), 'time')}; the worst is told here."
    yield from due
    yield _where_time_went(sums)
    yield from _unlisted(clock, cycle, zone)
    yield _outcome(cycle, clock, zone)
    if cycle.breached_at is not None:
        yield f"The time after the breach is counted on, until it stops: {length(cycle.elapsed)} in all."
    if reading.state is State.EXEMPT:
        yield f"It is exempt, so this does not count: {reading.cover.reason}."
    yield from _remarks(reading)
    yield from _claim(reading, cycle, zone)


def _promise(reading: Reading, clock: Replay) -> str:
    target, limit = reading.cover.target, reading.cover.limit
    assert target is not None
    priority = f" for priority {reading.priority}" if reading.priority else ""
    stop = f", until it is {clock.terms.stop.word.replace('_', ' ')}" if target.kind is TargetKind.RESOLUTION else ""
    return (
        f"Judged by '{target.name or target.id}' ({target.id}) of {reading.version}: {_kind(reading)} within "
        f"{limit}{priority}{stop}, because {reading.cover.reason}."
    )


def _due(reading: Reading, cycle: Cycle, clock: Replay, parts: Iterable[Span], zone: str) -> Iterator[str]:
    limit, calendar = reading.cover.limit, clock.terms.calendar
    assert limit is not None
    hours = "round the clock" if limit.unit is Unit.ELAPSED else f"on the calendar '{calendar.name or calendar.id}'"
    yield f"The clock started {instant(cycle.started_at, zone)} and counts {hours}, {calendar.zone}."
    if cycle.due_at is None:
        yield f"It is paused, so there is no due instant now; {length(cycle.left)} of open time is left."
        return
    left_out = _paused_until(parts, cycle.due_at)
    pauses = f", {length(left_out)} of pauses left out" if left_out else ""
    yield f"Counting {limit} from there{pauses}, it was due {instant(cycle.due_at, zone)}{_rolls(clock)}."


def _paused_until(parts: Iterable[Span], due: datetime) -> timedelta:
    """Return how much open time was paused before an instant: a pause after it moved nothing."""
    paused = (each for each in parts if each.use is Use.PAUSED and each.start < due)
    return sum((min(each.end, due) - each.start for each in paused), timedelta())


def _rolls(clock: Replay) -> str:
    rolls = clock.terms.due_rolls is DueRolls.NEXT_OPENING
    return " (a due instant at closing time goes to the next opening)" if rolls else ""


def _where_time_went(sums: Totals) -> str:
    return (
        f"Of {length(sums.wall)} on the wall, {length(sums.counted)} counted, {length(sums.paused)} was paused and "
        f"{length(sums.outside_hours)} lay outside hours."
    )


def _unlisted(clock: Replay, cycle: Cycle, zone: str) -> Iterator[str]:
    """Yield a sentence for each reason that did not stop the clock, in the order in which they came."""
    found = unlisted_pauses(clock, cycle)
    for reason in dict.fromkeys(event.reason for event in found):
        times = [event for event in found if event.reason == reason]
        again = f" ({count(len(times), 'time')})" if len(times) > 1 else ""
        yield (
            f"From {instant(times[0].happened_at, zone)} it waited for '{reason}'{again}; "
            "the agreement does not let that stop this clock, so it ran on."
        )


def _outcome(cycle: Cycle, clock: Replay, zone: str) -> str:
    if cycle.state is State.CANCELLED:
        return f"It was cancelled {instant(cycle.stopped_at, zone)}, before it was due: no verdict."
    if cycle.stopped_at is None:
        return _still_open(cycle, clock, zone)
    word = cycle.stopped_by.word.replace("_", " ") if cycle.stopped_by is not None else "stopped"
    stopped = f"The clock stopped {instant(cycle.stopped_at, zone)}, when the ticket was {word}"
    due = cycle.due_at
    if due is None:
        return f"{stopped}."
    if cycle.state is State.MET:
        return f"{stopped}, {_apart(clock, cycle.stopped_at, due)} before it was due: met."
    return f"{stopped}, {_apart(clock, due, cycle.stopped_at)} after it was due: missed."


def _apart(clock: Replay, first: datetime, second: datetime) -> str:
    if first == second:
        return "no time at all"
    wall, open_time = second - first, clock.terms.counting.elapsed(first, second)
    return length(wall) if wall == open_time else f"{length(wall)} ({length(open_time)} of it open time)"


def _still_open(cycle: Cycle, clock: Replay, zone: str) -> str:
    as_of = f"As of {instant(clock.as_of, zone)}"
    if cycle.breached_at is not None:
        return f"{as_of} it has not stopped; the breach fell {instant(cycle.breached_at, zone)}: missed."
    if cycle.waiting:
        return f"{as_of} it is paused."
    return f"{as_of} it is running, with {length(cycle.left)} of open time left."


def _remarks(reading: Reading) -> Iterator[str]:
    if reading.flags:
        yield f"Flags: {'; '.join(reading.flags)}."


def _claim(reading: Reading, cycle: Cycle, zone: str) -> Iterator[str]:
    claims = reading.claims
    if claims.met is not None:
        same = claims.met == (reading.state is State.MET)
        yield f"The source says {'met' if claims.met else 'missed'}: {'the same' if same else 'not what we find'}."
    if claims.due_at is not None:
        apart = abs(claims.due_at - cycle.due_at) if cycle.due_at else None
        off = "" if apart is None else f", {length(apart)} from ours" if apart else ", the same instant"
        yield f"The source says it was due {instant(claims.due_at, zone)}{off}."


def table(story: Story) -> list[Row]:
    """Return the rows of a story: from, until, counted, paused, outside hours, cause; the last row adds them up."""
    before, due, after = _parted_at_due(story)
    rows = [
        *(_line(group, story.zone) for group in _groups(before, story)),
        *([(instant(due, story.zone), DUE, "", "", "", "")] if due else []),
        *(_line(group, story.zone) for group in _groups(after, story)),
    ]
    sums = story.totals or totals(story.spans)
    total = (
        "",
        "in all",
        length(sums.counted),
        length(sums.paused),
        length(sums.outside_hours),
        f"{length(sums.wall)} on the wall",
    )
    return [*rows, total]


def _parted_at_due(story: Story) -> tuple[list[Span], datetime | None, list[Span]]:
    """Return the spans until the due instant, that instant, and the spans after it; no instant while it lies ahead."""
    due = story.reading.cycle.due_at if story.reading.cycle else None
    if due is None or due > story.spans[-1].end:
        return list(story.spans), None, []
    place = bisect_left(story.spans, due, key=attrgetter("start"))
    before, after = list(story.spans[:place]), list(story.spans[place:])
    if before and before[-1].end > due:
        parted = before.pop()
        before.append(parted._replace(end=due))
        after.insert(0, parted._replace(start=due))
    return before, due, after


def _groups(parts: list[Span], story: Story) -> list[list[Span]]:
    """Return each span alone, or month by month those of a long story."""
    return [[span] for span in parts] if len(story.spans) <= LONG else _by_month(parts, story.zone)


def _by_month(parts: list[Span], zone: str) -> list[list[Span]]:
    """Return the spans of a long story month by month; of thousands, only the first of each is put on a wall clock."""
    found: list[list[Span]] = []
    place = 0
    while place < len(parts):
        first = zones.to_local(zone, parts[place].start).date().replace(day=1)
        ends_at = zones.midnight((first + timedelta(days=31)).replace(day=1), zone)
        following = bisect_left(parts, ends_at, lo=place + 1, key=attrgetter("start"))
        found.append(parts[place:following])
        place = following
    return found


def _line(group: list[Span], zone: str) -> Row:
    sums = totals(group)
    counted, paused, outside = (
        length(each) if each else "" for each in (sums.counted, sums.paused, sums.outside_hours)
    )
    cause = cause_of(group[0]) if len(group) == 1 else count(len(group), "span")
    return instant(group[0].start, zone), instant(group[-1].end, zone), counted, paused, outside, cause


def cause_of(span: Span) -> str:
    """Return why a span was counted or not."""
    if span.use is Use.OUTSIDE_HOURS:
        return f"no opening hours: {', '.join(span.closed_for)}" if span.closed_for else "no opening hours"
    if span.cause is None:
        return f"{span.use.value}"
    word = span.cause.kind.word.replace("_", " ")
    if span.use is Use.PAUSED and span.cause.kind is EventKind.PAUSED:
        return f"waiting for {span.cause.reason}" if span.cause.reason else "waiting"
    return "resolved or closed until reopened" if span.use is Use.PAUSED else f"running since {word}"


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Return the whole explanation for machines."""
    return {
        "ticket": explanation.ticket.number,
        "as_of": explanation.as_of.isoformat(),
        "events": [_event_json(event, explanation) for event in explanation.events],
        "targets": [_story_json(story) for story in explanation.stories],
    }


def _event_json(event: Event, explanation: Explanation) -> dict[str, Any]:
    told = {"actor": event.actor, "reason": event.reason, "changes": dict(changes_of(event))}
    origin = explanation.origins.get(event.id)
    return {
        "kind": event.kind.word,
        "happened_at": iso(event.happened_at, explanation.zone),
        **{key: value for key, value in told.items() if value},
        **({"origin": _origin_json(origin, explanation.zone)} if origin else {}),
    }


def _origin_json(origin: Origin, zone: str) -> dict[str, Any]:
    told = {
        "batch": origin.batch,
        "file": origin.file,
        "row": origin.row,
        "recorded_by": origin.recorded_by,
        "recorded_at": iso(origin.recorded_at, zone),
    }
    return {key: value for key, value in told.items() if value}


def _story_json(story: Story) -> dict[str, Any]:
    reading = story.reading
    return {
        "target": reading.target,
        "agreement_version": reading.version,
        "state": reading.state.value,
        "limit": str(reading.cover.limit) if reading.cover.limit else None,
        "due_at": iso(reading.cycle.due_at, story.zone) if reading.cycle else None,
        "sentences": list(story.sentences),
        "refused": [{"version": r.version, "target": r.target, "reason": r.reason} for r in reading.cover.refused],
        "spans": [
            {
                "from": iso(span.start, story.zone),
                "until": iso(span.end, story.zone),
                "use": span.use.value,
                "seconds": span.length.total_seconds(),
                "cause": cause_of(span),
            }
            for span in story.spans
        ],
    }


def in_words(explanation: Explanation) -> Iterator[str]:
    """Yield the explanation as lines for a person at a terminal."""
    yield f"Ticket {explanation.ticket.number}: {count(len(explanation.events), 'event')}, times in {explanation.zone}."
    yield from _event_lines(explanation)
    for earlier in explanation.earlier:
        yield ""
        yield from _earlier_lines(earlier, explanation.zone)
    for story in explanation.stories:
        yield ""
        yield f"{_kind(story.reading).capitalize()}: {story.reading.state.value}"
        yield from (f"  {sentence}" for sentence in story.sentences)
        if story.spans:
            yield ""
            yield from (f"  {line}" for line in columns(table(story)))


def _event_lines(explanation: Explanation) -> Iterator[str]:
    events = explanation.events
    if len(events) <= LONG:
        yield from _told(events, explanation)
        return
    yield from _told(events[:ENDS], explanation)
    yield f"  ... {count(len(events) - 2 * ENDS, 'event')} between (all in --json) ..."
    yield from _told(events[-ENDS:], explanation)


def _told(events: tuple[Event, ...], explanation: Explanation) -> Iterator[str]:
    zone = explanation.zone
    for event in events:
        told = [event.reason, *(f"{key} {value}" for key, value in changes_of(event))]
        word = event.kind.word.replace("_", " ")
        at = instant(event.happened_at, zone)
        origin = explanation.origins.get(event.id)
        came = f"  [{origin_words(origin, zone)}]" if origin else ""
        yield f"  {at:<22} {word:<16} {', '.join(each for each in told if each)}{came}".rstrip()


def changes_of(event: Event) -> list[tuple[str, str]]:
    """Return what an event changed, in one order wherever the event is kept."""
    places = {name: place for place, name in enumerate((*CLASSIFICATION, *ASSIGNMENT))}
    return sorted(event.changes.items(), key=lambda each: (places.get(each[0], len(places)), each[0]))


def origin_words(origin: Origin, zone: str) -> str:
    """Return where an event came from, such as `batch 3, log.csv, row 12` or `recorded by kim Mon 5 Jan 2026 09:00`."""
    if origin.batch is not None:
        row = f", row {origin.row:,}" if origin.row is not None else ""
        return f"batch {origin.batch}, {origin.file}{row}"
    by = f" by {origin.recorded_by}" if origin.recorded_by else ""
    at = f" {instant(origin.recorded_at, zone)}" if origin.recorded_at else ""
    return f"recorded{by}{at}"


def _earlier_lines(earlier: Earlier, zone: str) -> Iterator[str]:
    changed = ", ".join(f"{key} {value}" for key, value in changes_of(earlier.event))
    yield f"Until it was reclassified ({changed}) {instant(earlier.event.happened_at, zone)}, the clocks showed:"
    for reading in earlier.readings:
        due = f", due {instant(reading.cycle.due_at, zone)}" if reading.cycle and reading.cycle.due_at else ""
        yield f"  {_kind(reading)}, limit {reading.cover.limit}: {reading.state.value}{due}."
    yield "  Limits count from the opening under what was last known, so the verdict below replaces this."


def columns(rows: list[Row]) -> Iterator[str]:
    """Yield rows under their headings, amounts to the right."""
    headed = [("from", "until", "counted", "paused", "outside hours", "because"), *rows]
    widths = [max(len(row[place]) for row in headed) for place in range(5)]
    for row in headed:
        left = f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}"
        right = "  ".join(f"{row[place]:>{widths[place]}}" for place in (2, 3, 4))
        yield f"{left}  {right}  {row[5]}".rstrip()
