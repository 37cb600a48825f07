"""Make the table of the views that people save."""

import django.db.models.deletion
from django.db import migrations, models

from servanda.store.fields import CanonicalJsonField, InstantField


def _whose(model: str, related_name: str = "+") -> models.ForeignKey:  # type: ignore[type-arg]  # of any model
    """Return a column that refers to whom a row belongs."""
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=model)


class Migration(migrations.Migration):
    """After the table of reconciliations."""

    dependencies = [("store", "0007_reconciliations")]
    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("filters", CanonicalJsonField(default=dict)),
                ("saved_at", InstantField()),
                ("organisation", _whose("store.organisation")),
                ("person", _whose("store.person")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "person", "name"), name="one_view_a_name")
                ]
            },
        ),
    ]
