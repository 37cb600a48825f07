"""Agreement versions, their targets and all they hold, as they are written in agreement files."""

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from servanda.engine.agreements import (
    NO_PRIORITIES,
    AgreementKind,
    AgreementVersion,
    Credits,
    CreditTier,
    Exclusion,
    InvalidAgreement,
    Party,
    PriorityScheme,
    Signature,
    WorkloadLimit,
)
from servanda.engine.calendars import Calendar
from servanda.engine.targets import ANY_PRIORITY, DueRolls, InvalidTarget, Limit, Target, TargetKind, Unit
from servanda.files import agreement_terms, notation
from servanda.files.calendar_records import known_zone
from servanda.files.findings import quoted
from servanda.files.notation import BareDay, UnknownNotation
from servanda.files.records import Record

OTHER = "other"
NO_LIMIT = "none"
RULE_OF_CHECK = {
    "dates": "SV303",
    "ids": "SV107",
    "pauses": "SV405",
    "references": "SV108",
    "overlap": "SV301",
}

Value = TypeVar("Value")

STAND_IN = Target("?", TargetKind.HAND_OVER, {ANY_PRIORITY: Limit(0, Unit.ELAPSED)}, Calendar.always_open(), party="?")


@dataclass(slots=True)
class Listed:
    """What an agreement may refer to. A listed thing that is itself faulty has a stand-in here."""

    zone: str
    services: set[str] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    priorities: dict[str, PriorityScheme | None] = field(default_factory=dict)


