"""The op `clock`: a ticket's clocks replayed by the engine, and the display fields the format derives from them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from servanda.conformance.fields import Fields, UnreadableQuestion, in_seconds
from servanda.engine.calendars import Calendar
from servanda.engine.clocks import Cycle, Replay, State, Terms, replay
from servanda.engine.events import Event, EventKind
from servanda.engine.instants import amount
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
    "set_targets": (),
}
Answer = dict[str, Any]


def clock(calendar: Calendar, asked: Fields) -> Answer:
    """Return every display field of the op for the history asked about."""
    return display(calendar, asked).fields()


def display(calendar: Calendar, asked: Fields, *, evidence: bool = False) -> "Display":
    """Return the clocks of the history asked about."""
    written = sorted(asked.objects("events"), key=lambda event: event.instant("at"))
    as_of = _as_of(asked, written)
    known = [event for event in written if event.instant("at") <= as_of]
    events = _opening(asked) + [event for each in known for event in _events(each)]
    return Display(calendar, _targets(asked, known), events, as_of, evidence=evidence)


def _opening(asked: Fields) -> list[Event]:
    created = asked.instant("created")
    by = {"by": "customer"} if asked.true("customer_opens") else {}
    events = [Event(EventKind.OPENED, created, changes=by)]
    if asked.true("created_paused"):
        events.append(Event(EventKind.PAUSED, created))
    return events


def _events(written: Fields) -> list[Event]:
    """Return what one written event comes to: a reply both responds and answers, a change of targets is no event."""
    name = written.need("type", str, "the type of an event")
    if name not in KINDS:
        raise UnreadableQuestion(f"{written.place}.type", name, f"one of: {', '.join(KINDS)}")
    return [Event(kind, written.instant("at")) for kind in KINDS[name]]


def _as_of(asked: Fields, written: Sequence[Fields]) -> datetime:
    created = asked.instant("created")
    last = written[-1].instant("at") if written else created
    return asked.instant_or("as_of", max(last, created))


def _targets(asked: Fields, known: Sequence[Fields]) -> Fields:
    """Return the targets that hold in the end: the set given last replaces those before it."""
    given = [event.inner("targets") for event in known if event.written.get("type") == "set_targets"]
    return given[-1] if given else asked.inner("targets")


def limit_of(targets: Fields, name: str) -> Limit | None:
    """Return a limit: a number of seconds of open time, or of open dates."""
    written = targets.written.get(name)
    if written is None:
        return None
    if isinstance(written, dict):
        days = targets.inner(name)
        return Limit(days.whole("days"), Unit.WORKING_DAYS, days.true("end_of_day"))
    return Limit(amount(targets.length(name)), Unit.OPEN_TIME)


class Display:
    """The fields the format shows for a ticket, each read from the engine's clocks."""

    def __init__(
        self, calendar: Calendar, targets: Fields, events: list[Event], as_of: datetime, *, evidence: bool
    ) -> None:
        self.calendar, self.targets, self.events, self.as_of = calendar, targets, events, as_of
        self.evidence = evidence
        self.first = self._replay(TargetKind.FIRST_RESPONSE, "first_response", frozenset())
        self.resolution = self._replay(TargetKind.RESOLUTION, "resolution", None)
        self.update = self._replay(TargetKind.UPDATE, "update", None)
        self.contact = self._replay(TargetKind.UPDATE, "response", None)

    def _replay(self, kind: TargetKind, name: str, reasons: frozenset[str] | None) -> Replay:
        terms = Terms(kind, limit_of(self.targets, name), self.calendar, reasons)
        return replay(terms, self.events, self.as_of, evidence=self.evidence)

    def fields(self) -> Answer:
        """Return all fields."""
        paused = self.resolution.cycles[0].paused if self.resolution.cycles else timedelta()
        return {
            "first_response_due": _text(self._due(self.first)),
            "resolution_due": _text(self._due(self.resolution)),
            "update_due": _text(self._open_due(self.update)),
            "contact_due": _text(self._open_due(self.contact)),
            "next_due": _text(self._next_due()),
            "hold_seconds": in_seconds(paused),
            "state": self._state(),
            **self._stopped("first_response", self.first),
            **self._stopped("resolution", self.resolution),
            **self._worst_update(),
        }

    @property
    def clocks(self) -> dict[str, Replay]:
        """The clocks of the targets, by the format's names; resolution is always among them."""
        shown = {"first_response": self.first, "resolution": self.resolution, "update": self.update}
        shown |= {"response": self.contact}
        return {name: each for name, each in shown.items() if each.terms.limit is not None or name == "resolution"}

    def _due(self, shown: Replay) -> datetime | None:
        return shown.cycles[0].due_now if shown.cycles else None

    def _open_due(self, shown: Replay) -> datetime | None:
        last = shown.cycles[-1] if shown.cycles else None
        return None if last is None or last.stopped_at is not None else last.due_now

    def _next_due(self) -> datetime | None:
        if self._paused() or self.resolution.cycles[0].stopped_at is not None:
            return None
        shown = [self._open_due(each) for each in (self.first, self.resolution, self.update, self.contact)]
        return min((due for due in shown if due is not None), default=None)

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
            left = in_seconds(timedelta(microseconds=limit.amount) - cycle.elapsed)
        return {f"{name}_elapsed": in_seconds(cycle.elapsed), f"{name}_margin": left}

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
