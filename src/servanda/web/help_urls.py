"""The addresses of help pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
