"""Make the tables of agreement versions under way, which are only ever added to."""

from django.db import migrations, models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.migration_parts import key, only_added, refers


class Migration(migrations.Migration):
    """After the service catalogue."""

    dependencies = [("store", "0009_catalogue")]
    operations = [
        migrations.CreateModel(
            name="Negotiation",
            fields=[
                ("id", key()),
                ("agreement", models.CharField(max_length=200)),
                ("sequence", models.PositiveIntegerField()),
                ("version_number", models.PositiveIntegerField()),
                ("begun_by", models.CharField(max_length=200)),
                ("begun_at", InstantField()),
                ("organisation", refers("store.organisation")),
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
                ("id", key()),
                ("number", models.PositiveIntegerField()),
                ("content", CanonicalJsonField()),
                ("names", CanonicalJsonField()),
                ("content_hash", models.CharField(max_length=71)),
                ("written_by", models.CharField(max_length=200)),
                ("written_at", InstantField()),
                ("organisation", refers("store.organisation")),
                ("negotiation", refers("store.negotiation", "texts")),
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
                ("id", key()),
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
                ("organisation", refers("store.organisation")),
                ("negotiation", refers("store.negotiation", "steps")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "negotiation", "number"), name="one_step_a_number")
                ]
            },
        ),
        only_added("store_negotiation", "store_proposedtext", "store_negotiationstep"),
    ]
