"""The audit: who did what and when, each entry bound to the one before by its hash."""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.keeping import AddedOnly
from servanda.store.models.organisations import Owned


class Entry(Owned, AddedOnly):
    """One thing that somebody did. `sequence` counts from 1 in each organisation without a gap."""

    sequence = models.BigIntegerField()
    recorded_at = InstantField()
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=400)
    content = CanonicalJsonField(default=dict)
    previous_hash = models.CharField(max_length=71, blank=True)
    entry_hash = models.CharField(max_length=71)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "sequence"], name="one_entry_a_sequence")]
        indexes = [models.Index(fields=["organisation", "subject"], name="entries_by_subject")]
