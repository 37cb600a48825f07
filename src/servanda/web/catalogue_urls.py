"""The addresses of the service catalogue."""

from django.urls import URLPattern, path

from servanda.web.views import catalogue, catalogue_ranking, catalogue_upload

urlpatterns: list[URLPattern] = [
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/catalogue.csv", catalogue.file, name="catalogue_file"),
    path("catalogue/catalogue.xlsx", catalogue.workbook, name="catalogue_workbook"),
    path("catalogue/booklet/", catalogue.booklet, name="catalogue_booklet"),
    path("catalogue/booklet.pdf", catalogue.booklet_pdf, name="catalogue_booklet_pdf"),
    path("catalogue/table/", catalogue_upload.upload, name="catalogue_upload"),
    path("catalogue/table/keep/", catalogue_upload.keep, name="catalogue_keep"),
    path("catalogue/ranking/", catalogue_ranking.ranking, name="catalogue_ranking"),
    path("catalogue/add/", catalogue.add, name="catalogue_add"),
    path("catalogue/starter/", catalogue.starter, name="catalogue_starter"),
    path("catalogue/of/<name:service>/", catalogue.entry, name="catalogue_entry"),
    path("catalogue/of/<name:service>/write/", catalogue.write, name="catalogue_write"),
    path("catalogue/of/<name:service>/agree/", catalogue.agree, name="catalogue_agree"),
    path("catalogue/of/<name:service>/verify/", catalogue.verify, name="catalogue_verify"),
    path("catalogue/of/<name:service>/estimate/", catalogue.estimate, name="catalogue_estimate"),
]
