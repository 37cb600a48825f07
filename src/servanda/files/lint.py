"""What a careful reader would say of agreements: contradictions, gaps and promises to regret.

Each rule is a function that yields what it finds. Errors are what would make a verdict wrong or impossible;
warnings are for a person to weigh.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import NamedTuple, TypeVar

from servanda.engine.agreements import AgreementVersion, followed_at, gaps
from servanda.engine.calendars import Calendar, NoOpeningHours
from servanda.engine.coverage import Clause
from servanda.engine.targets import ANY_PRIORITY, Limit, Target, TargetKind, Unit
from servanda.files.agreement_draft import Draft
from servanda.files.agreement_records import STAND_IN

SAMPLE_OF_HOURS = timedelta(weeks=5)
EVERY_ONE = ""
MOST_COUNTED = 20

Value = TypeVar("Value")


class Found(NamedTuple):
    """What a rule found: its id, the names of the place, the reason and the mend."""

    rule: str
    place: tuple[str, ...]
    reason: str
    mend: str


def lint(draft: Draft) -> None:
    """Add to the draft's findings what the rules find in its sound parts."""
    for rule in RULES_OF_THE_FILE:
        for found in rule(draft):
            draft.findings.add(found.rule, draft.places.line(*found.place), found.reason, found.mend)


def unused(draft: Draft) -> Iterator[Found]:
    """Calendars and priority schemes that no version uses."""
    calendars = {id for version in draft.versions for id in _calendar_ids(version)} | draft.stand_ins
    schemes = {version.priorities.id for version in draft.versions}
    whole = not draft.findings.error_count
    for calendar in draft.calendars if whole else ():
        if calendar.id not in calendars:
            yield Found("SV207", ("calendar", calendar.id), f"nothing uses the calendar '{calendar.id}'", TAKE_OUT)
    for scheme in draft.priorities if whole else ():
        if scheme.id not in schemes:
            yield Found(
                "SV207",
                ("priorities", scheme.id),
                f"nothing uses the priority scheme '{scheme.id}'",
                TAKE_OUT,
            )


TAKE_OUT = "Take it out, or name it where it is meant."


def holidays_outside(draft: Draft) -> Iterator[Found]:
    """Holidays on dates for which the calendar is not valid."""
    for calendar in _sound_calendars(draft):
        for on, name in calendar.holidays.items():
            early = calendar.valid_from is not None and on < calendar.valid_from
            late = calendar.valid_until is not None and on > calendar.valid_until
            if early or late:
                reason = f"{name}, {on}, lies outside the dates of the calendar '{calendar.id}'"
                yield Found("SV205", ("holiday", calendar.id, f"{on}"), reason, "Correct the date, or take it out.")


def never_open(draft: Draft) -> Iterator[Found]:
    """Calendars that do not open from the day on which an agreement counts by them."""
    for version in draft.versions:
        for calendar in _calendars(version, draft):
            try:
                calendar.next_open(version.begins_at)
            except NoOpeningHours:
                reason = f"the calendar '{calendar.id}' never opens once {version.label} is in force"
                yield Found("SV202", ("calendar", calendar.id), reason, "Add hours, or correct its dates and breaks.")


def calendars_too_short(draft: Draft) -> Iterator[Found]:
    """Calendars whose dates begin after, or end before, an agreement that counts by them."""
    for version in draft.versions:
        for calendar in _calendars(version, draft):
            first, last = calendar.valid_from, calendar.valid_until
            if first is not None and first > version.effective_from:
                begins = version.effective_from
                reason = f"the calendar '{calendar.id}' begins on {first}, after {version.label} ({begins})"
                yield Found(
                    "SV206",
                    ("calendar", calendar.id, "valid_from"),
                    reason,
                    "Let the calendar begin earlier.",
                )
            ends = version.last_day
            if last is not None and ends is not None and last < ends:
                reason = f"the calendar '{calendar.id}' ends on {last}, before {version.label} ({ends})"
                yield Found("SV206", ("calendar", calendar.id, "valid_until"), reason, "Let the calendar end later.")


