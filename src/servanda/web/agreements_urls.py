"""The addresses of pages about agreements."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
