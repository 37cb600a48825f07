"""Tickets for what the catalogue does not list, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from servanda.engine.catalogue import Unlisted
from servanda.services.unlisted import Decision

DECISIONS: Mapping[Decision, str] = MappingProxyType(
    {
        Decision.ACCEPTED_ONCE: "Accepted once",
        Decision.REFUSED: "Refused",
        Decision.PROPOSED: "Proposed for the catalogue",
    }
)
STANDARD_REFUSAL = (
    "This is not in our service catalogue, so technical support does not look after it. "
    "If your work needs it, please ask the person who speaks for your group of users."
)
_WHY: Mapping[Unlisted, str] = MappingProxyType(
    {
        Unlisted.SERVICE: "The catalogue does not list the service {service}.",
        Unlisted.WITHDRAWN: "The service {service} is withdrawn from the catalogue.",
        Unlisted.NOT_SUPPORTED: "The catalogue says that {service} is not supported.",
        Unlisted.COMPONENT: "The catalogue does not name {component} as a part of {service}.",
    }
)


def why(found: Unlisted, service: str, component: str) -> str:
    """Return in a sentence why a ticket is for something that is not listed."""
    return _WHY[found].format(service=service, component=component)
