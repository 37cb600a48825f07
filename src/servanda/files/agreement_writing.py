"""Agreements written as a file in the format `servanda/1`, from which the same book is read again."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any

from servanda.engine.agreement_terms import Announcement, Goal, Termination
from servanda.engine.agreements import (
    NO_PRIORITIES,
    AgreementVersion,
    Book,
    Credits,
    Exclusion,
    PriorityScheme,
    WorkloadLimit,
)
from servanda.engine.calendars import Calendar
from servanda.engine.shifts import WEEKDAYS, WHOLE_DAY, Shifts, Week
from servanda.engine.targets import ANY_PRIORITY, DueRolls, Target
from servanda.files import notation
from servanda.files.agreement_draft import FORMAT
from servanda.files.agreement_records import NO_LIMIT, OTHER
from servanda.files.yaml_writing import Entries, written_yaml

ALWAYS_OPEN: Week = (WHOLE_DAY,) * 7


def written(book: Book) -> str:
    """Return the text of a file that holds the book and nothing else."""
    organisation = book.organisation
    content = {
        "format": FORMAT,
        "organisation": {"id": organisation.id, "name": organisation.name, "zone": organisation.zone},
        "customers": [{"id": each.id, "name": each.name} for each in book.customers],
        "services": [{"id": each.id, "name": each.name} for each in book.services],
        "calendars": [_calendar(each, organisation.zone) for each in book.calendars],
        "priorities": [_scheme(each) for each in book.priorities],
        "agreements": [_agreement(versions, organisation.zone) for versions in _in_order(book)],
    }
    told = {key: value for key, value in content.items() if value != [] or key == "agreements"}
    return written_yaml(told)


def _in_order(book: Book) -> list[list[AgreementVersion]]:
    """Return the versions by agreement, in the order of the book."""
    together: dict[str, list[AgreementVersion]] = {}
    for version in book.versions:
        together.setdefault(version.agreement, []).append(version)
    return list(together.values())


def _filled(**entries: Any) -> Entries:
    """Return the entries that say something; a key that is a word of Python ends in an underscore."""
    return {key.rstrip("_"): value for key, value in entries.items() if value not in (None, "", [], {}, False)}


def _calendar(calendar: Calendar, zone: str) -> Entries:
    always = calendar.weekly == ALWAYS_OPEN
    holidays = [{"date": on, "name": name} for on, name in calendar.holidays.items()]
    holidays += [{"every": f"{m:02}-{d:02}", "name": name} for (m, d), name in calendar.recurring.items()]
    entries = _filled(
        id=calendar.id,
        name=calendar.name,
        zone=calendar.zone if calendar.zone != zone else None,
        hours=week(calendar.weekly),
        breaks=week(calendar.weekly_breaks),
        breaks_on=_dated(calendar.breaks),
        holidays=holidays,
        special=_dated(calendar.special),
        seasons=[{"from": each.first, "until": each.last, "hours": week(each.weekly)} for each in calendar.seasons],
        valid_from=calendar.valid_from,
        valid_until=calendar.valid_until,
    )
    if always and entries.keys() <= {"id", "name", "zone", "hours"}:
        del entries["hours"]
        entries["always_open"] = True
    return entries


def week(of: Week) -> Entries:
    """Return the hours of a week, days in a row with equal hours together."""
    hours = {}
    for shifts, days in groupby(range(7), key=lambda day: of[day]):
        first, *others = days
        last = f"-{WEEKDAYS[others[-1]]}" if others else ""
        if shifts:
            hours[f"{WEEKDAYS[first]}{last}"] = _shifts(shifts)
    return hours


def _shifts(shifts: Shifts) -> list[str]:
    return [str(shift) for shift in shifts]


def _dated(hours: Mapping[date, Shifts]) -> list[Entries]:
    return [{"date": on, "hours": _shifts(shifts)} for on, shifts in hours.items()]


def _scheme(scheme: PriorityScheme) -> Entries:
    matrix: dict[str, dict[str, str]] = {}
    for (impact, urgency), code in scheme.matrix.items():
        matrix.setdefault(impact, {})[urgency] = code
    return _filled(id=scheme.id, name=scheme.name, codes=list(scheme.codes), matrix=matrix, values=dict(scheme.values))


def _agreement(versions: list[AgreementVersion], zone: str) -> Entries:
    first = versions[0]
    return _filled(
        id=first.agreement,
        name=first.name,
        kind=first.kind.value,
        starter=first.starter,
        versions=[_version(each, zone) for each in versions],
    )


def terms(version: AgreementVersion) -> dict[str, list[Entries]]:
    """Return the entries of what is listed in a version beside its targets; credits as their charge, then each tier."""
    credits = _credits(version.credits) if version.credits else {}
    return {
        "exclusions": [_exclusion(each) for each in version.exclusions],
        "workload": [_workload(each) for each in version.workload],
        "goals": [_goal(each) for each in version.goals],
        "credits": [{key: told for key, told in credits.items() if key != "tiers"}, *credits.get("tiers", ())],
    }


def _version(version: AgreementVersion, zone: str) -> Entries:
    signed, listed = version.signed, terms(version)
    return _filled(
        number=version.number,
        from_=version.effective_from,
        until=version.effective_until,
        enforce_from=version.enforce_from,
        zone=version.zone if version.zone != zone else None,
        services=sorted(version.services),
        customers=sorted(version.customers),
        calendar=version.calendar.id if version.calendar else None,
        priorities=version.priorities.id if version.priorities != NO_PRIORITIES else None,
        pause_reasons=sorted(version.pause_reasons),
        owner=version.owner,
        review_on=version.review_on,
        review_every=version.review_every,
        not_covered=list(version.not_covered),
        duties=[{"of": each.of, "does": each.does} for each in version.duties],
        communication=[_announcement(each) for each in version.communication],
        goals=listed["goals"],
        termination=_termination(version.termination) if version.termination else None,
        parties=[_filled(role=each.role, name=each.name, contact=each.contact) for each in version.parties],
        targets=[_target(each, version) for each in version.targets],
        exclusions=listed["exclusions"],
        workload=listed["workload"],
        credits=_credits(version.credits) if version.credits else None,
        signed={"date": signed.on, "hash": signed.content_hash} if signed else None,
        ended=version.ended_on,
    )


def _target(target: Target, version: AgreementVersion) -> Entries:
    limits: dict[str, str] = {_code(code): str(limit) for code, limit in target.limits.items()}
    limits |= {_code(code): NO_LIMIT for code in sorted(target.unlimited)}
    alone = limits[OTHER] if set(limits) == {OTHER} else None
    entries = _filled(
        id=target.id,
        name=target.name,
        kind=target.kind.value,
        stop=target.stop if target.stop != "resolved" else None,
        limit=alone,
        limits=None if alone else limits,
        calendar=target.calendar.id if target.calendar != version.calendar else None,
        due_rolls=target.due_rolls.value if target.due_rolls is not DueRolls.CLOSING else None,
        start_rolls=target.start_rolls,
        services=sorted(target.services),
        customers=sorted(target.customers),
        party=target.party,
        share=notation.share_text(target.share) if target.share is not None else None,
        maturity=target.maturity if target.maturity != "agreed" else None,
        owner=target.owner,
        source=target.source,
    )
    return entries if target.pauses is None else {**entries, "pauses": sorted(target.pauses)}


def _code(code: str) -> str:
    return OTHER if code == ANY_PRIORITY else code


def _exclusion(exclusion: Exclusion) -> Entries:
    return _filled(
        id=exclusion.id,
        reason=exclusion.reason,
        approved_by=exclusion.approved_by,
        tickets=sorted(exclusion.tickets),
        services=sorted(exclusion.services),
        customers=sorted(exclusion.customers),
        opened_from=exclusion.opened_from,
        opened_until=exclusion.opened_until,
    )


def _announcement(line: Announcement) -> Entries:
    return _filled(event=line.event, to=line.to, by=line.by, channel=line.channel, within=line.within)


def _goal(goal: Goal) -> Entries:
    baseline, change = f"{goal.baseline:f} {goal.measure}", notation.change_text(goal.change)
    return {"id": goal.id, "baseline": baseline, "change": change, "by": goal.by, "source": goal.source}


def _termination(ending: Termination) -> Entries:
    notice = ending.notice_days or None
    return _filled(notice_days=notice, renews_every=ending.renews_every, terms=ending.terms)


def _workload(limit: WorkloadLimit) -> Entries:
    return _filled(id=limit.id, at_most=limit.at_most, every=limit.every, services=sorted(limit.services))


def _credits(credits: Credits) -> Entries:
    tiers = [
        {"target": each.target, "below": notation.share_text(each.below), "credit": notation.share_text(each.credit)}
        for each in credits.tiers
    ]
    cap = notation.share_text(credits.cap) if credits.cap is not None else None
    return _filled(charge=notation.money_text(credits.charge), every=credits.every, tiers=tiers, cap=cap)
