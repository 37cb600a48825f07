"""Reconciliations of large logs, worked out in the background and kept until the next one."""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.models.organisations import Owned


class Reconciliation(Owned):
    """What the claims of a source come to beside our readings of one kind of target: the last one that was worked out.

    `source` is empty for all sources together. `content` is the report as commands write it; `tickets` and `events` say
    how many were kept then, and `audited` is the sequence of the newest audit entry that it knows of.
    """

    source = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=16)
    as_of = InstantField()
    tickets = models.PositiveIntegerField()
    events = models.BigIntegerField()
    audited = models.BigIntegerField()
    content = CanonicalJsonField()
    made_by = models.CharField(max_length=200)
    made_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "source", "kind"], name="one_reconciliation_a_kind")
        ]
