"""The oracle's own oracle: the same questions answered by living through every second.

A window of some days is lived through once, second by second, writing down what the clocks of the zone show.
From those readings alone each second is found open or closed; a clock then counts open seconds one at a
time, and events happen to it as their second comes. No interval is ever added, cut or compared, and the only
thing taken from the oracle is the reading of the input. Answers that lie outside the window are `BEYOND`.

Short windows and whole seconds only. The rules are those of `calendar_oracle`, `clock_oracle` and `ticket_oracle`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.oracle.calendar_oracle import DATES, zone

BEYOND = "beyond the window"
DAY = 86_400
BEFORE, AFTER = 3, 7  # days lived through before and after the base date
RANK = [
    "opened", "reclassified", "assigned", "customer_replied", "resumed", "first_responded", "replied", "reopened",
    "resolved", "closed", "cancelled", "paused", "noted", "retracted",
]  # ranks read as a list  # fmt: skip


def second_of(text: str) -> int:
    """Return the second of UTC of an ISO 8601 time."""
    return int(datetime.fromisoformat(text).timestamp())


def clock_time(text: str) -> int:
    """Return `HH:MM[:SS]` as seconds."""
    return sum(int(part) * unit for part, unit in zip(text.split(":"), (3600, 60, 1), strict=False))


@dataclass(frozen=True)
class Readings:
    """What the clocks of a zone showed in each second of a window, and in which second they first showed it."""

    first: int
    shown: list[int]
    showed_at: dict[int, int]

    @property
    def last(self) -> int:
        """Return the second after the window."""
        return self.first + len(self.shown)

    def wall(self, on: date, second: int) -> int:
        """Return the second at which the clocks first showed a time; for one they skipped, go on from the jump."""
        wanted = on.toordinal() * DAY + second
        skipped = 0
        while wanted - skipped not in self.showed_at:
            skipped += 1
        return self.showed_at[wanted - skipped] + skipped

    def exists(self, on: date, start: int, end: int) -> bool:
        """Tell whether the clocks ever showed any second of these hours."""
        midnight = on.toordinal() * DAY
        return any(midnight + second in self.showed_at for second in range(start, end))


@functools.lru_cache(maxsize=2)
def readings(name: str, base: date) -> Readings:
    """Live through the days about the base date in a zone."""
    where = zone(name)
    first = int(datetime(base.year, base.month, base.day, tzinfo=UTC).timestamp()) - BEFORE * DAY
    shown: list[int] = []
    showed_at: dict[int, int] = {}
    for second in range(first, first + (BEFORE + AFTER) * DAY):
        local = datetime.fromtimestamp(second, where)
        reading = local.toordinal() * DAY + local.hour * 3600 + local.minute * 60 + local.second
        shown.append(reading)
        showed_at.setdefault(reading, second)
    return Readings(first, shown, showed_at)


class SecondCalendar:
    """A calendar as one mark per second: open or not."""

    def __init__(self, entry: dict[str, Any], base: date) -> None:
        self.entry = entry
        self.clocks = readings(entry["tz"], base)
        self.first, self.last = self.clocks.first, self.clocks.last
        self.open = bytearray(len(self.clocks.shown))
        self.closes: dict[date, int] = {}  # the second after the last open one of a date's own shifts
        self.dates = [base + timedelta(step) for step in range(1 - BEFORE, AFTER - 2)]
        self.from_, self.until = self.clocks.wall(self.dates[1], 0), self.clocks.wall(self.dates[-1], 0)
        self.mark()

    def mark(self) -> None:
        """Mark each second of every shift, unless a break or holiday holds it."""
        first, is_open, cut = self.first, self.open, bytearray(len(self.open))
        for on in self.dates:
            for row in self.entry.get("breaks", {}).get(on.isoformat(), []) + self.weekly("weekly_breaks", on):
                for second in self.seconds_of(on, row):
                    cut[second - first] = 1
            if self.is_holiday(on):
                for second in range(self.clocks.wall(on, 0), self.clocks.wall(on, DAY)):
                    cut[second - first] = 1
        for on in self.dates:
            for row in self.shifts(on):
                for second in self.seconds_of(on, row):
                    if not cut[second - first]:
                        is_open[second - first] = 1
                        if second >= self.closes.get(on, 0):
                            self.closes[on] = second + 1

    def weekly(self, key: str, on: date) -> list[list[str]]:
        """Return the rows of a date's day of the week."""
        rows: list[list[str]] = self.entry.get(key, {}).get(DATES[on.weekday()], [])
        return rows

    def shifts(self, on: date) -> list[list[str]]:
        """Return the rows of a date's shifts."""
        if on.isoformat() in self.entry.get("special", {}):
            return self.entry["special"][on.isoformat()]  # type: ignore[no-any-return]  # read from JSON
        return [["00:00", "24:00"]] if self.entry.get("always_open") else self.weekly("weekly", on)

    def is_holiday(self, on: date) -> bool:
        """Tell whether the date is closed for a holiday."""
        listed = on.isoformat() in self.entry.get("holidays", ())
        listed = listed or on.isoformat()[5:] in self.entry.get("holidays_recurring", ())
        return listed and on.isoformat() not in self.entry.get("special", {})

    def seconds_of(self, on: date, row: list[str]) -> range:
        """Return the seconds of a row of a date; none if the clocks skipped it whole."""
        start, end = map(clock_time, row)
        if not self.clocks.exists(on, start, end):
            return range(0)
        return range(self.clocks.wall(on, start), self.clocks.wall(on, end))

    def is_open(self, second: int) -> bool:
        """Tell whether a second of the window is open."""
        return bool(self.open[second - self.first])

    def covers(self, second: int) -> bool:
        """Tell whether the second, and the night shifts that may reach it, lie in the window."""
        return self.from_ <= second < self.until

    def openings(self) -> list[list[int]]:
        """Return the first open second and the first closed one after it, for each opening of the window."""
        edges = [self.from_] * self.is_open(self.from_)
        edges += [each for each in range(self.from_ + 1, self.until) if self.is_open(each) != self.is_open(each - 1)]
        edges += [self.until] * (len(edges) % 2)
        return [edges[place : place + 2] for place in range(0, len(edges), 2)]

    def elapsed(self, start: int, end: int) -> int:
        """Count the open seconds."""
        return sum(self.is_open(second) for second in range(start, end))

    def due(self, start: int, amount: int, waits: frozenset[int] | set[int] = frozenset()) -> int | str:
        """Count open seconds outside the waits until the amount is used up; for none, look for the first."""
        second = start
        while self.covers(second):
            counts = self.is_open(second) and second not in waits
            if counts and amount == 0:
                return second
            second += 1
            if counts:
                amount -= 1
                if amount == 0:
                    return second
        return BEYOND

    def due_back(self, start: int, amount: int) -> int | str:
        """Count open seconds backwards."""
        second = start
        if amount == 0:
            while self.covers(second) and not (self.is_open(second) or self.is_open(second - 1)):
                second -= 1
            return second if self.covers(second) else BEYOND
        while self.covers(second):
            second -= 1
            amount -= self.is_open(second)
            if amount == 0:
                return second
        return BEYOND

    def is_closing(self, second: int) -> bool:
        """Tell whether the second before was open and this one is not."""
        return self.is_open(second - 1) and not self.is_open(second)

    def date_of(self, second: int) -> date:
        """Return the date the clocks show."""
        return date.fromordinal(self.clocks.shown[second - self.first] // DAY)

    def on_date(self, second: int, on: date) -> int:
        """Return the second of a date that shows the same time of day."""
        return self.clocks.wall(on, self.clocks.shown[second - self.first] % DAY)

    def date_after(self, start: int, days: int) -> date | None:
        """Return the date so many open dates on; None if the window ends before."""
        on = self.date_of(start)
        while days:
            on += timedelta(1)
            if on >= self.dates[-1]:
                return None
            days -= on in self.closes and not self.is_holiday(on)
        return on

    def working_days(self, start: int, days: int, end_of_day: bool) -> int | str:
        """Return the date's same time of day, on to open time or a closing; or its last closing."""
        on = self.date_after(start, days)
        if on is None:
            return BEYOND
        if end_of_day:
            return self.closes[on]
        second = self.on_date(start, on)
        return second if self.is_closing(second) else self.due(second, 0)

    def calendar_days(self, start: int, days: int) -> int | str:
        """Return the same time of day on a later date."""
        on = self.date_of(start) + timedelta(days)
        return self.on_date(start, on) if on < self.dates[-1] else BEYOND


class Always(SecondCalendar):
    """Every second of the same window, open."""

    def mark(self) -> None:
        self.open = bytearray(b"\x01" * len(self.open))


@dataclass
class Run:
    """One cycle lived through: when it stopped, when its limit was used up, when it was breached."""

    began: int
    start: int
    stopped_at: int | None = None
    stopped_by: str = ""
    used: int = 0
    since_end: int = 0
    held: int = 0
    since_due: int = 0
    used_up_at: int | None = None
    breached_at: int | str | None = None


@dataclass
class Life:
    """The life of a ticket under one target, one second after the other."""

    target: dict[str, Any]
    own: SecondCalendar
    ruler: SecondCalendar
    as_of: int
    runs: list[Run] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)
    ended_at: int | None = None
    holder: frozenset[str] = frozenset()
    waits: set[int] = field(default_factory=set)
    begins: set[int] = field(default_factory=set)
    over: bool = False
    days_due: dict[int, int | str] = field(default_factory=dict)

    @property
    def paused(self) -> bool:
        """Tell whether a reason that stops this clock is open."""
        return bool(self.reasons & set(self.target["pauses"]))

    def live(self, events: list[dict[str, Any]]) -> None:
        """Live from the first event to `as_of`."""
        times: dict[int, list[dict[str, Any]]] = {}
        for event in events:
            times.setdefault(event["second"], []).append(event)
        for second in range(events[0]["second"], self.as_of + 1):
            self.look(second)
            for event in times.get(second, ()):
                if not self.over:
                    paused = self.paused
                    self.happen(event, second)
                    if self.paused and not paused:
                        self.begins.add(second)
                    self.look(second)
            if second < self.as_of:
                self.pass_(second)

    def pass_(self, second: int) -> None:
        """Let one second go by: it waits or it counts."""
        if self.paused:
            self.waits.add(second)
        for run in self.runs:
            if second >= run.start and self.ruler.is_open(second):
                self.count(run, second)

    def count(self, run: Run, second: int) -> None:
        """Count an open second of a cycle, for the clock or for what holds it."""
        if run.stopped_at is None:
            run.held += self.paused
            run.used += not self.paused
            run.since_end += self.ended_at is not None
        if self.target["limit"]["unit"] in ("working days", "calendar days"):
            date_due = self.date_due(run)
            run.since_due += isinstance(date_due, int) and second >= date_due

    def look(self, second: int) -> None:
        """Note, before anything happens in this second, which limits are used up and which are past."""
        for run in self.runs:
            if run.stopped_at is None:
                if not self.paused and run.used_up_at is None:
                    run.used_up_at = self.used_up(run, second)
                at = self.rolled(run.used_up_at)
                if isinstance(at, int) and at < second and run.breached_at is None:
                    run.breached_at = at

    def used_up(self, run: Run, second: int) -> int | None:
        """Return when the limit was used up, if it is by now."""
        limit = self.target["limit"]
        if limit["unit"] in ("open time", "elapsed"):
            return second if run.used >= limit["amount"] else None
        date_due = self.date_due(run)
        if isinstance(date_due, str) or second < date_due or run.since_due < run.held:
            return None
        at = self.pushed(run, second)
        return at if isinstance(at, int) and at <= second else None

    def pushed(self, run: Run, stop: int) -> int | str:
        """Return the date's due instant, pushed on by the open seconds of each wait that begins before it."""
        date_due = due = self.date_due(run)
        held = 0
        for wait in groups((second for second in self.waits if run.start <= second < stop), self.begins):
            if isinstance(due, str) or isinstance(date_due, str) or wait[0] >= due:
                break
            held += sum(self.own.is_open(second) for second in wait)
            due = self.own.due(date_due, held) if held else date_due
        return due

    def date_due(self, run: Run) -> int | str:
        """Return the date's due instant before any push."""
        if not self.own.covers(run.start):
            return BEYOND
        limit = self.target["limit"]
        if run.start not in self.days_due:
            self.days_due[run.start] = (
                self.own.calendar_days(run.start, limit["amount"])
                if limit["unit"] == "calendar days"
                else self.own.working_days(run.start, limit["amount"], bool(limit.get("end_of_day")))
            )
        return self.days_due[run.start]

    def rolled(self, at: int | str | None) -> int | str | None:
        """Return a due instant by the target's rule for closings."""
        rolls = self.target["due_rolls"] == "next_opening" and self.target["limit"]["unit"] != "elapsed"
        return self.own.due(at, 0) if rolls and isinstance(at, int) and self.own.is_closing(at) else at

    def begin(self, second: int) -> None:
        """Begin a cycle."""
        start = self.ruler.due(second, 0) if self.target["start_rolls"] else second
        self.runs.append(Run(second, start if isinstance(start, int) else self.own.last))

    def stop(self, second: int, by: str) -> None:
        """Stop the last cycle if it runs."""
        if self.runs and self.runs[-1].stopped_at is None:
            run = self.runs[-1]
            run.stopped_at, run.stopped_by = second, by
            at = self.rolled(self.pushed(run, second)) if "days" in self.target["limit"]["unit"] else None
            if isinstance(at, int) and at < second and run.breached_at is None:
                run.breached_at = at

    def happen(self, event: dict[str, Any], second: int) -> None:
        """Take in one event."""
        kind, target = event["kind"], self.target["kind"]
        named = frozenset(event.get("changes", {}).get(key) for key in ("team", "supplier")) - {None}
        ended = self.ended_at is not None
        stop = self.target.get("stop") if target == "resolution" else None
        by_customer = event.get("changes", {}).get("by") == "customer"
        if kind == "opened" and (target in ("first_response", "resolution") or (target == "update" and by_customer)):
            self.begin(second)
        if kind in ("opened", "assigned") and target == "hand_over" and named:
            self.hand_over(named, second)
        if kind == "customer_replied" and target == "update" and not (self.runs and self.runs[-1].stopped_at is None):
            self.begin(second)
        waited_for = {"first_response": "first_responded", "update": "replied"}.get(target, stop)
        if kind == waited_for:
            self.stop(second, kind)
            if kind in ("first_responded", "replied") and self.runs and self.runs[-1].stopped_by == "closed":
                self.runs[-1].stopped_by = kind
        if kind in ("first_responded", "replied") and target == "informed" and not ended:
            self.stop(second, kind)
            self.begin(second)
        if kind in ("closed", "cancelled"):
            self.stop(second, kind)
        if kind == "resolved" and target in ("informed", "hand_over"):
            self.stop(second, kind)
        if kind == "paused" and not ended:
            self.reasons.add(event.get("reason", ""))
        if kind == "resumed" and not ended:
            self.reasons = self.reasons - {event["reason"]} if event.get("reason") else set()
        if kind in ("resolved", "closed"):
            self.reasons = set()
            self.ended_at = second if self.ended_at is None else self.ended_at
        if kind == "reopened" and ended:
            self.reopen(second)
        self.over = kind == "cancelled"

    def hand_over(self, named: frozenset[str | None], second: int) -> None:
        """Give the ticket to someone."""
        had = self.target["party"] in self.holder
        self.holder = frozenset(each for each in named if each)
        has = self.target["party"] in self.holder
        if has and not had and self.ended_at is None:
            self.begin(second)
        if not has:
            self.stop(second, "assigned")

    def reopen(self, second: int) -> None:
        """Make what passed since the end a wait, and let the clocks go on."""
        assert self.ended_at is not None
        ended_at, self.ended_at = self.ended_at, None
        last = self.runs[-1] if self.runs else None
        goes_on = last is not None and last.stopped_by in ("resolved", "closed")
        goes_on = goes_on and self.target["kind"] != "first_response"
        if self.target["kind"] == "update":
            self.waits |= set(range(ended_at, second))
            self.begins.add(ended_at)
            for run in (each for each in self.runs if each.stopped_at is None or (goes_on and each is last)):
                run.used -= run.since_end
                run.held += self.ruler.elapsed(max(run.start, ended_at), second)
                if run.used_up_at is not None and run.used_up_at > ended_at:
                    run.used_up_at = None
        elif goes_on and last and last.stopped_at is not None:
            self.waits |= set(range(last.stopped_at, second))
            self.begins.add(last.stopped_at)
            last.held += self.ruler.elapsed(max(last.start, last.stopped_at), second)
        for run in self.runs:
            run.since_end = 0
        holds = self.target["kind"] != "hand_over" or self.target["party"] in self.holder
        if goes_on and last and not holds:
            last.stopped_by = "assigned"
        if holds and last and goes_on:
            last.stopped_at, last.stopped_by = None, ""
        elif holds and self.target["kind"] == "hand_over" and not (last and last.stopped_at is None):
            self.begin(second)

    def reading(self, run: Run) -> dict[str, Any]:
        """Return what is to be told of a cycle now."""
        end = self.as_of if run.stopped_at is None else run.stopped_at
        waits = {second for second in self.waits if second < end}
        lived = [second for second in range(run.start, end) if self.ruler.is_open(second)]
        paused = self.paused and run.stopped_at is None
        return {
            "started_at": run.began,
            "due_at": run.breached_at if run.breached_at is not None else None if paused else self.due(run, waits),
            "stopped_at": run.stopped_at,
            "breached_at": run.breached_at,
            "elapsed_seconds": sum(second not in waits for second in lived),
            "paused_seconds": sum(second in waits for second in lived),
            "state": self.state(run, paused),
        }

    def due(self, run: Run, waits: set[int]) -> int | str | None:
        """Return the due instant, counted from the start with what is known now."""
        limit = self.target["limit"]
        if limit["unit"] in ("open time", "elapsed"):
            return self.rolled(self.ruler.due(run.start, limit["amount"], waits))
        end = self.as_of if run.stopped_at is None else run.stopped_at
        return self.rolled(self.pushed(run, end))

    def state(self, run: Run, paused: bool) -> str:
        """Return the state word."""
        if run.breached_at is not None:
            return "missed"
        if run.stopped_at is not None:
            return "cancelled" if run.stopped_by == "cancelled" else "met"
        return "paused" if paused else "running"


