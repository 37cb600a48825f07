"""A version of an agreement as PDF, with room for the signatures of its sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servanda.engine.agreements import AgreementVersion
from servanda.engine.zones import to_local
from servanda.reports.agreements import Document, document, title
from servanda.reports.agreements.parts import Names, Part, Promise, Statement
from servanda.reports.paper import printed
from servanda.reports.words import day

OF_HASH = "This hash stands for every word of the version:"


@dataclass(frozen=True, slots=True)
class Signing:
    """How a version stands, for each side who approved it and when, and the hash of its content."""

    standing: str
    signatures: Sequence[tuple[str, str, datetime | None]]
    content_hash: str


def rendered(version: AgreementVersion, names: Names, organisation: str, signing: Signing, now: datetime) -> bytes:
    """Return the PDF; raise `NotSet` where it cannot be made."""
    return printed("agreement", record(version, names, organisation, signing, now))


def record(
    version: AgreementVersion, names: Names, organisation: str, signing: Signing, now: datetime
) -> dict[str, Any]:
    """Return what the template shows."""
    at = to_local("UTC", now).replace(microsecond=0)
    told = document(version, names)
    return {
        "title": title(version),
        "organisation": organisation,
        "standing": f"{signing.standing[0].upper()}{signing.standing[1:]}",
        "lead": _lead(version),
        "made_at": at.isoformat(),
        "made_on": [at.year, at.month, at.day],
        "parts": [*map(_part, _before(told)), *map(_promise, told.promises), *map(_part, _after(told))],
        "signatures": [_signature(each, version) for each in signing.signatures],
        "hash": signing.content_hash,
        "says_of_hash": OF_HASH,
    }


def _lead(version: AgreementVersion) -> str:
    until = f" to {day(version.effective_until)}" if version.effective_until else ", no end agreed"
    return f"For tickets opened from {day(version.effective_from)}{until}."


def _before(told: Document) -> list[Part]:
    return [told.scope]


def _after(told: Document) -> list[Part]:
    return [each for each in (*told.hours, told.priorities, *told.beside) if each.statements]


def _part(part: Part) -> dict[str, Any]:
    return {"heading": part.heading, "sentences": [], "rows": [_row(each) for each in part.statements]}


def _promise(promise: Promise) -> dict[str, Any]:
    sentences = [each for each in (promise.summary, promise.not_agreed) if each]
    rows = [_row(each) for each in (*promise.limits, *promise.terms)]
    return {"heading": promise.heading, "sentences": sentences, "rows": rows}


def _row(statement: Statement) -> list[str]:
    says = ("; " if statement.listed else " ").join(statement.says)
    return [statement.about, says[0].upper() + says[1:]]


def _signature(each: tuple[str, str, datetime | None], version: AgreementVersion) -> list[str]:
    side, name, at = each
    return [side, name, day(version.local_date(at)) if at else "", ""]
