"""What is asked of whoever writes a version of an agreement.

The form knows what most agreements say. All else that a version holds stays as it is; the page of the text as a file
shows and changes it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms

from servanda.engine.agreement_terms import Announcement, Duty, Goal, InvalidTerm, Termination
from servanda.engine.agreements import (
    PERIODS,
    AgreementVersion,
    Credits,
    Exclusion,
    InvalidAgreement,
    Party,
    WorkloadLimit,
)
from servanda.engine.calendars import Calendar
from servanda.engine.shifts import WEEKDAYS, InvalidCalendar, Shifts, Week
from servanda.engine.targets import ANY_PRIORITY, MATURITIES, InvalidTarget, Limit, Target, TargetKind
from servanda.files import agreement_writing, notation
from servanda.files.agreement_records import NO_LIMIT, OTHER
from servanda.files.notation import BareDay, UnknownNotation
from servanda.store.keepable import LONGEST_NAME, LONGEST_TEXT
from servanda.web import agreement_lines
from servanda.web.people_forms import MOST_BOXES

MOST_TARGETS = 60
KINDS = {
    TargetKind.FIRST_RESPONSE: "First answer",
    TargetKind.UPDATE: "Answer to each message",
    TargetKind.INFORMED: "News without being asked",
    TargetKind.RESOLUTION: "Solved",
    TargetKind.HAND_OVER: "Work taken up by a team or supplier",
}
STANDING = {
    "assumed": "assumed: a guess, no customer was asked",
    "proposed": "proposed: one side wants it",
    "agreed": "agreed, once every side has approved",
}


def _line(label: str, help_text: str = "", *, most: int = LONGEST_TEXT) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, max_length=most, required=False)


def _lines(label: str, help_text: str, rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST_TEXT, required=False, widget=widget)


def _day(label: str, help_text: str = "", *, required: bool = False) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=required, widget=widget)


class VersionForm(forms.Form):
    """What a version says beside its targets. Duties, lines of the communication plan and parties stand on lines."""

    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    name = forms.CharField(label="What it is called", max_length=LONGEST_NAME)
    effective_from = _day("Holds for tickets opened from", required=True)
    effective_until = _day("until", "Leave it empty where no end is agreed.")
    owner = _line("Who answers for it", most=LONGEST_NAME)
    review_on = _day("To be reviewed on")
    review_every = forms.ChoiceField(
        label="Reviewed every", required=False, choices=[("", "–"), *((each, each) for each in PERIODS)]
    )
    services = forms.MultipleChoiceField(label="For these services; none chosen means every service", required=False)
    customers = forms.MultipleChoiceField(label="For these customers; none chosen means everybody", required=False)
    hours = _lines("Hours of support", "Days and hours on each line, such as: mon-fri 08:00-12:00, 13:00-17:00")
    holidays = _lines("Closed on", "A date and its name on each line: 2026-12-25 Christmas Day; each year: 12-25.")
    enforce_from = _day("Counted from", "Verdicts on tickets opened earlier are shown but not counted.")
    pause_reasons = _lines("The clock stands still while", "A reason on each line, such as: waiting for user")
    not_covered = _lines("Not covered", "One thing on each line.")
    exclusions = _lines(
        "Tickets that are left out",
        "On each line a short name and why, by whom, and which: storm; reason: flood; approved by: head;"
        " opened from: 2026-05-01; opened until: 2026-05-03. Also tickets, services, customers.",
    )
    workload = _lines(
        "Up to how many tickets it is promised", "On each line, such as: desk; at most: 200; every: month."
    )
    goals = _lines(
        "Improvements agreed",
        "On each line, such as: calls; baseline: 40 complaints a month; change: -20 %; by: 2027-06-30;"
        " source: call log",
    )
    credits = _lines(
        "What is given back when it is missed",
        "First the charge, such as: charge: 1000 EUR; every: month; cap: 20 %. Then each tier on a line:"
        " target: working-again; below: 95 %; credit: 5 %",
    )
    duties = _lines("Duties", "Whose it is, a colon, and what they do: customer: names a representative")
    communication = _lines(
        "Who is told", "Event; who is told; by whom; how; within what time. The last two may be left out."
    )
    parties = _lines("Parties", "Role, a colon, a name, and after a semicolon how to reach them: provider: ICT; ict@…")
    notice_days = forms.IntegerField(label="Days of notice", required=False, min_value=0, max_value=3_660)
    renews_every = forms.ChoiceField(
        label="Renews itself for a", required=False, choices=[("", "–"), *((each, each) for each in PERIODS)]
    )
    ending_terms = _line("Other terms of its end")

    def __init__(self, told: Mapping[str, Any] | None, before: AgreementVersion, names: Any, **more: Any) -> None:
        super().__init__(told, **more)
        self.before = before
        for field, choices in (("services", names.services), ("customers", names.customers)):
            _choose(self, field, choices)
        if before.number > 1:
            del self.fields["name"]

    def clean(self) -> dict[str, Any]:
        """Read what it says into the fields of a version."""
        told: dict[str, Any] = super().clean() or {}
        if not self.errors:
            told["parts"] = dict(self._parts(told))
        return told

    def clean_hours(self) -> Calendar | None:
        """Read the hours of support; a calendar that has more than hours and holidays keeps the rest."""
        lines = _split(self.cleaned_data["hours"])
        if unchanged(self, "hours"):
            return self.before.calendar
        if not lines:
            if self.before.calendar is not None:
                raise forms.ValidationError("Say when support is open, at least on one day.")
            return None
        kept = self.before.calendar or Calendar.always_open(self.before.zone, "support-hours")
        try:
            return replace(kept, weekly=_week(lines))
        except (UnknownNotation, InvalidCalendar, ValueError) as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean_holidays(self) -> tuple[dict[date, str], dict[tuple[int, int], str]]:
        """Read the days on which support is closed: single dates, and those of each year."""
        calendar = self.before.calendar
        if calendar is not None and unchanged(self, "holidays"):
            return dict(calendar.holidays), dict(calendar.recurring)
        dates, yearly = {}, {}
        for line in _split(self.cleaned_data["holidays"]):
            on, _, name = line.partition(" ")
            try:
                if on.count("-") == 2:
                    dates[notation.day(on)] = name.strip() or "closed"
                else:
                    yearly[notation.month_and_day(on)] = name.strip() or "closed"
            except (UnknownNotation, ValueError):
                raise forms.ValidationError(f"“{line[:80]}” begins with no date. Write 2026-12-25, or 12-25.") from None
        return dates, yearly

    def clean_duties(self) -> tuple[Duty, ...]:
        """Read a duty from each line."""
        return tuple(self._made("duties", lambda line: Duty(*_parted(line, ":", 2))))

    def clean_communication(self) -> tuple[Announcement, ...]:
        """Read a line of the communication plan from each line."""
        return tuple(self._made("communication", lambda line: Announcement(*_parted(line, ";", 5, least=3))))

    def clean_exclusions(self) -> tuple[Exclusion, ...]:
        """Read an exclusion from each line."""
        return tuple(self._made("exclusions", agreement_lines.exclusion))

    def clean_workload(self) -> tuple[WorkloadLimit, ...]:
        """Read a workload limit from each line."""
        return tuple(self._made("workload", agreement_lines.workload_limit))

    def clean_goals(self) -> tuple[Goal, ...]:
        """Read a goal from each line."""
        return tuple(self._made("goals", agreement_lines.goal))

    def clean_credits(self) -> Credits | None:
        """Read the charge from the first line, and a tier from each other."""
        if unchanged(self, "credits"):
            return self.before.credits
        try:
            return agreement_lines.credits(_split(self.cleaned_data["credits"]))
        except ValueError as refusal:
            raise forms.ValidationError(f"{refusal}") from None

    def clean_parties(self) -> tuple[Party, ...]:
        """Read a party from each line."""
        return tuple(self._made("parties", _party))

    def _made(self, field: str, make: Any) -> Iterator[Any]:
        if unchanged(self, field):
            yield from getattr(self.before, field)
            return
        for line in _split(self.cleaned_data[field]):
            try:
                yield make(line)
            except (InvalidTerm, InvalidAgreement, ValueError) as refusal:
                raise forms.ValidationError(f"“{line[:80]}”: {refusal}") from None

    def _parts(self, told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield what the version says now; whatever was left as it was shown stays what it was, to the letter."""
        kept = {name for name in self.fields if unchanged(self, name)}
        for name, value in self._told(told):
            if not kept.issuperset(_ASKED_BY.get(name, (name,))):
                yield name, value

    def _told(self, told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        yield from ((name, told[name]) for name in ("effective_from", "effective_until", "owner", "review_on"))
        yield from ((name, told[name]) for name in ("review_every", "duties", "communication", "parties"))
        yield from ((name, told[name]) for name in ("enforce_from", "exclusions", "workload", "goals", "credits"))
        yield "name", told.get("name", self.before.name)
        yield from ((name, frozenset(told[name])) for name in ("services", "customers") if name in told)
        yield "pause_reasons", frozenset(_split(told["pause_reasons"]))
        yield "not_covered", tuple(dict.fromkeys(_split(told["not_covered"])))
        yield "calendar", _with_holidays(told["hours"], *told["holidays"])
        ending = (told["notice_days"] or 0, told["renews_every"], told["ending_terms"].strip())
        yield "termination", Termination(*ending) if any(ending) else None


_ASKED_BY = {
    "calendar": ("hours", "holidays"),
    "termination": ("notice_days", "renews_every", "ending_terms"),
}
"""The fields that together tell a part of a version, where their names differ."""


class TargetForm(forms.Form):
    """One target. A limit for each priority stands on a line of its own, or one limit alone."""

    id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST_NAME)
    name = _line("What is promised", "Such as: First answer by a person", most=LONGEST_NAME)
    kind = forms.ChoiceField(label="What is counted", choices=[(each.value, KINDS[each]) for each in TargetKind])
    limits = _lines("Within", "One for all, such as 4 hours; or a line for each priority: P3: 2 working days", 5)
    share = _line("Kept by at least", "Such as: 90 %", most=20)
    party = _line("By which team or supplier", "For work that is taken up.", most=LONGEST_NAME)
    source = _line("Where the figures come from", "Such as: ticket log of the service desk", most=LONGEST_NAME)
    owner = _line("Who answers for it", most=LONGEST_NAME)
    maturity = forms.ChoiceField(label="Standing", choices=[(each, STANDING[each]) for each in MATURITIES])
    remove = forms.BooleanField(label="Take it out", required=False)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written in the form of a target to be added."""
        told = self.cleaned_data
        return not (told.get("id") or told.get("name") or any(told.get("limits", ())))

    def clean_limits(self) -> tuple[dict[str, Limit], frozenset[str]]:
        """Read the limits by priority, and the priorities without one."""
        limits: dict[str, Limit] = {}
        unlimited: set[str] = set()
        if self.initial.get("limits") and unchanged(self, "limits"):
            return limits, frozenset()  # as they are in the target that is shown
        for line in _split(self.cleaned_data["limits"]):
            code, _, text = line.rpartition(":")
            key = ANY_PRIORITY if code.strip() in ("", OTHER) else code.strip()
            if text.strip() == NO_LIMIT:
                unlimited.add(key)
            else:
                limits[key] = _limit(text.strip())
        return limits, frozenset(unlimited)

    def clean_share(self) -> Any:
        """Read the share."""
        text = self.cleaned_data["share"].strip()
        if not text or unchanged(self, "share"):
            return None
        try:
            share = notation.share(text)
        except ValueError:
            raise forms.ValidationError(f"“{text}” is no share. Write a percentage, such as 90 %.") from None
        if not 0 < share <= 1:
            raise forms.ValidationError(f"“{text}” lies outside 0 to 100 %.")
        return share

    def target(self, before: AgreementVersion, calendar: Calendar | None, taken: set[str]) -> Target:
        """Return the target as it is to stand; raise `InvalidTarget` for one that promises nothing.

        What the form does not ask stays as it was.
        """
        told = self.cleaned_data
        limits, unlimited = told["limits"]
        fields = {name: told[name] for name in ("name", "share", "party", "source", "owner", "maturity")}
        fields |= {"kind": TargetKind(told["kind"]), "limits": limits, "unlimited": unlimited}
        known = next((each for each in before.targets if each.id == told["id"]), None)
        if known is not None:
            own = known.calendar if known.calendar != before.calendar else calendar
            kept = {name for name in self.fields if unchanged(self, name)}
            news = {name: value for name, value in fields.items() if not kept.intersection((name, _OF.get(name, name)))}
            return replace(known, calendar=own or known.calendar, **news)
        return Target(
            _id(told["name"] or told["kind"], taken), calendar=calendar or before.targets[0].calendar, **fields
        )


def forms_of(told: Mapping[str, Any] | None, version: AgreementVersion) -> list[TargetForm]:
    """Return a form for each target of a version, and an empty one for a target to be added."""
    if told is None:
        filled = [TargetForm(initial=_initial(each), prefix=f"t{place}") for place, each in enumerate(version.targets)]
        return [*filled, TargetForm(prefix=f"t{len(filled)}", initial={"maturity": "proposed"})]
    known = {each.id: _initial(each) for each in version.targets}
    sent = [place for place in range(MOST_TARGETS + 1) if f"t{place}-kind" in told]
    return [TargetForm(told, prefix=f"t{x}", initial=known.get(told.get(f"t{x}-id", ""), {})) for x in sent]


_OF = {"unlimited": "limits"}


def unchanged(form: forms.Form, name: str) -> bool:
    """Whether a field was sent as it was shown."""
    shown = form.get_initial_for_field(form.fields[name], name)
    return not form.fields[name].has_changed(_as_sent(shown), _as_sent(form[name].data))


def _as_sent(value: Any) -> Any:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def first(version: AgreementVersion, number: int) -> dict[str, Any]:
    """Return what the form shows of a version that is to be changed."""
    ending, calendar = version.termination, version.calendar
    names = ("name", "effective_from", "effective_until", "enforce_from", "owner", "review_on", "review_every")
    return {
        "after": number,
        **{name: getattr(version, name) for name in names},
        "services": sorted(version.services),
        "customers": sorted(version.customers),
        "hours": _hours_text(calendar.weekly) if calendar else "",
        "holidays": _holidays_text(calendar) if calendar else "",
        "pause_reasons": "\n".join(sorted(version.pause_reasons)),
        "not_covered": "\n".join(version.not_covered),
        **{name: agreement_lines.text_of(entries) for name, entries in agreement_writing.terms(version).items()},
        "duties": "\n".join(f"{each.of}: {each.does}" for each in version.duties),
        "communication": "\n".join(map(_announcement_text, version.communication)),
        "parties": "\n".join(f"{x.role}: {x.name}{f'; {x.contact}' if x.contact else ''}" for x in version.parties),
        "notice_days": ending.notice_days or None if ending else None,
        "renews_every": ending.renews_every if ending else "",
        "ending_terms": ending.terms if ending else "",
    }


def _initial(target: Target) -> dict[str, Any]:
    limits = {OTHER if code == ANY_PRIORITY else code: str(limit) for code, limit in target.limits.items()}
    limits |= {OTHER if code == ANY_PRIORITY else code: NO_LIMIT for code in sorted(target.unlimited)}
    alone = limits[OTHER] if set(limits) == {OTHER} else ""
    return {
        **{name: getattr(target, name) for name in ("id", "name", "party", "source", "owner", "maturity")},
        "kind": target.kind.value,
        "limits": alone or "\n".join(f"{code}: {limit}" for code, limit in limits.items()),
        "share": notation.share_text(target.share) if target.share is not None else "",
    }


# --- single lines ---


def _choose(form: forms.Form, name: str, choices: Mapping[str, str]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.MultipleChoiceField)
    field.choices = list(choices.items())
    if not choices:
        del form.fields[name]
    elif len(choices) < MOST_BOXES:
        field.widget = forms.CheckboxSelectMultiple(choices=list(choices.items()))


def _split(text: str) -> Sequence[str]:
    return [each.strip() for each in text.splitlines() if each.strip()]


def _parted(line: str, sign: str, most: int, least: int = 2) -> list[str]:
    parts = [each.strip() for each in line.split(sign, most - 1)]
    if len(parts) < least:
        raise ValueError(f"Part it by “{sign}” into at least {least} parts.")
    return parts


def _party(line: str) -> Party:
    role, rest = _parted(line, ":", 2)
    name, _, contact = rest.partition(";")
    return Party(role, name.strip(), contact.strip())


def _limit(text: str) -> Limit:
    try:
        return notation.limit(text)
    except (BareDay, UnknownNotation, InvalidTarget) as refusal:
        raise forms.ValidationError(f"“{text[:80]}”: {refusal}") from None


def _week(lines: Sequence[str]) -> Week:
    days: list[Shifts] = [()] * 7
    for line in lines:
        first_word, _, rest = line.partition(" ")
        try:
            chosen = notation.weekdays(first_word.rstrip(":").lower())
        except ValueError:
            known = ", ".join(WEEKDAYS)
            raise UnknownNotation(f"“{line[:80]}” begins with no day. Write one of {known}, or mon-fri.") from None
        shifts = tuple(notation.shift(each.strip()) for each in rest.split(",") if each.strip())
        for day in chosen:
            days[day] = shifts
    mon, tue, wed, thu, fri, sat, sun = days
    return mon, tue, wed, thu, fri, sat, sun


def _hours_text(week: Week) -> str:
    return "\n".join(f"{days} {', '.join(shifts)}" for days, shifts in agreement_writing.week(week).items())


def _holidays_text(calendar: Calendar) -> str:
    dated = [f"{on} {name}" for on, name in calendar.holidays.items()]
    return "\n".join([*dated, *(f"{m:02}-{d:02} {name}" for (m, d), name in calendar.recurring.items())])


def _with_holidays(
    calendar: Calendar | None, dates: dict[date, str], yearly: dict[tuple[int, int], str]
) -> Calendar | None:
    return replace(calendar, holidays=dates, recurring=yearly) if calendar else None


def _announcement_text(line: Announcement) -> str:
    words = [line.event, line.to, line.by, line.channel, line.within]
    while not words[-1]:
        words.pop()
    return "; ".join(words)


def _id(name: str, taken: set[str]) -> str:
    """Return an id for a target of a name, other than those that are taken."""
    plain = "-".join("".join(each if each.isascii() and each.isalnum() else " " for each in name.lower()).split())
    base = plain[:40].strip("-") or "target"
    return next(each for each in (base, *(f"{base}-{n}" for n in range(2, MOST_TARGETS + 3))) if each not in taken)
