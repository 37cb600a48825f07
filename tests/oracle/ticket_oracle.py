"""Verdicts on tickets as the product keeps them: kinds of events, pause reasons, cycles, final breaches.

    judge(target, calendar, events, as_of) -> the worst cycle, with all of them under "cycles"
    cycles(target, calendar, events, as_of) -> [
        {started_at, due_at, stopped_at, breached_at, elapsed_seconds, paused_seconds, state}, ...]

Instants are ISO 8601 in UTC or None, amounts seconds, state one of running, paused, met, missed, cancelled.

- target: {kind, limit, pauses, stop, due_rolls, start_rolls, party}
    kind       first_response, update, informed, resolution, hand_over
    limit      {amount, unit, end_of_day}; unit `open time` or `elapsed` (amount in seconds), `working days` or
               `calendar days` (amount in days), end_of_day for working days only
    limits     in place of limit: {priority or "*": limit}; the priority last known at `as_of` chooses
    pauses     the reasons that stop this clock (default none)
    stop       resolution only: resolved (default), closed, first_responded, replied
    due_rolls  closing (default) or next_opening;  start_rolls  False (default) or True
    party      hand_over only: the team or supplier
- calendar: an entry of the case format.
- events: {kind, at, reason, changes, id, sequence, retracts}; kinds opened, first_responded, replied,
  customer_replied, paused, resumed, resolved, reopened, closed, cancelled, assigned, reclassified, noted,
  retracted.

How it works. The events are read into cycles, each with its start, its stop and its pauses. To find a
breach the same reading is made once for every moment between two events, with the events up to then: the
first moment at which a cycle runs past its due instant is the breach, and it is final. Open time comes from
the calendar oracle.

Rules, those the design leaves open marked *:

- Order: (at, rank of kind, sequence, id); retracted events are taken out; events after `as_of` have not
  happened.
- * What comes before `opened` counts as happening at it.
- Pause reasons are a set. A clock is paused while one of its own reasons is open. * `resumed` with a reason
  closes that reason (nothing, if it is not open); without a reason it closes all.
- `resolved` and `closed` close all reasons. * While a ticket is resolved or closed, paused and resumed do
  nothing.
- A span for which resolved or closed stopped the clock is a pause once a reopen ends it; for update, which
  resolving does not stop, so is the span from the first of resolved and closed to the reopen. * A
  resolution that closing stops runs on while the ticket is only resolved. * A `reopened` on a ticket that
  is neither does nothing.
- first_response: from opened to the first `first_responded`.
- resolution: from opened to the stop named. A reopen takes back a stop by resolved or closed; * one by
  first_responded or replied stands.
- update: a cycle from each `customer_replied`, or `opened` with changes {by: customer}, with no message
  waiting to the next `replied`. Resolving does not stop it.
- informed: * from each message of ours (`replied` or `first_responded`) to the next; resolved or closed
  stops it, and a reopen lets it go on.
- hand_over: from an `assigned` that names the party (team or supplier) to one that names another; *
  resolved or closed stops it, and a reopen lets it go on if the party still has the ticket, and ends it for
  good if not. * An assignment that names only a person changes nothing. An assignment to the party while
  resolved or closed starts the cycle at the reopen.
- `closed` stops every clock whose own stop has not come. A reopen takes that back, * but not for a first
  response, and not when the answer waited for (`first_responded`, `replied`) came meanwhile: the clock
  stays stopped at the closing.
- `cancelled` ends every clock that still runs; * nothing after it counts.
- due: `open time` and `elapsed` (24x7): the earliest instant at which the time counted outside the pauses
  reaches the limit. Days: first a date, then pushed by the open time of each pause that begins before it.
  `start_rolls`: a start in closed time counts from the next opening (`elapsed` knows none); started_at
  stays. `next_opening`: a due instant that falls exactly on a closing moves to the next opening, after all
  pushing (never for `elapsed`).
- A stop fixes the due instant: only what is paused before the stop counts. * An exchange answered while the
  ticket is resolved shrinks by the resolved part once a reopen has made that a pause; its breach, if any,
  stays.
- due_at is None while paused, unless the breach is there already.
- Breach: the clock neither stopped nor cancelled at an instant past its due. A pause that begins at the due
  instant does not move it, so the breach comes with the first instant of that pause. breached_at is the due
  instant then, due_at stays there, and nothing later changes either: not a pause, not a reopen that turns
  the resolved span the breach fell into into a pause. A limit in days used up in closed time while paused
  is past at the resume or stop: a date moves by open time only.
- state: missed once breached; else cancelled, met (stopped), paused, running.
- elapsed_seconds: time counted from the start to the stop or `as_of`; paused_seconds: open time in pauses
  there. For `elapsed` both by the clock on the wall; for days by the calendar.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.oracle.calendar_oracle import (
    OracleCalendar,
    OracleError,
    Span,
    both,
    instant,
    iso,
    microseconds,
    minus,
    seconds,
    total,
    union,
)
from tests.oracle.clock_oracle import due_outside, pushed

RANK = [
    "opened", "reclassified", "assigned", "customer_replied", "resumed", "first_responded", "replied",
    "reopened", "resolved", "closed", "cancelled", "paused", "noted", "retracted",
]  # ranks read as a list  # fmt: skip
WORST_FIRST = ("missed", "running", "paused", "met", "cancelled")

Target = dict[str, Any]
Event = dict[str, Any]


@dataclass
class Cycle:
    """One run of a clock: its start, its stop and what stopped it."""

    started_at: int
    stopped_at: int | None = None
    stopped_by: str = ""

    def go_on(self) -> None:
        """Take back the stop."""
        self.stopped_at, self.stopped_by = None, ""


@dataclass
class Ticket:
    """What the events up to some moment come to, for one target."""

    target: Target
    cycles: list[Cycle] = field(default_factory=list)
    pauses: list[Span] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)
    paused_since: int | None = None
    ended_at: int | None = None
    cancelled_at: int | None = None
    held_by: frozenset[str] = frozenset()

    def happen(self, event: Event, at: int) -> None:
        """Take in one event."""
        if self.cancelled_at is not None:
            return
        reading = getattr(self, f"on_{event['kind']}", None)
        if reading is not None:
            reading(event, at)
        elif event["kind"] not in RANK:
            raise OracleError(f"no event {event['kind']!r}")

    @property
    def current(self) -> Cycle | None:
        """The last cycle if it still runs."""
        return self.cycles[-1] if self.cycles and self.cycles[-1].stopped_at is None else None

    def stop(self, at: int, by: str) -> None:
        """Stop the cycle that runs, if one does."""
        cycle = self.current
        if cycle:
            cycle.stopped_at, cycle.stopped_by = at, by

    def pauses_until(self, end: int) -> list[Span]:
        """Return the pauses that begin before the end, cut there; the open one lasts until then."""
        spans = self.pauses + ([(self.paused_since, end)] if self.paused_since is not None else [])
        return [(start, min(stop, end)) for start, stop in spans if start < end]

    def on_opened(self, event: Event, at: int) -> None:
        kinds = ("first_response", "resolution", *["update"] * (event.get("changes", {}).get("by") == "customer"))
        if self.target["kind"] in kinds and not self.cycles:
            self.cycles.append(Cycle(at))
        self.on_assigned(event, at)

    def on_assigned(self, event: Event, at: int) -> None:
        named = frozenset(event.get("changes", {}).get(key, "") for key in ("team", "supplier")) - {""}
        if self.target["kind"] != "hand_over" or not named:
            return
        had, self.held_by = self.held_by, named
        if self.holds() and self.target["party"] not in had and self.ended_at is None:
            self.cycles.append(Cycle(at))
        if not self.holds():
            self.stop(at, "assigned")

    def holds(self) -> bool:
        """Tell whether the party has the ticket."""
        return str(self.target["party"]) in self.held_by

    def on_customer_replied(self, event: Event, at: int) -> None:
        if self.target["kind"] == "update" and not self.current:
            self.cycles.append(Cycle(at))

    def on_first_responded(self, event: Event, at: int) -> None:
        if self.target["kind"] == "first_response" or self.stops_by("first_responded"):
            self.answer(at, "first_responded")
        self.we_wrote(at)

    def on_replied(self, event: Event, at: int) -> None:
        if self.target["kind"] == "update" or self.stops_by("replied"):
            self.answer(at, "replied")
        self.we_wrote(at)

    def answer(self, at: int, by: str) -> None:
        """Stop the cycle by the answer it waited for; one that comes after the closing makes that stop final."""
        self.stop(at, by)
        if self.cycles and self.cycles[-1].stopped_by == "closed":
            self.cycles[-1].stopped_by = by

    def we_wrote(self, at: int) -> None:
        """A message of ours ends one cycle of keeping informed and begins the next."""
        if self.target["kind"] == "informed" and self.ended_at is None:
            self.stop(at, "replied")
            self.cycles.append(Cycle(at))

    def stops_by(self, kind: str) -> bool:
        """Tell whether this kind is the stop of a resolution."""
        return self.target["kind"] == "resolution" and bool(self.target.get("stop", "resolved") == kind)

    def on_resolved(self, event: Event, at: int) -> None:
        self.end(at)
        if self.stops_by("resolved") or self.target["kind"] in ("informed", "hand_over"):
            self.stop(at, "resolved")

    def on_closed(self, event: Event, at: int) -> None:
        self.end(at)
        self.stop(at, "closed")

    def end(self, at: int) -> None:
        """The ticket is resolved or closed: every reason to wait is gone."""
        self.reasons.clear()
        self.note_pause(at)
        if self.ended_at is None:
            self.ended_at = at

    def on_reopened(self, event: Event, at: int) -> None:
        if self.ended_at is None:
            return
        last = self.cycles[-1] if self.cycles else None
        if self.target["kind"] == "update":
            self.pauses.append((self.ended_at, at))
        elif last and self.goes_on(last) and last.stopped_at is not None:
            self.pauses.append((last.stopped_at, at))
        self.ended_at = None
        if self.target["kind"] == "hand_over":
            self.hand_over_again(last, at)
        elif last and self.goes_on(last):
            last.go_on()

    def goes_on(self, last: Cycle) -> bool:
        """Tell whether a reopen sets a stopped cycle going again; a first response stays stopped."""
        return last.stopped_by in ("resolved", "closed") and bool(self.target["kind"] != "first_response")

    def hand_over_again(self, last: Cycle | None, at: int) -> None:
        """Let the party's cycle go on, or begin one that was given while the ticket was done."""
        if not self.holds():
            if last and self.goes_on(last):
                last.stopped_by = "assigned"  # it went elsewhere meanwhile: this cycle is over
            return
        if last and self.goes_on(last):
            last.go_on()
        elif not self.current:
            self.cycles.append(Cycle(at))

    def on_cancelled(self, event: Event, at: int) -> None:
        self.cancelled_at = at
        self.stop(at, "cancelled")

    def on_paused(self, event: Event, at: int) -> None:
        if self.ended_at is None:
            self.reasons.add(event.get("reason", ""))
            self.note_pause(at)

    def on_resumed(self, event: Event, at: int) -> None:
        if self.ended_at is None:
            reason = event.get("reason", "")
            self.reasons = self.reasons - {reason} if reason else set()
            self.note_pause(at)

    def note_pause(self, at: int) -> None:
        """Begin or end the pause of this clock as its own reasons come and go."""
        waits = bool(self.reasons & set(self.target.get("pauses", ())))
        if waits and self.paused_since is None:
            self.paused_since = at
        if not waits and self.paused_since is not None:
            self.pauses.append((self.paused_since, at))
            self.paused_since = None


