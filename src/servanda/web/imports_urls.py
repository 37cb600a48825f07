"""The addresses of pages about imports and reconciliation."""

from django.urls import URLPattern, path

from servanda.web.views import imports, reconciliation

urlpatterns: list[URLPattern] = [
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:number>/", imports.one, name="import"),
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
]
