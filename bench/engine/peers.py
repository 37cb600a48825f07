"""The package index's own answers: each library as its page says to use it, set up once, one call a question."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib.metadata import version
from typing import Any

from bench.engine.questions import HOLIDAYS, LIMIT

Asked = Callable[[datetime, datetime], Any]
NAIVE, ZONED, UTC = "naive", "zoned", "utc"


@dataclass(frozen=True, slots=True)
class Peer:
    """One library: what it takes, how it is asked, and how many questions fit into a round."""

    name: str
    package: str
    takes: str
    questions: int
    elapsed: Asked | None = None
    due: Asked | None = None
    note: str = ""

    @property
    def label(self) -> str:
        """The name with its version."""
        return f"{self.name} {version(self.package)}"


def seconds(amount: float) -> timedelta:
    """Return an amount given in seconds."""
    return timedelta(seconds=amount)


def workclock(takes: str) -> Peer:
    """Rust; aware datetimes."""
    from workclock import Holidays, Schedule, WorkDay

    office = Schedule([WorkDay(time(9), time(17)), Holidays(HOLIDAYS)], time_zone="Europe/London")
    between, add = office.between, office.add
    note = "London datetimes" if takes == ZONED else "UTC datetimes"
    return Peer("workclock", "workclock", takes, 400, between, lambda start, _: add(start, LIMIT), note)


def timegrid() -> Peer:
    """Rust; datetimes without a zone; compiled for three years."""
    from timegrid import TimeGridCalendar, hours

    office = TimeGridCalendar.weekdays(time(9), time(17))
    for day in HOLIDAYS:
        office = office.close(day)
    midnight = time()
    line = office.compile(*(datetime.combine(date(year, 12, 1), midnight) for year in (2025, 2027)))
    limit = hours(8)
    return Peer(
        "timegrid",
        "timegrid",
        NAIVE,
        400,
        line.get_working_duration,
        lambda start, _: office.add_work_duration(start, limit),
        "its due uses the calendar, which is not compiled",
    )


def officehours() -> Peer:
    """Plain Python; datetimes without a zone."""
    from officehours import Calculator

    office = Calculator("9:00", "17:00", HOLIDAYS)
    return Peer(
        "officehours",
        "officehours",
        NAIVE,
        200,
        lambda start, end: seconds(office.working_seconds(start, end)),
        lambda start, _: office.due_date(8, start),
    )


def businesstime() -> Peer:
    """Plain Python; datetimes without a zone."""
    from businesstime import BusinessTime

    office = BusinessTime(business_hours=(time(9), time(17)), holidays=HOLIDAYS)
    return Peer("businesstime", "businesstime", NAIVE, 200, office.businesstime_hours)


def bizdurr() -> Peer:
    """Plain Python; aware datetimes."""
    from bizdurr import BusinessDuration

    office = BusinessDuration(
        business_hours={"start": "09:00", "end": "17:00"}, business_timezone="Europe/London", holidays=HOLIDAYS
    )
    return Peer("bizdurr", "bizdurr", ZONED, 200, office.calculate)


def business_duration() -> Peer:
    """Plain Python on pandas; datetimes without a zone."""
    from business_duration import businessDuration

    def elapsed(start: datetime, end: datetime) -> timedelta:
        return seconds(businessDuration(start, end, time(9), time(17), holidaylist=HOLIDAYS, unit="sec"))

    return Peer("business-duration", "business-duration", NAIVE, 60, elapsed)


def pandas() -> Peer:
    """CustomBusinessHour; timestamps without a zone; elapsed only as a count of whole hours."""
    import pandas as pd

    hour = pd.offsets.CustomBusinessHour(start="09:00", end="17:00", holidays=HOLIDAYS)
    eight = hour * 8

    def elapsed(start: datetime, end: datetime) -> timedelta:
        return timedelta(hours=max(0, len(pd.date_range(start, end, freq=hour)) - 1))

    return Peer(
        "pandas CustomBusinessHour",
        "pandas",
        NAIVE,
        40,
        elapsed,
        lambda start, _: pd.Timestamp(start) + eight,
        "elapsed in whole hours; a due at closing goes to the next opening",
    )


def businesstimedelta() -> Peer:
    """Plain Python; aware datetimes with pytz."""
    import businesstimedelta as btd
    import pytz

    zone = pytz.timezone("Europe/London")
    days = btd.WorkDayRule(start_time=time(9), end_time=time(17), working_days=[0, 1, 2, 3, 4], tz=zone)
    office = btd.Rules([days, btd.HolidayRule(HOLIDAYS, tz=zone)])
    limit = btd.BusinessTimeDelta(office, hours=8)
    return Peer(
        "businesstimedelta",
        "businesstimedelta",
        UTC,
        40,
        lambda start, end: office.difference(start, end).timedelta,
        lambda start, _: start + limit,
    )


def workalendar() -> Peer:
    """Whole days only: how many working days lie between, and the next working day."""
    from workalendar.europe import UnitedKingdom

    calendar = UnitedKingdom()
    return Peer(
        "workalendar",
        "workalendar",
        NAIVE,
        200,
        calendar.get_working_days_delta,
        lambda start, _: calendar.add_working_days(start, 1),
        "whole days, another question",
    )


def all_peers() -> list[Peer]:
    """Return every peer, workclock first: it is the fastest that takes instants."""
    warnings.simplefilter("ignore")
    makers = (timegrid, officehours, businesstime, bizdurr, business_duration, pandas, businesstimedelta, workalendar)
    return [workclock(UTC), workclock(ZONED), *(make() for make in makers)]
