"""The evidence for an answer, read as a person reads it."""

import pytest

from servanda.conformance.cases import Case, read_cases
from servanda.conformance.explanations import MOST_LINES, explain, shorter
from tests.architecture.sources import ROOT

CORNERS = read_cases(ROOT / "tests" / "conformance" / "cases" / "corners.json")
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = {"tz": "Europe/Paris", "weekly": WEEK}


def lines(op: str, asked: object, calendar: object = OFFICE) -> list[str]:
    """Return the evidence without our answer, which is its first line."""
    ours, *evidence = explain(op, calendar, asked)
    assert ours.startswith("ours:")
    return evidence


def test_a_due_instant_is_told_by_the_openings_that_were_used() -> None:
    assert lines("due", {"start": "2026-01-09T16:00:00+01:00", "seconds": 7200}) == [
        "Opening hours used in Europe/Paris, from Fri 2026-01-09 16:00:00+01:00:",
        "Fri 2026-01-09 16:00:00+01:00 to Fri 2026-01-09 17:00:00+01:00  1:00:00, 1:00:00 so far",
        "Mon 2026-01-12 09:00:00+01:00 to Mon 2026-01-12 10:00:00+01:00  1:00:00, 2:00:00 so far",
        "Used up at Mon 2026-01-12 10:00:00+01:00.",
    ]


def test_a_due_instant_counted_backwards_is_told_from_its_end() -> None:
    told = lines("due", {"start": "2026-01-12T10:00:00+01:00", "seconds": 7200, "direction": "backward"})
    assert [line[:33] for line in told[1:3]] == [
        "Mon 2026-01-12 09:00:00+01:00 to ",
        "Fri 2026-01-09 16:00:00+01:00 to ",
    ]
    assert told[-1] == "Used up at Fri 2026-01-09 16:00:00+01:00."


def test_elapsed_time_is_told_by_its_openings() -> None:
    told = lines("elapsed", {"start": "2026-01-09T16:00:00.5+01:00", "end": "2026-01-12T09:30:00+01:00"})
    assert told[1].endswith("0:59:59.500000, 0:59:59.500000 so far")
    assert told[2].endswith("0:30:00, 1:29:59.500000 so far")


def test_a_clock_is_told_by_spans_that_add_up() -> None:
    told = lines(
        "clock",
        {
            "created": "2026-01-09T16:00:00+01:00",
            "targets": {"resolution": 7200},
            "events": [
                {"at": "2026-01-12T09:30:00+01:00", "type": "pause"},
                {"at": "2026-01-12T10:30:00+01:00", "type": "resume"},
                {"at": "2026-01-12T12:00:00+01:00", "type": "resolve"},
            ],
        },
    )
    assert told == [
        "resolution: limit 2 hours",
        "  counted       Fri 2026-01-09 16:00:00+01:00 to Fri 2026-01-09 17:00:00+01:00  1:00:00, since opened",
        "  outside hours Fri 2026-01-09 17:00:00+01:00 to Mon 2026-01-12 09:00:00+01:00  64:00:00",
        "  counted       Mon 2026-01-12 09:00:00+01:00 to Mon 2026-01-12 09:30:00+01:00  0:30:00, since opened",
        "  paused        Mon 2026-01-12 09:30:00+01:00 to Mon 2026-01-12 10:30:00+01:00  1:00:00, since paused",
        "  counted       Mon 2026-01-12 10:30:00+01:00 to Mon 2026-01-12 12:00:00+01:00  1:30:00, since resumed",
        "  counted 3:00:00 + paused 1:00:00 + outside hours 64:00:00 = 68:00:00 on the wall",
        "  state missed, due Mon 2026-01-12 11:00:00+01:00, stopped Mon 2026-01-12 12:00:00+01:00, "
        "breached Mon 2026-01-12 11:00:00+01:00",
    ]


