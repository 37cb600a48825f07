"""What a process of the web program loads before its first page, so that nobody waits for it."""

from contextlib import suppress
from pathlib import Path

from django.db import Error, connections
from django.template.loader import get_template
from django.urls import reverse

from servanda import wall_time
from servanda.store.books import read_ahead

TEMPLATES = Path(__file__).parent / "templates"


def warm_up() -> None:
    """Load the addresses, with every view behind them, the templates, and what organisations agreed."""
    reverse("start")
    for path in sorted(TEMPLATES.rglob("*.html")):
        get_template(path.relative_to(TEMPLATES).as_posix())
    with suppress(Error):  # a page says better what is wrong with a database
        read_ahead(wall_time.now())
    connections.close_all()
