"""The models, by subject."""

from servanda.store.models.agreements import AgreementVersion, CalendarVersion, PrioritySchemeVersion, Signature
from servanda.store.models.audit import Entry
from servanda.store.models.catalogue import Customer, Service
from servanda.store.models.organisations import Organisation
from servanda.store.models.outbox import Message
from servanda.store.models.people import Person, RoleAssignment
from servanda.store.models.tickets import Claim, Event, Exemption, Ticket

__all__ = [
    "AgreementVersion",
    "CalendarVersion",
    "Claim",
    "Customer",
    "Entry",
    "Event",
    "Exemption",
    "Message",
    "Organisation",
    "Person",
    "PrioritySchemeVersion",
    "RoleAssignment",
    "Service",
    "Signature",
    "Ticket",
]
