"""What keeps a proposed version from being agreed, and what both sides should weigh first.

A target that both sides can keep to is specific, measurable, achievable, relevant and bound to a time. What the rules
of agreement files find is told here too; some of their warnings stop a version that is to be signed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from servanda.engine.agreements import AgreementVersion, Organisation
from servanda.files import lint
from servanda.files.agreement_draft import Draft
from servanda.files.findings import RULES, Findings, Severity
from servanda.files.lint import Found

STOPPING = frozenset({"SV305", "SV306", "SV404", "SV410"})
"""Warnings of files that stop a version here: no owner, no review, a priority without a limit, no source."""

VAGUE = re.compile(
    r"\b(as soon as possible|asap|best efforts?|reasonabl[ey]|prompt(?:ly)?|timely|in good time|quick(?:ly)?|fast|"
    r"improv(?:e|ed|ing)|better|excellent|high quality|satisf(?:ied|actory)|adequate(?:ly)?|where possible)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Advice:
    """Something found in a proposed version, in one target or in none; what `stops` has to be mended first."""

    rule: str
    target: str
    reason: str
    mend: str
    stops: bool


def advice(version: AgreementVersion, organisation: Organisation) -> tuple[Advice, ...]:
    """Return what a careful reader says of a proposed version, first what stops it."""
    used = [each for each in (version.calendar, *(target.calendar for target in version.targets)) if each]
    calendars = list({each.id: each for each in used}.values())
    draft = Draft(Findings(Path()), organisation, calendars=calendars, versions=[version])
    found = dict.fromkeys(_advice(each) for rule in ASKED for each in rule(draft))
    return tuple(sorted(found, key=lambda each: (not each.stops, each.target, each.rule)))


def _advice(found: Found) -> Advice:
    target = found.place[2] if found.place[0] == "target" else ""
    stops = found.rule in STOPPING or RULES[found.rule].severity is Severity.ERROR
    reason = found.reason[0].upper() + found.reason[1:]
    return Advice(found.rule, target, f"{reason}.", found.mend, stops)


def vague_words(draft: Draft) -> Iterator[Found]:
    """Words that two sides read differently, where a figure or a plain sentence is needed."""
    for version in draft.versions:
        told: list[tuple[tuple[str, ...], str]] = [(("version", version.label), each) for each in _sentences(version)]
        told += [(("target", version.label, each.id), each.name) for each in version.targets]
        for place, text in told:
            if word := VAGUE.search(text):
                mend = "Say what is counted, how much of it and by when, or put it in plain words."
                yield Found("SV601", place, f"'{word[0]}' in '{text[:80]}' means something else to each reader", mend)


def _sentences(version: AgreementVersion) -> Iterator[str]:
    yield from (each.does for each in version.duties)
    yield from (each.within for each in version.communication)
    yield from (each.measure for each in version.goals)


def without_share(draft: Draft) -> Iterator[Found]:
    """Targets that do not say how many of the tickets have to keep them."""
    for version in draft.versions:
        for target in version.targets:
            if target.share is None:
                reason = f"'{target.id}' of {version.label} does not say how many tickets have to keep it"
                mend = "Give a share that can be kept, such as 90 %."
                yield Found("SV602", ("target", version.label, target.id), reason, mend)


def assumed(draft: Draft) -> Iterator[Found]:
    """Targets that rest on a guess."""
    for version in draft.versions:
        for target in version.targets:
            if target.maturity == "assumed":
                reason = f"'{target.id}' of {version.label} is assumed: no customer has confirmed that it is wanted"
                mend = "Ask the customer, and call it agreed once they say so."
                yield Found("SV603", ("target", version.label, target.id), reason, mend)


ASKED: tuple[Callable[[Draft], Iterator[Found]], ...] = (
    lint.holidays_outside,
    lint.never_open,
    lint.calendars_too_short,
    lint.without_owner_or_review,
    lint.missing_limits,
    lint.limits_of_nothing,
    lint.response_after_resolution,
    lint.whole_shares,
    lint.outside_hours,
    lint.without_source,
    lint.tied_clauses,
    vague_words,
    without_share,
    assumed,
)
