"""The app as Django sees it."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The templates, their tags and the static files; it keeps nothing."""

    name = "servanda.web"
    label = "web"
    verbose_name = "Servanda's pages"
