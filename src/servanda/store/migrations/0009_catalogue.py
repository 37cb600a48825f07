"""Make the tables of the service catalogue, which are only ever added to."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.keeping import protect, release

ONLY_ADDED = ("store_catalogueversion", "store_cataloguemark")


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
    """After the views that people save."""

    dependencies = [("store", "0008_saved_views")]
    operations = [
        migrations.CreateModel(
            name="CatalogueVersion",
            fields=[
                ("id", _key()),
                ("service", models.CharField(max_length=200)),
                ("number", models.PositiveIntegerField()),
                ("content", CanonicalJsonField()),
                ("content_hash", models.CharField(max_length=71)),
                ("written_by", models.CharField(max_length=200)),
                ("written_at", InstantField()),
                ("organisation", _refers("store.organisation")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "service", "number"), name="one_catalogue_version_a_number"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="CatalogueMark",
            fields=[
                ("id", _key()),
                ("sequence", models.PositiveIntegerField()),
                ("kind", models.CharField(choices=[("agreed", "Agreed"), ("verified", "Verified")], max_length=12)),
                ("person", models.CharField(max_length=200)),
                ("marked_at", InstantField()),
                ("organisation", _refers("store.organisation")),
                ("version", _refers("store.catalogueversion", "marks")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "version", "sequence"), name="one_mark_a_sequence")
                ]
            },
        ),
        migrations.RunPython(protect_all, release_all),
    ]
