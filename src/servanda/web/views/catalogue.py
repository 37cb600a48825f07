"""The service catalogue: what each service is, for users and for support, written, agreed and looked over."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from servanda.bad_input import BadInput
from servanda.engine.catalogue import CatalogueEntry, Support
from servanda.engine.rights import Action
from servanda.files.catalogue_tables import SUPPORT, component_words
from servanda.queries import catalogue as kept
from servanda.queries import levels as of_levels
from servanda.queries import unlisted
from servanda.queries.catalogue import Listed, Names
from servanda.reports import booklet as booklets
from servanda.reports import catalogue as words
from servanda.reports import levels as level_words
from servanda.reports.booklet import Booklet
from servanda.reports.starter_catalogue import SCHOOL
from servanda.services import accounts
from servanda.services import catalogue as doing
from servanda.services import levels as estimating
from servanda.services.catalogue import WrittenMeanwhile
from servanda.services.levels import EstimateRefused
from servanda.store.access import NotFound
from servanda.web import parameters
from servanda.web.catalogue_forms import EntryForm, EstimateForm, initial
from servanda.web.frame import address
from servanda.web.pages import ASKING, DOING, OrganisationRequest, may_do, page
from servanda.web.paging import paged

VIEWS = ("users", "technical")
MEANWHILE = "written_meanwhile"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# --- seeing ---


@page(Action.SEE_CATALOGUE)
def catalogue(request: OrganisationRequest) -> HttpResponse:
    """Show the catalogue as users read it, or as support staff do."""
    view = parameters.choice(request, "view", VIEWS, VIEWS[0])
    every, names = kept.catalogue(request.viewer), kept.names(request.viewer)
    known, gone = {each.service for each in every}, kept.gone(request.viewer)
    found = [each for each in every if not each.entry.withdrawn]
    supported = [each for each in found if each.entry.supported is not Support.NONE]
    page_of = paged(request, supported, lambda each: f"{each.entry.name} {each.service}")
    context = {
        "view": view,
        "supported": [_card(request, each, names, view, gone) for each in page_of.items],
        "paged": page_of,
        "not_supported": [each for each in found if each.entry.supported is Support.NONE],
        "not_covered": [each for each in supported if each.entry.not_covered],
        "of": len(found),
        "agreed": sum(bool(each.agreed) for each in found),
        "uncatalogued": [(id, names.services[id]) for id in kept.uncatalogued(request.viewer, known)],
        "withdrawn": [each for each in every if each.entry.withdrawn],
        "writes": may_do(request.viewer, Action.WRITE_CATALOGUE),
        "maturities": _maturities(request, found),
        "ownerless": sum(_is_ownerless(each, gone) for each in found),
        "proposals": unlisted.proposals(request.viewer),
        "ranks": doing.may_write_all(request.viewer),
        "requirements": may_do(request.viewer, Action.SEE_REQUIREMENT),
        "starters": len(_starters(every)) if doing.may_write_all(request.viewer) else 0,
    }
    return render(request, "catalogue/list.html", context)


def _is_ownerless(listed: Listed, gone: Collection[str]) -> bool:
    """Whether an entry that is seen whole has no owner, or one who has left."""
    return not listed.narrowed and (not listed.entry.owner or listed.entry.owner in gone)


def _maturities(request: OrganisationRequest, found: Sequence[Listed]) -> str:
    """Return how many targets of the services are agreed, proposed and assumed."""
    return level_words.maturity_words(of_levels.promised(request.viewer, found, now=request.now))


def _card(
    request: OrganisationRequest, listed: Listed, names: Names, view: str, gone: Collection[str]
) -> dict[str, Any]:
    told = words.for_users(listed.entry, names) if view == "users" else words.technical(listed.entry, names)
    return {"listed": listed, "told": list(told), "stale": listed.is_stale(request.now), "gaps": _gaps(listed, gone)}


def _gaps(listed: Listed, gone: Collection[str]) -> list[str]:
    """Return what is still missing in an entry, in words; nothing of it to whom the entry is narrowed."""
    entry = listed.entry
    told = {
        "no owner": not entry.owner,
        "its owner has left": entry.owner in gone,
        "nobody is named who supports it": not entry.supported_by,
        "no first contact": not entry.first_contact,
        "not agreed with users yet": not listed.agreed and not listed.agreed_before,
        "changed since users agreed": listed.to_be_agreed_again,
    }
    return [gap for gap, is_there in told.items() if is_there and not listed.narrowed]


def _starters(found: tuple[Listed, ...]) -> list[tuple[str, CatalogueEntry]]:
    """Return the services of the starter set that the catalogue does not have, by their ids."""
    known = {each.service for each in found} | {each.entry.name.casefold() for each in found}
    every = ((accounts.slug_of(each.name, "service"), each) for each in SCHOOL)
    return [(id, each) for id, each in every if not {id, each.name.casefold()} & known]


@page(Action.SEE_CATALOGUE)
def file(request: OrganisationRequest) -> HttpResponse:
    """Hand out the catalogue as a table."""
    content = words.as_csv(words.tabled(request.viewer, request.now))
    return _attached(request, content, "text/csv; charset=utf-8", "csv")


@page(Action.SEE_CATALOGUE)
def workbook(request: OrganisationRequest) -> HttpResponse:
    """Hand out the catalogue as a workbook."""
    return _attached(request, words.as_workbook(words.tabled(request.viewer, request.now)), WORKBOOK, "xlsx")


@page(Action.SEE_CATALOGUE)
def booklet(request: OrganisationRequest) -> HttpResponse:
    """Show the catalogue as a booklet for users, to be printed."""
    return render(request, "catalogue/booklet.html", {"booklet": _booklet(request), "title": booklets.TITLE})


@page(Action.SEE_CATALOGUE)
def booklet_pdf(request: OrganisationRequest) -> HttpResponse:
    """Hand out the booklet as PDF."""
    return _attached(request, booklets.pdf(_booklet(request)), "application/pdf", "pdf")


def _booklet(request: OrganisationRequest) -> Booklet:
    return booklets.of(request.viewer, request.organisation_name, request.zone, request.now)


def _attached(request: OrganisationRequest, content: bytes, kind: str, suffix: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="catalogue-{request.organisation_slug}.{suffix}"'
    return answer


@page(Action.SEE_CATALOGUE)
def entry(request: OrganisationRequest, service: str) -> HttpResponse:
    """Show what the catalogue says of a service, how it came to say so, and its levels."""
    return _entry_page(request, service, EstimateForm(None, initial={"on": request.viewer.on}))


def _entry_page(request: OrganisationRequest, service: str, form: EstimateForm) -> HttpResponse:
    versions, names = kept.one(request.viewer, service), kept.names(request.viewer)
    last, entry = versions[0], versions[0].entry
    earlier = [*versions[1:], None]
    context = {
        "listed": last,
        "for_users": list(words.for_users(entry, names)),
        "technical": list(words.technical(entry, names)),
        "support": SUPPORT[entry.supported],
        "components": [component_words(each) for each in entry.components],
        "gaps": _gaps(last, kept.gone(request.viewer)),
        "stale": last.is_stale(request.now),
        "versions": [
            (each, words.changes(before.entry, each.entry) if before else ())
            for each, before in zip(versions, earlier, strict=True)
        ],
        "writes": doing.may_write(request.viewer, service, entry) and not last.narrowed,
        "agrees": doing.may_agree(request.viewer, service, entry),
        "drafts": may_do(request.viewer, Action.DRAFT_AGREEMENT),
        "levels": level_words.shown(of_levels.of(request.viewer, [last], now=request.now)[service], names.customers),
        "estimate_form": form,
    }
    return render(request, "catalogue/entry.html", context, status=400 if form.errors else 200)


# --- doing ---


@page(Action.WRITE_CATALOGUE, methods=ASKING)
def add(request: OrganisationRequest) -> HttpResponse:
    """Ask for a service that is not in the catalogue yet, and keep it."""
    named, known = request.GET.get("service", ""), _known_services(request)
    form = _form(request, {"after": 0, "name": known.get(named, "")}, "")
    if request.method == "POST" and form.is_valid():
        service = named if named in known else accounts.slug_of(form.cleaned_data["entry"].name, "service")
        if _written(request, service, form):
            return redirect("catalogue_entry", request.organisation_slug, service)
    return _asking(request, {"form": form, "after": 0})


def _known_services(request: OrganisationRequest) -> Mapping[str, str]:
    """Return the services that have an id already, by it: those with a name, and those proposed from tickets."""
    proposed = {each.service: each.service for each in unlisted.proposals(request.viewer)}
    return {**proposed, **kept.names(request.viewer).services}


@page(Action.WRITE_CATALOGUE, methods=ASKING)
def write(request: OrganisationRequest, service: str) -> HttpResponse:
    """Ask for what is to stand of a service from now on, and keep it as a new version."""
    last = kept.one(request.viewer, service)[0]
    if last.narrowed or not doing.may_write(request.viewer, service, last.entry):
        raise NotFound(f"service '{service}' in the catalogue")
    form = _form(request, initial(last.entry, last.number, kept.names(request.viewer)), service)
    if request.method == "POST" and form.is_valid() and _written(request, service, form):
        return redirect("catalogue_entry", request.organisation_slug, service)
    # Whoever was told that somebody wrote meanwhile goes on from there; anybody else from what they read.
    meanwhile = form.has_error(NON_FIELD_ERRORS, MEANWHILE)
    return _asking(
        request, {"form": form, "listed": last, "after": last.number if meanwhile else form["after"].value()}
    )


def _asking(request: OrganisationRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "catalogue/write.html", context, status=400 if context["form"].errors else 200)


def _form(request: OrganisationRequest, first: dict[str, Any], service: str) -> EntryForm:
    others = {x.service: x.entry.name for x in kept.catalogue(request.viewer) if x.service != service}
    told = request.POST if request.method == "POST" else None
    return EntryForm(told, kept.names(request.viewer), others, initial=first)


def _written(request: OrganisationRequest, service: str, form: EntryForm) -> bool:
    told = form.cleaned_data
    try:
        number = doing.write(request.viewer, service, told["entry"], after=told["after"], now=request.now)
    except WrittenMeanwhile as refusal:
        if told["after"]:
            said = f"{refusal.found} What you wrote stands below. {refusal.mend}"
        else:
            said = f"There is a service '{service}' in the catalogue already. Change it there, or choose another name."
        form.add_error(None, ValidationError(said, code=MEANWHILE))
        return False
    except NotFound:
        form.add_error("used_by", "You may write for the users and services of your role alone. Name those users here.")
        return False
    except BadInput as refusal:
        form.add_error(None, f"{refusal.found} {refusal.mend}")
        return False
    messages.success(request, f"Version {number} of {told['entry'].name} is kept.")
    return True


@page(Action.WRITE_CATALOGUE, methods=DOING)
def starter(request: OrganisationRequest) -> HttpResponse:
    """Add the services of the starter set that are not there yet."""
    if not doing.may_write_all(request.viewer):
        raise NotFound("page")
    chosen = dict(_starters(kept.catalogue(request.viewer)))
    doing.apply(request.viewer, chosen, now=request.now)
    messages.success(request, f"{len(chosen)} services are added. Correct them, and withdraw what you do not have.")
    return redirect(address("catalogue", request.organisation_slug))


@page(Action.AGREE_CATALOGUE, methods=DOING)
def agree(request: OrganisationRequest, service: str) -> HttpResponse:
    """Let a representative agree to the version that they read."""
    doing.agree(request.viewer, service, _number(request), now=request.now)
    messages.success(request, "You have agreed to it for your users. A change will be shown to you again.")
    return redirect("catalogue_entry", request.organisation_slug, service)


@page(Action.WRITE_CATALOGUE, methods=DOING)
def verify(request: OrganisationRequest, service: str) -> HttpResponse:
    """Keep that the entry was looked over and is still right."""
    doing.verify(request.viewer, service, _number(request), now=request.now)
    messages.success(request, "It is noted that the entry is still right.")
    return redirect("catalogue_entry", request.organisation_slug, service)


@page(Action.WRITE_CATALOGUE, methods=DOING)
def estimate(request: OrganisationRequest, service: str) -> HttpResponse:
    """Keep what somebody estimates a level of the service at; where that is refused, say so beside the form."""
    last, form = kept.one(request.viewer, service)[0], EstimateForm(request.POST)
    if last.narrowed or not doing.may_write(request.viewer, service, last.entry):
        raise NotFound(f"service '{service}' in the catalogue")
    if not (form.is_valid() and _estimated(request, service, form)):
        return _entry_page(request, service, form)
    messages.success(request, "The estimate is kept, beside any earlier one.")
    return redirect("catalogue_entry", request.organisation_slug, service)


def _estimated(request: OrganisationRequest, service: str, form: EstimateForm) -> bool:
    try:
        estimating.estimate(request.viewer, service, form.cleaned_data["estimate"], now=request.now)
    except EstimateRefused as refusal:
        form.add_error("on", f"{refusal.found} {refusal.mend}")
        return False
    return True


def _number(request: OrganisationRequest) -> int:
    text = request.POST.get("number", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
