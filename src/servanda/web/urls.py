"""Every address: those of an organisation carry its id, so that a link can be cited and says whose it is."""

from django.urls import include, path, register_converter

from servanda.web import account_urls, errors
from servanda.web.converters import Name
from servanda.web.views import start

register_converter(Name, "name")

_of_an_organisation = [
    path("", include(f"servanda.web.{subject}_urls"))
    for subject in (
        *("home", "services", "tickets", "agreements", "imports", "reports", "people", "catalogue"),
        "requirements",
    )
]

urlpatterns = [
    path("", start.start, name="start"),
    path("healthz", start.health, name="healthz"),
    path("account/", include(account_urls)),
    path("help/", include("servanda.web.help_urls")),
    path("o/<str:organisation>/", include(_of_an_organisation)),
]

handler400 = errors.bad_request
handler403 = errors.not_found
handler404 = errors.not_found
handler429 = errors.too_many  # of allauth
handler500 = errors.fault
