"""Make the tables of estimated levels, of decisions about what is not listed, and of who came to meetings."""

from django.db import migrations, models

from servanda.store.fields import InstantField
from servanda.store.migration_parts import known_by, made_table, name, only_added, refers

NUMBER = models.PositiveIntegerField


class Migration(migrations.Migration):
    """After the service catalogue."""

    dependencies = [("store", "0012_sign_on")]
    operations = [
        made_table(
            "LevelEstimate",
            {
                "service": name(),
                "sequence": NUMBER(),
                "kind": models.CharField(max_length=20),
                "priority": models.CharField(blank=True, max_length=200),
                "figure": name(),
                "source": models.TextField(),
                "estimated_on": models.DateField(),
                "written_by": name(),
                "written_at": InstantField(),
            },
            known_by("one_estimate_a_sequence", "service", "sequence"),
        ),
        made_table(
            "ListingDecision",
            {
                "sequence": NUMBER(),
                "decision": models.CharField(
                    choices=[
                        ("accepted_once", "Accepted Once"),
                        ("refused", "Refused"),
                        ("proposed", "Proposed"),
                    ],
                    max_length=20,
                ),
                "service": models.CharField(blank=True, max_length=200),
                "component": models.CharField(blank=True, max_length=200),
                "text": models.TextField(blank=True),
                "decided_by": name(),
                "decided_at": InstantField(),
                "ticket": refers("store.ticket", "listing_decisions"),
            },
            known_by("one_decision_a_sequence", "ticket", "sequence"),
        ),
        made_table(
            "Attendance",
            {
                "met_on": models.DateField(),
                "sequence": NUMBER(),
                "present": models.BooleanField(),
                "noted_by": name(),
                "noted_at": InstantField(),
                "person": refers("store.person", "attendances"),
            },
            known_by("one_attendance_a_sequence", "person", "met_on", "sequence"),
        ),
        only_added("store_levelestimate", "store_listingdecision", "store_attendance"),
    ]
