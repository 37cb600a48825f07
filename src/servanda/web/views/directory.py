"""Groups of users, suppliers and teams: who they are, what they promised, and the forms by which they are kept."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from servanda.bad_input import BadInput
from servanda.engine.directory import Record, Sort, SupplierStanding
from servanda.engine.rights import Action
from servanda.engine.targets import TargetKind
from servanda.queries import directory as kept
from servanda.queries.people import Step
from servanda.queries.ticket_filters import Asked
from servanda.services import accounts
from servanda.services import directory as doing
from servanda.services.directory import ChangedMeanwhile, RecordRefused
from servanda.store.access import NotFound
from servanda.web.directory_forms import LINE_WORDS, GroupForm, RecordForm, SupplierForm, TeamForm, initial
from servanda.web.pages import ASKING, OrganisationRequest, may_do, page
from servanda.web.paging import paged
from servanda.web.ticket_links import tickets_address

MEANWHILE = "changed_meanwhile"
EVERY = {Sort.GROUP: "Groups of users", Sort.SUPPLIER: "Suppliers", Sort.TEAM: "Teams"}
WORDS = {Sort.GROUP: "group of users", Sort.SUPPLIER: "supplier", Sort.TEAM: "team"}
STANDINGS = {
    SupplierStanding.TO_COME: "is to begin",
    SupplierStanding.HERE: "",
    SupplierStanding.LEAVING: "is here until its last day",
    SupplierStanding.ENDED: "has ended",
}
FIELDS = {
    "active": "whether it is closed",
    "contact": "how it is reached",
    "contacts": "how it is reached",
    "description": "description",
    "dispute_contact": "whom to turn to in a dispute",
    "email": "address",
    "line": "line of support",
    "members": "who is in it",
    "name": "name",
    "since": "first day",
    "supplier": "whose team it is",
    "until": "last day",
    "users": "number of users",
}

# --- seeing ---


@page(Action.SEE_GROUP)
def groups(request: OrganisationRequest) -> HttpResponse:
    """List the groups of users that somebody may see."""
    return _list(request, Sort.GROUP, kept.groups(request.viewer))


@page(Action.SEE_SUPPLIER)
def suppliers(request: OrganisationRequest) -> HttpResponse:
    """List the suppliers that somebody may see."""
    return _list(request, Sort.SUPPLIER, kept.suppliers(request.viewer))


@page(Action.SEE_PEOPLE)
def teams(request: OrganisationRequest) -> HttpResponse:
    """List the teams by their line of support."""
    return _list(request, Sort.TEAM, kept.teams(request.viewer))


def _list(request: OrganisationRequest, sort: Sort, found: tuple[Any, ...]) -> HttpResponse:
    sees_people, manages = may_do(request.viewer, Action.SEE_PEOPLE), may_do(request.viewer, Action.MANAGE_PEOPLE)
    page_of = paged(request, found, lambda each: f"{_record(each).name} {each.id}")
    context = {
        "paged": page_of,
        "rows": [(each, _tickets(request, each)) for each in page_of.items],
        "of": len(found),
        "unrecorded": kept.without_a_record(request.viewer).get(sort, ()) if sees_people else (),
        "sees_people": sees_people,
        "manages": manages,
        "lines": LINE_WORDS,
    }
    return render(request, f"directory/{sort.value}s.html", context)


def _record(shown: Any) -> Record:
    found: Record = next(getattr(shown, each.value) for each in Sort if hasattr(shown, each.value))
    return found


def _tickets(request: OrganisationRequest, shown: Any) -> str:
    """Return the address of the tickets that a team or a supplier holds; empty where it holds none."""
    if not getattr(shown, "holds", 0):
        return ""
    return tickets_address(request, kind=TargetKind.HAND_OVER, party=shown.id, state=Asked.OPEN)


@page(Action.SEE_GROUP)
def group(request: OrganisationRequest, group: str) -> HttpResponse:
    """Show a group of users."""
    return _one(request, Sort.GROUP, kept.group(request.viewer, group))


@page(Action.SEE_SUPPLIER)
def supplier(request: OrganisationRequest, supplier: str) -> HttpResponse:
    """Show a supplier with its contracts and its contacts."""
    found = kept.supplier(request.viewer, supplier)
    return _one(request, Sort.SUPPLIER, found, standing=STANDINGS[found.standing])


@page(Action.SEE_PEOPLE)
def team(request: OrganisationRequest, team: str) -> HttpResponse:
    """Show a team with its people and its OLAs."""
    found = kept.team(request.viewer, team)
    return _one(request, Sort.TEAM, found, line=LINE_WORDS[found.team.line])


def _one(request: OrganisationRequest, sort: Sort, found: Any, **more: object) -> HttpResponse:
    context = {
        "shown": found,
        "tickets": _tickets(request, found),
        "steps": [(each, _step_words(each)) for each in kept.done(request.viewer, sort, found.id)],
        "sees_people": may_do(request.viewer, Action.SEE_PEOPLE),
        "manages": may_do(request.viewer, Action.MANAGE_PEOPLE),
        **more,
    }
    return render(request, f"directory/{sort.value}.html", context)


def _step_words(step: Step) -> str:
    told: dict[str, Any] = dict(step.content)
    fields = ", ".join(dict.fromkeys(FIELDS.get(each, each) for each in told.get("fields", ())))
    people = [
        f"{', '.join(told[key])} {word}" for key, word in (("in", "came in"), ("out", "went out")) if told.get(key)
    ]
    return "; ".join(filter(None, (f"{told.get('done')}{f': {fields}' if fields else ''}", *people)))


# --- doing ---


@page(Action.MANAGE_PEOPLE, methods=ASKING)
def group_add(request: OrganisationRequest) -> HttpResponse:
    """Ask for a group of users, and keep it."""
    return _add(request, Sort.GROUP)


@page(Action.MANAGE_PEOPLE, methods=ASKING)
def supplier_add(request: OrganisationRequest) -> HttpResponse:
    """Ask for a supplier, and keep it."""
    return _add(request, Sort.SUPPLIER)


@page(Action.MANAGE_PEOPLE, methods=ASKING)
def team_add(request: OrganisationRequest) -> HttpResponse:
    """Ask for a team, and keep it."""
    return _add(request, Sort.TEAM)


@page(Action.MANAGE_PEOPLE, methods=ASKING)
def group_write(request: OrganisationRequest, group: str) -> HttpResponse:
    """Ask for what is to stand of a group of users."""
    return _write(request, Sort.GROUP, kept.group(request.viewer, group))


@page(Action.MANAGE_PEOPLE, methods=ASKING)
def supplier_write(request: OrganisationRequest, supplier: str) -> HttpResponse:
    """Ask for what is to stand of a supplier."""
    return _write(request, Sort.SUPPLIER, kept.supplier(request.viewer, supplier))


@page(Action.MANAGE_PEOPLE, methods=ASKING)
def team_write(request: OrganisationRequest, team: str) -> HttpResponse:
    """Ask for what is to stand of a team."""
    return _write(request, Sort.TEAM, kept.team(request.viewer, team))


def _add(request: OrganisationRequest, sort: Sort) -> HttpResponse:
    named = request.GET.get("id", "")
    form = _form(request, sort, {"id": named, "name": named}, is_new=True)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        id = told["id"] or accounts.slug_of(told["name"], sort.value)
        if _kept(request, sort, id, form, doing.NEW):
            return redirect(sort.value, request.organisation_slug, id)
    return _asking(request, sort, form, None, doing.NEW)


def _write(request: OrganisationRequest, sort: Sort, shown: Any) -> HttpResponse:
    record = _record(shown)
    form = _form(request, sort, {**initial(record), "after": doing.mark(record)}, is_new=False)
    if (
        request.method == "POST"
        and form.is_valid()
        and _kept(request, sort, shown.id, form, form.cleaned_data["after"])
    ):
        return redirect(sort.value, request.organisation_slug, shown.id)
    # Whoever was told that somebody changed it goes on from there; anybody else from what they read.
    meanwhile = form.has_error(NON_FIELD_ERRORS, MEANWHILE)
    return _asking(request, sort, form, shown, doing.mark(record) if meanwhile else form["after"].value())


def _form(request: OrganisationRequest, sort: Sort, first: dict[str, Any], *, is_new: bool) -> RecordForm:
    told = request.POST if request.method == "POST" else None
    if sort is Sort.TEAM:
        people, named = kept.people_to_choose(request.viewer), kept.suppliers(request.viewer)
        suppliers = {each.id: each.supplier for each in named}
        return TeamForm(told, is_new=is_new, suppliers=suppliers, people=people, initial=first)
    kind = GroupForm if sort is Sort.GROUP else SupplierForm
    return kind(told, is_new=is_new, initial=first)


def _kept(request: OrganisationRequest, sort: Sort, id: str, form: RecordForm, after: str) -> bool:
    record: Record = form.cleaned_data["record"]
    try:
        news = doing.write(request.viewer, sort, id, record, after=after, now=request.now)
    except NotFound:
        raise
    except ChangedMeanwhile as refusal:
        said = f"{refusal.found} What you wrote stands below. {refusal.mend}"
        form.add_error(None, ValidationError(said, code=MEANWHILE))
        return False
    except BadInput as refusal:
        part = refusal.part if isinstance(refusal, RecordRefused) else ""
        form.add_error(part if part in form.fields else None, f"{refusal.found} {refusal.mend}")
        return False
    messages.success(request, f"{record.name or id} is kept." if news else "Nothing was changed.")
    return True


def _asking(request: OrganisationRequest, sort: Sort, form: RecordForm, shown: Any, after: str) -> HttpResponse:
    record = _record(shown) if shown else None
    context = {
        "form": form,
        "sort": sort.value,
        "word": WORDS[sort],
        "of_all": f"{sort.value}s",
        "all_words": EVERY[sort],
        "id": shown.id if shown else "",
        "name": (record.name or shown.id) if record else "",
        "after": after,
    }
    return render(request, "directory/write.html", context, status=400 if form.errors else 200)
