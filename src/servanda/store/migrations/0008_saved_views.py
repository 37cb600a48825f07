"""Make the table of the views that people save."""

from django.db import migrations, models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.migration_parts import key, refers


class Migration(migrations.Migration):
    """After the table of reconciliations."""

    dependencies = [("store", "0007_reconciliations")]
    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", key()),
                ("name", models.CharField(max_length=200)),
                ("filters", CanonicalJsonField(default=dict)),
                ("saved_at", InstantField()),
                ("organisation", refers("store.organisation")),
                ("person", refers("store.person")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "person", "name"), name="one_view_a_name")
                ]
            },
        ),
    ]
