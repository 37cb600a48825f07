"""Amounts, instants and states in plain words, the same in every report."""

from datetime import date, datetime, timedelta

from servanda.engine import zones

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS_IN_FULL = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def length(amount: timedelta) -> str:
    """Return an amount of time such as `62 h 14 min`; with seconds where they matter, alone under a minute."""
    if amount < timedelta():
        return f"-{length(-amount)}"
    minutes, seconds = divmod(amount // timedelta(seconds=1), 60)
    hours, minutes = divmod(minutes, 60)
    words = [f"{hours:,} h"] if hours else []
    shows_minutes = minutes or bool(hours) == bool(seconds)
    words += [f"{minutes:02} min" if hours else f"{minutes} min"] if shows_minutes else []
    words += [f"{seconds:02} s"] if seconds else []
    return " ".join(words)


def instant(at: datetime | None, zone: str) -> str:
    """Return an instant on the wall clock of a zone, such as `Mon 7 Mar 2016 17:00`; a dash for none."""
    if at is None:
        return "-"
    local = zones.to_local(zone, at)
    seconds = f":{local.second:02}" if local.second else ""
    return f"{day(local.date())} {local.hour:02}:{local.minute:02}{seconds}"


def day(on: date | None) -> str:
    """Return a date such as `Mon 7 Mar 2016`; a dash for none."""
    return "-" if on is None else f"{DAYS[on.weekday()]} {on.day} {MONTHS[on.month - 1]} {on.year}"


def iso(at: datetime | None, zone: str) -> str | None:
    """Return an instant for machines: ISO 8601 on the wall clock of a zone, with its offset."""
    return None if at is None else zones.to_local(zone, at).isoformat()


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 ticket`, `1,418 tickets`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
