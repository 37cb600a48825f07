"""Make the tables of what users need, of spec sheets and of surveys, which are only ever added to."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.keeping import protect, release

ONLY_ADDED = (
    "store_requirementversion",
    "store_requirementmark",
    "store_requirementquestion",
    "store_requirementanswer",
    "store_specsheetversion",
    "store_expectationsurvey",
    "store_surveyanswer",
    "store_targetconfirmation",
)


def protect_all(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Put the triggers on the tables."""
    for table in ONLY_ADDED:
        protect(editor, table)


def release_all(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Take them away again."""
    for table in ONLY_ADDED:
        release(editor, table)


def _refers(model: str, related_name: str = "+") -> models.ForeignKey:  # type: ignore[type-arg]  # of any model
    """Return a column that refers to another table."""
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=model)


def _key() -> models.BigAutoField:  # type: ignore[type-arg]  # of any model
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _known_by(name: str, *fields: str) -> dict[str, list[models.UniqueConstraint]]:
    """Return the options of a table whose rows are told apart by some columns inside their organisation."""
    return {"constraints": [models.UniqueConstraint(fields=("organisation", *fields), name=name)]}


class Migration(migrations.Migration):
    """After the service catalogue."""

    dependencies = [("store", "0010_negotiations")]
    operations = [
        migrations.CreateModel(
            name="RequirementVersion",
            fields=[
                ("id", _key()),
                ("requirement", models.PositiveIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("content", CanonicalJsonField()),
                ("content_hash", models.CharField(max_length=71)),
                ("written_by", models.CharField(max_length=200)),
                ("written_at", InstantField()),
                ("organisation", _refers("store.organisation")),
            ],
            options=_known_by("one_requirement_version_a_number", "requirement", "number"),
        ),
        migrations.CreateModel(
            name="RequirementMark",
            fields=[
                ("id", _key()),
                ("sequence", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(choices=[("verdict", "Verdict"), ("estimate", "Estimate")], max_length=12),
                ),
                ("content", CanonicalJsonField()),
                ("person", models.CharField(max_length=200)),
                ("marked_at", InstantField()),
                ("organisation", _refers("store.organisation")),
                ("version", _refers("store.requirementversion", "marks")),
            ],
            options=_known_by("one_requirement_mark_a_sequence", "version", "sequence"),
        ),
        migrations.CreateModel(
            name="RequirementQuestion",
            fields=[
                ("id", _key()),
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
                ("organisation", _refers("store.organisation")),
            ],
            options=_known_by("one_question_a_number", "requirement", "number"),
        ),
        migrations.CreateModel(
            name="RequirementAnswer",
            fields=[
                ("id", _key()),
                ("sequence", models.PositiveIntegerField()),
                ("content", CanonicalJsonField()),
                ("person", models.CharField(max_length=200)),
                ("answered_at", InstantField()),
                ("organisation", _refers("store.organisation")),
                ("question", _refers("store.requirementquestion", "answers")),
            ],
            options=_known_by("one_answer_a_sequence", "question", "sequence"),
        ),
        migrations.CreateModel(
            name="SpecSheetVersion",
            fields=[
                ("id", _key()),
                ("requirement", models.PositiveIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("content", CanonicalJsonField()),
                ("content_hash", models.CharField(max_length=71)),
                ("written_by", models.CharField(max_length=200)),
                ("written_at", InstantField()),
                ("organisation", _refers("store.organisation")),
            ],
            options=_known_by("one_spec_sheet_version_a_number", "requirement", "number"),
        ),
        migrations.CreateModel(
            name="ExpectationSurvey",
            fields=[
                ("id", _key()),
                ("number", models.PositiveIntegerField()),
                ("content", CanonicalJsonField()),
                ("opened_by", models.CharField(max_length=200)),
                ("opened_at", InstantField()),
                ("organisation", _refers("store.organisation")),
            ],
            options=_known_by("one_survey_a_number", "number"),
        ),
        migrations.CreateModel(
            name="SurveyAnswer",
            fields=[
                ("id", _key()),
                ("customer", models.CharField(max_length=200)),
                ("person", models.CharField(max_length=200)),
                ("content", CanonicalJsonField()),
                ("requirements", CanonicalJsonField(default=list)),
                ("answered_at", InstantField()),
                ("organisation", _refers("store.organisation")),
                ("survey", _refers("store.expectationsurvey", "answers")),
            ],
            options=_known_by("one_survey_answer_a_person_and_group", "survey", "customer", "person"),
        ),
        migrations.CreateModel(
            name="TargetConfirmation",
            fields=[
                ("id", _key()),
                ("agreement", models.CharField(max_length=200)),
                ("number", models.PositiveIntegerField()),
                ("target", models.CharField(max_length=200)),
                ("person", models.CharField(max_length=200)),
                ("confirmed_at", InstantField()),
                ("organisation", _refers("store.organisation")),
            ],
            options=_known_by("one_confirmation_a_target_and_person", "agreement", "number", "target", "person"),
        ),
        migrations.RunPython(protect_all, release_all),
    ]
