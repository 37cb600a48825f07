"""What a page of reconciliation rests on: which sources and kinds there are, and what was worked out of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Sum

from servanda.engine.canonical import sha256
from servanda.engine.rights import Action, Viewer
from servanda.engine.targets import TargetKind
from servanda.queries.logs import records_of
from servanda.store import models
from servanda.store.access import access_organisation
from servanda.store.books import remembered_book

MOST_SOURCES = 100
LONGEST_IN_A_KEY = 150
WRITING = (
    Action.IMPORT_LOG,
    Action.UNDO_IMPORT,
    Action.RECORD_EVENT,
    Action.CORRECT_EVENT,
    Action.EXEMPT,
    Action.APPLY_AGREEMENT,
)
"""What changes the figures of a reconciliation."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be reconciled: the sources of tickets, and the kinds of target that agreements have."""

    sources: tuple[str, ...]
    kinds: tuple[TargetKind, ...]

    @property
    def usual_kind(self) -> TargetKind:
        """The kind to show where none is asked for."""
        return TargetKind.RESOLUTION if TargetKind.RESOLUTION in self.kinds or not self.kinds else self.kinds[0]


@dataclass(frozen=True, slots=True)
class State:
    """How much is kept: tickets, events, and the sequence of the newest audit entry."""

    tickets: int
    events: int
    audited: int


@dataclass(frozen=True, slots=True)
class KeptReconciliation:
    """A reconciliation that was worked out, and what was written since: how often for each action."""

    content: Mapping[str, Any]
    as_of: datetime
    tickets: int
    events: int
    made_by: str
    made_at: datetime
    since: Mapping[Action, int]

    @property
    def is_stale(self) -> bool:
        """Whether anything was written since that may change the figures."""
        return bool(self.since)


@dataclass(frozen=True, slots=True)
class Ordered:
    """A job that was ordered and has not ended well: its state, since when, and why it failed."""

    state: str
    error: str
    ordered_at: datetime
    attempts: int

    @property
    def is_waited_for(self) -> bool:
        """Whether somebody will still work on it."""
        return self.state != models.Message.State.DEAD


def choices(viewer: Viewer) -> Choices:
    """Return what can be reconciled; raise `NotFound` where the viewer may not see every ticket of the organisation."""
    organisation = access_organisation(viewer, Action.SEE_TICKET)
    versions = remembered_book(organisation).versions
    kinds = {target.kind for version in versions for target in version.targets}
    return Choices(tuple(_sources(organisation)), tuple(each for each in TargetKind if each in kinds))


def _sources(organisation: models.Organisation) -> Iterator[str]:
    """Yield the sources of tickets, each looked for after the one before, so that no ticket is read for it."""
    last = ""
    for _ in range(MOST_SOURCES):
        later = models.Ticket.objects.filter(organisation=organisation, source__gt=last).order_by("source")
        found = later.values_list("source", flat=True).first()
        if found is None:
            return
        yield found
        last = found


def at_most(viewer: Viewer, source: str, most: int) -> bool:
    """Say whether no more than so many tickets are kept of a source, or of all."""
    organisation = access_organisation(viewer, Action.SEE_TICKET)
    return records_of(organisation, source)[: most + 1].count() <= most


def state_of(viewer: Viewer, source: str) -> State:
    """Return how much is kept of a source, or of all; it reads every ticket once."""
    organisation = access_organisation(viewer, Action.SEE_TICKET)
    told = records_of(organisation, source).aggregate(tickets=Count("pk"), events=Sum("event_count"))
    newest = models.Entry.objects.filter(organisation=organisation).order_by("-sequence").values_list("sequence")[:1]
    return State(told["tickets"], told["events"] or 0, next((sequence for (sequence,) in newest), 0))


def kept(viewer: Viewer, source: str, kind: TargetKind) -> KeptReconciliation | None:
    """Return the reconciliation that was worked out last; nothing where none was."""
    organisation = access_organisation(viewer, Action.SEE_TICKET)
    found = models.Reconciliation.objects.filter(organisation=organisation, source=source, kind=kind.value).first()
    if found is None:
        return None
    assert found.as_of is not None  # as the column has it
    assert found.made_at is not None
    since = _since(organisation, found.audited)
    return KeptReconciliation(
        found.content, found.as_of, found.tickets, found.events, found.made_by, found.made_at, since
    )


def _since(organisation: models.Organisation, sequence: int) -> dict[Action, int]:
    """Return how often each thing was done after an audit entry that may change figures; orders of jobs change none."""
    later = models.Entry.objects.filter(organisation=organisation, sequence__gt=sequence)
    wrote = later.filter(action__in=[each.value for each in WRITING]).exclude(subject__startswith="job ")
    return {Action(each["action"]): each["times"] for each in wrote.values("action").annotate(times=Count("pk"))}


def ordered(viewer: Viewer, source: str, kind: TargetKind) -> Ordered | None:
    """Return the job that was ordered for a source and kind, unless there is none or it is done."""
    organisation = access_organisation(viewer, Action.SEE_TICKET)
    own = models.Message.objects.filter(organisation=organisation, key=job_key(source, kind))
    found = own.exclude(state=models.Message.State.DONE).first()
    if found is None:
        return None
    assert found.created_at is not None  # as the column has it
    return Ordered(found.state, found.error, found.created_at, found.attempts)


def job_key(source: str, kind: TargetKind) -> str:
    """Return the key of the job that works out a source and kind; a long name of a source comes as its hash."""
    return f"reconcile {kind.value} {source if len(source) <= LONGEST_IN_A_KEY else sha256(source)}"
