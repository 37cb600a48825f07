"""Columns that mean the same on SQLite and on PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from servanda.engine.instants import NaiveInstant
from servanda.store import models
from tests.builders import instant
from tests.store.rows import entry, school

MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    "at",
    [
        instant("2026-01-05 09:00 Europe/London") + MICROSECOND,
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(2200, 1, 1, tzinfo=UTC) - MICROSECOND,
    ],
)
def test_an_instant_comes_back_to_the_microsecond(store: str, at: datetime) -> None:
    entry(school(), at)
    assert models.Entry.objects.get().recorded_at == at


def test_an_instant_comes_back_in_utc_whatever_zone_it_was_given_in(store: str) -> None:
    entry(school(), datetime.fromisoformat("2026-07-01T12:00:00+05:45"))
    back = models.Entry.objects.get().recorded_at
    assert back is not None
    assert back.isoformat() == "2026-07-01T06:15:00+00:00"


def test_a_time_without_a_zone_is_refused(store: str) -> None:
    with pytest.raises(NaiveInstant):
        entry(school(), datetime(2026, 1, 5, 9))  # noqa: DTZ001 - the mistake itself


def test_instants_are_searched_and_ordered_by_time(store: str) -> None:
    own, nine = school(), instant("2026-01-05 09:00 Europe/London")
    for sequence, at in enumerate([nine, nine - timedelta(days=40_000), nine + MICROSECOND], 1):
        entry(own, at, sequence)
    ordered = models.Entry.objects.order_by("recorded_at").values_list("sequence", flat=True)
    assert list(ordered) == [2, 1, 3]
    assert models.Entry.objects.filter(recorded_at__gt=nine).get().sequence == 3
    assert models.Entry.objects.filter(recorded_at__lte=nine).count() == 2


def test_content_is_kept_as_one_text_on_every_database(store: str) -> None:
    models.Message.objects.create(
        organisation=school(),
        kind="notice",
        key="k",
        payload={"b": ["ö", None, True], "a": {"2": 1, "10": "nul\x00"}},
        due_at=instant("2026-01-05 09:00 Europe/London"),
        created_at=instant("2026-01-05 09:00 Europe/London"),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM store_message")
        assert cursor.fetchone() == ('{"a":{"10":"nul\\u0000","2":1},"b":["ö",null,true]}',)
    assert models.Message.objects.get().payload == {"b": ["ö", None, True], "a": {"2": 1, "10": "nul\x00"}}


def test_content_that_is_no_number_of_json_is_refused(store: str) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        models.Message(payload={"ratio": float("nan")}).save()
