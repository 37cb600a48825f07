"""The addresses of pages about tickets."""

from django.urls import URLPattern, path

from servanda.web.views import tickets

urlpatterns: list[URLPattern] = [
    path("tickets/", tickets.tickets, name="tickets"),
    path("tickets/views/", tickets.saved_views, name="saved_views"),
    path("tickets/<name:source>/<name:number>/", tickets.ticket, name="ticket"),
    path("tickets/<name:source>/<name:number>/decide/", tickets.decide, name="ticket_decide"),
]
