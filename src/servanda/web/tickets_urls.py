"""The addresses of pages about tickets."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