def gaps_between_versions(draft: Draft) -> Iterator[Found]:
    """Days between two versions of an agreement on which neither is in force."""
    for earlier, later in gaps(draft.versions):
        reason = f"no version of '{later.agreement}' is in force {_days_between(earlier, later)}"
        mend = f"Let {later.label} begin on the day after {earlier.label} ends, or say why not in a comment."
        yield Found("SV302", ("version", later.label, "from"), reason, mend)


def _days_between(earlier: AgreementVersion, later: AgreementVersion) -> str:
    """Return the first and last day of a gap in words; between two zones it may be some hours only."""
    first = (earlier.last_day or later.effective_from) + timedelta(days=1)
    last = later.effective_from - timedelta(days=1)
    if first > last:
        return f"for some hours between {earlier.last_day} and {later.effective_from}"
    return f"on {first}" if first == last else f"from {first} to {last}"


def edited_after_signing(draft: Draft) -> Iterator[Found]:
    """Versions that are not what was signed."""
    if draft.findings.error_count:
        return
    for version in draft.versions:
        if version.signed is not None and version.content_hash() != version.signed.content_hash:
            now = version.content_hash()
            reason = f"{version.label} is not what was signed on {version.signed.on}: its hash is now {now}"
            mend = "Put back what was signed, and start a new version for the change."
            yield Found("SV304", ("version", version.label, "signed"), reason, mend)


def without_owner_or_review(draft: Draft) -> Iterator[Found]:
    """Versions that nobody answers for, or that are never looked at again."""
    followed = followed_at(draft.versions)
    for version in draft.versions:
        if not version.owner:
            mend = "Add 'owner', the person or role who answers for it."
            yield Found("SV305", ("version", version.label), f"{version.label} has no owner", mend)
        if version.review_on is None and version.last_day is None and version.label not in followed:
            reason = f"{version.label} has neither an end nor a date of review"
            yield Found("SV306", ("version", version.label), reason, "Add 'review_on', or 'until'.")


def missing_limits(draft: Draft) -> Iterator[Found]:
    """Priorities of the scheme for which a target says nothing."""
    for version, target in _targets(draft):
        said = {*target.limits, *target.unlimited}
        missing = [code for code in version.priorities.codes if code not in said]
        if missing and ANY_PRIORITY not in said:
            reason = f"'{target.id}' of {version.label} has no limit for {', '.join(missing)}"
            mend = "Add a limit for each, 'none' where none is agreed, or 'other' for the rest."
            yield Found("SV404", ("target", version.label, target.id, "limits"), reason, mend)


def limits_of_nothing(draft: Draft) -> Iterator[Found]:
    """Limits of zero, which only an event at the very start meets."""
    for version, target in _targets(draft):
        zero = [code for code, limit in target.limits.items() if not limit.amount and not limit.end_of_day]
        if zero:
            place = ("target", version.label, target.id, "limits")
            reason = f"'{target.id}' of {version.label} has a limit of zero ({_spoken(zero)}): it is due as it starts"
            yield Found("SV411", place, reason, "Write the time agreed, or 'none' where there is no limit.")


def response_after_resolution(draft: Draft) -> Iterator[Found]:
    """First responses that may come later than the resolution."""
    for version in draft.versions:
        resolutions = _Clauses()
        for target in version.targets:
            if target.kind is TargetKind.RESOLUTION:
                resolutions.add(Clause(version, target))
        for target in version.targets:
            if target.kind is TargetKind.FIRST_RESPONSE:
                yield from _late_response(Clause(version, target), resolutions)


def _late_response(slow: Clause, resolutions: "_Clauses") -> Iterator[Found]:
    late = ((fast, codes) for fast in resolutions.sharing_tickets(slow) if (codes := _later(slow, fast)))
    first, more = _first_and_more(late)
    if first is not None:
        fast, codes = first
        label = slow.version.label
        reason = f"'{slow.target.id}' may come after '{fast.target.id}' of {label} ({_spoken(codes)})"
        reason += f" and {more}" if more else ""
        place = ("target", label, slow.target.id)
        yield Found("SV406", place, reason, "Shorten the response, or lengthen the resolution.")