class Places:
    """The line of each thing in the file, by its names from the outside in."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, ...], int] = {}

    def note(self, record: Record, *names: str) -> None:
        """Keep the line of a record and of each of its keys."""
        self._lines[names] = record.line()
        for key in record:
            self._lines[*names, key] = record.line(key)

    def line(self, *names: str) -> int:
        """Return the line of a thing, or of the nearest thing around it that has one."""
        while names and names not in self._lines:
            names = names[:-1]
        return self._lines.get(names, 1)


def priority_scheme(record: Record) -> PriorityScheme | None:
    """Return a priority scheme, or `None` with a finding where it contradicts itself."""
    rows = record.record("matrix")
    matrix = {}
    for impact in rows if rows else ():
        row = rows.record(impact) if rows else None
        matrix.update({(impact, urgency): code for urgency, code in _pairs(row)})
    values = dict(_pairs(record.record("values")))
    return _made(
        record,
        lambda: PriorityScheme(record.text("id"), record.texts("codes"), matrix, values, record.text("name")),
    )


def versions(agreement: Record, listed: Listed, places: Places) -> Iterator[AgreementVersion]:
    """Yield the versions of an agreement that make sense, and add findings for those that do not."""
    for record in agreement.records("versions"):
        label = f"{agreement.text('id')}/{record.text('number')}"
        places.note(record, "version", label)
        reader = _VersionReader(agreement, record, listed, places, label)
        version = reader.read()
        if version is not None:
            yield version


def _unless_invalid(targets: tuple[Target, ...], parts: dict[str, Any]) -> AgreementVersion | None:
    try:
        return AgreementVersion(targets=targets, **parts)
    except InvalidAgreement:
        return None


class _VersionReader:
    """Reads one version of an agreement."""

    def __init__(self, agreement: Record, record: Record, listed: Listed, places: Places, label: str) -> None:
        self.agreement = agreement
        self.record = record
        self.listed = listed
        self.places = places
        self.label = label
        self.calendar = _reference(record, "calendar", listed.calendars)

    def read(self) -> AgreementVersion | None:
        """Return the version without its faulty targets, or `None` where it makes no sense at all.

        Where every target is faulty, one stands in for them, so that the rest of the version can be checked.
        """
        records = self.record.records("targets")
        targets = [target for each in records if (target := self._target(each))]
        parts = self._parts()
        if parts is None:
            return None
        faulty = self._faults(targets or [STAND_IN], parts, whole=len(targets) == len(records))
        sound = tuple(target for target in targets if target.id not in faulty)
        return _unless_invalid(sound or (STAND_IN,), parts) if "" not in faulty else None

    def _faults(self, targets: list[Target], parts: dict[str, Any], *, whole: bool) -> set[str]:
        """Add the version's faults to the findings, and return the ids of the targets that have them, '' for others.

        Faults that may come from the targets left out as faulty are left out as well.
        """
        try:
            AgreementVersion(targets=tuple(targets), **parts)
        except InvalidAgreement as invalid:
            own = [each for each in invalid.faults if each.part != STAND_IN.id and (whole or each.check != "credits")]
            for fault in own:
                rule = RULE_OF_CHECK.get(fault.check, "SV409")
                names = ("target", self.label, fault.part) if fault.part else ("version", self.label)
                self.record.findings.add_sentences(rule, self.places.line(*names), fault.sentence)
            return {fault.part for fault in own}
        return set()

    def _parts(self) -> dict[str, Any] | None:
        """Return what a version holds besides its targets; `None` without its first date."""
        record, listed = self.record, self.listed
        begins = record.day("from")
        scheme = _reference(record, "priorities", listed.priorities)
        parts = {
            "agreement": self.agreement.text("id"),
            "number": record.number("number"),
            "kind": AgreementKind(self.agreement.text("kind")),
            "name": self.agreement.text("name"),
            "starter": self.agreement.flag("starter"),
            "zone": known_zone(record, listed.zone),
            "effective_from": begins,
            "effective_until": record.day("until"),
            "enforce_from": record.day("enforce_from"),
            "calendar": self.calendar,
            "priorities": scheme or NO_PRIORITIES,
            "services": _references(record, "services", listed.services),
            "customers": _references(record, "customers", listed.customers),
            "pause_reasons": record.names("pause_reasons"),
            "exclusions": tuple(self._exclusions()),
            "workload": tuple(self._workload()),
            "credits": self._credits(),
            "parties": tuple(self._parties()),
            "owner": record.text("owner"),
            "review_on": record.day("review_on"),
            "review_every": record.text("review_every"),
            "not_covered": record.texts("not_covered"),
            **agreement_terms.read(record),
            "signed": self._signature(),
            "ended_on": record.day("ended"),
        }
        faulty_scheme = "priorities" in record and scheme is None
        return None if begins is None or faulty_scheme else parts

    def _target(self, record: Record) -> Target | None:
        self.places.note(record, "target", self.label, record.text("id"))
        errors = record.findings.error_count
        calendar = _reference(record, "calendar", self.listed.calendars) if "calendar" in record else self.calendar
        if calendar is None and "calendar" not in record and "calendar" not in self.record:
            sentence = f"target '{record.text('id')}' has no calendar. Name one here, or one for the version."
            record.refuse("SV403", sentence)
        limits, unlimited = _limits(record)
        share = record.read("share", notation.share)
        services = _references(record, "services", self.listed.services)
        customers = _references(record, "customers", self.listed.customers)
        if calendar is None or record.findings.error_count > errors:
            return None
        return _made(
            record,
            lambda: Target(
                id=record.text("id"),
                kind=TargetKind(record.text("kind")),
                limits=limits,
                unlimited=unlimited,
                calendar=calendar,
                name=record.text("name"),
                stop=record.text("stop", "resolved"),
                pauses=record.names("pauses") if "pauses" in record else None,
                due_rolls=DueRolls(record.text("due_rolls", DueRolls.CLOSING.value)),
                start_rolls=record.flag("start_rolls"),
                services=services,
                customers=customers,
                party=record.text("party"),
                share=share,
                maturity=record.text("maturity", "agreed"),
                owner=record.text("owner"),
                source=record.text("source"),
            ),
        )

    def _exclusions(self) -> Iterator[Exclusion]:
        for each in self.record.records("exclusions"):
            self.places.note(each, "exclusion", self.label, each.text("id"))
            exclusion = _made(each, lambda each=each: self._exclusion(each))  # type: ignore[misc]  # a default
            if exclusion is not None:
                yield exclusion

    def _exclusion(self, record: Record) -> Exclusion:
        return Exclusion(
            id=record.text("id"),
            reason=record.text("reason"),
            approved_by=record.text("approved_by"),
            tickets=record.names("tickets"),
            services=_references(record, "services", self.listed.services),
            customers=_references(record, "customers", self.listed.customers),
            opened_from=record.day("opened_from"),
            opened_until=record.day("opened_until"),
        )

    def _workload(self) -> Iterator[WorkloadLimit]:
        for each in self.record.records("workload"):
            services = _references(each, "services", self.listed.services)
            yield WorkloadLimit(each.text("id"), each.number("at_most"), each.text("every"), services)

    def _credits(self) -> Credits | None:
        record = self.record.record("credits")
        return _made(record, lambda: _credits(record)) if record is not None else None

    def _parties(self) -> Iterator[Party]:
        for each in self.record.records("parties"):
            yield Party(each.text("role"), each.text("name"), each.text("contact"))

    def _signature(self) -> Signature | None:
        record = self.record.record("signed")
        on = record.day("date") if record else None
        return Signature(on, record.text("hash")) if record and on else None


def _credits(record: Record) -> Credits:
    tiers = (
        CreditTier(each.text("target"), notation.share(each.text("below")), notation.share(each.text("credit")))
        for each in record.records("tiers")
    )
    cap = record.read("cap", notation.share)
    return Credits(notation.money(record.text("charge")), record.text("every"), tuple(tiers), cap)


def _limits(record: Record) -> tuple[dict[str, Limit], frozenset[str]]:
    """Return the limits of a target by priority code, and the codes agreed to have none."""
    limits: dict[str, Limit] = {}
    unlimited: set[str] = set()
    by_code = record.record("limits")
    written = [(ANY_PRIORITY, record, "limit")] if "limit" in record else []
    written += [(ANY_PRIORITY if code == OTHER else code, by_code, code) for code in by_code] if by_code else []
    for code, holder, key in written:
        if holder.text(key) == NO_LIMIT:
            unlimited.add(code)
        elif (limit := _limit(holder, key)) is not None:
            limits[code] = limit
    return limits, frozenset(unlimited)


def _limit(record: Record, key: str) -> Limit | None:
    text = record.text(key)
    try:
        return notation.limit(text)
    except BareDay as bare:
        record.findings.add("SV402", record.line(key), f"the limit is {quoted(text)}", str(bare))
    except UnknownNotation as unknown:
        record.findings.add("SV401", record.line(key), f"the limit is {quoted(text)}", str(unknown))
    except InvalidTarget as invalid:
        record.refuse("SV401", str(invalid), key)
    return None


def _made(record: Record, make: Callable[[], Value]) -> Value | None:
    """Return the value made; `None` where it refuses to be made, each reason a finding."""
    try:
        return make()
    except InvalidTarget as invalid:
        sentences = invalid.sentences
    except InvalidAgreement as invalid:
        sentences = (str(invalid),)
    for each in sentences:
        record.findings.add_sentences("SV105", record.line(), each)
    return None


def _reference(record: Record, key: str, listed: Mapping[str, Value | None]) -> Value | None:
    """Return what an id refers to; an id that is not listed becomes a finding."""
    if key in record and record.text(key) not in listed:
        _add_unlisted(record, key, record.text(key), record.line(key), listed)
    return listed.get(record.text(key))


def _references(record: Record, key: str, listed: Collection[str]) -> frozenset[str]:
    """Return the ids of a list; each that is not listed becomes a finding, and stays so as not to widen a scope."""
    for name, line in record.lined_texts(key):
        if name not in listed:
            _add_unlisted(record, key, name, line, listed)
    return record.names(key)


def _add_unlisted(record: Record, key: str, name: str, line: int, listed: Collection[str]) -> None:
    word = key.removesuffix("s") if key != "priorities" else "priority scheme"
    near = difflib.get_close_matches(name, listed, n=1)
    mend = (
        f"Did you mean '{near[0]}'?" if near else f"List the {word}, or use one of: {', '.join(listed) or 'none yet'}."
    )
    record.findings.add("SV108", line, f"there is no {word} {quoted(name)}", mend)


def _pairs(record: Record | None) -> list[tuple[str, str]]:
    return [(key, record.text(key)) for key in record] if record else []