def judging_order(event: Event) -> tuple[int, int, int, str]:
    """Return the place of an event among those of its ticket."""
    return instant(event["at"]), RANK.index(event["kind"]), event.get("sequence", 0), event.get("id", "")


def standing(events: list[Event], as_of: int) -> list[tuple[Event, int]]:
    """Return the events that count, in order, each with its instant."""
    gone = {event["retracts"] for event in events if event["kind"] == "retracted"}
    kept = [e for e in events if e["kind"] != "retracted" and not (e.get("id") and e["id"] in gone)]
    kept = sorted((e for e in kept if instant(e["at"]) <= as_of), key=judging_order)
    first = next((e for e in kept if e["kind"] == "opened"), None)
    if first is None:
        return []
    opened = instant(first["at"])
    return [(first, opened)] + [(e, max(opened, instant(e["at"]))) for e in kept if e is not first]


def read(target: Target, events: list[tuple[Event, int]]) -> Ticket:
    """Return what these events come to."""
    ticket = Ticket(target)
    for event, at in events:
        ticket.happen(event, at)
    return ticket


def limit_of(target: Target, events: list[tuple[Event, int]]) -> dict[str, Any]:
    """Return the limit that judges: the target's only one, or that of the priority last known."""
    if "limit" in target:
        return target["limit"]  # type: ignore[no-any-return]  # read from JSON
    known = [event["changes"]["priority"] for event, _ in events if event.get("changes", {}).get("priority")]
    limits = target["limits"]
    return limits.get(known[-1], limits.get("*")) if known else limits["*"]  # type: ignore[no-any-return]  # read from JSON


