"""The addresses of home pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
