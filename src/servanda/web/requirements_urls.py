"""The addresses of what users need: requirements, what is asked about them, and surveys."""

from django.urls import URLPattern, path

from servanda.web.views import requirements, surveys

urlpatterns: list[URLPattern] = [
    path("requirements/", requirements.requirements, name="requirements"),
    path("requirements/gaps/", requirements.gaps, name="requirement_gaps"),
    path("requirements/gaps/gaps.csv", requirements.file, name="requirement_gaps_file"),
    path("requirements/capture/", requirements.capture, name="requirement_capture"),
    path("requirements/of/<int:requirement>/", requirements.requirement, name="requirement"),
    path("requirements/of/<int:requirement>/write/", requirements.write, name="requirement_write"),
    path("requirements/of/<int:requirement>/ask/", requirements.ask, name="requirement_ask"),
    path("requirements/of/<int:requirement>/estimate/", requirements.estimate, name="requirement_estimate"),
    path("requirements/of/<int:requirement>/judge/", requirements.judge, name="requirement_judge"),
    path("requirements/of/<int:requirement>/sheet/", requirements.sheet, name="requirement_sheet"),
    path("requirements/asked/", requirements.asked, name="requirements_asked"),
    path("requirements/asked/<int:requirement>/<int:number>/", requirements.answer, name="requirement_answer"),
    path("requirements/surveys/", surveys.surveys, name="surveys"),
    path("requirements/surveys/open/", surveys.open_survey, name="survey_open"),
    path("requirements/surveys/<int:number>/", surveys.survey, name="survey"),
    path("requirements/surveys/<int:number>/answer/", surveys.answer, name="survey_answer"),
]
