"""Organisations: whose everything else is."""

from django.db import models


class Organisation(models.Model):
    """Who runs the services. Every other row names its organisation, and every unique key begins with it."""

    slug = models.CharField(max_length=64, unique=True)
    name = models.TextField()
    zone = models.CharField(max_length=64)


class Owned(models.Model):
    """A row of one organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
