"""Make the table of reconciliations that are worked out in the background."""

import django.db.models.deletion
from django.db import migrations, models

from servanda.store.fields import CanonicalJsonField, InstantField


class Migration(migrations.Migration):
    """After the indexes of tickets."""

    dependencies = [("store", "0006_ticket_indexes")]
    operations = [
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(blank=True, max_length=200)),
                ("kind", models.CharField(max_length=16)),
                ("as_of", InstantField()),
                ("tickets", models.PositiveIntegerField()),
                ("events", models.BigIntegerField()),
                ("audited", models.BigIntegerField()),
                ("content", CanonicalJsonField()),
                ("made_by", models.CharField(max_length=200)),
                ("made_at", InstantField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "source", "kind"), name="one_reconciliation_a_kind")
                ]
            },
        ),
    ]
