"""Tickets, what happened to them, and what their source claims."""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.keeping import AddedOnly
from servanda.store.models.imports import Batch
from servanda.store.models.organisations import Owned
from servanda.store.searching import Flagged, InCodePoints, NamesSupplier, Told


class Ticket(Owned):
    """A ticket of a source, with copies of what its events say, to search by.

    `event_count` and `event_hash` are those of all events ever kept; `event_hash` is the sum of their own hashes modulo
    2**128, in hex: the same whatever order they came in. `standing_hash` is that of the events that stand, retracted
    ones and retractions left out. `exempted` copies the exemptions: target to reason. `unjudged` says why no clock
    could be given, and is empty where all went well.
    """

    source = models.CharField(max_length=200)
    number = models.CharField(max_length=200)
    opened_at = InstantField(null=True)
    service = models.CharField(max_length=200, blank=True)
    customer = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=200, blank=True)
    last_event_at = InstantField(null=True)
    event_count = models.PositiveIntegerField(default=0)
    event_hash = models.CharField(max_length=32, default="0" * 32)
    standing_hash = models.CharField(max_length=32, default="0" * 32)
    flags = CanonicalJsonField(default=list)
    exempted = CanonicalJsonField(default=dict)
    unjudged = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "source", "number"], name="one_ticket_a_source_and_number")
        ]
        indexes = [
            models.Index(fields=["organisation", "opened_at"], name="tickets_by_opening"),
            models.Index(fields=["organisation", "last_event_at"], name="tickets_by_last_event"),
            models.Index(fields=["organisation", "service", "opened_at"], name="tickets_by_service"),
            models.Index(fields=["organisation", "customer", "opened_at"], name="tickets_by_customer"),
            models.Index(fields=["organisation", "priority", "opened_at"], name="tickets_by_priority"),
            models.Index("organisation", InCodePoints("number"), name="tickets_by_number"),
            models.Index(
                fields=["organisation", "opened_at"], name="tickets_with_flags", condition=models.Q(Flagged("flags"))
            ),
            models.Index(
                fields=["organisation", "opened_at"],
                name="tickets_not_judged",
                condition=models.Q(Told("unjudged")),
            ),
        ]


class Event(Owned, AddedOnly):
    """One thing that happened to a ticket. `key` is the source's own id of it, else the hash of its content.

    An event out of a file names the batch and the row there; one recorded by hand or by a connector has neither.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    key = models.CharField(max_length=200)
    kind = models.PositiveSmallIntegerField()
    happened_at = InstantField()
    recorded_at = InstantField(null=True)
    sequence = models.BigIntegerField(default=0)
    actor = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    changes = CanonicalJsonField(default=dict)
    retracts = models.CharField(max_length=200, blank=True)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+")
    row = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "ticket", "key"], name="one_event_a_key")]
        indexes = [
            models.Index(
                fields=["organisation", "ticket"],
                name="events_with_supplier",
                condition=models.Q(NamesSupplier("changes")),
            )
        ]


class SourceRow(Owned, AddedOnly):
    """A row of a file as it stood there, cut down to the columns that the mapping reads; people under their pseudonyms.

    `cells` stand in the order of the batch's `columns`; `cells_hash` is 32 hex digits of their hash.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="rows")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="rows")
    row = models.PositiveIntegerField()
    cells = CanonicalJsonField()
    cells_hash = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "ticket", "batch", "row"], name="one_row_a_place")
        ]


class Claim(Owned):
    """What the source itself says of a ticket; compared, never judged by."""

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="claim")
    due_at = InstantField(null=True)
    met = models.BooleanField(null=True)
    first_responded_at = InstantField(null=True)
    resolved_at = InstantField(null=True)
    closed_at = InstantField(null=True)
    extra = CanonicalJsonField(default=dict)


class Exemption(Owned, AddedOnly):
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


class ListingDecision(Owned, AddedOnly):
    """What was decided about a ticket for something that the catalogue did not list then; the last one stands."""

    class Decision(models.TextChoices):
        """What is done about the ticket."""

        ACCEPTED_ONCE = "accepted_once"
        REFUSED = "refused"
        PROPOSED = "proposed"

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="listing_decisions")
    sequence = models.PositiveIntegerField()
    decision = models.CharField(max_length=20, choices=Decision.choices)
    service = models.CharField(max_length=200, blank=True)
    component = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    decided_by = models.CharField(max_length=200)
    decided_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "ticket", "sequence"], name="one_decision_a_sequence")
        ]
