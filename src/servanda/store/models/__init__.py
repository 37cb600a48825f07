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
from servanda.store.models.catalogue import CatalogueMark, CatalogueVersion, Customer, LevelEstimate, Service
from servanda.store.models.clocks import Clock
from servanda.store.models.imports import Batch
from servanda.store.models.negotiations import Negotiation, NegotiationStep, ProposedText
from servanda.store.models.organisations import Organisation, SampleMark
from servanda.store.models.outbox import Message
from servanda.store.models.people import Attendance, Person, RoleAssignment, Supplier, Team, TeamMember
from servanda.store.models.reconciliations import Reconciliation
from servanda.store.models.reports import PilotAnswer, Release, Report, ReportDraft, ReportFile, SummaryEdit
from servanda.store.models.requirements import (
    ExpectationSurvey,
    RequirementAnswer,
    RequirementMark,
    RequirementQuestion,
    RequirementVersion,
    SpecSheetVersion,
    SurveyAnswer,
    TargetConfirmation,
)
from servanda.store.models.results import Tally
from servanda.store.models.tickets import Claim, Event, Exemption, ListingDecision, SourceRow, Ticket
from servanda.store.models.views import SavedView

__all__ = [
    "Account",
    "AgreementVersion",
    "Attendance",
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
    "ExpectationSurvey",
    "Identity",
    "LevelEstimate",
    "ListingDecision",
    "Message",
    "Negotiation",
    "NegotiationStep",
    "Organisation",
    "Person",
    "PilotAnswer",
    "PrioritySchemeVersion",
    "ProposedText",
    "Reconciliation",
    "Release",
    "Report",
    "ReportDraft",
    "ReportFile",
    "RequirementAnswer",
    "RequirementMark",
    "RequirementQuestion",
    "RequirementVersion",
    "RoleAssignment",
    "SampleMark",
    "SavedView",
    "Service",
    "SetUpLink",
    "Signature",
    "SourceRow",
    "SpecSheetVersion",
    "SummaryEdit",
    "Supplier",
    "SurveyAnswer",
    "Tally",
    "TargetConfirmation",
    "Team",
    "TeamMember",
    "Ticket",
]
