"""Make the tables of estimated levels, of decisions about what is not listed, and of who came to meetings."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from servanda.store.fields import InstantField
from servanda.store.keeping import protect, release

ONLY_ADDED = ("store_levelestimate", "store_listingdecision", "store_attendance")


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


class Migration(migrations.Migration):
    """After the service catalogue."""

    dependencies = [("store", "0012_sign_on")]
    operations = [
        migrations.CreateModel(
            name="LevelEstimate",
            fields=[
                ("id", _key()),
                ("service", models.CharField(max_length=200)),
                ("sequence", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("priority", models.CharField(blank=True, max_length=200)),
                ("figure", models.CharField(max_length=200)),
                ("source", models.TextField()),
                ("estimated_on", models.DateField()),
                ("written_by", models.CharField(max_length=200)),
                ("written_at", InstantField()),
                ("organisation", _refers("store.organisation")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "service", "sequence"), name="one_estimate_a_sequence"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="ListingDecision",
            fields=[
                ("id", _key()),
                ("sequence", models.PositiveIntegerField()),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("accepted_once", "Accepted Once"),
                            ("refused", "Refused"),
                            ("proposed", "Proposed"),
                        ],
                        max_length=20,
                    ),
                ),
                ("service", models.CharField(blank=True, max_length=200)),
                ("component", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField(blank=True)),
                ("decided_by", models.CharField(max_length=200)),
                ("decided_at", InstantField()),
                ("organisation", _refers("store.organisation")),
                ("ticket", _refers("store.ticket", "listing_decisions")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "ticket", "sequence"), name="one_decision_a_sequence"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", _key()),
                ("met_on", models.DateField()),
                ("sequence", models.PositiveIntegerField()),
                ("present", models.BooleanField()),
                ("noted_by", models.CharField(max_length=200)),
                ("noted_at", InstantField()),
                ("organisation", _refers("store.organisation")),
                ("person", _refers("store.person", "attendances")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "person", "met_on", "sequence"), name="one_attendance_a_sequence"
                    )
                ]
            },
        ),
        migrations.RunPython(protect_all, release_all),
    ]
