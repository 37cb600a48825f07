"""Versions of agreements, calendars and priority schemes: each added once, and known by the hash of its content."""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.keeping import AddedOnly
from servanda.store.models.organisations import Owned


class CalendarVersion(Owned, AddedOnly):
    """A calendar as it once was."""

    slug = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=71)
    content = CanonicalJsonField()
    added_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "slug", "content_hash"], name="one_calendar_a_content")
        ]


class PrioritySchemeVersion(Owned, AddedOnly):
    """A priority scheme as it once was."""

    slug = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=71)
    content = CanonicalJsonField()
    added_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "slug", "content_hash"], name="one_scheme_a_content")
        ]


class AgreementVersion(Owned, AddedOnly):
    """A version of an agreement: its canonical form, which holds its calendars and priority scheme.

    `content_hash` is that of `content`; the columns beside it are copies to search by.
    """

    agreement = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8)
    content_hash = models.CharField(max_length=71)
    content = CanonicalJsonField()
    effective_from = models.DateField()
    effective_until = models.DateField(null=True)
    applied_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "agreement", "number"], name="one_version_a_number")
        ]


class Signature(Owned, AddedOnly):
    """The signing of a version, which may come after the version is kept: the day, and the hash of what was signed."""

    version = models.OneToOneField(AgreementVersion, on_delete=models.PROTECT, related_name="signature")
    signed_on = models.DateField()
    content_hash = models.CharField(max_length=71)
    recorded_at = InstantField()


class Ending(Owned, AddedOnly):
    """The agreed end of a version that was kept without one, or with a later one: its last day."""

    version = models.OneToOneField(AgreementVersion, on_delete=models.PROTECT, related_name="ending")
    ended_on = models.DateField()
    recorded_at = InstantField()
