"""Make the tables of what users need, of spec sheets and of surveys, which are only ever added to."""

from django.db import migrations, models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.migration_parts import key, known_by, only_added, refers


class Migration(migrations.Migration):
    """After the service catalogue."""

    dependencies = [("store", "0010_negotiations")]
    operations = [
        migrations.CreateModel(
            name="RequirementVersion",
            fields=[
                ("id", key()),
                ("requirement", models.PositiveIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("content", CanonicalJsonField()),
                ("content_hash", models.CharField(max_length=71)),
                ("written_by", models.CharField(max_length=200)),
                ("written_at", InstantField()),
                ("organisation", refers("store.organisation")),
            ],
            options=known_by("one_requirement_version_a_number", "requirement", "number"),
        ),
        migrations.CreateModel(
            name="RequirementMark",
            fields=[
                ("id", key()),
                ("sequence", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(choices=[("verdict", "Verdict"), ("estimate", "Estimate")], max_length=12),
                ),
                ("content", CanonicalJsonField()),
                ("person", models.CharField(max_length=200)),
                ("marked_at", InstantField()),
                ("organisation", refers("store.organisation")),
                ("version", refers("store.requirementversion", "marks")),
            ],
            options=known_by("one_requirement_mark_a_sequence", "version", "sequence"),
        ),
        migrations.CreateModel(
            name="RequirementQuestion",
            fields=[
                ("id", key()),
                ("requirement", models.PositiveIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("version", models.PositiveIntegerField()),
                (
                    "party_kind",
                    models.CharField(choices=[("team", "Team"), ("supplier", "Supplier")], max_length=12),
                ),
                ("party", models.CharField(max_length=200)),
                ("wording", models.TextField()),
                ("asked_by", models.CharField(max_length=200)),
                ("asked_at", InstantField()),
                ("organisation", refers("store.organisation")),
            ],
            options=known_by("one_question_a_number", "requirement", "number"),
        ),
        migrations.CreateModel(
            name="RequirementAnswer",
            fields=[
                ("id", key()),
                ("sequence", models.PositiveIntegerField()),
                ("content", CanonicalJsonField()),
                ("person", models.CharField(max_length=200)),
                ("answered_at", InstantField()),
                ("organisation", refers("store.organisation")),
                ("question", refers("store.requirementquestion", "answers")),
            ],
            options=known_by("one_answer_a_sequence", "question", "sequence"),
        ),
        migrations.CreateModel(
            name="SpecSheetVersion",
            fields=[
                ("id", key()),
                ("requirement", models.PositiveIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("content", CanonicalJsonField()),
                ("content_hash", models.CharField(max_length=71)),
                ("written_by", models.CharField(max_length=200)),
                ("written_at", InstantField()),
                ("organisation", refers("store.organisation")),
            ],
            options=known_by("one_spec_sheet_version_a_number", "requirement", "number"),
        ),
        migrations.CreateModel(
            name="ExpectationSurvey",
            fields=[
                ("id", key()),
                ("number", models.PositiveIntegerField()),
                ("content", CanonicalJsonField()),
                ("opened_by", models.CharField(max_length=200)),
                ("opened_at", InstantField()),
                ("organisation", refers("store.organisation")),
            ],
            options=known_by("one_survey_a_number", "number"),
        ),
        migrations.CreateModel(
            name="SurveyAnswer",
            fields=[
                ("id", key()),
                ("customer", models.CharField(max_length=200)),
                ("person", models.CharField(max_length=200)),
                ("content", CanonicalJsonField()),
                ("requirements", CanonicalJsonField(default=list)),
                ("answered_at", InstantField()),
                ("organisation", refers("store.organisation")),
                ("survey", refers("store.expectationsurvey", "answers")),
            ],
            options=known_by("one_survey_answer_a_person_and_group", "survey", "customer", "person"),
        ),
        migrations.CreateModel(
            name="TargetConfirmation",
            fields=[
                ("id", key()),
                ("agreement", models.CharField(max_length=200)),
                ("number", models.PositiveIntegerField()),
                ("target", models.CharField(max_length=200)),
                ("person", models.CharField(max_length=200)),
                ("confirmed_at", InstantField()),
                ("organisation", refers("store.organisation")),
            ],
            options=known_by("one_confirmation_a_target_and_person", "agreement", "number", "target", "person"),
        ),
        only_added(
            "store_requirementversion",
            "store_requirementmark",
            "store_requirementquestion",
            "store_requirementanswer",
            "store_specsheetversion",
            "store_expectationsurvey",
            "store_surveyanswer",
            "store_targetconfirmation",
        ),
    ]
