"""The addresses of pages about reports."""

from django.urls import URLPattern, path

from servanda.web.views import reports

urlpatterns: list[URLPattern] = [
    path("reports/", reports.reports, name="reports"),
    path("reports/issued/<int:number>/", reports.issued, name="report_issued"),
    path("reports/issued/<int:number>/report.<str:form>", reports.file, name="report_file"),
    path("reports/issued/<int:number>/release/", reports.release, name="report_release"),
    path("reports/issued/<int:number>/restate/", reports.restate, name="report_restate"),
    path("reports/issued/<int:number>/answer/", reports.answer, name="report_answer"),
    path("reports/<str:month>/", reports.month, name="report_month"),
    path("reports/<str:month>/prepare/", reports.prepare, name="report_prepare"),
    path("reports/<str:month>/summary/", reports.summary, name="report_summary"),
    path("reports/<str:month>/check/", reports.check, name="report_check"),
    path("reports/<str:month>/issue/", reports.issue, name="report_issue"),
    path("reports/<str:month>/drop/", reports.drop, name="report_drop"),
]
