"""Organisations: whose everything else is."""

from django.db import models

from servanda.store.fields import InstantField
from servanda.store.keeping import AddedOnly


class Organisation(models.Model):
    """Who runs the services. Every other row names its organisation, and every unique key begins with it.

    `agreements_applied` counts how often agreements were applied, so that nobody judges by a book read before.
    `pseudonym_key` is the secret by which people named in a source get their pseudonyms.
    """

    slug = models.CharField(max_length=64, unique=True)
    name = models.TextField()
    zone = models.CharField(max_length=64)
    agreements_applied = models.PositiveIntegerField(default=0)
    pseudonym_key = models.CharField(max_length=64, blank=True)


class Owned(models.Model):
    """A row of one organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class SampleMark(Owned, AddedOnly):
    """What says that an organisation is a sample, which can be taken away again with all its rows.

    It is made with the organisation; the database refuses it once anything was done there.
    """

    loaded_at = InstantField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation"], name="one_mark_an_organisation")]
