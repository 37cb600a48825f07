"""The addresses of help pages."""

from django.urls import path

from servanda.web.views import help as pages

urlpatterns = [
    path("", pages.contents, name="help"),
    path("<slug:screen>/", pages.page, name="help_page"),
]
