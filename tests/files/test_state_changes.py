"""Tests of the events between the states that a source wrote down."""

from hypothesis import given
from hypothesis import strategies as st

from servanda.engine.events import EventKind
from servanda.files.mapping_form import Phase, State
from servanda.files.state_changes import changes_at_one_instant, changes_between

NEW = State(Phase.WORKING)
FOR_USER = State(Phase.PAUSED, "user")
FOR_VENDOR = State(Phase.PAUSED, "vendor")
RESOLVED = State(Phase.RESOLVED)
CLOSED = State(Phase.CLOSED)
CANCELLED = State(Phase.CANCELLED)
EVERY_STATE = (NEW, FOR_USER, FOR_VENDOR, RESOLVED, CLOSED, CANCELLED)


def words(before: State, *path: State) -> list[str]:
    return [f"{kind.word} {reason}".strip() for kind, reason in changes_at_one_instant(before, path)[0]]


def left_out(before: State, *path: State) -> bool:
    return changes_at_one_instant(before, path)[1]


def test_a_state_that_stays_makes_no_event() -> None:
    assert all(changes_between(each, each) == [] for each in EVERY_STATE)


def test_waiting_is_a_pause_with_its_reason_and_work_resumes_it() -> None:
    assert words(NEW, FOR_USER) == ["paused user"]
    assert words(FOR_USER, NEW) == ["resumed user"]


def test_waiting_for_another_ends_one_pause_and_begins_the_next() -> None:
    assert words(FOR_USER, FOR_VENDOR) == ["resumed user", "paused vendor"]


def test_a_ticket_resolved_while_waiting_is_resumed_first() -> None:
    assert words(FOR_USER, RESOLVED) == ["resumed user", "resolved"]


def test_work_on_a_stopped_ticket_is_a_reopening() -> None:
    assert words(RESOLVED, NEW) == ["reopened"]
    assert words(CLOSED, FOR_USER) == ["reopened", "paused user"]
    assert words(CANCELLED, NEW) == ["reopened"]


def test_closing_what_is_resolved_is_no_reopening_but_taking_the_closing_back_is() -> None:
    assert words(RESOLVED, CLOSED) == ["closed"]
    assert words(CLOSED, RESOLVED) == ["reopened", "resolved"]


def test_states_in_the_order_of_the_kinds_are_all_told() -> None:
    assert words(NEW, RESOLVED, CLOSED) == ["resolved", "closed"]
    assert words(FOR_USER, NEW, RESOLVED) == ["resumed user", "resolved"]
    assert not left_out(NEW, RESOLVED, CLOSED)


def test_a_pause_that_ends_in_its_own_minute_is_left_out() -> None:
    assert words(NEW, FOR_USER, NEW) == []
    assert left_out(NEW, FOR_USER, NEW)


def test_a_resolution_taken_back_in_its_own_minute_is_left_out() -> None:
    assert words(NEW, RESOLVED, NEW) == []
    assert words(NEW, RESOLVED, FOR_USER) == ["paused user"]


def test_a_reopening_in_the_minute_of_the_second_resolution_keeps_the_resolution() -> None:
    assert words(RESOLVED, NEW, RESOLVED) == ["reopened", "resolved"]
    assert words(NEW, RESOLVED, NEW, RESOLVED, CLOSED) == ["resolved", "closed"]


@given(st.sampled_from(EVERY_STATE), st.lists(st.sampled_from(EVERY_STATE), min_size=1, max_size=6))
def test_judged_by_rank_the_events_of_one_instant_end_where_the_rows_end(before: State, path: list[State]) -> None:
    changes, _ = changes_at_one_instant(before, path)
    assert changes == sorted(changes, key=lambda change: change[0].value)
    pauses, stopped = replay(before, changes)
    assert pauses == ({path[-1].reason} if path[-1].phase is Phase.PAUSED else set())
    assert stopped == path[-1].phase.stopped


def replay(before: State, changes: list[tuple[EventKind, str]]) -> tuple[set[str], bool]:
    """Return the open pauses and whether the ticket is stopped after events, by their plain meaning."""
    pauses = {before.reason} if before.phase is Phase.PAUSED else set()
    stopped = before.phase.stopped
    for kind, reason in changes:
        if kind is EventKind.PAUSED:
            pauses.add(reason)
        elif kind is EventKind.RESUMED:
            pauses.remove(reason)
        else:
            stopped = kind is not EventKind.REOPENED
    return pauses, stopped