def groups(seconds: Iterable[int], begins: set[int]) -> list[list[int]]:
    """Return seconds in order, those that follow one another together, a new wait by itself."""
    found: list[list[int]] = []
    for second in sorted(seconds):
        if found and second == found[-1][-1] + 1 and second not in begins:
            found[-1].append(second)
        else:
            found.append([second])
    return found


@functools.lru_cache(maxsize=2)
def lived(entry: str, base: date) -> SecondCalendar:
    """Live through a calendar written as JSON."""
    return SecondCalendar(json.loads(entry), base)


def live(target: dict[str, Any], entry: dict[str, Any], events: list[dict[str, Any]], as_of: str, base: date) -> Any:
    """Return the reading of every cycle, instants as seconds of UTC; None if the window is too short for it."""
    own = lived(json.dumps(entry), base)
    ruler = Always(entry, base) if target["limit"]["unit"] == "elapsed" else own
    gone = {event["retracts"] for event in events if event["kind"] == "retracted"}
    stand = [e for e in events if e["kind"] != "retracted" and e.get("id") not in gone]
    stand = [{**e, "second": second_of(e["at"])} for e in stand if second_of(e["at"]) <= second_of(as_of)]
    stand.sort(key=lambda e: (e["second"], RANK.index(e["kind"]), e.get("sequence", 0), e.get("id", "")))
    life = Life(target, own, ruler, second_of(as_of))
    life.live(stand)
    return [life.reading(run) for run in life.runs]


