"""The addresses of home pages, and of the sample school that they offer."""

from django.urls import URLPattern, path

from servanda.web.views import home, sample

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("sample/load/", sample.load, name="sample_load"),
    path("sample/take-away/", sample.take_away, name="sample_take_away"),
]
