"""Make the tables of the service catalogue, which are only ever added to."""

from django.db import migrations, models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.migration_parts import known_by, made_table, name, only_added, refers

NUMBER = models.PositiveIntegerField


class Migration(migrations.Migration):
    """After the views that people save."""

    dependencies = [("store", "0008_saved_views")]
    operations = [
        made_table(
            "CatalogueVersion",
            {
                "service": name(),
                "number": NUMBER(),
                "content": CanonicalJsonField(),
                "content_hash": models.CharField(max_length=71),
                "written_by": name(),
                "written_at": InstantField(),
            },
            known_by("one_catalogue_version_a_number", "service", "number"),
        ),
        made_table(
            "CatalogueMark",
            {
                "sequence": NUMBER(),
                "kind": models.CharField(choices=[("agreed", "Agreed"), ("verified", "Verified")], max_length=12),
                "person": name(),
                "marked_at": InstantField(),
                "version": refers("store.catalogueversion", "marks"),
            },
            known_by("one_mark_a_sequence", "version", "sequence"),
        ),
        only_added("store_catalogueversion", "store_cataloguemark"),
    ]
