"""What users need: captured, compared with what is promised and delivered, asked of those who deliver, and judged."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from servanda.bad_input import BadInput
from servanda.engine.agreements import AgreementKind
from servanda.engine.requirements import Progress, Reply
from servanda.engine.rights import Action
from servanda.queries import required_levels
from servanda.queries import requirements as kept
from servanda.queries.required_levels import Figures
from servanda.queries.requirements import Kept, Names
from servanda.reports import requirements as words
from servanda.services import requirements as doing
from servanda.services.requirements import PartyKind, WrittenMeanwhile
from servanda.store.access import NotFound
from servanda.store.requirements import may_judge, may_see_sheet, may_write
from servanda.web.frame import address
from servanda.web.pages import ASKING, DOING, OrganisationRequest, may_do, page
from servanda.web.requirement_forms import (
    AnswerForm,
    AskForm,
    EstimateForm,
    JudgeForm,
    RequirementForm,
    SheetForm,
    initial,
    initial_sheet,
)

MEANWHILE = "written_meanwhile"

# --- seeing ---


@page(Action.SEE_REQUIREMENT)
def requirements(request: OrganisationRequest) -> HttpResponse:
    """List what users need: each with what is promised, what is delivered and what their representative finds."""
    every, names = kept.requirements(request.viewer), kept.names(request.viewer)
    found = [each for each in every if each.told.progress.is_open]
    figures = required_levels.figures(request.viewer, found, request.now)
    captured = [each for each in found if each.told.progress is Progress.CAPTURED]
    context = {
        "lines": [_line(each, figures[each.id], names) for each in captured],
        "drafts": [_line(each, figures[each.id], names) for each in found if each not in captured],
        "closed": [each for each in every if not each.told.progress.is_open],
        "met": sum(bool(each.verdict and each.verdict.met) for each in captured),
        "not_met": sum(bool(each.verdict and not each.verdict.met) for each in captured),
        "unpromised": sum(not figures[each.id].clauses for each in captured),
        "writes": may_do(request.viewer, Action.WRITE_REQUIREMENT),
        "sees_gaps": may_do(request.viewer, Action.SEE_SPEC_SHEET),
        "answers": may_do(request.viewer, Action.ANSWER_REQUIREMENT),
        "surveys_address": _surveys_address(request),
    }
    return render(request, "requirements/list.html", context)


def _surveys_address(request: OrganisationRequest) -> str:
    """Return where surveys are, for whoever may open or answer them."""
    offered = any(may_do(request.viewer, each) for each in (Action.WRITE_REQUIREMENT, Action.JUDGE_REQUIREMENT))
    return address("surveys", request.organisation_slug) if offered else ""


def _line(each: Kept, figures: Figures, names: Names) -> dict[str, Any]:
    """Return what a line of a table shows of a requirement."""
    told = each.told
    return {
        "kept": each,
        "customer": names.customers.get(told.customer, told.customer),
        "service": names.of(told),
        "weight": words.WEIGHTS[told.weight],
        "state": words.state_words(each),
        "required": words.level_words(told.level),
        "promised": words.promised_words(figures),
        "enough": figures.promises_enough(told.level),
        "delivered": words.delivered_words(figures, each.estimate),
        "fit": figures.fit.name,
        "measured": figures.measured,
        "supported": list(words.supported_words(each.asked_now)),
        "gap": figures.gap.value,
        "gap_mark": words.MARKS[figures.gap],
        "found": words.verdict_words(each),
    }


@page(Action.SEE_SPEC_SHEET)
def gaps(request: OrganisationRequest) -> HttpResponse:
    """Compare, line by line, what is required, what is delivered and what those say who deliver."""
    found, names = _internal(request), kept.names(request.viewer)
    figures = required_levels.figures(request.viewer, found, request.now)
    lines = [_line(each, figures[each.id], names) for each in found]
    return render(request, "requirements/gaps.html", {"lines": lines})


@page(Action.SEE_SPEC_SHEET)
def file(request: OrganisationRequest) -> HttpResponse:
    """Hand out the gap table for spreadsheets."""
    found, names = _internal(request), kept.names(request.viewer)
    figures = required_levels.figures(request.viewer, found, request.now)
    content = words.table(((each, figures[each.id]) for each in found), names)
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="gaps-{request.organisation_slug}.csv"'
    return answer


def _internal(request: OrganisationRequest) -> list[Kept]:
    """Return the requirements of which a viewer may see what is internal, drafts and closed ones left out."""
    every = kept.requirements(request.viewer)
    return [each for each in every if not each.narrowed and each.told.progress is Progress.CAPTURED]


@page(Action.SEE_REQUIREMENT)
def requirement(request: OrganisationRequest, requirement: int) -> HttpResponse:
    """Show a requirement with what was said of it; what is internal to those alone who may see it."""
    return _requirement_page(request, requirement)


def _requirement_page(
    request: OrganisationRequest, requirement: int, refused: dict[str, forms.Form] | None = None
) -> HttpResponse:
    found, names = kept.one(request.viewer, requirement), kept.names(request.viewer)
    figures = required_levels.figures(request.viewer, [found], request.now)[found.id]
    told, first = found.told, {"number": found.number}
    writes, is_open = may_write(request.viewer, told) and not found.narrowed, told.progress.is_open
    offered = {
        "ask": AskForm(initial={**first, "wording": _question(found)}, auto_id="ask_%s")
        if writes and is_open
        else None,
        "estimate": EstimateForm(initial=first, auto_id="estimate_%s") if writes and is_open and told.level else None,
        "judge": JudgeForm(initial=first, auto_id="judge_%s") if may_judge(request.viewer, told) and is_open else None,
        **(refused or {}),
    }
    line = _line(found, figures, names)
    context = {
        **line,
        "line": line,
        "occasion": words.OCCASIONS[told.occasion],
        "speaker": names.people.get(told.said_by, told.said_by),
        "questions": [(each, words.answer_words(each.last.answer) if each.last else "") for each in found.asked],
        "estimates": [(each, words.estimated_words(each)) for each in found.estimated],
        "sheet": found.sheet,
        "sheet_cost": words.money_words(found.sheet.told.cost) if found.sheet and found.sheet.told.cost else "",
        "sheet_agreements": _agreements(request, found),
        "beginnings": _beginnings(found) if may_do(request.viewer, Action.DRAFT_AGREEMENT) else (),
        "drafting": words.DRAFTINGS[found.sheet.told.drafting] if found.sheet else "",
        "writes": writes,
        "forms": offered,
        "form": next(iter(refused.values())) if refused else None,
    }
    return render(request, "requirements/requirement.html", context, status=400 if refused else 200)


def _beginnings(found: Kept) -> list[tuple[str, str]]:
    """Return what can be drafted to promise a requirement: with its users, and with each who can see to it."""
    of = {"requirement": f"{found.id}", "service": found.told.service}
    drafts = [("an agreement with its users", {**of, "begins": AgreementKind.SLA.value})]
    for each in found.asked:
        if each.version == found.number and each.last and each.last.answer.reply is not Reply.CANNOT:
            kind, what = _WITH[each.party_kind]
            drafts.append((f"{what} {each.party}", {**of, "begins": kind.value, "party": each.party}))
    return [(what, urlencode(told)) for what, told in drafts]


_WITH = {
    "team": (AgreementKind.OLA, "an agreement with team"),
    "supplier": (AgreementKind.UNDERPINNING_CONTRACT, "a contract with"),
}


def _question(found: Kept) -> str:
    """Return the usual question; the words of the users are not for those who are asked."""
    return f"Can you see to it: {words.level_words(found.told.level)}?" if found.told.level else ""


def _agreements(request: OrganisationRequest, found: Kept) -> list[tuple[str, bool]]:
    """Return the agreements of a spec sheet, and whether each is kept already."""
    if not (found.sheet and found.sheet.told.agreements):
        return []
    known = kept.known_agreements(request.viewer)
    return [(each, each in known) for each in found.sheet.told.agreements]


# --- writing ---


@page(Action.WRITE_REQUIREMENT, methods=ASKING)
def capture(request: OrganisationRequest) -> HttpResponse:
    """Ask for a requirement, as it was said in a meeting, and keep it."""
    names = kept.names(request.viewer)
    first = {"after": 0, "service": request.GET.get("service", ""), "said_on": request.viewer.on}
    form = RequirementForm(_told(request), names, initial=first)
    if request.method == "POST" and form.is_valid():
        number = _kept(form, lambda: doing.capture(request.viewer, form.cleaned_data["told"], now=request.now))
        if number:
            messages.success(request, f"Requirement {number} is kept.")
            return redirect("requirement", request.organisation_slug, number)
    return _asking(request, "requirements/write.html", {"form": form, "names": names, "after": 0})


@page(Action.WRITE_REQUIREMENT, methods=ASKING)
def write(request: OrganisationRequest, requirement: int) -> HttpResponse:
    """Ask for what a requirement is to say from now on, and keep it as a new version."""
    found, names = _writable(request, requirement), kept.names(request.viewer)
    form = RequirementForm(_told(request), names, initial=initial(found.told, found.number, names))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        number = _kept(
            form,
            lambda: doing.write(request.viewer, requirement, told["told"], after=told["after"], now=request.now),
        )
        if number:
            messages.success(request, f"Version {number} of requirement {requirement} is kept.")
            return redirect("requirement", request.organisation_slug, requirement)
    context = {"form": form, "names": names, "kept": found, "after": _after(form, found.number)}
    return _asking(request, "requirements/write.html", context)


@page(Action.WRITE_REQUIREMENT, methods=ASKING)
def sheet(request: OrganisationRequest, requirement: int) -> HttpResponse:
    """Ask how a requirement is to be delivered, and keep it; never shown to customers."""
    found = _writable(request, requirement)
    number = found.sheet.number if found.sheet else 0
    first = initial_sheet(found.sheet.told, number) if found.sheet else {"after": 0}
    form = SheetForm(_told(request), initial=first)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        written = _kept(
            form,
            lambda: doing.write_sheet(request.viewer, requirement, told["told"], after=told["after"], now=request.now),
        )
        if written:
            messages.success(request, f"Version {written} of the spec sheet is kept.")
            return redirect("requirement", request.organisation_slug, requirement)
    return _asking(request, "requirements/sheet.html", {"form": form, "kept": found, "after": _after(form, number)})


def _writable(request: OrganisationRequest, requirement: int) -> Kept:
    found = kept.one(request.viewer, requirement)
    if found.narrowed or not may_write(request.viewer, found.told) or not may_see_sheet(request.viewer, found.told):
        raise doing.not_here(requirement)
    return found


def _told(request: OrganisationRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _kept(form: forms.Form, keep: Any) -> int:
    """Keep what a form told and return its number; 0 where it was refused, which the form then says."""
    try:
        number: int = keep()
    except WrittenMeanwhile as refusal:
        said = f"{refusal.found} What you wrote stands below. {refusal.mend}"
        form.add_error(None, ValidationError(said, code=MEANWHILE))
        return 0
    except NotFound:
        form.add_error("customer" if "customer" in form.fields else None, NOT_YOURS)
        return 0
    except BadInput as refusal:
        form.add_error(None, f"{refusal.found} {refusal.mend}")
        return 0
    return number


NOT_YOURS = "You may write for the users and services of your role alone. Name those here."


def _after(form: forms.Form, last: int) -> object:
    """Return which version was read: the last one for whoever was told that somebody wrote meanwhile."""
    return last if form.has_error(NON_FIELD_ERRORS, MEANWHILE) else form["after"].value()


def _asking(request: OrganisationRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, status=400 if context["form"].errors else 200)


# --- what is said of a requirement ---


@page(Action.WRITE_REQUIREMENT, methods=DOING)
def ask(request: OrganisationRequest, requirement: int) -> HttpResponse:
    """Ask a team or a supplier whether it can do what is required."""
    _writable(request, requirement)
    form = AskForm(request.POST, auto_id="ask_%s")
    if form.is_valid():
        told = form.cleaned_data
        kind = PartyKind(told["party_kind"])
        number = _kept(
            form,
            lambda: doing.ask(
                request.viewer, requirement, told["number"], kind, told["party"], told["wording"], now=request.now
            ),
        )
        if number:
            messages.success(request, f"{told['party']} is asked. The answer will stand here.")
            return redirect("requirement", request.organisation_slug, requirement)
    return _requirement_page(request, requirement, {"ask": form})


@page(Action.WRITE_REQUIREMENT, methods=DOING)
def estimate(request: OrganisationRequest, requirement: int) -> HttpResponse:
    """Keep what somebody reckons is delivered today."""
    _writable(request, requirement)
    form = EstimateForm(request.POST, auto_id="estimate_%s")
    if form.is_valid():
        told = form.cleaned_data
        if _noted(
            form, lambda: doing.estimate(request.viewer, requirement, told["number"], told["told"], now=request.now)
        ):
            messages.success(request, "The estimate is kept. It counts until something is measured.")
            return redirect("requirement", request.organisation_slug, requirement)
    return _requirement_page(request, requirement, {"estimate": form})


@page(Action.JUDGE_REQUIREMENT, methods=DOING)
def judge(request: OrganisationRequest, requirement: int) -> HttpResponse:
    """Keep what a representative finds: whether the need is met."""
    if not may_judge(request.viewer, kept.one(request.viewer, requirement).told):
        raise doing.not_here(requirement)
    form = JudgeForm(request.POST, auto_id="judge_%s")
    if form.is_valid():
        told = form.cleaned_data
        met, remark = told["met"] == "yes", told["remark"].replace("\r\n", "\n")
        if _noted(
            form,
            lambda: doing.judge(request.viewer, requirement, told["number"], met=met, remark=remark, now=request.now),
        ):
            messages.success(request, "Thank you. What you find stands beside the figures.")
            return redirect("requirement", request.organisation_slug, requirement)
    return _requirement_page(request, requirement, {"judge": form})


def _noted(form: forms.Form, keep: Any) -> bool:
    """Keep what a form told; say in the form why where it was refused."""

    def kept_whole() -> int:
        keep()
        return 1

    return bool(_kept(form, kept_whole))


# --- answering ---


@page(Action.ANSWER_REQUIREMENT)
def asked(request: OrganisationRequest) -> HttpResponse:
    """List what is asked of whomever somebody speaks for."""
    names = kept.service_names(request.viewer)
    context = {
        "questions": [
            {
                "shown": each,
                "service": names.get(each.service, each.service),
                "required": words.level_words(each.told.level),
                "answered": words.answer_words(each.asked.last.answer) if each.asked.last else "",
            }
            for each in kept.questions(request.viewer)
        ]
    }
    return render(request, "requirements/asked.html", context)


@page(Action.ANSWER_REQUIREMENT, methods=ASKING)
def answer(request: OrganisationRequest, requirement: int, number: int) -> HttpResponse:
    """Show a question to who was asked, and keep the answer."""
    shown = kept.question(request.viewer, requirement, number)
    form = AnswerForm(_told(request))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data["told"]
        if _noted(form, lambda: doing.answer(request.viewer, requirement, number, told, now=request.now)):
            messages.success(request, "Your answer is kept.")
            return redirect("requirements_asked", request.organisation_slug)
    names = kept.service_names(request.viewer)
    context = {
        "form": form,
        "shown": shown,
        "service": names.get(shown.service, shown.service),
        "required": words.level_words(shown.told.level),
        "answers": [(each, words.answer_words(each.answer)) for each in shown.asked.answers],
    }
    return _asking(request, "requirements/answer.html", context)
