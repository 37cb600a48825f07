"""The agreements of an organisation, and each version as a document."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from servanda.engine import zones
from servanda.engine.negotiation import STATES
from servanda.engine.rights import Action
from servanda.queries import agreements as kept
from servanda.queries import negotiations as under_way
from servanda.queries.confirmations import of_version
from servanda.reports.agreements import as_pdf, changes, document, examples, reminders, shown, title
from servanda.reports.agreements import negotiations as signing
from servanda.services import confirmations as doing
from servanda.web import parameters
from servanda.web.pages import DOING, OrganisationRequest, handed_out, may_do, page
from servanda.web.paging import paged

MOST_AHEAD = 12
MOST_UNASKED = 30
"""Up to how many parts that differ are shown before somebody asks for them."""


@page(Action.SEE_AGREEMENT)
def agreements(request: OrganisationRequest) -> HttpResponse:
    """List the agreements, each by the version in force."""
    found = kept.listing(request.viewer)
    today = zones.to_local(request.zone, request.now).date()
    page_of = paged(request, found.agreements, lambda each: f"{each.name} {each.id}")
    ahead = reminders.ahead(found.agreements, today)
    drafts = under_way.listing(request.viewer) if may_do(request.viewer, Action.DISCUSS_AGREEMENT) else ()
    context = {
        "rows": shown.rows(page_of.items, found.names, request.now),
        "paged": page_of,
        "ahead": ahead[:MOST_AHEAD],
        "more_ahead": max(len(ahead) - MOST_AHEAD, 0),
        "under_way": [(each, title(each.version), STATES[each.standing.state]) for each in drafts],
        "drafts": may_do(request.viewer, Action.DRAFT_AGREEMENT),
    }
    return render(request, "agreements/list.html", context)


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


@page(Action.SEE_AGREEMENT)
def pdf(request: OrganisationRequest, agreement: str, number: int) -> HttpResponse:
    """Hand out one version as PDF, with the names of those who approved it, or room for them."""
    found, names = kept.one(request.viewer, agreement)
    one = found.numbered(number)
    behind = under_way.behind(request.viewer, one.version)
    people = under_way.people(behind) if behind else {}
    signatures = signing.signatures(behind, people) if behind else signing.no_signatures(one.version)
    standing = f"version {number}, {shown.standing(one, request.now)}, {shown.signed(one)}"
    told = as_pdf.Signing(standing, signatures, one.kept.content_hash)
    content = as_pdf.rendered(one.version, names, request.organisation_name, told, request.now)
    return handed_out(content, f"{agreement}-{number}.pdf")


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
        "drafts": may_do(request.viewer, Action.DRAFT_AGREEMENT),
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