@dataclass
class Measure:
    """How a target counts: its limit, its calendar, and the calendar that measures its time."""

    target: Target
    limit: dict[str, Any]
    calendar: OracleCalendar
    ruler: OracleCalendar

    def start(self, cycle: Cycle) -> int:
        """Return where the cycle's clock starts."""
        return self.ruler.next_open(cycle.started_at) if self.target.get("start_rolls") else cycle.started_at

    def due(self, start: int, pauses: list[Span]) -> int:
        """Return the due instant of a clock with these pauses, all of them ended."""
        at = self.earliest_due(start, pauses)
        rolls = self.target.get("due_rolls") == "next_opening" and self.limit["unit"] != "elapsed"
        return self.calendar.rolled(at, +1) if rolls else at

    def earliest_due(self, start: int, pauses: list[Span]) -> int:
        """Return the due instant before any rolling."""
        amount, unit = self.limit["amount"], self.limit["unit"]
        if unit in ("open time", "elapsed"):
            return due_outside(self.ruler, start, microseconds(amount), union(pauses))
        if unit == "calendar days":
            on = self.calendar.local_date(start) + timedelta(amount)
            return pushed(self.calendar, self.calendar.same_wall_clock(start, on), pauses, start)
        if unit != "working days":
            raise OracleError(f"no unit {unit!r}")
        step = self.calendar.end_of_day_after_days if self.limit.get("end_of_day") else self.calendar.add_days
        return pushed(self.calendar, step(start, amount), pauses, start)

    def due_now(self, ticket: Ticket, cycle: Cycle) -> int | None:
        """Return the due instant as things stand; None while a pause keeps it open."""
        start, end = self.start(cycle), cycle.stopped_at
        if end is not None:
            return self.due(start, ticket.pauses_until(end))
        if ticket.paused_since is None:
            return self.due(start, ticket.pauses)
        used_up = self.earliest_due(start, ticket.pauses)
        return self.due(start, ticket.pauses) if used_up <= ticket.paused_since else None


