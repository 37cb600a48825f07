"""The addresses of pages about agreements, and about versions of them under way."""

from django.urls import URLPattern, path

from servanda.web.views import agreements, negotiations

_ONE = "negotiations/<str:agreement>/<int:sequence>/"

urlpatterns: list[URLPattern] = [
    path("agreements/", agreements.agreements, name="agreements"),
    path("agreements/<str:agreement>/", agreements.agreement, name="agreement"),
    path("agreements/<str:agreement>/<int:number>/", agreements.agreement_version, name="agreement_version"),
    path("agreements/<str:agreement>/<int:number>/agreement.pdf", agreements.pdf, name="agreement_pdf"),
    path("negotiations/begin/", negotiations.begin, name="negotiation_begin"),
    path(_ONE, negotiations.negotiation, name="negotiation"),
    path(f"{_ONE}draft.pdf", negotiations.pdf, name="negotiation_pdf"),
    path(f"{_ONE}trial/", negotiations.trial, name="negotiation_trial"),
    path(f"{_ONE}write/", negotiations.write, name="negotiation_write"),
    path(f"{_ONE}file/", negotiations.file, name="negotiation_file"),
    path(f"{_ONE}open/", negotiations.open_it, name="negotiation_open"),
    path(f"{_ONE}reopen/", negotiations.reopen, name="negotiation_reopen"),
    path(f"{_ONE}withdraw/", negotiations.withdraw, name="negotiation_withdraw"),
    path(f"{_ONE}say/", negotiations.say, name="negotiation_say"),
    path(f"{_ONE}answer/", negotiations.answer, name="negotiation_answer"),
    path(f"{_ONE}waive/", negotiations.waive, name="negotiation_waive"),
    path(f"{_ONE}approve/", negotiations.approve, name="negotiation_approve"),
    path(f"{_ONE}record/", negotiations.record_approval, name="negotiation_record"),
    path(f"{_ONE}put-into-force/", negotiations.put_into_force, name="negotiation_put_into_force"),
    path(
        "agreements/<str:agreement>/<int:number>/confirm/<name:target>/", agreements.confirm, name="agreement_confirm"
    ),
]
