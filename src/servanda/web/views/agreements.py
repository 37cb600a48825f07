"""The agreements of an organisation, and each version as a document."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from servanda.engine.rights import Action
from servanda.queries import agreements as kept
from servanda.queries.confirmations import of_version
from servanda.reports.agreements import changes, document, examples, shown, title
from servanda.services import confirmations as doing
from servanda.web import parameters
from servanda.web.pages import DOING, OrganisationRequest, may_do, page

MOST_UNASKED = 30
"""Up to how many parts that differ are shown before somebody asks for them."""


@page(Action.SEE_AGREEMENT)
def agreements(request: OrganisationRequest) -> HttpResponse:
    """List the agreements, each by the version in force."""
    found = kept.listing(request.viewer)
    rows = shown.rows(found.agreements, found.names, request.now)
    return render(request, "agreements/list.html", {"rows": rows})


@page(Action.SEE_AGREEMENT)
def agreement(request: OrganisationRequest, agreement: str) -> HttpResponse:
    """Show the version in force, else the next or the last."""
    found, names = kept.one(request.viewer, agreement)
    return _version(request, found, found.on(request.now), names)


@page(Action.SEE_AGREEMENT)
def agreement_version(request: OrganisationRequest, agreement: str, number: int) -> HttpResponse:
    """Show one version."""
    found, names = kept.one(request.viewer, agreement)
    return _version(request, found, found.numbered(number), names)


def _version(
    request: OrganisationRequest, found: kept.AgreementKept, one: kept.VersionKept, names: kept.Names
) -> HttpResponse:
    compared = parameters.number(request, "compare")
    other = found.before(one) if compared is None else found.numbered(compared)
    told = document(one.version, names)
    example, confirmations = _example(request, one), of_version(request.viewer, one.version)
    found_changes = changes.between(document(other.version, names), told) if other else ()
    context = {
        "agreement": found,
        "kept": one,
        "version": one.version,
        "title": title(one.version),
        "lead": shown.lead(one, request.now),
        "told": told,
        "promises": shown.promises_shown(one.version, told.promises, example.found),
        "none_agreed": shown.none_agreed(told.promises),
        "in_common": shown.in_common(told.promises),
        "example": example,
        "confirmed": confirmations.by_target,
        "waiting": confirmations.waiting,
        "sees_people": may_do(request.viewer, Action.SEE_PEOPLE),
        "ahead": shown.alone(shown.days_ahead(one.version, one.version.local_date(request.now))),
        "versions": shown.versions(found, request.now),
        "other": other,
        "changed": found_changes,
        "unasked": len(found_changes) if compared is None and len(found_changes) > MOST_UNASKED else 0,
        "others": [each for each in found.versions if each is not one],
    }
    return render(request, "agreements/version.html", context)


@page(Action.CONFIRM_TARGET, methods=DOING)
def confirm(request: OrganisationRequest, agreement: str, number: int, target: str) -> HttpResponse:
    """Let a representative confirm that an assumed target is what their users need."""
    doing.confirm(request.viewer, agreement, number, target, now=request.now)
    messages.success(request, "You have confirmed it for your users. The next version can say that it is agreed.")
    return redirect("agreement_version", request.organisation_slug, agreement, number)


def _example(request: OrganisationRequest, one: kept.VersionKept) -> examples.Worked:
    asked = parameters.wall_clock(request, "opened")
    return examples.worked(one.version, one.last_day, asked, one.version.local_date(request.now))
