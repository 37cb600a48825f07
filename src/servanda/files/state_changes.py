"""From the states a source wrote down to the events that clocks understand."""

from collections.abc import Sequence

from servanda.engine.events import EventKind
from servanda.files.mapping_form import Phase, State

Change = tuple[EventKind, str]

WORKING = State(Phase.WORKING)

_ENTERED = {
    Phase.PAUSED: EventKind.PAUSED,
    Phase.RESOLVED: EventKind.RESOLVED,
    Phase.CLOSED: EventKind.CLOSED,
    Phase.CANCELLED: EventKind.CANCELLED,
}


def changes_between(before: State, after: State) -> list[Change]:
    """Return the events, each with its reason, that lead from one state to the next.

    Leaving a pause is a resume. Leaving a stopped state for work or a pause is a reopening, and so is going
    back from closed or cancelled to resolved.
    """
    if before == after:
        return []
    changes: list[Change] = []
    if before.phase is Phase.PAUSED:
        changes.append((EventKind.RESUMED, before.reason))
    if before.phase.stopped and (not after.phase.stopped or after.phase is Phase.RESOLVED):
        changes.append((EventKind.REOPENED, ""))
    if after.phase in _ENTERED:
        changes.append((_ENTERED[after.phase], after.reason))
    return changes


def changes_at_one_instant(before: State, path: Sequence[State]) -> tuple[list[Change], bool]:
    """Return the events of states that follow each other at one instant, and whether something was left out.

    Events at one instant are judged by the rank of their kinds. Where that rank would tell another story
    than the rows do (paused and resumed within one minute would leave the ticket paused), the states that
    came and went are left out: they lasted no time that the source could show.
    """
    if len(path) == 1:
        return changes_between(before, path[0]), False
    steps: list[Change] = []
    state = before
    for each in path:
        steps += changes_between(state, each)
        state = each
    if steps == sorted(steps, key=_rank):
        return steps, False
    return _net(before, path), True


def _net(before: State, path: Sequence[State]) -> list[Change]:
    """Return the events from the state before to where the path ends, with every stop it ends in."""
    last_open = max((place for place, each in enumerate(path) if not each.phase.stopped), default=-1)
    stops = path[last_open + 1 :]
    if not stops:
        return changes_between(before, path[-1])
    changes = changes_between(before, stops[0])
    changes += [(_ENTERED[each.phase], "") for each in stops[1:]]
    return sorted(dict.fromkeys(changes), key=_rank)


def _rank(change: Change) -> int:
    return change[0].value
