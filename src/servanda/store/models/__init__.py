"""The models, by subject."""

from servanda.store.models.accounts import Account, Identity, SetUpLink
from servanda.store.models.agreements import (
    AgreementVersion,
    CalendarVersion,
    Ending,
    PrioritySchemeVersion,
    Signature,
)
from servanda.store.models.audit import Entry
from servanda.store.models.catalogue import CatalogueMark, CatalogueVersion, Customer, Service
from servanda.store.models.clocks import Clock
from servanda.store.models.imports import Batch
from servanda.store.models.organisations import Organisation
from servanda.store.models.outbox import Message
from servanda.store.models.people import Person, RoleAssignment
from servanda.store.models.reconciliations import Reconciliation
from servanda.store.models.reports import PilotAnswer, Release, Report, ReportDraft, ReportFile, SummaryEdit
from servanda.store.models.results import Tally
from servanda.store.models.tickets import Claim, Event, Exemption, SourceRow, Ticket
from servanda.store.models.views import SavedView

__all__ = [
    "Account",
    "AgreementVersion",
    "Batch",
    "CalendarVersion",
    "CatalogueMark",
    "CatalogueVersion",
    "Claim",
    "Clock",
    "Customer",
    "Ending",
    "Entry",
    "Event",
    "Exemption",
    "Identity",
    "Message",
    "Organisation",
    "Person",
    "PilotAnswer",
    "PrioritySchemeVersion",
    "Reconciliation",
    "Release",
    "Report",
    "ReportDraft",
    "ReportFile",
    "RoleAssignment",
    "SavedView",
    "Service",
    "SetUpLink",
    "Signature",
    "SourceRow",
    "SummaryEdit",
    "Tally",
    "Ticket",
]
