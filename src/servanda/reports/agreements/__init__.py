"""An agreement version as a document that anybody can read: every term of it in words, none left out.

What a version says is put into words once, here; pages, prints and the comparison of two versions show the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from servanda.engine.agreements import (
    AgreementKind,
    AgreementVersion,
    Credits,
    Exclusion,
    PriorityScheme,
    WorkloadLimit,
)
from servanda.engine.calendars import Calendar
from servanda.reports.agreements import terms
from servanda.reports.agreements.hours import name_of, part_of
from servanda.reports.agreements.parts import (
    Names,
    Part,
    Promise,
    Statement,
    joined,
    listing,
    stated,
    told,
)
from servanda.reports.agreements.promises import heading_of, promise_of, share_as_agreed
from servanda.reports.words import count, day

__all__ = ["KINDS", "Document", "Matrix", "Names", "Part", "Promise", "Statement", "document"]

KINDS: Mapping[AgreementKind, str] = {
    AgreementKind.SLA: "Promise to users (SLA)",
    AgreementKind.OLA: "Promise between own teams (OLA)",
    AgreementKind.UNDERPINNING_CONTRACT: "Contract with a supplier (UC)",
}


@dataclass(frozen=True, slots=True)
class Matrix:
    """How impact and urgency lead to a priority: the urgencies, and for each impact its codes in their order."""

    urgencies: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A version in words; parts that say nothing are left out."""

    scope: Part
    hours: tuple[Part, ...]
    priorities: Part
    matrix: Matrix | None
    promises: tuple[Promise, ...]
    beside: tuple[Part, ...]

    @property
    def parts(self) -> Iterator[Part]:
        """Every part, the promises among them, in the order of the document."""
        yield from (self.scope, *self.hours, self.priorities)
        yield from (each.part for each in self.promises)
        yield from self.beside


def document(version: AgreementVersion, names: Names) -> Document:
    """Return a version in words."""
    scheme = version.priorities
    beside = (
        Part("pauses", "Pauses", told(_pauses(version))),
        Part("exclusions", "Left out", told(*(_exclusion(each, names) for each in version.exclusions))),
        Part("workload", "Up to how much work", told(*(_workload(each, names) for each in version.workload))),
        Part("credits", "Credits", told(*_credits(version, names)) if version.credits else ()),
        *terms.parts(version),
        Part("parties", "Parties", told(*_parties(version))),
    )
    return Document(
        scope=Part("scope", "What it is for", told(*_scope(version, names))),
        hours=tuple(_hours(version)),
        priorities=Part("priorities", "Priorities", told(*_priorities(version)) if scheme.codes else ()),
        matrix=_matrix(scheme) if scheme.matrix else None,
        promises=tuple(promise_of(each, version, names) for each in version.targets),
        beside=tuple(each for each in beside if each.statements),
    )


def _scope(version: AgreementVersion, names: Names) -> Iterator[Statement | None]:
    yield stated("kind", "Kind", KINDS[version.kind])
    yield listing("services", "Services", names.of_services(version.services) or ("Every service",))
    yield listing("customers", "For", names.of_customers(version.customers) or ("Everybody",))
    yield stated("starter", "Standing", "It holds where nothing else is agreed." if version.starter else "")
    yield stated("from", "Tickets opened from", day(version.effective_from))
    yield stated("until", "Tickets opened until", day(version.effective_until) if version.effective_until else "")
    yield stated("enforced", "Counted from", _enforced(version))
    yield stated("zone", "Dates are those in", version.zone)


def _enforced(version: AgreementVersion) -> str:
    on = version.enforce_from
    return f"{day(on)}; what was opened before is shown, not counted" if on else ""


def _hours(version: AgreementVersion) -> Iterator[Part]:
    """Yield the hours of support, then each other calendar that a target runs on."""
    if version.calendar is not None:
        yield part_of(version.calendar, "hours", "Hours of support")
    for each in other_calendars(version):
        yield part_of(each, f"hours {each.id}", f"Hours of '{name_of(each)}'")


def other_calendars(version: AgreementVersion) -> list[Calendar]:
    """Return the calendars of the targets that are not the version's own, each content once."""
    found: list[Calendar] = []
    for target in version.targets:
        if target.calendar != version.calendar and target.calendar not in found:
            found.append(target.calendar)
    return found