def test_each_exchange_of_an_update_is_told() -> None:
    asked = {
        "created": "2026-01-09T09:00:00+01:00",
        "customer_opens": True,
        "targets": {"update": 3600},
        "events": [
            {"at": "2026-01-09T10:00:00+01:00", "type": "reply"},
            {"at": "2026-01-09T11:00:00+01:00", "type": "customer_message"},
        ],
        "as_of": "2026-01-09T11:30:00+01:00",
    }
    told = lines("clock", asked)
    assert [line for line in told if "exchange" in line] == ["  exchange 1:", "  exchange 2:"]


def test_a_clock_that_nothing_has_started_says_so() -> None:
    asked = {"created": "2026-01-09T09:00:00+01:00", "targets": {"update": 3600}, "events": []}
    assert lines("clock", asked)[-2:] == ["update: limit 1 hour", "  nothing has started it"]


def test_dates_are_told_with_what_the_calendar_holds_for_them() -> None:
    calendar = OFFICE | {"holidays": ["2026-01-12"], "weekly_breaks": {"tue": [["12:00", "13:00"]]}}
    assert lines("add_days", {"start": "2026-01-09T10:00:00+01:00", "days": 1}, calendar)[1:] == [
        "Fri 2026-01-09: shifts 09:00-17:00, breaks none: open",
        "Sat 2026-01-10: shifts none, breaks none: not open",
        "Sun 2026-01-11: shifts none, breaks none: not open",
        "Mon 2026-01-12: shifts 09:00-17:00, breaks none, a holiday: not open",
        "Tue 2026-01-13: shifts 09:00-17:00, breaks 12:00-13:00: open, 1 of 1",
    ]


def test_an_instant_is_told_by_the_openings_around_it() -> None:
    told = lines("is_open", {"at": "2026-01-10T10:00:00+01:00"})
    assert [line[:22] for line in told[1:]] == [
        "before: Thu 2026-01-08",
        "before: Fri 2026-01-09",
        "after:  Mon 2026-01-12",
        "after:  Tue 2026-01-13",
        "after:  Wed 2026-01-14",
    ]


def test_openings_that_run_out_are_shown_as_far_as_they_go() -> None:
    once = {"tz": "UTC", "special": {"2026-01-05": [["09:00", "17:00"]]}}
    told = lines("is_open", {"at": "2026-01-05T10:00:00+00:00"}, once)
    assert [line[:7] for line in told[1:]] == ["before:", "after: "]


def test_availability_is_told_by_what_was_agreed_and_what_was_down() -> None:
    asked = {
        "from": "2026-01-09T00:00:00+01:00",
        "to": "2026-01-10T00:00:00+01:00",
        "outages": [["2026-01-09T16:00:00+01:00", None]],
    }
    told = lines("availability", asked)
    assert told[0] == "Agreed service time:"
    assert "Of which nothing is known, so left out: none" in told
    assert told[-1] == "7:00:00 of 8:00:00 = 7/8; failures: 1"


def test_a_status_is_told_by_each_rule() -> None:
    rule = {"type": "np_ge", "limit_status": 1, "limit_value": 50, "new_status": 5}
    children = [{"status": -1}, {"status": 1, "rule": "increase", "value": 1}]
    asked = {"question": "parent", "algorithm": "most_critical", "children": children, "status_rules": [rule]}
    assert lines("status", asked, None) == [
        "Main status by most_critical: 2",
        "Statuses as seen: -1, 2",
        "np_ge of status 1: 50 against 50, so status 5",
    ]


def test_a_refused_question_has_no_evidence() -> None:
    assert lines("due", {}) == ["The question was refused, so there is nothing more to show."]
    assert explain("guess", None, {}) == ["The op 'guess' is unknown, so there is nothing to show."]


def test_of_a_long_list_the_beginning_and_the_end_are_shown() -> None:
    told = list(shorter(str(number) for number in range(1000)))
    assert (len(told), told[0], told[-1]) == (MOST_LINES + 1, "0", "999")
    assert told[MOST_LINES // 2] == "... 960 more"


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CORNERS])
def test_every_answer_has_evidence(case: Case) -> None:
    question = case.question
    assert len(explain(question.op, question.calendar, question.asked)) > 1
