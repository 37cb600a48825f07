"""The addresses of pages about services."""

from django.urls import URLPattern, path

from servanda.web.views import services

urlpatterns: list[URLPattern] = [
    path("services/", services.services, name="services"),
    path("services/<path:service>/", services.one, name="service"),
]
