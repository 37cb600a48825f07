"""The addresses of pages about imports."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
