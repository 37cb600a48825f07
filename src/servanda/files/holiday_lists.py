"""Lists of holidays as CSV files: a date and a name in each row."""

import csv
from datetime import date
from pathlib import Path

from servanda.bad_input import BadInput

COLUMNS = ("date", "name")
EXAMPLE = "2026-12-25,Christmas Day"


def read_holidays(path: Path) -> dict[date, str]:
    """Return the names of the holidays by date; raise `BadInput` for whatever is no such list."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _holidays(path, csv.DictReader(file, strict=True))
    except (UnicodeDecodeError, csv.Error) as damage:
        mend = "save the list as plain CSV in UTF-8"
        raise BadInput(f"this is no text of rows ({damage})", expected="a CSV file", mend=mend, file=path) from None


def _holidays(path: Path, rows: "csv.DictReader[str]") -> dict[date, str]:
    header = rows.fieldnames or ()
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        found = f"no column '{missing[0]}' in the first row"
        mend = f"begin the file with 'date,name' and write rows such as {EXAMPLE}"
        raise BadInput(found, expected="the columns date and name", mend=mend, file=path, line=1)
    holidays: dict[date, str] = {}
    for row in rows:
        on = _date(path, rows.line_num, row["date"])
        if on in holidays:
            expected = "each date once"
            mend = "keep one of the two rows"
            raise BadInput(
                f"{on} stands here for the second time", expected=expected, mend=mend, file=path, line=rows.line_num
            )
        holidays[on] = (row["name"] or "").strip()
    if not holidays:
        raise BadInput(
            "no holiday in the list", expected="at least one row", mend=f"add rows such as {EXAMPLE}", file=path
        )
    return dict(sorted(holidays.items()))


def _date(path: Path, line: int, text: str | None) -> date:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        mend = f"write year, month and day, such as {EXAMPLE}"
        raise BadInput(f"'{text or ''}' is no date", expected="a date", mend=mend, file=path, line=line) from None
