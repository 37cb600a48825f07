"""Laws of clocks: what must hold for every history under every kind of target."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from servanda.engine import kernel, zones
from servanda.engine.clocks import Cycle, State, Terms, counted_ats, opening_first, replay, words_of
from servanda.engine.events import Event, EventKind, Ticket
from servanda.engine.evidence import Use, spans, totals
from servanda.engine.instants import from_microseconds, to_microseconds
from servanda.engine.targets import DueRolls, Limit, TargetKind, Unit
from tests.builders import MICROSECOND, NOTHING
from tests.laws.strategies import DAY, SLOTS, calendars, clocks, instants, moment, terms

Drawn = tuple[Terms, list[Event], datetime]
Pauses = list[tuple[datetime, datetime]]


def read(clock: Terms, events: Sequence[Event], as_of: datetime) -> tuple[Cycle, ...]:
    """Return the cycles of a clock after events in any order, as of an instant."""
    return replay(clock, Ticket("INC-1", tuple(events)).ordered(), as_of).cycles


def opened_at(events: Sequence[Event]) -> datetime:
    """Return when the ticket was opened; the first event of a drawn history is always an opening."""
    return min(event.happened_at for event in events if event.kind is EventKind.OPENED)


@st.composite
def with_pauses(draw: st.DrawFn) -> tuple[Terms, datetime, Pauses]:
    """Draw the terms of a resolution, when a ticket was opened, and pauses that follow each other."""
    calendar, base = draw(calendars())
    start = draw(instants(calendar, base, -2, 2))
    numbers = draw(st.lists(st.integers(0, 7 * SLOTS), min_size=6, max_size=6))
    edges = sorted({start, *(start + abs(moment(number)) for number in numbers)})[draw(st.integers(0, 1)) :]
    pauses = list(zip(edges[0::2], edges[1::2], strict=False))
    assume(pauses)
    drawn = draw(terms(calendar, TargetKind.RESOLUTION))
    return replace(drawn, stop=EventKind.RESOLVED), start, pauses


def in_open_hours(clock: Terms) -> Terms:
    """Return the terms with what is said in elapsed time said in open time."""
    assert clock.limit is not None
    in_elapsed_time = clock.limit.unit is Unit.ELAPSED
    return replace(clock, limit=Limit(clock.limit.amount, Unit.OPEN_TIME)) if in_elapsed_time else clock


def paused(start: datetime, pauses: Pauses, reason: str = "customer") -> list[Event]:
    """Return a ticket that was opened and paused."""
    return [
        Event(EventKind.OPENED, start),
        *(Event(EventKind.PAUSED, since, reason=reason) for since, _ in pauses),
        *(Event(EventKind.RESUMED, until, reason=reason) for _, until in pauses),
    ]


# --- Order of arrival, corrections, and the instant asked about ------------------------------------------------


@given(clocks(), st.integers(0, 10**6).map(Random))
def test_a_reading_does_not_depend_on_the_order_in_which_events_arrived(drawn: Drawn, chance: Random) -> None:
    clock, events, as_of = drawn
    shuffled = chance.sample(events, len(events))
    for arrived in (events[::-1], shuffled):
        assert read(clock, arrived, as_of) == read(clock, events, as_of)


@given(clocks(), clocks())
def test_an_event_taken_back_never_was(drawn: Drawn, other: Drawn) -> None:
    clock, events, as_of = drawn
    wrong = [replace(event, id=f"wrong-{event.id}") for event in other[1]]
    back = [Event(EventKind.RETRACTED, as_of + DAY, id=f"back-{event.id}", retracts=event.id) for event in wrong]
    assert read(clock, [*wrong, *events, *back], as_of) == read(clock, events, as_of)


@given(clocks())
def test_what_happens_after_the_instant_asked_about_changes_nothing(drawn: Drawn) -> None:
    clock, events, as_of = drawn
    known = [event for event in events if event.happened_at <= as_of]
    assume(as_of >= opened_at(events))
    assert read(clock, events, as_of) == read(clock, known, as_of)


@given(clocks())
def test_notes_change_nothing(drawn: Drawn) -> None:
    clock, events, as_of = drawn
    notes = [replace(event, kind=EventKind.NOTED, changes={}, reason="") for event in events]
    assert read(clock, [*events, *notes], as_of) == read(clock, events, as_of)


# --- Pauses ----------------------------------------------------------------------------------------------------


@given(with_pauses())
def test_a_pause_adds_exactly_its_open_time_to_the_due_instant(
    drawn: tuple[Terms, datetime, Pauses],
) -> None:
    clock, start, pauses = drawn
    without_rolls = replace(clock, due_rolls=DueRolls.CLOSING)
    end = pauses[-1][1]
    due = read(without_rolls, paused(start, []), start)[0].due_now
    assert due is not None
    calendar, held = clock.counting, NOTHING
    first, moved = due, due
    at_once = clock.limit is not None and clock.limit.amount == 0 and not clock.limit.unit.in_days
    for since, until in pauses:
        if since < moved:
            held += calendar.elapsed(since, until)
            moved = calendar.due(first, held) if held else first
            if at_once:  # no time at all is used up at the first instant that counts
                moved = calendar.next_open(moved)
    assert read(without_rolls, paused(start, pauses), end)[0].due_now == moved
    assert moved >= due


@given(with_pauses())
def test_a_pause_never_brings_a_due_instant_nearer(
    drawn: tuple[Terms, datetime, Pauses],
) -> None:
    clock, start, pauses = drawn
    end = pauses[-1][1]
    fewer, more = (read(clock, paused(start, some), end)[0].due_at for some in (pauses[:-1], pauses))
    assert fewer is not None
    assert more is not None
    assert fewer <= more


@given(clocks(), st.integers(0, 199), st.integers(200, 400))
def test_a_pause_in_closed_time_changes_nothing(drawn: Drawn, one: int, two: int) -> None:
    clock, events, as_of = drawn
    clock = replace(in_open_hours(clock), reasons=(clock.reasons or frozenset()) | {"closed"})
    closes = next((end for _, end in clock.counting.openings(as_of, as_of + 14 * DAY)), as_of)
    opens = clock.counting.next_open(closes)
    assume(closes < opens)
    since, until = (closes + (opens - closes) * part / 400 for part in (one, two))
    others = [event for event in events if not since <= event.happened_at <= until]
    assume(any(event.kind is EventKind.OPENED and event.happened_at < since for event in others))
    pause = [
        Event(EventKind.PAUSED, since, reason="closed"),
        Event(EventKind.RESUMED, until, reason="closed"),
    ]
    assert read(clock, [*others, *pause], opens + DAY) == read(clock, others, opens + DAY)


@given(clocks())
def test_a_pause_for_a_reason_that_is_not_listed_changes_nothing(drawn: Drawn) -> None:
    clock, events, as_of = drawn
    listed = [each for each in events if each.reason != "unlisted"]
    assert read(clock, events, as_of) == read(clock, listed, as_of)


@given(with_pauses())
def test_resolving_and_reopening_is_a_pause(drawn: tuple[Terms, datetime, Pauses]) -> None:
    clock, start, pauses = drawn
    solved = [
        Event(EventKind.OPENED, start),
        *(Event(EventKind.RESOLVED, since) for since, _ in pauses),
        *(Event(EventKind.REOPENED, until) for _, until in pauses),
    ]
    as_of = pauses[-1][1] + DAY
    assert read(clock, solved, as_of) == read(clock, paused(start, pauses), as_of)


# --- Verdicts --------------------------------------------------------------------------------------------------


@given(clocks(), st.integers(0, 8 * 86_400), with_pauses())
def test_a_breach_is_final(drawn: Drawn, seconds: int, waiting: tuple[Terms, datetime, Pauses]) -> None:
    clock, events, as_of = drawn
    breaches_stay(clock, events, [as_of, as_of + timedelta(seconds=seconds)])
    clock, start, pauses = waiting
    breaches_stay(clock, paused(start, pauses), [at - MICROSECOND for pause in pauses for at in pause])


def breaches_stay(clock: Terms, events: Sequence[Event], moments: Sequence[datetime]) -> None:
    """Check that what is breached as of one moment is as of each later one."""
    before: set[datetime | None] = set()
    for as_of in moments:
        after = {cycle.breached_at for cycle in read(clock, events, as_of)} - {None}
        assert before <= after
        before = after


@given(clocks())
def test_a_stop_is_met_exactly_when_it_does_not_come_after_the_due_instant(drawn: Drawn) -> None:
    clock, events, as_of = drawn
    for cycle in read(clock, events, as_of):
        if cycle.state is State.MET:
            assert cycle.stopped_at is not None
            assert cycle.due_at is not None
            assert cycle.stopped_at <= cycle.due_at
        if cycle.state is State.MISSED:
            assert cycle.breached_at == cycle.due_at
            assert cycle.breached_at is not None
            assert cycle.breached_at < (cycle.stopped_at or as_of)
        if cycle.state in (State.RUNNING, State.CANCELLED):
            assert cycle.due_at is not None
            assert (cycle.stopped_at or as_of) <= cycle.due_at


@given(with_pauses())
def test_stopped_when_due_is_met_and_a_microsecond_later_missed(drawn: tuple[Terms, datetime, Pauses]) -> None:
    clock, start, pauses = drawn
    happened = paused(start, pauses)
    due = read(clock, happened, pauses[-1][1])[0].due_at
    assert due is not None
    assume(due > pauses[-1][1])
    for stopped_at, state in ((due, State.MET), (due + MICROSECOND, State.MISSED)):
        resolved = Event(EventKind.RESOLVED, stopped_at)
        assert read(clock, [*happened, resolved], stopped_at + DAY)[0].state is state


@given(clocks())
def test_a_cycle_without_pauses_is_missed_exactly_when_its_limit_is_used_up_before_its_end(drawn: Drawn) -> None:
    clock, events, as_of = drawn
    limit = in_open_hours(clock).limit
    assert limit is not None
    assume(not limit.unit.in_days)
    clock = replace(clock, due_rolls=DueRolls.CLOSING, limit=replace(limit, unit=Unit.OPEN_TIME))
    for cycle in read(clock, events, as_of):
        if cycle.paused == NOTHING and not cycle.waiting:
            used_up = clock.calendar.due(cycle.started_at, limit.amount * MICROSECOND)
            assert (cycle.state is State.MISSED) == (used_up < (cycle.stopped_at or as_of))


@given(clocks())
def test_the_worst_cycle_speaks_for_the_clock(drawn: Drawn) -> None:
    clock, events, as_of = drawn
    found = replay(clock, Ticket("INC-1", tuple(events)).ordered(), as_of)
    if any(cycle.state is State.MISSED for cycle in found.cycles):
        assert found.worst is not None
        assert found.worst.state is State.MISSED
    assert (found.worst is None) == (found.cycles == ())


# --- Time adds up ----------------------------------------------------------------------------------------------


@given(clocks())
def test_elapsed_and_paused_time_are_the_open_time_from_start_to_end(drawn: Drawn) -> None:
    clock, events, as_of = drawn
    for cycle in read(clock, events, as_of):
        assert cycle.elapsed + cycle.paused == clock.counting.elapsed(cycle.started_at, cycle.stopped_at or as_of)


def left_adds_up(clock: Terms, events: Sequence[Event], as_of: datetime) -> bool:
    """Whether what is left and what has elapsed are the limit, of each cycle without a verdict."""
    assert clock.limit is not None
    limit = clock.limit.amount * MICROSECOND
    open_cycles = [each for each in read(clock, events, as_of) if each.state in (State.RUNNING, State.PAUSED)]
    return clock.limit.unit.in_days or all(each.left + each.elapsed == limit for each in open_cycles)


@given(clocks(), with_pauses())
def test_what_is_left_and_what_has_elapsed_of_open_time_are_the_limit(
    drawn: Drawn, waiting: tuple[Terms, datetime, Pauses]
) -> None:
    assert left_adds_up(*drawn)
    clock, start, pauses = waiting
    since, until = pauses[-1]
    assert left_adds_up(clock, paused(start, pauses), since + (until - since) / 2)


@given(clocks(), with_pauses())
def test_the_spans_of_the_evidence_lie_side_by_side_and_add_up_to_the_reading(
    drawn: Drawn, waiting: tuple[Terms, datetime, Pauses]
) -> None:
    clock, start, pauses = waiting
    spans_add_up(*drawn)
    spans_add_up(clock, paused(start, pauses), pauses[-1][1] + DAY)


def spans_add_up(clock: Terms, events: Sequence[Event], as_of: datetime) -> None:
    """Check the evidence of every cycle against its reading."""
    found = replay(clock, Ticket("INC-1", tuple(events)).ordered(), as_of, evidence=True)
    for number, cycle in enumerate(found.cycles):
        end = cycle.stopped_at or as_of
        parts = spans(found, number)
        edges = [cycle.started_at, *(span.end for span in parts)]
        assert [span.start for span in parts] == edges[:-1]
        assert edges[-1] == (end if parts else cycle.started_at)
        sums = totals(parts)
        assert (sums.counted, sums.paused) == (cycle.elapsed, cycle.paused)
        assert sums.wall == end - cycle.started_at
        assert all(span.start < span.end for span in parts)


@given(clocks())
def test_recording_the_evidence_does_not_change_the_reading(drawn: Drawn) -> None:
    clock, events, as_of = drawn
    ordered = Ticket("INC-1", tuple(events)).ordered()
    assert replay(clock, ordered, as_of, evidence=True).cycles == replay(clock, ordered, as_of).cycles


@given(clocks())
def test_outside_hours_is_exactly_what_the_calendar_says_is_closed(drawn: Drawn) -> None:
    clock, events, as_of = drawn
    found = replay(clock, Ticket("INC-1", tuple(events)).ordered(), as_of, evidence=True)
    for number in range(len(found.cycles)):
        for span in spans(found, number):
            open_time = clock.counting.elapsed(span.start, span.end)
            assert open_time == (NOTHING if span.use is Use.OUTSIDE_HOURS else span.length)


@given(clocks())
def test_what_is_closed_names_the_holidays_of_its_local_dates(drawn: Drawn) -> None:
    clock, events, as_of = drawn
    calendar = clock.counting
    found = replay(clock, Ticket("INC-1", tuple(events)).ordered(), as_of, evidence=True)
    for span in (each for number in range(len(found.cycles)) for each in spans(found, number)):
        first = zones.to_local(calendar.zone, span.start).date()
        last = zones.to_local(calendar.zone, span.end - MICROSECOND).date()
        dates = [first + timedelta(days=place) for place in range((last - first).days + 1)]
        named = [(each, calendar.holiday_on(each)) for each in dates]
        names = tuple(name or f"holiday on {each}" for each, name in named if name is not None)
        assert span.closed_for == (names if span.use is Use.OUTSIDE_HOURS else ())


def said(clock: Terms, events: Sequence[Event]) -> list[int]:
    """Return what each event says to a clock beyond its kind, as the kernel takes it."""
    places = {"customer": 1, "supplier": 2, "unlisted": 4}

    def word(event: Event) -> int:
        if event.kind is EventKind.PAUSED:
            return places[event.reason] if event.reason in (clock.reasons or ()) else 0
        if event.kind is EventKind.RESUMED:
            return places[event.reason] if event.reason else kernel.EVERY_REASON
        if event.kind is EventKind.OPENED and clock.kind is TargetKind.UPDATE:
            return kernel.FROM_CUSTOMER if "by" in event.changes else 0
        if event.kind in (EventKind.OPENED, EventKind.ASSIGNED):
            parties = {event.changes[key] for key in ("team", "supplier") if key in event.changes}
            return (
                (kernel.HANDED_OVER if clock.party in parties else kernel.HANDED_ON)
                if parties
                else kernel.HANDED_NOWHERE
            )
        return 0

    return [word(event) for event in events]


# --- One event at a time ---------------------------------------------------------------------------------------


@given(clocks())
def test_one_event_at_a_time_with_the_state_kept_gives_the_same_readings_as_from_scratch(drawn: Drawn) -> None:
    clock, events, as_of = drawn
    ordered = opening_first(Ticket("INC-1", tuple(events)).ordered())
    ats, count = counted_ats(ordered), len(ordered)
    kinds, words = [event.kind.value for event in ordered], said(clock, ordered)
    now = max(to_microseconds(as_of), ats[-1])
    tables, parameters = clock.counting.tables(ats[0], now), clock.parameters()
    kept, cycles = [0] * kernel.STATE_SIZE, [0] * (kernel.C_WIDTH * (count + 1))
    kernel.begin_state(kept)
    for place in range(count):
        state = list(kept)  # as it comes back from where it was kept
        kernel.step(tables, parameters, state, cycles, [], ats[place], kinds[place], words[place], place)
        kept = list(state)
        # Read at every event; only the last of several at one instant has all of them behind it.
        if place + 1 == count or ats[place + 1] > ats[place]:
            shown, seen = list(cycles), list(kept)
            number = kernel.finish(tables, parameters, seen, shown, ats[place])
            fresh_state, fresh = [0] * kernel.STATE_SIZE, [0] * (kernel.C_WIDTH * (count + 1))
            from_scratch = kernel.run(
                tables, parameters, ats, kinds, words, 0, count, ats[place], fresh_state, fresh, []
            )
            assert number == from_scratch
            assert shown[: number * kernel.C_WIDTH] == fresh[: number * kernel.C_WIDTH]
    last = replay(clock, ordered, from_microseconds(now))
    fresh_state, fresh = [0] * kernel.STATE_SIZE, [0] * (kernel.C_WIDTH * (count + 1))
    number = kernel.run(tables, parameters, ats, kinds, words, 0, count, now, fresh_state, fresh, [])
    starts = [from_microseconds(at) for at in fresh[kernel.C_START : number * kernel.C_WIDTH : kernel.C_WIDTH]]
    assert starts == [cycle.started_at for cycle in last.cycles]


@given(clocks(), st.integers(0, 9))
def test_a_clock_goes_on_from_the_state_that_is_kept_as_if_it_had_heard_everything(drawn: Drawn, heard: int) -> None:
    clock, events, as_of = drawn
    ordered = [event for event in Ticket("INC-1", tuple(events)).ordered() if event.happened_at <= as_of]
    cut = min(heard, len(ordered))
    assume(any(event.kind is EventKind.OPENED for event in ordered[:cut]))
    whole = replay(clock, ordered, as_of)
    before = replay(clock, ordered[:cut], ordered[cut - 1].happened_at)
    # the words of the rest have to be those that the whole history gives the same reasons
    ahead = opening_first(ordered)
    assume(list(ahead[:cut]) == list(before.events))
    ats, kinds = counted_ats(ahead), [int(event.kind) for event in ahead]
    words = words_of(clock, ahead, kinds)
    now = to_microseconds(as_of)
    tables = clock.counting.tables(ats[0], now + 400 * DAY // MICROSECOND)
    state = list(before.machine[: kernel.STATE_SIZE])
    cycles = [*before.machine[kernel.STATE_SIZE :], *[0] * (kernel.C_WIDTH * (len(ahead) + 1))]
    parameters, heard_kinds = clock.parameters(), kernel.listens(clock.parameters())
    for place in range(cut, len(ahead)):
        if heard_kinds >> kinds[place] & 1:
            kernel.step(tables, parameters, state, cycles, [], ats[place], kinds[place], words[place], place)
    count = kernel.finish(tables, parameters, state, cycles, now)
    last = [cycles[i * kernel.C_WIDTH : (i + 1) * kernel.C_WIDTH] for i in range(count)]
    shown = [(from_microseconds(each[kernel.C_START]), each[kernel.C_ELAPSED]) for each in last]
    assert shown == [(each.started_at, each.elapsed // MICROSECOND) for each in whole.cycles]
    assert [each[kernel.C_BREACH] == kernel.NONE for each in last] == [
        each.breached_at is None for each in whole.cycles
    ]
