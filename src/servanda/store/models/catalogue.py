"""What is offered, and to whom."""

from django.db import models

from servanda.store.fields import InstantField
from servanda.store.keeping import AddedOnly
from servanda.store.models.organisations import Owned
from servanda.store.models.written import Mark, WrittenContent


class Customer(Owned):
    """A group inside the organisation, or a client of it; about how many users they are, and who, in words."""

    slug = models.CharField(max_length=200)
    name = models.TextField()
    users = models.PositiveIntegerField(null=True)
    description = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "slug"], name="one_customer_a_slug")]


class Service(Owned):
    """A facility people use to get something done."""

    slug = models.CharField(max_length=200)
    name = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "slug"], name="one_service_a_slug")]


class CatalogueVersion(WrittenContent):
    """What the catalogue said of a service from an instant on; `number` counts from 1 for each service."""

    service = models.CharField(max_length=200)
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "service", "number"], name="one_catalogue_version_a_number")
        ]


class CatalogueMark(Mark):
    """That somebody agreed to what the catalogue says of a service, or looked and found it still right."""

    class Kind(models.TextChoices):
        """What was said of the entry."""

        AGREED = "agreed"
        VERIFIED = "verified"

    version = models.ForeignKey(CatalogueVersion, on_delete=models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=12, choices=Kind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "version", "sequence"], name="one_mark_a_sequence")
        ]


class LevelEstimate(Owned, AddedOnly):
    """A level of a service as somebody estimated it; later estimates stand beside it. `sequence` counts for a service.

    A `priority` left empty is any.
    """

    service = models.CharField(max_length=200)
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    priority = models.CharField(max_length=200, blank=True)
    figure = models.CharField(max_length=200)
    source = models.TextField()
    estimated_on = models.DateField()
    written_by = models.CharField(max_length=200)
    written_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "service", "sequence"], name="one_estimate_a_sequence")
        ]
