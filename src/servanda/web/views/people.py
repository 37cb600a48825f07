"""People and their roles: who is here, who speaks for which users, and what is done when somebody comes or goes."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from servanda.bad_input import BadInput
from servanda.engine.rights import Action, Assignment, Role
from servanda.queries import attendance, owners
from servanda.queries import people as kept
from servanda.queries.owners import Owned, Sort
from servanda.queries.people import Directory, OnePerson
from servanda.reports.roles import CONFIRMATIONS, ROLES, scope_words
from servanda.reports.words import count
from servanda.services import accounts, second_steps
from servanda.services import people as doing
from servanda.store.access import NotFound
from servanda.web.links import set_up_path
from servanda.web.pages import DOING, OrganisationRequest, may_do, page
from servanda.web.paging import paged
from servanda.web.people_forms import AddPersonForm, HandOverForm, RoleForm

# --- seeing ---


@page(Action.SEE_PEOPLE)
def people(request: OrganisationRequest) -> HttpResponse:
    """List who is here with their roles, and which groups of users somebody speaks for."""
    return _people_page(request, AddPersonForm())


def _people_page(request: OrganisationRequest, form: AddPersonForm) -> HttpResponse:
    found, names = kept.directory(request.viewer), kept.names(request.viewer)
    page_of = paged(request, found.here, lambda each: f"{each.name} {each.email} {each.id}")
    context = {
        "found": found,
        "paged": page_of,
        "here": [(each, _roles(each.roles, names)) for each in page_of.items],
        "missing": _missing(found),
        "to_be_replaced": attendance.of(request.viewer).to_be_replaced,
        "left_alone": _left_alone(found),
        "orphans": _owned(request, owners.without_owner(request.viewer, now=request.now)),
        "form": form if may_do(request.viewer, Action.MANAGE_PEOPLE) else None,
    }
    return render(request, "people/list.html", context, status=400 if form.errors else 200)


@page(Action.SEE_PEOPLE)
def person(request: OrganisationRequest, person: str) -> HttpResponse:
    """Show somebody with their roles and what was done."""
    return _person_page(request, person, RoleForm(None, *kept.names(request.viewer)))


def _person_page(request: OrganisationRequest, person: str, form: RoleForm) -> HttpResponse:
    found, names = kept.one(request.viewer, person), kept.names(request.viewer)
    context = {
        "person": found.person,
        "roles": _roles(found.person.roles, names),
        "other_roles": _roles(found.person.other_roles, names),
        "alone_in": [ROLES[each].name for each in found.alone_in],
        "attended": list(attendance.of_person(request.viewer, person).items())[: attendance.SHOWN],
        "owned": _owned(request, _owned_by(request, found.person)),
        "steps": [(each, _step_words(each)) for each in found.steps],
        "form": form,
        "known_roles": list(ROLES.values()),
        "hand_over": HandOverForm(None, found.person, found.others) if found.person.roles and found.others else None,
        "manages": may_do(request.viewer, Action.MANAGE_PEOPLE),
        "today": request.viewer.on,
    }
    return render(request, "people/person.html", context, status=400 if form.errors else 200)


def _owned_by(request: OrganisationRequest, person: kept.Person) -> tuple[Owned, ...]:
    return owners.of_person(request.viewer, person.id, now=request.now)


def _owned(request: OrganisationRequest, every: Iterable[Owned]) -> list[dict[str, Any]]:
    """Return what is owned with its address and the word of its sort."""
    return [{"owned": each, "word": each.sort.value, "address": _owned_address(request, each)} for each in every]


def _owned_address(request: OrganisationRequest, owned: Owned) -> str:
    if owned.sort is Sort.SERVICE:
        return reverse("catalogue_entry", args=[request.organisation_slug, owned.id])
    return reverse("agreement_version", args=[request.organisation_slug, owned.id, owned.number])


def _roles(held: tuple[Assignment, ...], names: kept.Names) -> list[dict[str, Any]]:
    """Return each role with its name, whom it is for and its days."""
    return [
        {
            "role": each.role.value,
            "name": ROLES[each.role].name,
            "for": scope_words(each, *names),
            "first": each.from_on,
            "last": each.until_on,
        }
        for each in held
    ]


def _left_alone(found: Directory) -> list[tuple[kept.Person, list[str]]]:
    """Return who left with roles of today that nobody here has, and which those are."""
    held = {one.role for each in found.here for one in each.roles}
    alone = ((each, dict.fromkeys(one.role for one in each.roles if one.role not in held)) for each in found.left)
    return [(each, [ROLES[role].name for role in roles]) for each, roles in alone if roles]


def _missing(found: Directory) -> list[str]:
    """Return what is still to be done about people, as sentences."""
    told = []
    if not found.holding(Role.SERVICE_MANAGER):
        told.append("No service manager is named: nobody owns the promises.")
    if not found.holding(Role.REPRESENTATIVE):
        told.append("No representative is named: nobody speaks for the users.")
    uncovered = [each.name for each in found.groups if not each.representatives]
    if uncovered and found.holding(Role.REPRESENTATIVE):
        told.append(f"Nobody speaks for {', '.join(uncovered)}.")
    return told


def _step_words(step: kept.Step) -> str:
    """Return what was done, in words."""
    told: dict[str, Any] = dict(step.content)
    assignments = [told["assignment"]] if "assignment" in told else told.get("assignments", [])
    roles = " and ".join(ROLES[Role(each["role"])].name.lower() for each in assignments)
    match told.get("done"):
        case "assigned":
            confirmed = "; ".join(f"this person {CONFIRMATIONS.get(each, each)}" for each in told.get("confirmed", ()))
            return f"became {roles}" + (f" (confirmed: {confirmed})" if confirmed else "")
        case "ended":
            return f"is {roles} until {told['on']}"
        case "prolonged":
            return f"stays {roles} " + (f"until {told['on']}" if told["on"] else "without an end")
        case "changed":
            return (
                f"has another {' and another '.join({'email': 'address'}.get(each, each) for each in told['fields'])}"
            )
        case "handed over":
            role = ROLES[Role(told["role"])].name.lower()
            return f"the role of {role} goes from {told['from']} to {told['to']} on {told['on']}"
        case done:
            return {"left": "has left", "returned": "is back"}.get(str(done), str(done))


# --- doing ---


@page(Action.MANAGE_PEOPLE, methods=DOING)
def add(request: OrganisationRequest) -> HttpResponse:
    """Add somebody, who may do nothing yet; where that is refused, say so beside the form."""
    form = AddPersonForm(request.POST)
    if not (form.is_valid() and _added(request, form)):
        return _people_page(request, form)
    messages.success(request, f"{form.cleaned_data['name']} is added. Give them a role now.")
    return redirect("person", request.organisation_slug, form.cleaned_data["id"])


def _added(request: OrganisationRequest, form: AddPersonForm) -> bool:
    told = form.cleaned_data
    told["id"] = told["id"] or accounts.slug_of(told["name"], "person")
    try:
        doing.add(request.viewer, told["id"], told["name"], told["email"], now=request.now)
    except BadInput as refusal:
        form.add_error(None, _told(refusal))
        return False
    return True


@page(Action.MANAGE_PEOPLE, methods=DOING)
def assign(request: OrganisationRequest, person: str) -> HttpResponse:
    """Give somebody a role; where that is refused, say so beside the form."""
    form = RoleForm(request.POST, *kept.names(request.viewer))
    if not (form.is_valid() and _assigned(request, person, form)):
        return _person_page(request, person, form)
    messages.success(request, f"The role {ROLES[form.cleaned_data['assignment'].role].name} is given.")
    return redirect("person", request.organisation_slug, person)


def _assigned(request: OrganisationRequest, person: str, form: RoleForm) -> bool:
    assignment = form.cleaned_data["assignment"]
    confirmed = ROLES[assignment.role].confirmations.keys() & form.cleaned_data["confirmed"]
    try:
        doing.assign(request.viewer, person, assignment, now=request.now, confirmed=confirmed)
    except NotFound:
        raise
    except BadInput as refusal:
        form.add_error("role", _told(refusal))
        return False
    return True


def _told(refusal: BadInput) -> str:
    return f"{refusal.found} {refusal.mend}"


@page(Action.MANAGE_PEOPLE, methods=DOING)
def invite(request: OrganisationRequest, person: str) -> HttpResponse:
    """Make a link by which somebody chooses a password, and show it this once."""
    secret = accounts.invite(request.viewer, person, now=request.now)
    found = kept.one(request.viewer, person)
    link = request.build_absolute_uri(set_up_path(secret))
    return render(request, "people/invited.html", {"person": found.person, "link": link})


@page(Action.MANAGE_PEOPLE, methods=DOING)
def reset_second_step(request: OrganisationRequest, person: str) -> HttpResponse:
    """Take somebody's second step away, who lost what it is checked by."""
    was_there = second_steps.reset(request.viewer, person, now=request.now)
    told = "The second step is taken away. Let them set up a new one soon."
    messages.success(request, told if was_there else "There was no second step.")
    return redirect("person", request.organisation_slug, person)


