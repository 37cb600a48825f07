"""Make the tables of estimated levels, of decisions about what is not listed, and of who came to meetings."""

from django.db import migrations, models

from servanda.store.fields import InstantField
from servanda.store.migration_parts import key, only_added, refers


class Migration(migrations.Migration):
    """After the service catalogue."""

    dependencies = [("store", "0012_sign_on")]
    operations = [
        migrations.CreateModel(
            name="LevelEstimate",
            fields=[
                ("id", key()),
                ("service", models.CharField(max_length=200)),
                ("sequence", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("priority", models.CharField(blank=True, max_length=200)),
                ("figure", models.CharField(max_length=200)),
                ("source", models.TextField()),
                ("estimated_on", models.DateField()),
                ("written_by", models.CharField(max_length=200)),
                ("written_at", InstantField()),
                ("organisation", refers("store.organisation")),
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
                ("id", key()),
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
                ("organisation", refers("store.organisation")),
                ("ticket", refers("store.ticket", "listing_decisions")),
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
                ("id", key()),
                ("met_on", models.DateField()),
                ("sequence", models.PositiveIntegerField()),
                ("present", models.BooleanField()),
                ("noted_by", models.CharField(max_length=200)),
                ("noted_at", InstantField()),
                ("organisation", refers("store.organisation")),
                ("person", refers("store.person", "attendances")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "person", "met_on", "sequence"), name="one_attendance_a_sequence"
                    )
                ]
            },
        ),
        only_added("store_levelestimate", "store_listingdecision", "store_attendance"),
    ]
