"""Versions of agreements under way: each text that was proposed, and each step that was taken."""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.keeping import AddedOnly
from servanda.store.models.organisations import Owned
from servanda.store.models.written import WrittenContent


class Negotiation(Owned, AddedOnly):
    """A version under way, from its first draft on; `sequence` counts from 1 for each agreement."""

    agreement = models.CharField(max_length=200)
    sequence = models.PositiveIntegerField()
    version_number = models.PositiveIntegerField()
    begun_by = models.CharField(max_length=200)
    begun_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "agreement", "sequence"], name="one_negotiation_a_sequence")
        ]


class ProposedText(WrittenContent):
    """What was proposed at one time: the canonical form of the version, and the names it brings along."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="texts")
    number = models.PositiveIntegerField()
    names = CanonicalJsonField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "negotiation", "number"], name="one_proposed_text_a_number")
        ]


class NegotiationStep(Owned, AddedOnly):
    """One thing done in a negotiation; the engine's `Step` says what its columns mean."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    person = models.CharField(max_length=200)
    taken_at = InstantField()
    on_text = models.PositiveIntegerField()
    remark = models.TextField()
    side = models.CharField(max_length=12)
    signatory = models.CharField(max_length=200)
    on_paper = models.BooleanField()
    target = models.CharField(max_length=200)
    answers = models.PositiveIntegerField()
    rule = models.CharField(max_length=12)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "negotiation", "number"], name="one_step_a_number")
        ]
