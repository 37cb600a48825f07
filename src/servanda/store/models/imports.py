"""Imports: each file taken in, and each of its rows as it stood there."""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.models.organisations import Owned


class Batch(Owned):
    """One file taken in, in one transaction. `number` counts from 1 in each organisation; `mapping` is its text.

    `counts` are those of the plan, with the `causes` of refused rows and the `flags` of accepted ones among them.
    """

    class State(models.TextChoices):
        """Whether what the file brought still stands."""

        COMMITTED = "committed"
        UNDONE = "undone"

    number = models.PositiveIntegerField()
    source = models.CharField(max_length=200)
    file_name = models.TextField()
    file_hash = models.CharField(max_length=71)
    mapping_hash = models.CharField(max_length=71)
    mapping = models.TextField()
    columns = CanonicalJsonField(default=list)
    state = models.CharField(max_length=12, choices=State.choices, default=State.COMMITTED)
    counts = CanonicalJsonField(default=dict)
    actor = models.CharField(max_length=200)
    committed_at = InstantField()
    undone_at = InstantField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="one_batch_a_number")]