def whole_shares(draft: Draft) -> Iterator[Found]:
    """Shares of 100 %, which a single miss breaks for good."""
    for version, target in _targets(draft):
        if target.share == 1:
            reason = f"'{target.id}' of {version.label} must be met by 100 % of tickets: one miss breaks it"
            mend = "Agree a share that can be kept, or leave the share out."
            yield Found("SV407", ("target", version.label, target.id, "share"), reason, mend)


def outside_hours(draft: Draft) -> Iterator[Found]:
    """Promises that run while the version's support hours are closed."""
    for version, target in _targets(draft):
        if version.calendar is None or version.calendar.id in draft.stand_ins | {""}:
            continue
        units = {limit.unit for limit in target.limits.values()}
        place = ("target", version.label, target.id)
        if Unit.ELAPSED in units and not _always_open(version.calendar, version):
            reason = f"'{target.id}' of {version.label} runs round the clock, but support is not always open"
            yield Found(
                "SV408",
                place,
                reason,
                "Write open hours, or give the version a calendar that is always open.",
            )
        elif Unit.OPEN_TIME in units and not _lies_within(target.calendar, version.calendar, version):
            own, support = target.calendar.id, version.calendar.id
            reason = f"'{target.id}' of {version.label} runs on '{own}', also while '{support}' is closed"
            yield Found("SV408", place, reason, "Choose a calendar within the hours of support, or widen those.")


def without_source(draft: Draft) -> Iterator[Found]:
    """Agreed targets whose figures come from nowhere."""
    for version, target in _targets(draft):
        if target.maturity == "agreed" and not target.source:
            reason = f"'{target.id}' of {version.label} is agreed, but does not say where its figures come from"
            mend = "Add 'source', such as 'ticket log of the service desk', or call the target 'proposed'."
            yield Found("SV410", ("target", version.label, target.id), reason, mend)


def tied_clauses(draft: Draft) -> Iterator[Found]:
    """Clauses that cover the same tickets as an earlier one on the same level."""
    alike: dict[tuple[object, ...], _Clauses] = {}
    followed = followed_at(draft.versions)
    for version, target in _targets(draft):
        two = Clause(version, target, followed.get(version.label))
        earlier = alike.setdefault((target.kind, target.party, two.level), _Clauses())
        one, more = _first_and_more(one for one in earlier.sharing_tickets(two) if _cover_the_same(one, two))
        if one is not None:
            reason = f"{one.words} and {two.words} cover the same tickets on the level '{one.level.words}'"
            reason += f", as do {more}" if more else ""
            mend = "Narrow one of them by service, customer, priority or dates, or take one out."
            yield Found("SV501", ("target", version.label, target.id), reason, mend)
        earlier.add(two)


RULES_OF_THE_FILE: tuple[Callable[[Draft], Iterator[Found]], ...] = (
    # First what asks whether there are errors already.
    edited_after_signing,
    unused,
    holidays_outside,
    never_open,
    calendars_too_short,
    gaps_between_versions,
    without_owner_or_review,
    missing_limits,
    limits_of_nothing,
    response_after_resolution,
    whole_shares,
    outside_hours,
    without_source,
    tied_clauses,
)


def _targets(draft: Draft) -> Iterator[tuple[AgreementVersion, Target]]:
    for version in draft.versions:
        for target in version.targets:
            if target is not STAND_IN and target.calendar.id not in draft.stand_ins:
                yield version, target


def _calendar_ids(version: AgreementVersion) -> set[str]:
    own = {version.calendar.id} if version.calendar else set()
    return own | {target.calendar.id for target in version.targets}


def _sound_calendars(draft: Draft) -> list[Calendar]:
    return [calendar for calendar in draft.calendars if calendar.id not in draft.stand_ins]


def _calendars(version: AgreementVersion, draft: Draft) -> list[Calendar]:
    ids = _calendar_ids(version)
    return [calendar for calendar in _sound_calendars(draft) if calendar.id in ids]


