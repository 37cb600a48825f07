"""Make the tables of agreement versions under way, which are only ever added to."""

from django.db import migrations, models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.migration_parts import known_by, made_table, name, only_added, refers

NUMBER = models.PositiveIntegerField


class Migration(migrations.Migration):
    """After the service catalogue."""

    dependencies = [("store", "0009_catalogue")]
    operations = [
        made_table(
            "Negotiation",
            {
                "agreement": name(),
                "sequence": NUMBER(),
                "version_number": NUMBER(),
                "begun_by": name(),
                "begun_at": InstantField(),
            },
            known_by("one_negotiation_a_sequence", "agreement", "sequence"),
        ),
        made_table(
            "ProposedText",
            {
                "number": NUMBER(),
                "content": CanonicalJsonField(),
                "names": CanonicalJsonField(),
                "content_hash": models.CharField(max_length=71),
                "written_by": name(),
                "written_at": InstantField(),
                "negotiation": refers("store.negotiation", "texts"),
            },
            known_by("one_proposed_text_a_number", "negotiation", "number"),
        ),
        made_table(
            "NegotiationStep",
            {
                "number": NUMBER(),
                "kind": models.CharField(max_length=12),
                "person": name(),
                "taken_at": InstantField(),
                "on_text": NUMBER(),
                "remark": models.TextField(),
                "side": models.CharField(max_length=12),
                "signatory": name(),
                "on_paper": models.BooleanField(),
                "target": name(),
                "answers": NUMBER(),
                "rule": models.CharField(max_length=12),
                "negotiation": refers("store.negotiation", "steps"),
            },
            known_by("one_step_a_number", "negotiation", "number"),
        ),
        only_added("store_negotiation", "store_proposedtext", "store_negotiationstep"),
    ]