def breach(measure: Measure, events: list[tuple[Event, int]], number: int, as_of: int) -> int | None:
    """Return the due instant that the numbered cycle ran past first, looking at every moment between two events."""
    for known in range(1, len(events) + 1):
        ticket = read(measure.target, events[:known])
        if len(ticket.cycles) > number:
            cycle, until = ticket.cycles[number], events[known][1] if known < len(events) else as_of
            due = measure.due_now(ticket, cycle)
            if due is not None and (until if cycle.stopped_at is None else cycle.stopped_at) > due:
                return due
    return None


def reading(measure: Measure, events: list[tuple[Event, int]], number: int, as_of: int) -> dict[str, Any]:
    """Return the reading of one cycle."""
    ticket = read(measure.target, events)
    cycle = ticket.cycles[number]
    start, end = measure.start(cycle), cycle.stopped_at if cycle.stopped_at is not None else as_of
    paused_now = cycle.stopped_at is None and ticket.paused_since is not None
    waits = ticket.pauses_until(end)
    breached_at = breach(measure, events, number, as_of)
    due = breached_at if breached_at is not None else None if paused_now else measure.due_now(ticket, cycle)
    open_time = measure.ruler.open_between(start, end)
    outside = minus(open_time, union(waits))
    return {
        "started_at": iso(cycle.started_at),
        "due_at": iso(due) if due is not None else None,
        "stopped_at": iso(cycle.stopped_at) if cycle.stopped_at is not None else None,
        "breached_at": iso(breached_at) if breached_at is not None else None,
        "elapsed_seconds": seconds(total(outside)),
        "paused_seconds": seconds(total(both(open_time, union(waits)))),
        "state": state(cycle, breached_at, paused_now),
    }


def state(cycle: Cycle, breached_at: int | None, paused: bool) -> str:
    """Return the state word."""
    if breached_at is not None:
        return "missed"
    if cycle.stopped_by == "cancelled":
        return "cancelled"
    if cycle.stopped_at is not None:
        return "met"
    return "paused" if paused else "running"


def cycles(target: Target, calendar: dict[str, Any], events: list[Event], as_of: str) -> list[dict[str, Any]]:
    """Return the reading of every cycle, in the order they started."""
    own = OracleCalendar(calendar)
    if own.never_opens():
        raise OracleError("the calendar has no opening")
    known = standing(events, instant(as_of))
    limit = limit_of(target, known)
    ruler = OracleCalendar({"tz": "UTC", "always_open": True}) if limit["unit"] == "elapsed" else own
    measure = Measure(target, limit, own, ruler)
    numbers = range(len(read(target, known).cycles))
    return [reading(measure, known, number, instant(as_of)) for number in numbers]


def judge(target: Target, calendar: dict[str, Any], events: list[Event], as_of: str) -> dict[str, Any]:
    """Return the worst cycle (missed, running, paused, met, cancelled; then the longest), and all under `cycles`."""
    every = cycles(target, calendar, events, as_of)
    if not every:
        return {"state": None, "cycles": []}
    worst = min(every, key=lambda each: (WORST_FIRST.index(each["state"]), -each["elapsed_seconds"]))
    return {**worst, "cycles": every}