class _Clauses:
    """Clauses found by service and customer, so that each is compared only with those that share its tickets."""

    def __init__(self) -> None:
        self._all: list[Clause] = []
        self._of_service: defaultdict[str, set[int]] = defaultdict(set)
        self._of_customer: defaultdict[str, set[int]] = defaultdict(set)

    def add(self, clause: Clause) -> None:
        """Keep a clause."""
        number = len(self._all)
        self._all.append(clause)
        for name in clause.services or {EVERY_ONE}:
            self._of_service[name].add(number)
        for name in clause.customers or {EVERY_ONE}:
            self._of_customer[name].add(number)

    def sharing_tickets(self, clause: Clause) -> Iterator[Clause]:
        """Yield the clauses kept that some service and customer of a clause fall under too, in their order."""
        services = _kept_for(self._of_service, clause.services)
        customers = _kept_for(self._of_customer, clause.customers)
        if services is None or customers is None:
            numbers = services if customers is None else customers
        else:
            numbers = services & customers
        for number in range(len(self._all)) if numbers is None else sorted(numbers):
            yield self._all[number]


def _kept_for(kept: Mapping[str, set[int]], names: frozenset[str]) -> set[int] | None:
    """Return the numbers kept for any of the names or for every one; `None`, which means all, for no names."""
    if not names:
        return None
    found = [kept[name] for name in (*names, EVERY_ONE) if name in kept]
    return found[0] if len(found) == 1 else set().union(*found)


def _first_and_more(found: Iterator[Value]) -> tuple[Value | None, str]:
    """Return the first of what was found and words for how many more there are, counted up to a bound."""
    first = next(found, None)
    more = sum(1 for _ in islice(found, MOST_COUNTED + 1))
    if not more:
        return first, ""
    return first, f"{more} more" if more <= MOST_COUNTED else f"over {MOST_COUNTED} more"


def _later(slow: Clause, fast: Clause) -> list[str]:
    """Return the priorities for which a response may come after a resolution counted by the same calendar."""
    if slow.target.calendar != fast.target.calendar:
        return []
    codes = sorted({*slow.target.limits, *fast.target.limits, *slow.version.priorities.codes})
    return [code for code in codes if _is_longer(slow.target.limit_for(code), fast.target.limit_for(code))]


def _is_longer(response: Limit | None, resolution: Limit | None) -> bool:
    """Whether a response limit is surely longer: of one unit, as the same hours count for both."""
    if response is None or resolution is None or response.unit is not resolution.unit:
        return False
    return response.amount > resolution.amount


def _spoken(codes: list[str]) -> str:
    return ", ".join("any priority" if code == ANY_PRIORITY else code for code in codes)


def _always_open(calendar: Calendar, version: AgreementVersion) -> bool:
    return calendar.elapsed(version.begins_at, version.begins_at + SAMPLE_OF_HOURS) == SAMPLE_OF_HOURS


def _lies_within(calendar: Calendar, support: Calendar, version: AgreementVersion) -> bool:
    """Whether a calendar opens only while support does, in the first weeks of the version."""
    if calendar == support:
        return True
    first = version.begins_at
    openings = calendar.openings(first, first + SAMPLE_OF_HOURS)
    return all(support.elapsed(start, end) == end - start for start, end in openings)


def _cover_the_same(one: Clause, two: Clause) -> bool:
    """Whether a ticket of both may fall under both; versions of one agreement that overlap are another rule's."""
    if one.version.agreement == two.version.agreement and one.version is not two.version:
        return False
    return _share_priorities(one, two) and _share_time(one, two)


def _share_priorities(one: Clause, two: Clause) -> bool:
    """Whether both clauses speak of some priority; of different schemes, whether they may."""
    codes = one.version.priorities.codes
    if one.version.priorities != two.version.priorities or not codes:
        return True
    return any(_speaks_of(one.target, code) and _speaks_of(two.target, code) for code in codes)


def _speaks_of(target: Target, code: str) -> bool:
    return target.limit_for(code) is not None or target.agrees_no_limit(code)


def _share_time(one: Clause, two: Clause) -> bool:
    return _begins_before_end(one, two) and _begins_before_end(two, one)


def _begins_before_end(one: Clause, two: Clause) -> bool:
    return two.ends_at is None or one.version.begins_at < two.ends_at
