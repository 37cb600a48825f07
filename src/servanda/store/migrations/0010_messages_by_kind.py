"""Find the messages of a kind that are due without reading those of kinds that nobody here works on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """After the first tables and their protection."""

    dependencies = [("store", "0002_only_added")]
    operations = [
        migrations.RemoveIndex("message", "messages_to_do"),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["kind", "due_at", "id"],
                name="messages_to_do",
                condition=models.Q(state__in=["ready", "running", "failed"]),
            ),
        ),
    ]
