"""Agreements to begin with: figures that many desks start from, each called assumed until a customer confirms it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from servanda.engine.agreement_terms import Announcement, Duty, Termination
from servanda.engine.agreements import NO_PRIORITIES, AgreementKind, AgreementVersion, PriorityScheme
from servanda.engine.calendars import Calendar
from servanda.engine.instants import HOUR
from servanda.engine.requirements import Requirement
from servanda.engine.shifts import Shift
from servanda.engine.targets import ANY_PRIORITY, Limit, Target, TargetKind, Unit

SOURCE = "ticket log of the service desk"
ASSUMED = "assumed"
SHARE = Fraction(9, 10)
_OPEN = (Shift(8 * 3600, 16 * 3600),)
_IMPACTS = ("everybody", "several people", "one person")
_URGENCIES = ("work stopped", "work slowed", "can wait")

PRIORITIES = PriorityScheme(
    "usual",
    ("P1", "P2", "P3", "P4"),
    {
        (impact, urgency): f"P{min(4, 1 + row + column)}"
        for row, impact in enumerate(_IMPACTS)
        for column, urgency in enumerate(_URGENCIES)
    },
    name="Impact and urgency",
)


def hours(zone: str) -> Calendar:
    """Return support hours to begin with: Monday to Friday, 08:00 to 16:00."""
    return Calendar("support-hours", zone, (_OPEN,) * 5 + ((), ()), name="Hours of support")


def _limit(amount: int) -> Limit:
    return Limit(amount * HOUR, Unit.OPEN_TIME)


def _of_desk(calendar: Calendar) -> tuple[Target, ...]:
    told = {"share": SHARE, "maturity": ASSUMED, "source": SOURCE}
    answers = dict(zip(PRIORITIES.codes, map(_limit, (1, 2, 4, 8)), strict=True))
    days = {"P3": Limit(2, Unit.WORKING_DAYS), "P4": Limit(5, Unit.WORKING_DAYS)}
    ends = {"P1": _limit(4), "P2": _limit(8), **days}
    return (
        Target("first-answer", TargetKind.FIRST_RESPONSE, answers, calendar, name="First answer by a person", **told),  # type: ignore[arg-type]  # fields by name, of many types
        Target("working-again", TargetKind.RESOLUTION, ends, calendar, name="Working again", **told),  # type: ignore[arg-type]  # fields by name, of many types
    )


def _hand_over(calendar: Calendar, party: str) -> tuple[Target, ...]:
    limits = {ANY_PRIORITY: _limit(8)}
    target = Target("taken-up", TargetKind.HAND_OVER, limits, calendar, name="Work is taken up", party=party)
    return (replace(target, share=SHARE, maturity=ASSUMED, source=SOURCE),)


def _terms(kind: AgreementKind) -> Mapping[str, object]:
    if kind is AgreementKind.SLA:
        return {
            "pause_reasons": frozenset({"waiting for user"}),
            "not_covered": ("Equipment that people bring from home",),
            "duties": (
                Duty("customer", "names a representative who speaks for its users"),
                Duty("provider", "tells whoever reported a fault when it is mended"),
            ),
            "communication": (
                Announcement("a fault that stops everybody", "representatives", "service desk", "e-mail", "30 minutes"),
            ),
        }
    return {"termination": Termination(notice_days=90)} if kind is AgreementKind.UNDERPINNING_CONTRACT else {}


PARTIES: Mapping[AgreementKind, str] = MappingProxyType(
    {AgreementKind.SLA: "", AgreementKind.OLA: "second line", AgreementKind.UNDERPINNING_CONTRACT: "supplier"}
)


def meeting(version: AgreementVersion, needed: Requirement) -> AgreementVersion:
    """Return a first draft that promises what a requirement asks; an agreement with users is for its group alone.

    What it asks for is proposed, as users have said it; a team or a supplier has yet to say so. A requirement without
    a figure, or of which no target tells, changes no target.
    """
    level, sla = needed.level, version.kind is AgreementKind.SLA
    users = frozenset({needed.customer}) if sla else version.customers
    if level is None or level.limit is None:
        return replace(version, customers=users)
    limits, maturity = {ANY_PRIORITY: level.limit}, "proposed" if sla else ASSUMED
    targets = (
        replace(each, limits=limits, share=level.share, maturity=maturity)
        if each.kind in (level.kind.target_kind, TargetKind.HAND_OVER)
        else each
        for each in version.targets
    )
    return replace(version, customers=users, targets=tuple(targets))


def version(
    kind: AgreementKind, id: str, name: str, zone: str, first: date, owner: str, party: str = "", service: str = ""
) -> AgreementVersion:
    """Return the first draft of an agreement of a kind, from a date on, with a review after a year.

    `party` is the team or supplier that takes work up; `service` the one that it is for, else it is for all.
    """
    calendar, sla = hours(zone), kind is AgreementKind.SLA
    return AgreementVersion(
        agreement=id,
        number=1,
        kind=kind,
        name=name,
        zone=zone,
        effective_from=first,
        targets=_of_desk(calendar) if sla else _hand_over(calendar, party or PARTIES[kind]),
        calendar=calendar,
        priorities=PRIORITIES if sla else NO_PRIORITIES,
        services=frozenset({service} if service else ()),
        owner=owner,
        review_on=date(first.year + 1, first.month, min(first.day, 28)),
        **_terms(kind),  # type: ignore[arg-type]  # fields by name, of many types
    )
