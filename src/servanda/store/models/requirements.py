"""What groups of users need: in versions that stay, with what was asked, answered and judged of each."""

from django.db import models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.keeping import AddedOnly
from servanda.store.models.organisations import Owned
from servanda.store.models.written import Mark, WrittenContent


class RequirementVersion(WrittenContent):
    """A requirement as it was worded from an instant on; both numbers count from 1."""

    requirement = models.PositiveIntegerField()
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "requirement", "number"], name="one_requirement_version_a_number"
            )
        ]


class RequirementMark(Mark):
    """What somebody said of a version: whether it is met, or how often they reckon that it is."""

    class Kind(models.TextChoices):
        """What was said."""

        VERDICT = "verdict"
        ESTIMATE = "estimate"

    version = models.ForeignKey(RequirementVersion, on_delete=models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    content = CanonicalJsonField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "version", "sequence"], name="one_requirement_mark_a_sequence"
            )
        ]


class RequirementQuestion(Owned, AddedOnly):
    """That a team or a supplier was asked whether it can do what a version of a requirement says."""

    class PartyKind(models.TextChoices):
        """Who was asked."""

        TEAM = "team"
        SUPPLIER = "supplier"

    requirement = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    party_kind = models.CharField(max_length=12, choices=PartyKind.choices)
    party = models.CharField(max_length=200)
    wording = models.TextField()
    asked_by = models.CharField(max_length=200)
    asked_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "requirement", "number"], name="one_question_a_number")
        ]


class RequirementAnswer(Owned, AddedOnly):
    """What was answered to a question; the last answer is the one that counts."""

    question = models.ForeignKey(RequirementQuestion, on_delete=models.PROTECT, related_name="answers")
    sequence = models.PositiveIntegerField()
    content = CanonicalJsonField()
    person = models.CharField(max_length=200)
    answered_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "question", "sequence"], name="one_answer_a_sequence")
        ]


class SpecSheetVersion(WrittenContent):
    """How a requirement is to be delivered, as it was written from an instant on; never for customers."""

    requirement = models.PositiveIntegerField()
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "requirement", "number"], name="one_spec_sheet_version_a_number"
            )
        ]


class ExpectationSurvey(Owned, AddedOnly):
    """A few questions about a service, asked of those who speak for groups of users."""

    number = models.PositiveIntegerField()
    content = CanonicalJsonField()
    opened_by = models.CharField(max_length=200)
    opened_at = InstantField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="one_survey_a_number")]


class SurveyAnswer(Owned, AddedOnly):
    """What a representative answered for a group, and the numbers of the requirements that were drafted of it."""

    survey = models.ForeignKey(ExpectationSurvey, on_delete=models.PROTECT, related_name="answers")
    customer = models.CharField(max_length=200)
    person = models.CharField(max_length=200)
    content = CanonicalJsonField()
    requirements = CanonicalJsonField(default=list)
    answered_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "survey", "customer", "person"], name="one_survey_answer_a_person_and_group"
            )
        ]


class TargetConfirmation(Owned, AddedOnly):
    """That a representative took an assumed target for what their group needs; it was a guess until then."""

    agreement = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    target = models.CharField(max_length=200)
    person = models.CharField(max_length=200)
    confirmed_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "agreement", "number", "target", "person"],
                name="one_confirmation_a_target_and_person",
            )
        ]
