"""Organisations: whose everything else is."""

from django.db import models


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
