"""Time zones: the pinned IANA data, and nothing of the machine."""

import pytest
import tzdata

from servanda.engine import zones
from servanda.engine.instants import HOUR, MINUTE, SECOND, to_microseconds
from servanda.engine.zones import UnknownZone
from tests.builders import instant, on


def microseconds(text: str) -> int:
    return to_microseconds(instant(text))


def test_the_version_of_the_zone_data_is_that_of_the_package() -> None:
    assert zones.VERSION == tzdata.IANA_VERSION


@pytest.mark.parametrize("name", ["Europe/Pari", "Europe", "", "../zones", "/etc/localtime", "Europe/", "zone1970.tab"])
def test_a_name_that_is_no_zone_is_refused_with_a_suggestion(name: str) -> None:
    with pytest.raises(UnknownZone) as refused:
        zones.zone(name)
    assert f"'{name}' is no time zone" in str(refused.value)
    assert "Europe/London or UTC" in str(refused.value)


def test_the_offset_of_paris_is_one_hour_in_winter_and_two_in_summer() -> None:
    assert zones.offset("Europe/Paris", microseconds("2026-01-09 12:00 UTC")) == HOUR
    assert zones.offset("Europe/Paris", microseconds("2026-07-09 12:00 UTC")) == 2 * HOUR


@pytest.mark.parametrize(
    ("name", "at", "offset"),
    [
        ("Asia/Kathmandu", "2026-01-09 12:00 UTC", 5 * HOUR + 45 * MINUTE),
        ("America/New_York", "2026-01-09 12:00 UTC", -5 * HOUR),
        ("Africa/Monrovia", "1971-01-01 12:00 UTC", -(44 * MINUTE + 30 * SECOND)),
        ("Pacific/Apia", "2011-12-30 09:59 UTC", -10 * HOUR),
        ("Pacific/Apia", "2011-12-30 10:00 UTC", 14 * HOUR),
    ],
)
def test_offsets_are_exact_to_the_second(name: str, at: str, offset: int) -> None:
    assert zones.offset(name, microseconds(at)) == offset


def test_paris_changes_its_clocks_twice_in_2026() -> None:
    changes, offsets = zones.offset_changes("Europe/Paris", on("2026-01-01"), on("2026-12-31"))
    assert changes == [microseconds("2026-03-29 01:00 UTC"), microseconds("2026-10-25 01:00 UTC")]
    assert offsets == [HOUR, 2 * HOUR, HOUR]


def test_changes_outside_the_dates_asked_for_are_left_out() -> None:
    changes, offsets = zones.offset_changes("Europe/Paris", on("2026-04-01"), on("2026-09-30"))
    assert (changes, offsets) == ([], [2 * HOUR])


def test_a_zone_that_never_changes_has_one_offset() -> None:
    changes, offsets = zones.offset_changes("Asia/Kolkata", on("2020-01-01"), on("2026-12-31"))
    assert (changes, offsets) == ([], [5 * HOUR + 30 * MINUTE])


def test_lord_howe_moves_its_clocks_by_half_an_hour() -> None:
    changes, offsets = zones.offset_changes("Australia/Lord_Howe", on("2026-01-01"), on("2026-12-31"))
    assert changes == [microseconds("2026-04-04 15:00 UTC"), microseconds("2026-10-03 15:30 UTC")]
    assert offsets == [11 * HOUR, 10 * HOUR + 30 * MINUTE, 11 * HOUR]


def test_apia_left_out_a_whole_day() -> None:
    changes, offsets = zones.offset_changes("Pacific/Apia", on("2011-12-01"), on("2012-01-31"))
    assert changes == [microseconds("2011-12-30 10:00 UTC")]
    assert offsets == [-10 * HOUR, 14 * HOUR]


def test_people_read_an_instant_on_their_own_clock() -> None:
    local = zones.to_local("Europe/Paris", instant("2026-07-09 12:00 UTC"))
    assert local.isoformat() == "2026-07-09T14:00:00+02:00"
