"""Short surveys of what groups of users expect of a service; what they answer becomes drafts of requirements."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from servanda.bad_input import BadInput
from servanda.engine.rights import Action
from servanda.queries import requirements as kept
from servanda.queries.requirements import Names, SurveyKept
from servanda.reports import requirements as words
from servanda.services import surveys as doing
from servanda.store.access import NotFound
from servanda.store.requirements import may_open
from servanda.web.pages import ASKING, DOING, OrganisationRequest, may_do, page
from servanda.web.requirement_forms import ExpectationForm, SurveyForm


@page(Action.WRITE_REQUIREMENT, Action.JUDGE_REQUIREMENT)
def surveys(request: OrganisationRequest) -> HttpResponse:
    """List the surveys: those to answer, and those that were opened."""
    names = kept.names(request.viewer)
    context = {
        "surveys": [{"kept": each, **_about(each, names)} for each in kept.surveys(request.viewer, request.now)],
        "writes": may_do(request.viewer, Action.WRITE_REQUIREMENT),
    }
    return render(request, "requirements/surveys.html", context)


def _about(each: SurveyKept, names: Names) -> dict[str, Any]:
    told = each.told
    return {
        "service": names.services.get(told.service, told.service),
        "customers": [names.customers.get(one, one) for one in told.customers],
        "to_answer": each.is_open and bool(each.groups),
    }


@page(Action.WRITE_REQUIREMENT, methods=ASKING)
def open_survey(request: OrganisationRequest) -> HttpResponse:
    """Ask about which service and of whom, and open the survey."""
    names = kept.names(request.viewer)
    form = SurveyForm(request.POST if request.method == "POST" else None, names, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            number = doing.open_survey(request.viewer, form.cleaned_data["told"], now=request.now)
        except NotFound:
            form.add_error("customers", "You may ask the users of your role alone. Name those here.")
        except BadInput as refusal:
            form.add_error(None, f"{refusal.found} {refusal.mend}")
        else:
            messages.success(request, "The survey is open. Tell the representatives: they find it on this page.")
            return redirect("survey", request.organisation_slug, number)
    return render(request, "requirements/survey_open.html", {"form": form}, status=400 if form.errors else 200)


@page(Action.WRITE_REQUIREMENT, Action.JUDGE_REQUIREMENT)
def survey(request: OrganisationRequest, number: int) -> HttpResponse:
    """Show a survey: its questions to who may answer, its answers to who asked."""
    return _survey_page(request, number, None)


def _survey_page(request: OrganisationRequest, number: int, refused: ExpectationForm | None) -> HttpResponse:
    found, names = kept.survey(request.viewer, number, request.now), kept.names(request.viewer)
    offered = ExpectationForm(None, _groups(found, names)) if found.is_open and found.groups else None
    context = {
        "kept": found,
        **_about(found, names),
        "form": refused or offered,
        "answers": [
            {
                "answered": each,
                "customer": names.customers.get(each.customer, each.customer),
                "person": names.people.get(each.person, each.person),
                "levels": [words.level_words(one) for one in each.told.levels()],
            }
            for each in found.answers
        ],
        "opens": may_open(request.viewer, found.told),
    }
    return render(request, "requirements/survey.html", context, status=400 if refused else 200)


def _groups(found: SurveyKept, names: Names) -> dict[str, str]:
    return {each: names.customers.get(each, each) for each in found.groups}


@page(Action.JUDGE_REQUIREMENT, methods=DOING)
def answer(request: OrganisationRequest, number: int) -> HttpResponse:
    """Keep what a representative expects, and make drafts of requirements of it."""
    found = kept.survey(request.viewer, number, request.now)
    form = ExpectationForm(request.POST, _groups(found, kept.names(request.viewer)))
    if form.is_valid():
        told = form.cleaned_data
        try:
            drafted = doing.answer(request.viewer, number, told["customer"], told["told"], now=request.now)
        except BadInput as refusal:
            form.add_error(None, f"{refusal.found} {refusal.mend}")
        else:
            messages.success(request, f"Thank you. Your answers are kept as {len(drafted)} drafts of requirements.")
            return redirect("survey", request.organisation_slug, number)
    return _survey_page(request, number, form)