@page(Action.MANAGE_PEOPLE, methods=DOING)
def end(request: OrganisationRequest, person: str) -> HttpResponse:
    """Let somebody have a role up to a day and no longer."""
    kept.one(request.viewer, person)  # who is not there is told before what is wrong with the form
    role, on = _role(request.POST.get("role", "")), _day(request.POST.get("on", ""))
    ended = doing.end_assignment(request.viewer, person, role, on, now=request.now)
    name = ROLES[role].name
    messages.success(request, f"The role {name} ends on {on}." if ended else f"There is no role {name} to end.")
    return redirect("person", request.organisation_slug, person)


@page(Action.MANAGE_PEOPLE, methods=DOING)
def hand_over(request: OrganisationRequest, person: str) -> HttpResponse:
    """Let somebody else have a role from a day on."""
    found = kept.one(request.viewer, person)
    form = HandOverForm(request.POST, found.person, found.others)
    if not form.is_valid():
        raise BadInput(
            "the form does not say which role goes to whom and when",
            expected="a role that this person has, somebody who is here, and a day such as 2026-09-01",
            mend="Go back and choose them on the page.",
        )
    told = form.cleaned_data
    doing.hand_over(request.viewer, person, Role(told["role"]), told["to"], told["on"], now=request.now)
    messages.success(request, f"The role is {_name_of(found, told['to'])}'s from {told['on']} on.")
    return redirect("person", request.organisation_slug, person)


