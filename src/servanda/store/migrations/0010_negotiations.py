"""Make the tables of agreement versions under way, which are only ever added to."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.keeping import protect, release

ONLY_ADDED = ("store_negotiation", "store_proposedtext", "store_negotiationstep")


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

    dependencies = [("store", "0009_catalogue")]
    operations = [
        migrations.CreateModel(
            name="Negotiation",
            fields=[
                ("id", _key()),
                ("agreement", models.CharField(max_length=200)),
                ("sequence", models.PositiveIntegerField()),
                ("version_number", models.PositiveIntegerField()),
                ("begun_by", models.CharField(max_length=200)),
                ("begun_at", InstantField()),
                ("organisation", _refers("store.organisation")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "agreement", "sequence"), name="one_negotiation_a_sequence"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="ProposedText",
            fields=[
                ("id", _key()),
                ("number", models.PositiveIntegerField()),
                ("content", CanonicalJsonField()),
                ("names", CanonicalJsonField()),
                ("content_hash", models.CharField(max_length=71)),
                ("written_by", models.CharField(max_length=200)),
                ("written_at", InstantField()),
                ("organisation", _refers("store.organisation")),
                ("negotiation", _refers("store.negotiation", "texts")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "negotiation", "number"), name="one_proposed_text_a_number"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="NegotiationStep",
            fields=[
                ("id", _key()),
                ("number", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=12)),
                ("person", models.CharField(max_length=200)),
                ("taken_at", InstantField()),
                ("on_text", models.PositiveIntegerField()),
                ("remark", models.TextField()),
                ("side", models.CharField(max_length=12)),
                ("signatory", models.CharField(max_length=200)),
                ("on_paper", models.BooleanField()),
                ("target", models.CharField(max_length=200)),
                ("answers", models.PositiveIntegerField()),
                ("rule", models.CharField(max_length=12)),
                ("organisation", _refers("store.organisation")),
                ("negotiation", _refers("store.negotiation", "steps")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "negotiation", "number"), name="one_step_a_number")
                ]
            },
        ),
        migrations.RunPython(protect_all, release_all),
    ]
