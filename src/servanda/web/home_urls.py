"""The addresses of home pages."""

from django.urls import URLPattern, path

from servanda.web.views import home

urlpatterns: list[URLPattern] = [path("", home.home, name="home")]
