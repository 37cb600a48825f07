"""The files of a month's report: each form made from the one value."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from servanda.reports.monthly import as_csv, as_json, as_pdf, as_xlsx
from servanda.reports.monthly.values import MonthReport

FORMS: Mapping[str, Callable[[MonthReport], bytes]] = MappingProxyType(
    {"pdf": as_pdf.rendered, "xlsx": as_xlsx.rendered, "csv": as_csv.rendered, "json": as_json.rendered}
)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "pdf": "application/pdf",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "csv": "text/csv; charset=utf-8",
        "json": "application/json",
    }
)


def files(report: MonthReport) -> dict[str, bytes]:
    """Return the bytes of every file of a report; raise `BadInput` where one could not be made."""
    return {form: rendered(report) for form, rendered in FORMS.items()}
