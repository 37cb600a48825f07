"""What a process of the web program loads before its first page, so that nobody waits for it."""

from pathlib import Path

from django.template.loader import get_template
from django.urls import reverse

TEMPLATES = Path(__file__).parent / "templates"


def warm_up() -> None:
    """Load the addresses, with every view behind them, and the templates."""
    reverse("start")
    for path in sorted(TEMPLATES.rglob("*.html")):
        get_template(path.relative_to(TEMPLATES).as_posix())
