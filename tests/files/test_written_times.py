"""Tests of times as sources write them: formats, zones, repairs, precision."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.engine.zones import UnknownZone, zone
from servanda.files.written_times import InvalidTimeStyle, TimeReader, TimeStyle, UnreadableTime

BOSTON = "America/New_York"


def reader(*formats: str, zone: str = "UTC", offsets: bool = False, taken_for_utc: str = "") -> TimeReader:
    return TimeReader(TimeStyle(formats, zone, offsets, taken_for_utc))


def fault(texts: TimeReader, text: str) -> str:
    with pytest.raises(UnreadableTime) as refusal:
        texts.read(text)
    return refusal.value.fault


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("%d/%m/%Y %H:%M", "29/2/2016 13:16"),
        ("%Y-%m-%d %H:%M:%S", "2016-02-29 13:16:00"),
        ("%m/%d/%Y %I:%M:%S %p", "02/29/2016 01:16:00 PM"),
        ("%d-%b-%y %H:%M", "29-Feb-16 13:16"),
        ("%A, %d %B %Y %H:%M", "Monday, 29 February 2016 13:16"),
        ("%Y-%m-%dT%H:%M:%S.%f", "2016-02-29T13:16:00.000"),
        ("%d.%m.%Y %H:%M UTC", "29.02.2016 13:16 UTC"),
        ("iso", "2016-02-29T13:16"),
        ("iso", "2016-02-29 13:16:00"),
        ("iso", "20160229T131600"),
        ("serial 1900", "42429.5527777778"),
        ("serial 1904", "40967.5527777778"),
    ],
)
def test_one_instant_in_many_formats(written: str, text: str) -> None:
    assert reader(written).read(text).at == datetime(2016, 2, 29, 13, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("iso", "2016-02-29T14:16:00+01:00"),
        ("iso", "2016-02-29T13:16:00Z"),
        ("%d/%m/%Y %H:%M %z", "29/02/2016 14:16 +0100"),
        ("%d/%m/%Y %H:%M%z", "29/02/2016 13:16Z"),
        ("%d/%m/%Y %H:%M%z", "29/02/2016 08:16-05:00"),
        ("unix seconds", "1456751760"),
        ("unix milliseconds", "1456751760000"),
    ],
)
def test_one_instant_with_its_offset(written: str, text: str) -> None:
    trusted = TimeReader(TimeStyle((written,), trusts_offsets=True))
    assert trusted.read(text).at == datetime(2016, 2, 29, 13, 16, tzinfo=UTC)


def test_noon_and_midnight_of_a_12_hour_clock() -> None:
    twelve = reader("%m/%d/%Y %I:%M %p")
    assert twelve.read("02/29/2016 12:00 AM").at == datetime(2016, 2, 29, 0, 0, tzinfo=UTC)
    assert twelve.read("02/29/2016 12:00 PM").at == datetime(2016, 2, 29, 12, 0, tzinfo=UTC)
    assert fault(twelve, "02/29/2016 13:00 PM") == "time unreadable"


def test_a_local_time_is_put_into_its_zone() -> None:
    paris = reader("iso", zone="Europe/Paris")
    assert paris.read("2026-01-09T16:00").at == datetime(2026, 1, 9, 15, 0, tzinfo=UTC)
    assert paris.read("2026-07-09T16:00").at == datetime(2026, 7, 9, 14, 0, tzinfo=UTC)


def test_local_time_taken_for_utc_is_repaired_in_winter_and_summer() -> None:
    # Published 06:32:33 is 11:32:33 UTC in winter, which was the wall clock in Boston: 16:32:33 UTC.
    shifted = reader("%Y-%m-%d %H:%M:%S", zone=BOSTON, taken_for_utc=BOSTON)
    assert shifted.read("2013-01-01 06:32:33").at == datetime(2013, 1, 1, 16, 32, 33, tzinfo=UTC)
    # In summer published 06:32:33 is 10:32:33 UTC, the wall clock in Boston: 14:32:33 UTC.
    assert shifted.read("2013-07-01 06:32:33").at == datetime(2013, 7, 1, 14, 32, 33, tzinfo=UTC)


def test_a_repaired_time_that_came_twice_is_doubted() -> None:
    shifted = reader("%Y-%m-%d %H:%M:%S", zone=BOSTON, taken_for_utc=BOSTON)
    written = shifted.read("2016-11-05 21:31:14")
    assert written.at == datetime(2016, 11, 6, 5, 31, 14, tzinfo=UTC)
    assert [doubt.fault for doubt in written.doubts] == ["time in a daylight-saving overlap"]


@given(st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1)))  # noqa: DTZ001  # a wall clock has no zone
def test_the_repair_undoes_the_publishing_fault(wall: datetime) -> None:
    wall = wall.replace(microsecond=0)
    plain = reader("iso", zone=BOSTON).read(wall.isoformat())
    mistaken = wall.replace(tzinfo=UTC).astimezone(boston()).replace(tzinfo=None)
    repaired = reader("iso", zone=BOSTON, taken_for_utc=BOSTON).read(mistaken.isoformat())
    if not repaired.doubts:
        assert repaired.at == plain.at


def boston() -> ZoneInfo:
    return zone(BOSTON)


def test_what_is_no_time_is_named_after_its_damage() -> None:
    day_first = reader("%d/%m/%Y %H:%M")
    assert fault(day_first, "2/29/2016 01:16") == "mixed date styles"
    assert fault(day_first, "42430.05") == "spreadsheet serial date"
    assert fault(day_first, "42430,05") == "decimal comma"
    assert fault(day_first, "1d 4h") == "duration for a time"
    assert fault(day_first, "100:30") == "duration for a time"
    assert fault(day_first, "29/02/2016") == "date without a time"
    assert fault(day_first, "2016-02-29") == "date without a time"
    assert fault(day_first, "yesterday") == "time unreadable"


def test_a_date_alone_is_an_instant_only_where_a_format_says_so() -> None:
    assert reader("%d/%m/%Y %H:%M", "%d/%m/%Y").read("29/02/2016").at == datetime(2016, 2, 29, tzinfo=UTC)
    assert fault(reader("iso"), "2016-02-29") == "date without a time"


def test_the_precision_is_the_finest_unit_that_occurs() -> None:
    seconds = reader("iso")
    assert seconds.precision == "none read"
    for text, precision in (
        ("2016-02-29T00:00:00", "day"),
        ("2016-02-29T13:16:00", "minute"),
        ("2016-02-29T13:16:07", "second"),
        ("2016-02-29T13:16:07.250", "below a second"),
    ):
        seconds.read(text)
        assert seconds.precision == precision


def test_a_day_above_12_proves_the_order_of_day_and_month() -> None:
    day_first = reader("%d/%m/%Y %H:%M")
    day_first.read("09/01/2026 16:00")
    assert (day_first.needs_proof, day_first.proves_order) == (True, False)
    day_first.read("29/01/2026 16:00")
    assert day_first.proves_order
    year_first = reader("%Y-%m-%d %H:%M")
    year_first.read("2026-01-09 16:00")
    assert not year_first.needs_proof


@pytest.mark.parametrize(
    ("formats", "says"),
    [
        ((), "No format"),
        (("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"), "either way"),
        (("dd/mm/yyyy",), "is no format"),
        (("%d/%m/%Y %I:%M",), "without AM or PM"),
        (("%d/%m %H:%M",), "must name the year once"),
        (("%d/%m/%Y %H:%M %Q",), "'%Q'"),
    ],
)
def test_a_style_that_could_be_read_two_ways_or_not_at_all_is_refused(formats: tuple[str, ...], says: str) -> None:
    with pytest.raises(InvalidTimeStyle, match=says):
        reader(*formats)


def test_a_style_says_what_a_time_without_an_offset_means() -> None:
    with pytest.raises(InvalidTimeStyle, match="Neither a zone nor"):
        TimeStyle(("iso",))


def test_a_style_knows_its_zone() -> None:
    with pytest.raises(UnknownZone):
        TimeStyle(("iso",), "Europe/Atlantis")


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (reader("%d/%m/%Y %H:%M"), "31/12/9999 23:59"),
        (reader("%d/%m/%Y %H:%M", zone=BOSTON), "31/12/9999 23:59"),
        (reader("%d/%m/%Y %H:%M", zone=BOSTON, taken_for_utc=BOSTON), "01/01/0001 00:00"),
        (reader("iso", offsets=True), "0001-01-01T00:00:00+14:00"),
        (reader("iso", offsets=True), "9999-12-31T23:59:59-01:00"),
        (reader("unix milliseconds", offsets=True), "9999999999999"),
        # A year that is plausible on the wall clock alone: at 1900-01-01 00:00 in Auckland it is 1899 in UTC.
        (reader("%d/%m/%Y %H:%M", zone="Pacific/Auckland"), "01/01/1900 00:00"),
        (reader("iso", offsets=True), "2199-12-31T23:59:59-01:00"),
    ],
)
def test_a_year_before_1900_or_after_2199_is_implausible(texts: TimeReader, text: str) -> None:
    assert fault(texts, text) == "implausible year"
    assert texts.precision == "none read"


@pytest.mark.parametrize("text", ["1900-01-01T00:00:00+00:00", "2199-12-31T23:59:59+00:00"])
def test_the_first_and_the_last_plausible_instant_are_read(text: str) -> None:
    assert reader("iso", offsets=True).read(text).at == datetime.fromisoformat(text)
