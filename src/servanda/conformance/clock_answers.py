"""The op `clock`: a ticket's clocks replayed by the engine, and the display fields the format derives from them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from servanda.engine.calendars import Calendar
from servanda.engine.clocks import Cycle, Replay, State, Terms, replay
from servanda.engine.events import Event, EventKind
from servanda.engine.targets import Limit, TargetKind, Unit

KINDS = {
    "pause": (EventKind.PAUSED,),
    "resume": (EventKind.RESUMED,),
    "first_response": (EventKind.FIRST_RESPONDED,),
    "agent_reply": (EventKind.REPLIED,),
    "reply": (EventKind.FIRST_RESPONDED, EventKind.REPLIED),
    "customer_message": (EventKind.CUSTOMER_REPLIED,),
    "resolve": (EventKind.RESOLVED,),
    "reopen": (EventKind.REOPENED,),
}
Answer = dict[str, Any]


class UnknownEvent(ValueError):
    """An event the format does not name."""


def clock(calendar: Calendar, asked: Mapping[str, Any]) -> Answer:
    """Return every display field of the op for the history asked about."""
    written = sorted(asked["events"], key=lambda event: datetime.fromisoformat(event["at"]))
    events = _opening(asked) + [event for each in written for event in _events(each)]
    as_of = _as_of(asked, written)
    events = [event for event in events if event.happened_at <= as_of]
    targets = _targets(asked, written, as_of)
    display = Display(calendar, targets, events, as_of)
    return display.fields()


def _opening(asked: Mapping[str, Any]) -> list[Event]:
    created = datetime.fromisoformat(asked["created"])
    by = {"by": "customer"} if asked.get("customer_opens") else {}
    events = [Event(EventKind.OPENED, created, changes=by)]
    if asked.get("created_paused"):
        events.append(Event(EventKind.PAUSED, created))
    return events


def _events(written: Mapping[str, Any]) -> list[Event]:
    """Return what one written event comes to: a reply both responds and answers, a change of targets is no event."""
    if written["type"] == "set_targets":
        return []
    if written["type"] not in KINDS:
        raise UnknownEvent(f"event '{written['type']}' is unknown. Known are: {', '.join(KINDS)}, set_targets.")
    return [Event(kind, datetime.fromisoformat(written["at"])) for kind in KINDS[written["type"]]]


def _as_of(asked: Mapping[str, Any], written: list[Mapping[str, Any]]) -> datetime:
    last = written[-1]["at"] if written else asked["created"]
    return datetime.fromisoformat(asked.get("as_of") or max(last, asked["created"], key=datetime.fromisoformat))


def _targets(asked: Mapping[str, Any], written: list[Mapping[str, Any]], as_of: datetime) -> Mapping[str, Any]:
    """Return the targets that hold as of an instant: the set given last replaces those before it."""
    sets = [e for e in written if e["type"] == "set_targets" and datetime.fromisoformat(e["at"]) <= as_of]
    chosen: Mapping[str, Any] = sets[-1]["targets"] if sets else asked["targets"]
    return chosen


def limit_of(written: int | float | Mapping[str, Any] | None) -> Limit | None:
    """Return a limit: a number of seconds of open time, or of open dates."""
    if written is None:
        return None
    if isinstance(written, Mapping):
        return Limit(written["days"], Unit.WORKING_DAYS, bool(written.get("end_of_day")))
    return Limit(timedelta(seconds=written) // timedelta(microseconds=1), Unit.OPEN_TIME)


class Display:
    """The fields the format shows for a ticket, each read from the engine's clocks."""

    def __init__(self, calendar: Calendar, targets: Mapping[str, Any], events: list[Event], as_of: datetime) -> None:
        self.calendar, self.targets, self.events, self.as_of = calendar, targets, events, as_of
        self.first = self._replay(TargetKind.FIRST_RESPONSE, "first_response", frozenset())
        self.resolution = self._replay(TargetKind.RESOLUTION, "resolution", None)
        self.update = self._replay(TargetKind.UPDATE, "update", None)
        self.contact = self._replay(TargetKind.UPDATE, "response", None)

    def _replay(self, kind: TargetKind, name: str, reasons: frozenset[str] | None) -> Replay:
        terms = Terms(kind, limit_of(self.targets.get(name)), self.calendar, reasons)
        return replay(terms, self.events, self.as_of)

    def fields(self) -> Answer:
        """Return all fields."""
        hold = self.resolution.cycles[0].paused if self.resolution.cycles else timedelta()
        return {
            "first_response_due": _text(self._due(self.first)),
            "resolution_due": _text(self._due(self.resolution)),
            "update_due": _text(self._open_due(self.update)),
            "contact_due": _text(self._open_due(self.contact)),
            "next_due": _text(self._next_due()),
            "hold_seconds": _seconds(hold),
            "state": self._state(),
            **self._stopped("first_response", self.first),
            **self._stopped("resolution", self.resolution),
            **self._worst_update(),
        }

    def _due(self, shown: Replay) -> datetime | None:
        return shown.cycles[0].due_now if shown.cycles else None

    def _open_due(self, shown: Replay) -> datetime | None:
        last = shown.cycles[-1] if shown.cycles else None
        return None if last is None or last.stopped_at is not None else last.due_now

    def _next_due(self) -> datetime | None:
        if self._paused() or self.resolution.cycles[0].stopped_at is not None:
            return None
        running = [self._due(each) for each in (self.first, self.resolution) if each.cycles[0].stopped_at is None]
        return min((due for due in [*running, self._open_due(self.update), self._open_due(self.contact)] if due), default=None)

    def _paused(self) -> bool:
        return self.resolution.cycles[0].waiting

    def _stopped(self, name: str, shown: Replay) -> Answer:
        cycle = shown.cycles[0] if shown.cycles else None
        if cycle is None or cycle.stopped_at is None or shown.terms.limit is None:
            return {f"{name}_elapsed": None, f"{name}_margin": None}
        return self._measured(name, shown, cycle)

    def _worst_update(self) -> Answer:
        finished = [each for each in self.update.cycles if each.stopped_at is not None]
        if not finished or self.update.terms.limit is None:
            return {"update_elapsed": None, "update_margin": None}
        return self._measured("update", self.update, max(finished, key=lambda each: each.elapsed))

    def _measured(self, name: str, shown: Replay, cycle: Cycle) -> Answer:
        limit = shown.terms.limit
        assert limit is not None
        left = None
        if limit.unit is Unit.OPEN_TIME:
            left = _seconds(timedelta(microseconds=limit.amount) - cycle.elapsed)
        return {f"{name}_elapsed": _seconds(cycle.elapsed), f"{name}_margin": left}

    def _state(self) -> str:
        promised = [each for each in (self.first, self.resolution) if each.terms.limit is not None]
        if any(self._late(each) for each in promised):
            return "breached"
        if self._paused():
            return "paused"
        if all(each.cycles[0].stopped_at is not None for each in promised):
            return "met"
        if self.first in promised and self.first.cycles[0].stopped_at is None:
            return "first_response_running"
        return "resolution_running"

    def _late(self, shown: Replay) -> bool:
        cycle = shown.cycles[0]
        return cycle.state is State.MISSED and not cycle.waiting


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _seconds(length: timedelta) -> int | float:
    total = length.total_seconds()
    return int(total) if total == int(total) else total
