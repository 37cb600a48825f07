"""Whether the catalogue lists what a ticket is for: one rule for whoever shows it and whoever decides about it."""

from servanda.engine.canonical import revive
from servanda.engine.catalogue import CatalogueEntry, Unlisted, unlisted
from servanda.store import models


def why_unlisted(organisation: models.Organisation, service: str, component: str) -> Unlisted | None:
    """Return why a service, or a component of it, is not listed; `None` where it is, or no service is named.

    Where nothing is listed at all, everything counts as listed.
    """
    if not service:
        return None
    versions = models.CatalogueVersion.objects.filter(organisation=organisation)
    last = versions.filter(service=service).order_by("-number").first()
    if last is None and not versions.exists():
        return None
    return unlisted(revive(CatalogueEntry, last.content) if last else None, component)
