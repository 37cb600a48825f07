"""Let tickets be found by what the pages ask for, without reading every one of them."""

from django.db import migrations, models

from servanda.store.searching import Flagged, InCodePoints, NamesSupplier, Told


def _index(model: str, *fields: str, name: str, condition: models.Q | None = None) -> migrations.AddIndex:
    """Return the making of an index on columns of an organisation's rows."""
    return migrations.AddIndex(model, models.Index(fields=["organisation", *fields], name=name, condition=condition))


class Migration(migrations.Migration):
    """After the indexes of the first pages."""

    dependencies = [("store", "0005_page_indexes")]
    operations = [
        _index("clock", "month", "target", "ticket", name="clocks_by_month", condition=models.Q(month__isnull=False)),
        _index("clock", "state", "ticket", name="clocks_by_state"),
        _index("clock", "priority", "ticket", name="clocks_by_priority"),
        _index("clock", "target", "ticket", name="clocks_by_target"),
        _index("clock", "ticket", name="clocks_with_flags", condition=models.Q(Flagged("flags"))),
        _index("entry", "subject", name="entries_by_subject"),
        _index("event", "ticket", name="events_with_supplier", condition=models.Q(NamesSupplier("changes"))),
        _index("ticket", "service", "opened_at", name="tickets_by_service"),
        _index("ticket", "customer", "opened_at", name="tickets_by_customer"),
        _index("ticket", "priority", "opened_at", name="tickets_by_priority"),
        migrations.AddIndex("ticket", models.Index("organisation", InCodePoints("number"), name="tickets_by_number")),
        _index("ticket", "opened_at", name="tickets_with_flags", condition=models.Q(Flagged("flags"))),
        _index(
            "ticket",
            "opened_at",
            name="tickets_not_judged",
            condition=models.Q(Told("unjudged")),
        ),
    ]
