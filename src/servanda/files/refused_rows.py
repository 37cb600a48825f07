"""The rows that were refused, in the columns of their file, so that they can be mended and imported again."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from servanda.files.input_faults import Reject, Tally
from servanda.files.mapping_form import TicketMapping
from servanda.files.outputs import written
from servanda.files.ticket_tables import records_of

REASON = "servanda: why it was refused"


def write_refused_rows(path: Path, file: Path, mapping: TicketMapping, rejects: Sequence[Reject]) -> int:
    """Write every row of a file that was left out, whole and as it stood, with the reason in a last column.

    A row whose ticket was left out for another row of it stands there too. The table has the delimiter of its source,
    in UTF-8. Returns the number of rows. Cells are not made harmless for a spreadsheet: they are to come back as they
    were.
    """
    by_row, by_ticket = _reasons(rejects)
    form, column = mapping.table, mapping.rows.ticket
    count = 0
    records = records_of(file, form, Tally(file, mapping.grades), date_text=mapping.date_text)
    with written(path) as out:
        writer = csv.writer(out, delimiter=form.delimiter, quotechar=form.quote, lineterminator="\n")
        header = next(records).cells
        place = header.index(column) if column in header else -1
        writer.writerow([*header, REASON])
        for number, _, cells, _ in records:
            reason = by_row.get(number) or by_ticket.get(_ticket(cells, place))
            if cells and reason:
                writer.writerow([*cells, reason])
                count += 1
    return count


def _ticket(cells: Sequence[str], place: int) -> str | None:
    return cells[place].strip() if 0 <= place < len(cells) else None


def _reasons(rejects: Sequence[Reject]) -> tuple[Mapping[int, str], Mapping[str | None, str]]:
    """Return why rows are left out, by their own number and by their ticket."""
    by_row: dict[int, str] = {}
    by_ticket: dict[str | None, str] = {}
    for each in rejects:
        if each.place.row is not None:
            by_row.setdefault(each.place.row, str(each))
        if each.ticket:
            by_ticket.setdefault(each.ticket, f"its ticket is left out: {each}")
    return by_row, by_ticket
