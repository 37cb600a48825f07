"""Clocks: what the replay of a ticket's events shows for each target that covers it."""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.models.agreements import AgreementVersion
from servanda.store.models.organisations import Owned
from servanda.store.models.tickets import Ticket
from servanda.store.searching import Flagged


class Clock(Owned):
    """One clock as of the last event of its ticket, for one kind of target and, for a hand-over, one party.

    A copy that `verify` can always make again from the events. `machine` is the kernel's state after the last event;
    the columns beside it are the cycle that speaks for the clock, to search by. No row changes when time passes:
    a running clock whose `due_at` is over is breached, whether or not anybody has looked.
    Amounts are microseconds counted on the clock's calendar. `month` is the month of the tally in which its verdict
    counts, if it has one that does.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="clocks")
    kind = models.CharField(max_length=16)
    party = models.CharField(max_length=200, blank=True)
    target = models.CharField(max_length=200)
    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="+")
    priority = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12)
    machine = CanonicalJsonField(default=list)
    started_at = InstantField()
    due_at = InstantField(null=True)
    stopped_at = InstantField(null=True)
    breached_at = InstantField(null=True)
    elapsed = models.BigIntegerField()
    paused = models.BigIntegerField()
    month = models.DateField(null=True)
    flags = CanonicalJsonField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "ticket", "kind", "party"], name="one_clock_a_kind_and_party"
            )
        ]
        indexes = [
            models.Index(
                fields=["organisation", "due_at"], name="running_clocks_by_due", condition=models.Q(state="running")
            ),
            models.Index(
                fields=["organisation", "stopped_at", "state", "due_at", "ticket"],
                name="open_clocks_by_state",
                condition=models.Q(stopped_at__isnull=True),
            ),
            models.Index(
                fields=["organisation", "month", "target", "ticket"],
                name="clocks_by_month",
                condition=models.Q(month__isnull=False),
            ),
            models.Index(fields=["organisation", "state", "ticket"], name="clocks_by_state"),
            models.Index(fields=["organisation", "priority", "ticket"], name="clocks_by_priority"),
            models.Index(fields=["organisation", "target", "ticket"], name="clocks_by_target"),
            models.Index(
                fields=["organisation", "ticket"], name="clocks_with_flags", condition=models.Q(Flagged("flags"))
            ),
        ]
