"""Let a page count the clocks that are open, and tell when something last happened, without reading every row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """After the tables of reports."""

    dependencies = [("store", "0004_reports")]

    operations = [
        migrations.AddIndex(
            "clock",
            models.Index(
                fields=["organisation", "stopped_at", "state", "due_at", "ticket"],
                name="open_clocks_by_state",
                condition=models.Q(stopped_at__isnull=True),
            ),
        ),
        migrations.AddIndex(
            "ticket", models.Index(fields=["organisation", "last_event_at"], name="tickets_by_last_event")
        ),
    ]