def live_clock(entry: dict[str, Any], question: dict[str, Any], base: date) -> dict[str, Any]:
    """Live through a clock question of the case format; instants as seconds of UTC."""
    own, created = lived(json.dumps(entry), base), second_of(question["created"])
    rows = sorted(question["events"], key=lambda row: second_of(row["at"]))
    as_of = second_of(question["as_of"])
    opening = [{"at": question["created"], "type": "pause"}] if question.get("created_paused") else []
    opening += [{"at": question["created"], "type": "customer_message"}] if question.get("customer_opens") else []
    timed = [(second_of(row["at"]), row) for row in opening + rows]
    life = ClockLife(own, created, question["targets"])
    for second in range(created, as_of + 1):
        for at, row in timed:
            if at == second:
                life.happen(row, second)
        if life.paused and second < as_of:
            life.waits.add(second)
    return life.answer(as_of)


@dataclass
class ClockLife:
    """The life of a clock of the case format."""

    own: SecondCalendar
    created: int
    targets: dict[str, Any]
    paused: bool = False
    resolved_at: int | None = None
    responded_at: int | None = None
    asked_at: int | None = None
    exchanges: list[tuple[int, int]] = field(default_factory=list)
    waits: set[int] = field(default_factory=set)

    def happen(self, row: dict[str, Any], second: int) -> None:
        """Take in one event."""
        kind = row["type"]
        if kind == "set_targets":
            self.targets = row["targets"]
        if kind in ("pause", "resume") and self.resolved_at is None:
            self.paused = kind == "pause"
        if kind == "resolve" and self.resolved_at is None:
            self.resolved_at, self.paused = second, False
        if kind == "reopen" and self.resolved_at is not None:
            self.waits |= set(range(self.resolved_at, second))
            self.resolved_at = None
        if kind in ("first_response", "reply") and self.responded_at is None:
            self.responded_at = second
        if kind in ("agent_reply", "reply") and self.asked_at is not None:
            self.exchanges.append((self.asked_at, second))
            self.asked_at = None
        if kind == "customer_message" and self.asked_at is None:
            self.asked_at = second

    def used(self, start: int, end: int, waits: set[int]) -> int:
        """Count open seconds outside the waits."""
        return sum(self.own.is_open(second) and second not in waits for second in range(start, end))

    def answer(self, as_of: int) -> dict[str, Any]:
        """Return what is to be told now."""
        first, full, update = (self.targets.get(kind) for kind in ("first_response", "resolution", "update"))
        told: dict[str, Any] = {"hold_seconds": sum(self.own.is_open(second) for second in self.waits)}
        told["first_response_due"] = None if first is None else self.own.due(self.created, first)
        told["resolution_due"] = told["update_due"] = None
        if full is not None and not self.paused:
            told["resolution_due"] = self.own.due(self.created, full, self.waits)
        if update is not None and self.asked_at is not None and not self.paused:
            told["update_due"] = self.own.due(self.asked_at, update, self.waits)
        if first is not None and self.responded_at is not None:
            told["first_response_elapsed"] = self.used(self.created, self.responded_at, set())
        if full is not None and self.resolved_at is not None:
            told["resolution_elapsed"] = self.used(self.created, self.resolved_at, self.waits)
        if update is not None and self.exchanges:
            told["update_elapsed"] = max(self.used(*each, self.waits) for each in self.exchanges)
        late = told["first_response_due"]
        missed = isinstance(late, int) and (as_of if self.responded_at is None else self.responded_at) > late
        late = told["resolution_due"]
        missed |= isinstance(late, int) and (as_of if self.resolved_at is None else self.resolved_at) > late
        told["state"] = "breached" if missed else self.calm_state(first, full)
        return told

    def calm_state(self, first: int | None, full: int | None) -> str:
        """Return the state word of a clock that is not breached."""
        if self.paused:
            return "paused"
        if first is not None and self.responded_at is None:
            return "first_response_running"
        return "resolution_running" if full is not None and self.resolved_at is None else "met"
