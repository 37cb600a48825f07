"""Addresses that are handed out rather than clicked."""

from django.urls import reverse


def set_up_path(secret: str) -> str:
    """Return the path at which a set-up link is used."""
    return reverse("set_up", kwargs={"secret": secret})
