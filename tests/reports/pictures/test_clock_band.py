from dataclasses import replace
from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest

from servanda.engine.clocks import State
from servanda.engine.evidence import Use
from servanda.engine.instants import HOUR
from servanda.engine.targets import ANY_PRIORITY, Limit, Unit
from servanda.reports import explanation
from servanda.reports.pictures import clock_band
from servanda.reports.pictures.clock_band import Band, Stretch
from tests import june
from tests.reports.pictures.drawn import HOSTILE, SVG, at, faults, parsed, repair, story, texts


def bars(band: Band) -> list[tuple[float, float, str]]:
    """Return where the areas of the bar begin and end, out of 640, and how they are painted."""
    bar = next(each for each in parsed(clock_band.draw(band, "b")).iter(f"{SVG}g") if each.get("transform"))
    return [edges(each) for each in bar.iter(f"{SVG}rect") if each.get("fill") != "none"]


def edges(area: Element) -> tuple[float, float, str]:
    x, width = float(area.get("x", "0")), float(area.get("width", "0"))
    return round(x), round(x + width), area.get("fill", "")


def test_the_stretches_of_a_missed_repair_lie_where_the_hours_put_them() -> None:
    whole = 24.5  # from Monday 15:00 to Tuesday 15:30
    expected = [(0, 1, "#0d5484"), (1, 2, "url(#b-diagonal)"), (17, 24, "#0d5484"), (24, 24.5, "url(#b-late)")]
    found = bars(repair())
    hour = 640 / whole
    ground = (0, 640, "#ffffff")
    assert found == [ground, *((round(first * hour), round(last * hour), paint) for first, last, paint in expected)]


def test_half_and_three_quarters_stand_where_so_much_was_counted() -> None:
    band = repair()
    assert band.limit == timedelta(hours=8)
    # Counted from Monday 15:00 to 16:00 and from Tuesday 08:00 on: four hours are full at 11:00, six at 13:00.
    assert [label.at for label in clock_band._shares(band)] == [at("2026-03-03 11:00"), at("2026-03-03 13:00")]


def test_the_instants_stand_over_the_bar_in_words() -> None:
    said = texts(clock_band.draw(repair(), "b"))
    assert "Due and missed Tue 3 Mar 2026 15:00" in said
    assert "Stopped Tue 3 Mar 2026 15:30" in said
    assert "waiting for parts: 1 h" in said
    assert "Counted 8 h" in said
    assert "Counted after it was due 30 min" in said
    assert "Times in Europe/London." in said


def test_a_due_instant_far_ahead_is_named_but_does_not_shrink_the_band() -> None:
    stretch = Stretch(at("2026-03-02 09:00"), at("2026-03-02 09:04"), Use.COUNTED)
    due = at("2026-06-30 09:00")
    band = Band("Repair", "Europe/London", (stretch,), stretch.end, State.RUNNING, timedelta(days=120), due)
    assert bars(band)[1] == (0, 640, "#0d5484")
    assert "Due Tue 30 Jun 2026 09:00 →" in texts(clock_band.draw(band, "b"))


def test_a_due_instant_near_by_ends_the_line() -> None:
    stretch = Stretch(at("2026-03-02 09:00"), at("2026-03-02 13:00"), Use.COUNTED)
    due = at("2026-03-02 17:00")
    band = Band("Repair", "Europe/London", (stretch,), stretch.end, State.RUNNING, timedelta(hours=8), due)
    assert bars(band)[1:] == [(0, 320, "#0d5484"), (320, 640, "#eef1f1")]


def test_a_year_of_days_becomes_stripes_that_say_so() -> None:
    days = [at("2025-01-01 08:00") + timedelta(days=place) for place in range(365)]
    parts = [
        part
        for day in days
        for part in (
            Stretch(day, day + timedelta(hours=9), Use.COUNTED),
            Stretch(day + timedelta(hours=9), day + timedelta(hours=24), Use.OUTSIDE_HOURS),
        )
    ]
    band = Band("Repair", "UTC", tuple(parts), parts[-1].end, State.RUNNING)
    drawn = clock_band.draw(band, "b")
    assert len(bars(band)) == 2  # the ground, and days that all look the same as one
    assert any("Each stripe is a day" in said for said in texts(drawn))
    assert len(drawn.svg) < 10_000


