"""The app as Django sees it."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The one app that keeps everything."""

    name = "servanda.store"
    label = "store"
    verbose_name = "Servanda"

    def ready(self) -> None:
        """Announce the system checks."""
        from servanda.store import checks

        checks.announce()
