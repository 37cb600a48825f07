"""Tests of the mappings under `sample/` on the logs shipped with them, against figures counted by other means."""

from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from servanda.engine.events import EventKind, Ticket
from servanda.files.mappings import read_mapping
from servanda.files.tickets import ReadOutcome, read_tickets
from tests.files.mapping_examples import story

SAMPLE = Path(__file__).parents[2] / "sample"


@cache
def service_desk() -> ReadOutcome:
    folder = SAMPLE / "servicenow"
    return read_tickets(read_mapping(folder / "mapping.yaml"), folder / "incident_event_log.csv.gz")


@cache
def city() -> ReadOutcome:
    folder = SAMPLE / "boston311"
    return read_tickets(read_mapping(folder / "mapping.yaml"), folder / "boston311_2013_2018.csv.gz")


def ticket(outcome: ReadOutcome, number: str) -> Ticket:
    return next(each for each in outcome.tickets if each.number == number)


def kinds(outcome: ReadOutcome) -> Counter[EventKind]:
    return Counter(event.kind for each in outcome.tickets for event in each.events)


@pytest.mark.slow
def test_every_incident_of_the_service_desk_is_read_and_its_faults_are_counted() -> None:
    outcome = service_desk()
    assert (outcome.notes.rows, len(outcome.tickets), outcome.notes.rejects) == (119_997, 20_768, ())
    assert outcome.notes.flags == {
        "no claimed resolved time": 1_418,
        "event before opening": 5,
        "times run backwards": 5,
        "states within one instant": 13,
    }
    assert set(outcome.notes.precision.values()) == {"minute"}


@pytest.mark.slow
def test_the_verdicts_of_the_service_desk_are_those_of_the_last_rows() -> None:
    assert Counter(each.claims.met for each in service_desk().tickets) == {True: 12_594, False: 8_174}


@pytest.mark.slow
def test_an_incident_is_closed_when_it_comes_to_be_closed_though_closed_at_is_its_last_row() -> None:
    # 39 incidents were edited while they were closed, such as INC0001006: closed on 8 March, edited on 21 August.
    def closed(each: Ticket) -> datetime:
        return max(event.happened_at for event in each.events if event.kind is EventKind.CLOSED)

    assert sum(closed(each) != each.claims.closed_at for each in service_desk().tickets) == 39
    edited = ticket(service_desk(), "INC0001006")
    assert closed(edited) == datetime(2016, 3, 8, 17, 0, tzinfo=UTC)
    assert edited.claims.closed_at == datetime(2016, 8, 21, 18, 58, tzinfo=UTC)


@pytest.mark.slow
def test_of_the_incidents_without_a_claimed_resolution_three_were_never_seen_resolved() -> None:
    unclaimed = [each for each in service_desk().tickets if each.claims.resolved_at is None]
    never = [each for each in unclaimed if all(event.kind is not EventKind.RESOLVED for event in each.events)]
    assert (len(unclaimed), len(never)) == (1_418, 3)


@pytest.mark.slow
def test_the_story_of_one_incident() -> None:
    # Rows 6 to 14 of the log: updated 29/2 04:57 ... 1/3 09:14 Awaiting User Info, 09:52 Resolved, 6/3 10:00 Closed.
    incident = ticket(service_desk(), "INC0000047")
    assert story(incident) == [
        "29 04:40 opened",
        "29 04:57 assigned",
        "29 05:30 assigned",
        "01 09:14 assigned",
        "01 09:14 paused user",
        "01 09:52 resumed user",
        "01 09:52 resolved",
        "06 10:00 closed",
    ]
    assert incident.opened.changes["priority"] == "3 - Moderate"


@pytest.mark.slow
def test_an_incident_that_waited_for_less_than_a_minute_does_not_wait_for_ever() -> None:
    # On 23/3 at 11:43 it was active, awaiting the user, and active again; it waited from 28/3 17:38 to 29/3 14:16.
    incident = ticket(service_desk(), "INC0009258")
    assert incident.flags == ("states within one instant",)
    assert [each for each in story(incident) if "user" in each] == ["28 17:38 paused user", "29 14:16 resumed user"]


@pytest.mark.slow
def test_every_request_to_the_city_is_read_and_its_faults_are_counted() -> None:
    outcome = city()
    assert (outcome.notes.rows, len(outcome.tickets), outcome.notes.rejects) == (39_331, 39_331, ())
    assert outcome.notes.flags == {"event before opening": 10, "time in a daylight-saving overlap": 1}
    assert kinds(outcome) == {EventKind.OPENED: 39_331, EventKind.CLOSED: 26_154}


@pytest.mark.slow
def test_the_claims_of_the_city_are_those_it_published() -> None:
    tickets = city().tickets
    assert Counter(each.claims.met for each in tickets) == {True: 35_787, False: 3_543, None: 1}
    assert sum(each.claims.due_at is not None for each in tickets) == 23_737
    assert len({each.opened.changes["service"] for each in tickets}) == 109


@pytest.mark.slow
def test_the_city_s_verdict_is_that_of_its_own_due_time() -> None:
    judged = [
        (each.claims.closed_at <= each.claims.due_at) is each.claims.met
        for each in city().tickets
        if each.claims.due_at and each.claims.closed_at and each.claims.met is not None
    ]
    assert (len(judged), all(judged)) == (21_238, True)


@pytest.mark.slow
def test_the_city_s_times_are_repaired() -> None:
    # Published: opened 2013-01-01 06:32:33, due a day later, closed 13:14:40; in Boston 5 hours later, in UTC 10.
    request = ticket(city(), "101000729509")
    assert request.opened_at == datetime(2013, 1, 1, 16, 32, 33, tzinfo=UTC)
    assert request.claims.due_at == datetime(2013, 1, 2, 16, 32, 33, tzinfo=UTC)
    assert request.claims.closed_at == datetime(2013, 1, 1, 23, 14, 40, tzinfo=UTC)


WAITING = """\
SR Number,Change Date+Time,Status,Sub Status,Involved ST,SR Latest Impact,Product,Owner First Name
1-1,2012-05-02T09:00:00+01:00,Queued,Awaiting Assignment,V5,High,PROD1,Ann
1-1,2012-05-02T09:20:00+01:00,Accepted,In Progress,V5,High,PROD1,Ben
1-1,2012-05-02T10:00:00+01:00,Accepted,Wait - User,V5,High,PROD1,Ben
1-1,2012-05-03T08:00:00+01:00,Accepted,Wait - Vendor,V5,High,PROD1,Ben
1-1,2012-05-03T11:30:00+01:00,Completed,Resolved,V5,High,PROD1,Ben
1-1,2012-05-10T00:21:30+01:00,Completed,Closed,V5,High,PROD1,Siebel
"""


def test_wait_states_are_pauses_and_the_offset_is_trusted_in_summer_too(tmp_path: Path) -> None:
    # Swedish wall clocks are at +02:00 in May; the log says +01:00 and means it.
    table = tmp_path / "log.csv"
    table.write_text(WAITING, "utf-8")
    (request,) = read_tickets(read_mapping(SAMPLE / "volvo" / "mapping.yaml"), table).tickets
    assert [each for each in story(request) if "assigned" not in each] == [
        "02 08:00 opened",
        "02 08:20 first_responded",
        "02 09:00 paused user",
        "03 07:00 resumed user",
        "03 07:00 paused vendor",
        "03 10:30 resumed vendor",
        "03 10:30 resolved",
        "09 23:21 closed",
    ]
