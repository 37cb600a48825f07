"""The entries of the catalogue as they stand: the last version of each, in one statement."""

from django.db.models import Exists, OuterRef

from servanda.engine.canonical import revive
from servanda.engine.catalogue import CatalogueEntry
from servanda.store import models


def last_entries(organisation: models.Organisation) -> list[tuple[str, CatalogueEntry]]:
    """Return each service with what the catalogue says of it, withdrawn ones among them, by id."""
    versions = models.CatalogueVersion.objects.filter(organisation=organisation)
    later = versions.filter(service=OuterRef("service"), number__gt=OuterRef("number"))
    rows = versions.exclude(Exists(later)).order_by("service").values_list("service", "content")
    return [(service, revive(CatalogueEntry, content)) for service, content in rows]