@page(Action.MANAGE_PEOPLE, methods=DOING)
def leave(request: OrganisationRequest, person: str) -> HttpResponse:
    """Let somebody have left: they may do nothing from now on."""
    doing.deactivate(request.viewer, person, now=request.now)
    left = kept.one(request.viewer, person)
    behind = len(_owned_by(request, left.person)) + len(left.alone_in)
    told = f" Nobody answers now for {count(behind, 'thing')} that they had: see below." if behind else ""
    messages.success(request, f"They have left, and may do nothing from now on.{told}")
    return redirect(reverse("people", args=[request.organisation_slug]))


@page(Action.MANAGE_PEOPLE, methods=DOING)
def come_back(request: OrganisationRequest, person: str) -> HttpResponse:
    """Let somebody be back with the roles they had."""
    doing.activate(request.viewer, person, now=request.now)
    messages.success(request, "They are back, with the roles they had.")
    return redirect("person", request.organisation_slug, person)


def _name_of(found: OnePerson, id: str) -> str:
    return next((each.name for each in found.others if each.id == id), id)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise BadInput(
            "the form names no role that there is",
            expected=", ".join(each.value for each in Role),
            mend="Go back and choose it on the page.",
        ) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            "the form names no day", expected="a day such as 2026-07-31", mend="Go back and choose one."
        ) from None
