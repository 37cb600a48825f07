"""Duties, communication, goals and endings, as they are written in agreement files."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

from servanda.engine.agreement_terms import Announcement, Duty, Goal, InvalidTerm, Termination
from servanda.files import notation
from servanda.files.records import Record

Term = TypeVar("Term")


def read(record: Record) -> dict[str, Any]:
    """Return the terms of a version by the names of its fields, with a finding for each that makes no sense."""
    ending = record.record("termination")
    return {
        "duties": tuple(_each(record.records("duties"), _duty)),
        "communication": tuple(_each(record.records("communication"), _announcement)),
        "goals": tuple(_each(record.records("goals"), _goal)),
        "termination": next(_each([ending], _termination), None) if ending else None,
    }


def _each(records: list[Record], make: Callable[[Record], Term | None]) -> Iterator[Term]:
    for record in records:
        try:
            made = make(record)
        except InvalidTerm as invalid:
            record.refuse("SV105", str(invalid))
            continue
        if made is not None:
            yield made


def _duty(record: Record) -> Duty:
    return Duty(record.text("of"), record.text("does"))


def _announcement(record: Record) -> Announcement:
    return Announcement(*(record.text(key) for key in ("event", "to", "by", "channel", "within")))


def _goal(record: Record) -> Goal | None:
    number, _, measure = record.text("baseline").partition(" ")
    change, by = record.read("change", notation.change), record.day("by")
    if change is None or by is None:
        return None
    return Goal(record.text("id"), Decimal(number), measure.strip(), change, by, record.text("source"))


def _termination(record: Record) -> Termination:
    return Termination(record.number("notice_days"), record.text("renews_every"), record.text("terms"))
