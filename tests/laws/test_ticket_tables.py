"""Laws of reading tickets from tables: nothing is lost without a word, and no damage ends in a crash."""

import gzip
import tempfile
import textwrap
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from servanda.files.input_faults import RefusedFile
from servanda.files.mapping_form import TicketMapping
from servanda.files.mappings import read_mapping
from servanda.files.tickets import ReadOutcome, read_tickets
from tests.files.mapping_examples import EVENTS, TICKETS, events, story, tickets

ROWS = (
    "A1,09/01/2026 16:00,12/01/2026 12:00,P1",
    "A2,29/01/2026 09:00,,P2",
    'A3,29/01/2026 09:00,,"P1, urgent"',
    "A4,30/01/2026 09:00,29/01/2026 09:00,P2",
    "A5,tomorrow,,P2",
    ",30/01/2026 09:00,,P2",
    "A6,30/01/2026 09:00,P2",
    ",,,",
    "A2,29/01/2026 09:00,,P2",
)
WHOLE = tickets(*ROWS[:6]).encode()
STATES = ("New", "In Progress", "Awaiting User", "Awaiting Vendor", "Resolved", "Closed", "Cancelled")


def outcome_of(table: str | bytes, mapping: str = TICKETS) -> ReadOutcome:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tickets.csv"
        path.write_bytes(table if isinstance(table, bytes) else table.encode())
        return read_tickets(mapping_of(mapping), path)


@cache
def mapping_of(text: str) -> TicketMapping:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mapping.yaml"
        path.write_text(textwrap.dedent(text), "utf-8")
        return read_mapping(path)


def outcome_or_refusal(table: bytes) -> ReadOutcome | RefusedFile:
    try:
        return outcome_of(table)
    except RefusedFile as refusal:
        return refusal


@given(st.lists(st.sampled_from(ROWS), min_size=1, max_size=12))
def test_every_row_is_a_ticket_or_listed_or_counted(rows: list[str]) -> None:
    outcome = outcome_of(tickets(*rows))
    notes = outcome.notes
    skipped = notes.flags.get("row repeated", 0) + notes.flags.get("empty row", 0)
    assert notes.rows == len(rows) == len(outcome.tickets) + len(notes.rejects) + skipped


@given(
    st.integers(0, len(WHOLE) - 1),
    st.integers(0, 8),
    st.binary(max_size=8) | st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"\xff\xfe", b"\xe9", b"\xc3\xa9", b";"]),
)
def test_damage_anywhere_is_refused_in_words_or_read_with_an_account(place: int, cut: int, put: bytes) -> None:
    found = outcome_or_refusal(WHOLE[:place] + put + WHOLE[place + cut :])
    if isinstance(found, RefusedFile):
        assert all((found.found, found.expected, found.mend))
    else:
        assert len(found.tickets) + len(found.notes.rejects) <= found.notes.rows


@given(st.integers(0, 200), st.integers(1, 255))
def test_damage_to_packed_data_is_refused_or_read_as_what_it_unpacks_to(place: int, flip: int) -> None:
    data = bytearray(gzip.compress(WHOLE, mtime=0))
    data[place % len(data)] ^= flip
    found = outcome_or_refusal(bytes(data))
    assert isinstance(found, RefusedFile) or found == outcome_of(gzip.decompress(bytes(data)))


@given(
    st.lists(
        st.tuples(st.sampled_from(("A1", "A2")), st.integers(0, 400), st.sampled_from(STATES)),
        min_size=1,
        max_size=10,
        unique_by=lambda each: (each[0], each[1]),
    ),
    st.randoms(use_true_random=False),
)
def test_ordered_by_time_the_rows_may_come_in_any_order(changes: list[tuple[str, int, str]], chance: Random) -> None:
    rows = [event_row(*change) for change in changes]
    mapping = EVENTS.replace("order: file", "order: time")
    first = {each.number: story(each) for each in outcome_of(events(*rows), mapping).tickets}
    chance.shuffle(rows)
    assert {each.number: story(each) for each in outcome_of(events(*rows), mapping).tickets} == first


def event_row(number: str, minutes: int, state: str) -> str:
    at = datetime.fromisoformat("2026-01-29T09:00") + timedelta(minutes=minutes)
    return f"{number},{at:%d/%m/%Y %H:%M},29/01/2026 09:00,{state},P1,Desk"
