"""The addresses of pages about services."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
