"""A desk with some of everything: tickets drawn by chance over services, customers, suppliers and targets.

Two agreements in two zones, one of them not enforced at first; tickets that are paused, reopened, reclassified,
exempt, not covered, never opened, not to be judged, or taken back from a supplier. The same number draws the same desk.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from servanda.engine.agreements import Book, PriorityScheme
from servanda.engine.events import Event, EventKind, Ticket
from servanda.engine.rights import Assignment, Role, Scope, Viewer
from servanda.services import clocks
from servanda.store import models
from tests.builders import HOUR, book, instant, on, open_time, target, version, working_days
from tests.queries.kept import TODAY, keep_book, keep_tickets

SERVICES = ("mail", "printing", "network", "unheard-of")
CUSTOMERS = ("staff", "pupils", "")
SUPPLIERS = ("acme", "bolt", 'a"supplier":"acme"')
CODES = ("P1", "P2")
SCHEME = PriorityScheme("plain", CODES, values={"1 - High": "P1"})
START = instant("2026-01-05 09:00")
LAST = instant("2026-03-31 00:00")
LATER = (timedelta(), timedelta(days=2, hours=3), timedelta(days=40))


def agreed() -> Book:
    """Return the book of the desk."""
    limits = {"P1": open_time(hours=4), "P2": open_time(hours=20)}
    desk = version(
        target("resolution", limits, id="fix"),
        target("first_response", open_time(hours=2), id="answer"),
        target("hand_over", open_time(hours=8), id="acme-fix", party="acme"),
        services=frozenset({"mail", "printing"}),
        priorities=SCHEME,
    )
    tokyo = version(
        target("resolution", working_days(2), id="fix"),
        target("update", open_time(hours=8), id="news"),
        agreement="network-desk",
        services=frozenset({"network"}),
        zone="Asia/Tokyo",
        enforce_from=on("2026-02-01"),
    )
    return book(desk, tokyo)


def keep(count: int, seed: int = 1) -> models.Organisation:
    """Keep the desk with so many tickets, their clocks and tallies."""
    return keep_these(tickets(count, seed))


def keep_these(some: list[Ticket]) -> models.Organisation:
    """Keep the desk with some tickets."""
    organisation = keep_book(agreed())
    _add(organisation, some)
    return organisation


def keep_more(organisation: models.Organisation, count: int) -> None:
    """Keep so many tickets more."""
    more = [replace(each, number=f"M{each.number}") for each in tickets(count, 2)]
    _add(organisation, more)


def _add(organisation: models.Organisation, some: list[Ticket]) -> None:
    keep_tickets(organisation, some)
    clocks.rebuild(organisation, clocks.agreed(organisation).coverage, opened_from=None)


def tickets(count: int, seed: int) -> list[Ticket]:
    """Return tickets drawn by chance."""
    chance = random.Random(seed)
    return [_ticket(chance, place) for place in range(count)]


def _ticket(chance: random.Random, place: int) -> Ticket:
    events = tuple(_numbered(_events(chance)))
    exempted = {"fix": "agreed by phone"} if chance.random() < 0.05 else {}
    flags = ("times run backwards",) if chance.random() < 0.1 else ()
    source = chance.choice(("desk", "sheet"))
    return Ticket(f"T{place:04}", events, source, "school", flags=flags, exempted=exempted)


def _numbered(events: Iterator[Event]) -> Iterator[Event]:
    for place, event in enumerate(events):
        yield replace(event, id=event.id or f"e{place}")


def _events(chance: random.Random) -> Iterator[Event]:
    at = START + timedelta(minutes=chance.randrange(60 * 24 * 75))
    if chance.random() > 0.02:
        yield Event(EventKind.OPENED, at, changes=_classes(chance))
    for _ in range(chance.randrange(7)):
        at += timedelta(minutes=chance.randrange(1, 60 * 30))
        yield from _event(chance, at)


def _classes(chance: random.Random) -> dict[str, str]:
    word = chance.choice(("P1", "P2", "1 - High", "P9" if chance.random() < 0.1 else "P2"))
    told = {"service": chance.choice(SERVICES), "customer": chance.choice(CUSTOMERS), "priority": word}
    return {name: value for name, value in told.items() if value}


def _event(chance: random.Random, at: datetime) -> Iterator[Event]:
    kind = chance.choice(
        [
            EventKind.PAUSED,
            EventKind.RESUMED,
            EventKind.ASSIGNED,
            EventKind.CUSTOMER_REPLIED,
            EventKind.FIRST_RESPONDED,
            EventKind.REPLIED,
            EventKind.RESOLVED,
            EventKind.REOPENED,
            EventKind.RECLASSIFIED,
            EventKind.CANCELLED if chance.random() < 0.3 else EventKind.NOTED,
        ]
    )
    if kind is EventKind.ASSIGNED:
        key = f"a{at.timestamp():.0f}"
        yield Event(kind, at, id=key, changes={"supplier": chance.choice(SUPPLIERS)})
        if chance.random() < 0.3:
            yield Event(EventKind.RETRACTED, at + HOUR, retracts=key)
    elif kind is EventKind.RECLASSIFIED:
        yield Event(kind, at, changes=_classes(chance))
    else:
        reason = chance.choice(("customer", "parts")) if kind in (EventKind.PAUSED, EventKind.RESUMED) else ""
        yield Event(kind, at, reason=reason)


def viewers(count: int, seed: int) -> list[Viewer]:
    """Return people with one or two assignments each, in scopes drawn by chance."""
    chance = random.Random(seed)
    return [
        Viewer("school", "kim", TODAY, tuple(_assignment(chance) for _ in range(chance.choice((1, 1, 2)))))
        for _ in range(count)
    ]


def _assignment(chance: random.Random) -> Assignment:
    role = chance.choice([Role.TECHNICIAN, Role.REPRESENTATIVE, Role.SUPPLIER_CONTACT, Role.EXECUTIVE])
    needed = role is Role.SUPPLIER_CONTACT
    return Assignment(
        role,
        Scope(
            services=_some(chance, SERVICES),
            customers=_some(chance, CUSTOMERS[:2]),
            suppliers=_some(chance, SUPPLIERS, at_least=int(needed)),
        ),
        until_on=chance.choice((None, None, on("2026-03-01"), TODAY)),
    )


def _some(chance: random.Random, names: tuple[str, ...], at_least: int = 0) -> frozenset[str]:
    count = max(at_least, chance.choice((0, 0, 1, 2)))
    return frozenset(chance.sample(names, min(count, len(names))))
