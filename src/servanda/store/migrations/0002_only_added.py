"""Let the database itself refuse to change or remove what is only ever added to."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from servanda.store.keeping import protect, release

ONLY_ADDED = (
    "store_event",
    "store_entry",
    "store_agreementversion",
    "store_calendarversion",
    "store_priorityschemeversion",
    "store_signature",
    "store_ending",
    "store_exemption",
    "store_sourcerow",
)


def protect_all(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Put the triggers on every table that is only added to."""
    for table in ONLY_ADDED:
        protect(editor, table)


def release_all(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Take them away again."""
    for table in ONLY_ADDED:
        release(editor, table)


class Migration(migrations.Migration):
    """After the first tables."""

    dependencies = [("store", "0001_first_tables")]
    operations = [migrations.RunPython(protect_all, release_all)]
