"""Answers about clocks in the case format: the op `clock`, worked out from the whole history at once.

How it works. The events up to `as_of` give three plain things: the pauses (spans of instants), the instants
at which something stopped or opened, and the targets in force at the end. Every figure is then a sum of
open time outside the pauses, taken from the calendar oracle.

Rules taken from the published semantics, and those settled here (marked *):

- Events are sorted by instant; equal instants keep the order of the list. * Events after `as_of` have not
  happened. * An event before `created` counts as happening at `created`.
- Pause and resume are one flag. Resolve ends a pause and stops resolution; * while resolved, a pause, a
  resume and a second resolve have no effect, and neither has a reopen while not resolved.
- A resolved span becomes a pause when a reopen ends it, for resolution and update alike. * An exchange
  answered inside such a span then loses the part of its length that lies in it.
- First response is never paused. * It may come after a resolve.
- set_targets replaces the targets; * also after a stop: limits, due instants and margins are those of the
  targets in force at the end, stops and pauses those of the events.
- A due instant is the earliest at which the open time counted (open and not paused) reaches the limit. So a
  pause that begins exactly at the due instant does not move it; zero is due at the first open instant that
  no pause begun before it covers.
- A target in days is first a date, then pushed on by the open time of every pause that begins before it
  (the due instant as pushed until then); a pause that begins on it or after it moves nothing.
- resolution_due, update_due and contact_due: null while paused, also when used up before the pause; shown
  while resolved.
- A margin is the limit less what was used; * null for a limit in days, which has no length in seconds.
- hold_seconds: open time from `created` to `as_of` in the pauses.
- state: breached when first response or resolution was met late, or is unmet and `as_of` is past its due
  instant (a resolution that is paused is not looked at), then paused, met (first response and resolution
  targets all stopped), first_response_running, resolution_running. * With neither target: met.
- next_due: the earliest due instant of the clocks that run (first response, update, response, resolution);
  null while paused or resolved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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


@dataclass
class Exchange:
    """A customer's first unanswered message and, once there is one, our answer."""

    asked_at: int
    answered_at: int | None = None


@dataclass
class Story:
    """What the events of a ticket come to."""

    created: int
    as_of: int
    targets: dict[str, Any]
    pauses: list[Span] = field(default_factory=list)
    paused_since: int | None = None
    resolved_at: int | None = None
    responded_at: int | None = None
    exchanges: list[Exchange] = field(default_factory=list)

    def happen(self, kind: str, at: int, event: dict[str, Any]) -> None:
        """Take in one event."""
        if kind == "pause":
            if self.paused_since is None and self.resolved_at is None:
                self.paused_since = at
        elif kind == "resume":
            self.end_pause(at)
        elif kind == "resolve":
            if self.resolved_at is None:
                self.end_pause(at)
                self.resolved_at = at
        elif kind == "reopen":
            if self.resolved_at is not None:
                self.pauses.append((self.resolved_at, at))
                self.resolved_at = None
        elif kind == "customer_message":
            if not self.waiting():
                self.exchanges.append(Exchange(at))
        elif kind in ("first_response", "agent_reply", "reply"):
            if kind != "agent_reply" and self.responded_at is None:
                self.responded_at = at
            if kind != "first_response" and self.waiting():
                self.exchanges[-1].answered_at = at
        elif kind == "set_targets":
            self.targets = event["targets"]
        else:
            raise OracleError(f"no event {kind!r}")

    def end_pause(self, at: int) -> None:
        """End the pause, if there is one."""
        if self.paused_since is not None:
            self.pauses.append((self.paused_since, at))
            self.paused_since = None

    def waiting(self) -> bool:
        """Tell whether a customer's message waits for an answer."""
        return bool(self.exchanges) and self.exchanges[-1].answered_at is None

    def pauses_so_far(self) -> list[Span]:
        """Return the finished pauses, and the open one up to now."""
        return union(self.pauses + ([(self.paused_since, self.as_of)] if self.paused_since is not None else []))


def read(question: dict[str, Any]) -> Story:
    """Return the story of a clock question."""
    created = instant(question["created"])
    rows = sorted(question["events"], key=lambda row: instant(row["at"]))
    last = instant(rows[-1]["at"]) if rows else created
    as_of = instant(question["as_of"]) if question.get("as_of") else max(last, created)
    story = Story(created, as_of, question["targets"])
    if question.get("created_paused"):
        story.happen("pause", created, {})
    if question.get("customer_opens"):
        story.happen("customer_message", created, {})
    for row in rows:
        if instant(row["at"]) <= as_of:
            story.happen(row["type"], max(created, instant(row["at"])), row)
    return story


def counted(calendar: OracleCalendar, start: int, end: int, pauses: list[Span]) -> int:
    """Return the open time from start to end outside the pauses."""
    return total(minus(calendar.open_between(start, end), pauses))


def due_outside(calendar: OracleCalendar, start: int, limit: int, pauses: list[Span]) -> int:
    """Return the earliest instant at which the limit is used up, open time outside the (ended) pauses counted."""
    if limit == 0:
        return none_outside(calendar, start, pauses)
    used = 0
    for piece in calendar.pieces_after(start):
        for a, b in minus([piece], union(pauses)):
            if used + (b - a) >= limit:
                return a + limit - used
            used += b - a
    raise AssertionError("the walk ends by itself")


def none_outside(calendar: OracleCalendar, start: int, pauses: list[Span]) -> int:
    """Return the first open instant from the start on that no pause begun before it covers; touching pauses are two."""
    at = calendar.next_open(start)
    for a, b in sorted(pauses):
        if a < at < b:
            at = calendar.next_open(b)
    return at