def _priorities(version: AgreementVersion) -> Iterator[Statement | None]:
    scheme = version.priorities
    yield stated("name", "Scheme", scheme.name or scheme.id)
    yield stated("codes", "Most urgent first", ", ".join(scheme.codes))
    pairs = ((f"'{impact}' with '{urgency}' is {code}") for (impact, urgency), code in sorted(scheme.matrix.items()))
    yield listing("matrix", "By impact and urgency", pairs)
    words = sorted(scheme.values.items(), key=lambda each: (scheme.codes.index(each[1]), each[0]))
    yield listing("values", "Words of the source", (f"'{word}' is {code}" for word, code in words))


def _matrix(scheme: PriorityScheme) -> Matrix:
    """Return the matrix of a scheme, the impacts and urgencies that lead to the most urgent codes first."""
    weight: dict[tuple[int, str], int] = {}
    for pair, code in scheme.matrix.items():
        for side, word in enumerate(pair):
            weight[side, word] = weight.get((side, word), 0) + len(scheme.codes) - scheme.codes.index(code)
    ordered = sorted(weight, key=lambda each: (-weight[each], each))
    impacts, urgencies = ([word for side, word in ordered if side == wanted] for wanted in (0, 1))
    rows = ((impact, tuple(scheme.matrix.get((impact, each), "") for each in urgencies)) for impact in impacts)
    return Matrix(tuple(urgencies), tuple(rows))


def _pauses(version: AgreementVersion) -> Statement | None:
    return listing("reasons", "The clock may stand still while", sorted(version.pause_reasons))


def _exclusion(exclusion: Exclusion, names: Names) -> Statement | None:
    tickets = joined(sorted(exclusion.tickets))
    sentences = (
        f"{exclusion.reason[0].upper()}{exclusion.reason[1:].rstrip('.')}.",
        f"Tickets {tickets}." if tickets else "",
        f"Services: {joined(names.of_services(exclusion.services))}." if exclusion.services else "",
        f"Customers: {joined(names.of_customers(exclusion.customers))}." if exclusion.customers else "",
        _opened(exclusion),
        f"Approved by {exclusion.approved_by}.",
    )
    return stated(f"exclusion {exclusion.id}", exclusion.id, *sentences)


def _opened(exclusion: Exclusion) -> str:
    first, last = exclusion.opened_from, exclusion.opened_until
    if not (first or last):
        return ""
    return f"Opened{f' from {day(first)}' if first else ''}{f' until {day(last)}' if last else ''}."


def _workload(limit: WorkloadLimit, names: Names) -> Statement | None:
    services = f" of {joined(names.of_services(limit.services))}" if limit.services else ""
    says = f"The targets are promised up to {count(limit.at_most, 'ticket')}{services} in a {limit.every}."
    return stated(f"workload {limit.id}", limit.id, says)


def _credits(version: AgreementVersion, names: Names) -> Iterator[Statement | None]:
    credits = version.credits
    assert credits is not None
    yield stated("charge", "Charge", f"{credits.charge.amount:,f} {credits.charge.currency} a {credits.every}.")
    headings = {each.id: heading_of(each, names) for each in version.targets}
    yield listing("tiers", "Given back", _tiers(credits, headings))
    most = f"{share_as_agreed(credits.cap)} of the charge." if credits.cap is not None else ""
    yield stated("cap", "At most", most)


def _tiers(credits: Credits, headings: Mapping[str, str]) -> Iterator[str]:
    for each in credits.tiers:
        below, credit = share_as_agreed(each.below), share_as_agreed(each.credit)
        yield f"{credit} of the charge when less than {below} keep '{headings[each.target]}'."


def _parties(version: AgreementVersion) -> Iterator[Statement | None]:
    for place, each in enumerate(version.parties):
        contact = f" ({each.contact})" if each.contact else ""
        yield stated(f"party {place} {each.role}", each.role, f"{each.name}{contact}")
    yield stated("owner", "Answers for it", version.owner)
    yield stated("review", "To be reviewed on", day(version.review_on) if version.review_on else "")
    yield stated("reviews", "Reviewed", f"every {version.review_every}" if version.review_every else "")


def parties_words(version: AgreementVersion) -> str:
    """Return who has agreed, in one line; empty where nobody is named."""
    named = [each.name for each in version.parties] + list(
        dict.fromkeys(each.party for each in version.targets if each.party)
    )
    return joined(dict.fromkeys(named))


def title(version: AgreementVersion) -> str:
    """Return the version as a heading: `Service desk, version 2`."""
    return f"{version.name or version.agreement}, version {version.number}"