def test_a_closed_day_is_not_drawn_as_counted_because_the_next_one_opens_at_midnight() -> None:
    start, opens = at("2025-01-01 00:00"), at("2025-03-01 00:00")
    closed = Stretch(start, opens, Use.OUTSIDE_HOURS)
    counted = Stretch(opens, at("2025-04-11 00:00"), Use.COUNTED)
    band = Band("Repair", "Europe/London", (closed, counted), counted.end, State.RUNNING)
    [_, (first, _, paint)] = bars(band)
    assert (first, paint) == (round(640 * (opens - start) / (counted.end - start)), "#0d5484")


def test_how_much_was_counted_until_an_instant_and_when_so_much_was_are_told_from_the_same_sums() -> None:
    counted = repair().counted
    assert counted.until(at("2026-03-02 14:00")) == timedelta()
    assert counted.until(at("2026-03-02 15:20")) == timedelta(minutes=20)
    assert counted.until(at("2026-03-02 18:00")) == timedelta(hours=1)
    assert counted.until(at("2026-03-03 15:30")) == timedelta(hours=8, minutes=30)
    assert counted.instant_of(timedelta(hours=1)) == at("2026-03-02 16:00")
    assert counted.instant_of(timedelta(hours=1, minutes=1)) == at("2026-03-03 08:01")
    assert counted.instant_of(timedelta(hours=9)) is None


def test_ten_thousand_pauses_within_a_week_stay_a_small_drawing() -> None:
    start = at("2026-03-02 08:00")
    parts = tuple(
        Stretch(
            start + timedelta(minutes=n), start + timedelta(minutes=n + 1), (Use.COUNTED, Use.PAUSED)[n % 2], f"r{n}"
        )
        for n in range(10_000)
    )
    drawn = clock_band.draw(Band("Repair", "UTC", parts, parts[-1].end, State.RUNNING), "b")
    assert "And 4,994 more reasons for a pause, in the table." in texts(drawn)
    assert len(drawn.svg) < 60_000
    assert len(drawn.table_twin.rows) == 10_000


def test_ticks_say_what_the_wall_clock_shows_when_it_jumps() -> None:
    stretch = Stretch(at("2026-03-28 21:00"), at("2026-03-29 09:00"), Use.COUNTED)
    band = Band("Repair", "Europe/London", (stretch,), stretch.end, State.RUNNING)
    said = texts(clock_band.draw(band, "b"))
    assert "Sun 29 Mar" in said
    assert "02:00" in said
    assert "01:00" not in said  # skipped that night


def test_the_table_twin_is_the_table_of_the_explanation() -> None:
    ticket = june.ticket("T4", "2018-06-12 09:00", ("resolved", "2018-06-12 18:00"))
    told = story(ticket, june.coverage(), june.AS_OF)
    band = clock_band.of(told, june.AS_OF)
    assert band is not None
    assert band.limit == timedelta(hours=8)
    assert list(clock_band.table_twin(band).rows) == explanation.table(told)
    assert clock_band.table_twin(band).rows[-1] == ("", "in all", "9 h", "0 min", "0 min", "9 h on the wall")


def test_a_running_clock_knows_its_limit_from_what_is_left() -> None:
    told = story(june.ticket("T7", "2018-06-30 22:00"), june.coverage(), june.AS_OF)
    band = clock_band.of(told, june.AS_OF)
    assert band is not None
    assert band.limit == timedelta(hours=8)
    assert band.stopped_at is None


def test_a_clock_met_early_knows_its_limit_too() -> None:
    limits = {ANY_PRIORITY: Limit(8 * HOUR, Unit.OPEN_TIME)}
    ticket = june.ticket("T1", "2018-06-05 09:00", ("resolved", "2018-06-05 15:00"))
    told = story(ticket, june.coverage(june.target(limits=limits)), june.AS_OF)
    band = clock_band.of(told, june.AS_OF)
    assert band is not None
    assert band.limit == timedelta(hours=8)
    assert [label.said for label in clock_band._shares(band)] == ["50 %", "75 %"]


def test_what_nothing_covers_has_no_band() -> None:
    told = story(june.ticket("T8", "2018-06-05 09:00", service="print"), june.coverage(), june.AS_OF)
    assert clock_band.of(told, june.AS_OF) is None


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("width", [clock_band.WIDTH, clock_band.NARROW])
def test_nothing_that_a_person_wrote_becomes_markup(hostile: str, width: int) -> None:
    band = replace(repair(hostile, hostile), zone="Europe/London")
    assert list(faults(clock_band.draw(band, "b", width))) == []


def test_a_band_refuses_a_gap() -> None:
    first, *_, last = repair().stretches
    with pytest.raises(ValueError, match="side by side"):
        replace(repair(), stretches=(first, last))
