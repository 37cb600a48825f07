"""What rows have in common that keep what somebody wrote, and what somebody said of it."""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.keeping import AddedOnly
from servanda.store.models.organisations import Owned


class WrittenContent(Owned, AddedOnly):
    """A content as somebody wrote it at an instant, with its hash; what is written next stands beside it."""

    content = CanonicalJsonField()
    content_hash = models.CharField(max_length=71)
    written_by = models.CharField(max_length=200)
    written_at = InstantField()

    class Meta:
        abstract = True


class Mark(Owned, AddedOnly):
    """What somebody said of a version at an instant; `sequence` counts from 1 for each version."""

    sequence = models.PositiveIntegerField()
    person = models.CharField(max_length=200)
    marked_at = InstantField()

    class Meta:
        abstract = True
