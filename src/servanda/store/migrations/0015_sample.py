"""Mark sample organisations, and let the rows of those alone be removed."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from servanda.store.fields import InstantField
from servanda.store.keeping import allow_late_marks, let_samples_go, protect_samples, protected, refuse_late_marks
from servanda.store.migration_parts import known_by, made_table, only_added


def allow(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let samples go from every table that is only added to, whichever there are by now."""
    for table in protected(editor.connection):
        let_samples_go(editor, table)
    refuse_late_marks(editor)


def refuse(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Protect all of them from everybody again."""
    allow_late_marks(editor)
    for table in protected(editor.connection):
        protect_samples(editor, table)


class Migration(migrations.Migration):
    """After every table that is only added to so far."""

    dependencies = [("store", "0014_teams_and_suppliers")]
    operations = [
        made_table("SampleMark", {"loaded_at": InstantField()}, known_by("one_mark_an_organisation")),
        only_added("store_samplemark"),
        migrations.RunPython(allow, refuse),
    ]
