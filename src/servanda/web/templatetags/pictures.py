"""How a picture stands on a page: drawn wide, drawn narrow for a phone where there is such a drawing, and its table."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from servanda.reports import service_levels
from servanda.reports.pictures import slam
from servanda.reports.pictures.drawing import Picture

register = template.Library()


@register.inclusion_tag("parts/picture.html")
def picture(wide: Picture | None, narrow: Picture | None = None, table: bool = True) -> dict[str, Any]:
    """Show a picture in a region that scrolls sideways, with its table folded away below unless it stands elsewhere."""
    if wide is None:
        return {}
    twin = wide.table_twin
    return {
        "picture": wide,
        "wide": SafeString(wide.svg),
        "narrow": SafeString(narrow.svg) if narrow else "",
        "rows": [list(zip(twin.headings, row, strict=True)) for row in twin.rows if table],
    }


@register.simple_tag
def chart_table(chart: slam.Chart, title: str) -> SafeString:
    """Show a chart as a table, folded away, each field with the tickets behind it."""
    return _chart_table(chart, title)


@lru_cache(maxsize=slam.REMEMBERED)
def _chart_table(chart: slam.Chart, title: str) -> SafeString:
    return render_to_string("parts/chart_table.html", {"grid": service_levels.grid_of(chart), "title": title})