def pushed(calendar: OracleCalendar, due: int, pauses: list[Span], start: int) -> int:
    """Return a date's due instant pushed on by the open time of the (ended) pauses that begin before it.

    The pauses come one by one: of two that touch, the second does not count if it begins at the due instant.
    """
    first, held = due, 0
    for a, b in sorted(pauses):
        if a < due:
            held += calendar.elapsed(max(a, start), b)
            due = calendar.due(first, held) if held else first
    return due


def limit_due(calendar: OracleCalendar, start: int, limit: Any, pauses: list[Span]) -> int:
    """Return the due instant of a limit in seconds or days; refuse one below zero."""
    if (limit["days"] if isinstance(limit, dict) else limit) < 0:
        raise OracleError(f"a limit below zero promises nothing: {limit}")
    if not isinstance(limit, dict):
        return due_outside(calendar, start, microseconds(limit), pauses)
    step = calendar.end_of_day_after_days if limit.get("end_of_day") else calendar.add_days
    return pushed(calendar, step(start, limit["days"]), pauses, start)


def unpaused_due(calendar: OracleCalendar, story: Story, start: int, limit: Any) -> int | None:
    """Return the due instant of a clock that pauses stop; None if the pause now on leaves it open."""
    if story.paused_since is not None:
        return None
    return limit_due(calendar, start, limit, story.pauses)


def clock(calendar: OracleCalendar, question: dict[str, Any]) -> dict[str, Any]:
    """Answer the op `clock`."""
    story = read(question)
    answer: dict[str, Any] = dict.fromkeys(
        f"{kind}_{figure}"
        for kind in ("first_response", "update", "resolution")
        for figure in ("due", "elapsed", "margin")
    )
    dues = {
        "first_response": first_response(calendar, story, answer),
        "resolution": resolution(calendar, story, answer),
        "update": update(calendar, story, answer),
        "contact": waiting_due(calendar, story, "response"),
    }
    answer |= {f"{kind}_due": iso(due) if due is not None else None for kind, due in dues.items()}
    answer["next_due"] = next_due(story, dues)
    answer["hold_seconds"] = seconds(total(both(held(calendar, story), story.pauses_so_far())))
    answer["state"] = state(story, dues)
    return answer


def held(calendar: OracleCalendar, story: Story) -> list[Span]:
    """Return the open time in which there may be a pause."""
    return calendar.open_between(story.created, story.as_of)


def first_response(calendar: OracleCalendar, story: Story, answer: dict[str, Any]) -> int | None:
    """Fill in the first response, which no pause stops, and return its due instant."""
    limit = story.targets.get("first_response")
    if limit is None:
        return None
    if story.responded_at is not None:
        used = calendar.elapsed(story.created, story.responded_at)
        fill(answer, "first_response", used, limit)
    return limit_due(calendar, story.created, limit, [])


def resolution(calendar: OracleCalendar, story: Story, answer: dict[str, Any]) -> int | None:
    """Fill in the resolution and return its due instant."""
    limit = story.targets.get("resolution")
    if limit is None:
        return None
    if story.resolved_at is not None:
        used = counted(calendar, story.created, story.resolved_at, union(story.pauses))
        fill(answer, "resolution", used, limit)
    return unpaused_due(calendar, story, story.created, limit)


def update(calendar: OracleCalendar, story: Story, answer: dict[str, Any]) -> int | None:
    """Fill in the longest answered exchange and return the due instant of the one that waits."""
    limit = story.targets.get("update")
    if limit is None:
        return None
    pauses = story.pauses_so_far()
    answered = [
        counted(calendar, each.asked_at, each.answered_at, pauses)
        for each in story.exchanges
        if each.answered_at is not None
    ]
    if answered:
        fill(answer, "update", max(answered), limit)
    return waiting_due(calendar, story, "update")


def waiting_due(calendar: OracleCalendar, story: Story, kind: str) -> int | None:
    """Return when the message that waits has to be answered; None while paused and when none waits."""
    limit = story.targets.get(kind)
    if limit is None or not story.waiting() or story.paused_since is not None:
        return None
    return limit_due(calendar, story.exchanges[-1].asked_at, limit, story.pauses)


def fill(answer: dict[str, Any], kind: str, used: int, limit: Any) -> None:
    """Write down the open time used and what it leaves of the limit."""
    answer[f"{kind}_elapsed"] = seconds(used)
    answer[f"{kind}_margin"] = None if isinstance(limit, dict) else seconds(microseconds(limit) - used)


def next_due(story: Story, dues: dict[str, int | None]) -> str | None:
    """Return the earliest due instant of the clocks that run; None while paused or resolved."""
    if story.paused_since is not None or story.resolved_at is not None:
        return None
    running = [
        due
        for kind, due in dues.items()
        if due is not None and not (kind == "first_response" and story.responded_at is not None)
    ]
    return iso(min(running)) if running else None


def state(story: Story, dues: dict[str, int | None]) -> str:
    """Return the state word of the case format."""
    stops = {"first_response": story.responded_at, "resolution": story.resolved_at}
    targeted = {kind: at for kind, at in stops.items() if story.targets.get(kind) is not None}
    for kind, stopped_at in targeted.items():
        due = dues[kind]
        looked_at = kind == "first_response" or story.paused_since is None
        if looked_at and due is not None and (story.as_of if stopped_at is None else stopped_at) > due:
            return "breached"
    if story.paused_since is not None:
        return "paused"
    unmet = [kind for kind, at in targeted.items() if at is None]
    return f"{unmet[0]}_running" if unmet else "met"
