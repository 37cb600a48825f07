"""The month's service report: prepared, issued under a number and then never changed, released, and answered.

A month is kept as its first day. What was issued is only added to, so a later difference is a report of its own.
"""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.keeping import AddedOnly
from servanda.store.models.organisations import Owned


class ReportDraft(Owned):
    """The report of a month in preparation, with its figures as they stood at `made_at`; gone once it is issued.

    `figures_hash` is that of `figures`. A draft that restates an issued report names its number as `predecessor`.
    """

    class State(models.TextChoices):
        """Whether somebody has read and approved these very figures."""

        DRAFT = "draft"
        CHECKED = "checked"

    month = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    figures = CanonicalJsonField()
    figures_hash = models.CharField(max_length=71)
    predecessor = models.PositiveIntegerField(null=True)
    made_by = models.CharField(max_length=200)
    made_at = InstantField()
    checked_by = models.CharField(max_length=200, blank=True)
    checked_at = InstantField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "month"], name="one_draft_a_month")]


class SummaryEdit(Owned, AddedOnly):
    """A sentence that somebody wrote in the place of the machine's; empty to go back to it. The last one counts."""

    month = models.DateField()
    place = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    written_by = models.CharField(max_length=200)
    written_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "month", "place", "sequence"], name="one_edit_a_sequence")
        ]


class Report(Owned, AddedOnly):
    """An issued report. `number` counts from 1 in each organisation without a gap.

    `content` is everything that its files show, `content_hash` its hash; `figures_hash` is that of the figures in it.
    """

    number = models.PositiveIntegerField()
    month = models.DateField()
    content = CanonicalJsonField()
    content_hash = models.CharField(max_length=71)
    figures_hash = models.CharField(max_length=71)
    predecessor = models.PositiveIntegerField(null=True)
    issued_by = models.CharField(max_length=200)
    issued_at = InstantField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="one_report_a_number")]
        indexes = [models.Index(fields=["organisation", "month"], name="reports_by_month")]


class ReportFile(Owned, AddedOnly):
    """One file of an issued report: its bytes in base64, and their hash."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    format = models.CharField(max_length=8)
    content = models.TextField()
    content_hash = models.CharField(max_length=71)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "report", "format"], name="one_file_a_format")]


class Release(Owned, AddedOnly):
    """To whom an issued report is shown, from that moment on: ICT, a pilot group of readers, or all."""

    class Audience(models.TextChoices):
        """The stages; each is shown to those of the stages before too."""

        ICT = "ict"
        PILOT = "pilot"
        ALL = "all"

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="releases")
    sequence = models.PositiveIntegerField()
    audience = models.CharField(max_length=8, choices=Audience.choices)
    readers = CanonicalJsonField(default=list)
    released_by = models.CharField(max_length=200)
    released_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "report", "sequence"], name="one_release_a_sequence")
        ]


class PilotAnswer(Owned, AddedOnly):
    """What a pilot reader says of an issued report: is it correct, and is it clear? Their last answer counts."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="answers")
    reader = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField()
    correct = models.BooleanField()
    clear = models.BooleanField()
    remark = models.TextField(blank=True)
    answered_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "report", "reader", "sequence"], name="one_answer_a_reader_and_sequence"
            )
        ]
