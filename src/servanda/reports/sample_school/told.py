"""What the people of the sample school have said and done: levels, an agreement signed and one under way, needs."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from servanda.engine import zones
from servanda.engine.agreements import AgreementKind, AgreementVersion
from servanda.engine.instants import HOUR
from servanda.engine.levels import Estimate, LevelKind
from servanda.engine.negotiation import Side, StepKind
from servanda.engine.requirements import Answer, Reply, RequiredLevel, Requirement, Survey, Weight
from servanda.engine.rights import Viewer
from servanda.engine.targets import Limit, Unit
from servanda.reports import starter_agreements
from servanda.reports.sample_school.people import (
    HEAD,
    NETWORK_TEAM,
    OFFICE_SPEAKER,
    PROVIDER,
    TEACHERS_SPEAKER,
    TECHNICIAN,
)
from servanda.services import attendance, catalogue, levels, negotiations, people, requirements, surveys, unlisted
from servanda.store import models
from servanda.store.negotiations import Proposal

SIGNED, UNDER_WAY = "e-mail-for-staff", "printing-near-you"


@dataclass(frozen=True, slots=True)
class Speaking:
    """The school whose people speak, and when."""

    school: models.Organisation
    now: datetime

    def __call__(self, person: str) -> Viewer:
        """Return a person of the school as somebody who asks."""
        return people.viewer(self.school, person, now=self.now)

    @property
    def today(self) -> date:
        """The day at the school."""
        return zones.to_local(self.school.zone, self.now).date()


def everything(by: Speaking) -> None:
    """Let them say all of it."""
    _estimate(by)
    _agree_to_entries(by)
    _sign(by)
    _negotiate(by)
    _need(by)
    _meet(by)
    _decide(by)


ESTIMATES: tuple[tuple[str, LevelKind, str, str, str], ...] = (
    ("printing", LevelKind.AVAILABILITY, "97 %", "fault book of the copier rooms", ""),
    ("printing", LevelKind.RESOLUTION, "6 hours", "what the desk remembers of last term", "P2"),
    ("classroom", LevelKind.AVAILABILITY, "99 %", "lessons cancelled, as teachers noted them", ""),
    ("classroom", LevelKind.FIRST_RESPONSE, "30 minutes", "what the desk remembers of last term", ""),
    ("registration", LevelKind.SUPPORT_HOURS, "school days, 07:45 to 16:30", "the office’s own timetable", ""),
    ("wireless-network", LevelKind.AVAILABILITY, "99.5 %", "logs of the access points", ""),
)


def _estimate(by: Speaking) -> None:
    for service, kind, figure, source, priority in ESTIMATES:
        levels.estimate(by(PROVIDER), service, Estimate(kind, figure, source, by.today, priority), now=by.now)


def _agree_to_entries(by: Speaking) -> None:
    """Agree to two entries of the catalogue, and leave the others to be agreed."""
    for service, speaker in (("classroom", TEACHERS_SPEAKER), ("registration", OFFICE_SPEAKER)):
        catalogue.agree(by(speaker), service, 1, now=by.now)


# --- agreements ---


def _sign(by: Speaking) -> None:
    """Bring an agreement into force that every side has approved."""
    sequence = _opened(by, _draft(by, SIGNED, "E-mail for staff", "e-mail"))
    for side, speaker in (
        (Side.CUSTOMER, TEACHERS_SPEAKER),
        (Side.PROGRAMME, HEAD),
        (Side.PROVIDER, PROVIDER),
    ):
        negotiations.approve(by(speaker), SIGNED, sequence, side, on_text=1, now=by.now)
    negotiations.put_into_force(by(PROVIDER), SIGNED, sequence, now=by.now)


def _negotiate(by: Speaking) -> None:
    """Leave an agreement under way: discussed, and approved by one side of three."""
    sequence = _opened(by, _draft(by, UNDER_WAY, "Printing near your room", "printing"))
    remark = "On the morning of an examination an hour is too long."
    told = {"remark": remark, "target": "first-answer"}
    negotiations.take(by(TEACHERS_SPEAKER), UNDER_WAY, sequence, StepKind.REMARKED, now=by.now, **told)
    negotiations.approve(by(HEAD), UNDER_WAY, sequence, Side.PROGRAMME, on_text=1, now=by.now)


def _draft(by: Speaking, id: str, name: str, service: str) -> AgreementVersion:
    zone = by.school.zone
    drafted = starter_agreements.version(AgreementKind.SLA, id, name, zone, by.today, PROVIDER, service=service)
    return replace(drafted, targets=tuple(replace(each, maturity="agreed") for each in drafted.targets))


def _opened(by: Speaking, version: AgreementVersion) -> int:
    sequence = negotiations.begin(by(PROVIDER), Proposal(version), now=by.now)
    negotiations.take(by(PROVIDER), version.agreement, sequence, StepKind.OPENED, now=by.now)
    return sequence


# --- needs ---


def _need(by: Speaking) -> None:
    """Capture what users need, ask a team about one of it, and open a survey."""
    within = Limit(2 * HOUR, Unit.OPEN_TIME)
    lesson = Requirement(
        "teachers",
        "If the display is dark, somebody comes before the lesson is over.",
        "classroom",
        reason="A lesson that was planned with pictures cannot be taught without them.",
        weight=Weight.MUST,
        level=RequiredLevel(LevelKind.RESOLUTION, within, Fraction(9, 10)),
        said_by=TEACHERS_SPEAKER,
        said_on=by.today,
    )
    network = Requirement(
        "office",
        "We hear beforehand when the network will be off.",
        "wireless-network",
        weight=Weight.SHOULD,
        said_by=OFFICE_SPEAKER,
        said_on=by.today,
    )
    for told, party in ((lesson, "Service desk"), (network, NETWORK_TEAM)):
        number = requirements.capture(by(PROVIDER), told, now=by.now)
        team = models.RequirementQuestion.PartyKind.TEAM
        requirements.ask(by(PROVIDER), number, 1, team, party, "Can you do that?", now=by.now)
    can = Answer(Reply.CAN, remark="With a spare display on each floor.")
    requirements.answer(by(TECHNICIAN), 1, 1, can, now=by.now)
    surveys.open_survey(by(PROVIDER), Survey("printing", ("office",), by.today + timedelta(weeks=2)), now=by.now)


def _meet(by: Speaking) -> None:
    """Note two meetings: both who speak for users came to the first, one of them to the second."""
    for weeks, present in ((4, (TEACHERS_SPEAKER, OFFICE_SPEAKER)), (1, (TEACHERS_SPEAKER,))):
        attendance.note(by(PROVIDER), by.today - timedelta(weeks=weeks), present, now=by.now)


def _decide(by: Speaking) -> None:
    """Propose for the catalogue what one ticket asks for and the catalogue does not list; others stay undecided."""
    tickets = models.Ticket.objects.filter(organisation=by.school, service="3d-printer").order_by("number")
    proposed = models.ListingDecision.Decision.PROPOSED
    for ticket in tickets[:1]:
        unlisted.decide(by(PROVIDER), ticket.source, ticket.number, proposed, now=by.now)
