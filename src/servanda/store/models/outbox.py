"""The outbox: work that a transaction causes, written in that very transaction."""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.models.organisations import Owned


class Message(Owned):
    """One piece of work: ready, running under a lease, done, failed and to be tried again, or dead.

    `due_at` is when it is next somebody's turn: while a message runs, that is the end of its lease.
    """

    class State(models.TextChoices):
        """Where the work stands."""

        READY = "ready"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        DEAD = "dead"

    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    payload = CanonicalJsonField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    due_at = InstantField()
    lease_until = InstantField(null=True)
    owner = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    created_at = InstantField()
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="one_message_a_key")]
        indexes = [
            models.Index(
                fields=["kind", "due_at", "id"],
                name="messages_to_do",
                condition=models.Q(state__in=["ready", "running", "failed"]),
            )
        ]
