"""The addresses of pages about agreements."""

from django.urls import URLPattern, path

from servanda.web.views import agreements

urlpatterns: list[URLPattern] = [
    path("agreements/", agreements.agreements, name="agreements"),
    path("agreements/<str:agreement>/", agreements.agreement, name="agreement"),
    path("agreements/<str:agreement>/<int:number>/", agreements.agreement_version, name="agreement_version"),
    path(
        "agreements/<str:agreement>/<int:number>/confirm/<name:target>/", agreements.confirm, name="agreement_confirm"
    ),
]
