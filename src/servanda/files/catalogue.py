"""The service catalogue as a file in the format `servanda-catalogue/1`."""

from typing import Any

from servanda.engine.canonical import plain, revive
from servanda.engine.catalogue import CatalogueEntry, InvalidEntry
from servanda.files.findings import quoted
from servanda.files.listed import Format, Unusable, in_order


def _made(told: dict[str, Any]) -> CatalogueEntry:
    try:
        return revive(CatalogueEntry, told)
    except InvalidEntry as refusal:
        raise Unusable(f"{refusal}") from None


def _told(entry: CatalogueEntry) -> dict[str, Any]:
    return in_order(plain(entry), CatalogueEntry.__dataclass_fields__)


CATALOGUE: Format[str, CatalogueEntry] = Format(
    "servanda-catalogue/1",
    "a service catalogue",
    "services",
    "id",
    called=lambda id: f"the service {quoted(id)}",
    make=_made,
    tell=_told,
)
"""The entries by the ids of their services."""
