"""Tickets, what happened to them, and what their source claims."""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.keeping import AddedOnly
from servanda.store.models.agreements import AgreementVersion
from servanda.store.models.organisations import Owned


class Ticket(Owned):
    """A ticket of a source, with copies of what its events say, to search by.

    `event_hash` is the sum of the events' own hashes modulo 2**128, in hex: the same whatever order they came in.
    """

    source = models.CharField(max_length=200)
    number = models.CharField(max_length=200)
    opened_at = InstantField(null=True)
    service = models.CharField(max_length=200, blank=True)
    customer = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=200, blank=True)
    version = models.ForeignKey(AgreementVersion, null=True, on_delete=models.PROTECT, related_name="+")
    last_event_at = InstantField(null=True)
    event_count = models.PositiveIntegerField(default=0)
    event_hash = models.CharField(max_length=32, default="0" * 32)
    flags = CanonicalJsonField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "source", "number"], name="one_ticket_a_source_and_number")
        ]
        indexes = [models.Index(fields=["organisation", "opened_at"], name="tickets_by_opening")]


class Event(Owned, AddedOnly):
    """One thing that happened to a ticket. `key` is the source's own id of it, else the hash of its content."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    key = models.CharField(max_length=200)
    identified = models.BooleanField()
    kind = models.PositiveSmallIntegerField()
    happened_at = InstantField()
    recorded_at = InstantField(null=True)
    sequence = models.BigIntegerField(default=0)
    actor = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    changes = CanonicalJsonField(default=dict)
    retracts = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "ticket", "key"], name="one_event_a_key")]


class Claim(Owned):
    """What the source itself says of a ticket; compared, never judged by."""

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="claim")
    due_at = InstantField(null=True)
    met = models.BooleanField(null=True)
    first_responded_at = InstantField(null=True)
    resolved_at = InstantField(null=True)
    closed_at = InstantField(null=True)
    extra = CanonicalJsonField(default=dict)


class Exemption(Owned):
    """A target that does not count for a ticket, with the reason and who approved it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="exemptions")
    target = models.CharField(max_length=200)
    reason = models.TextField()
    approved_by = models.TextField()
    recorded_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "ticket", "target"], name="one_exemption_a_target")
        ]
