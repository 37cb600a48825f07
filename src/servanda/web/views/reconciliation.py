"""What a source says beside what we find: worked out at once, or where there is much as a job whose report is kept."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from servanda.bad_input import BadInput
from servanda.engine.rights import Action
from servanda.engine.targets import TargetKind
from servanda.queries import reconciliation as of_reconciliation
from servanda.queries.reconciliation import Choices
from servanda.reports.reconciliation.as_job import RECONCILE, worked_out
from servanda.reports.reconciliation.as_page import page as shown
from servanda.reports.reconciliation.as_page import since_words
from servanda.services import jobs
from servanda.web import parameters
from servanda.web.pages import ASKING, OrganisationRequest, page

AT_ONCE = 1_000
"""Up to how many tickets somebody may wait for."""


@page(Action.SEE_TICKET, methods=ASKING)
def reconciliation(request: OrganisationRequest) -> HttpResponseBase:
    """Show the reconciliation of a source and kind of target, or order one to be worked out."""
    choices = of_reconciliation.choices(request.viewer)
    if request.method == "POST":
        return _ordered(request, choices)
    source, kind = _asked(request, choices)
    context = {
        "choices": choices,
        "source": source,
        "kind": kind,
        "ticket_source": source or (choices.sources[0] if len(choices.sources) == 1 else ""),
    }
    if not (choices.sources and choices.kinds):
        return render(request, "reconciliation/nothing.html", context)
    if of_reconciliation.at_most(request.viewer, source, AT_ONCE):
        found = worked_out(request.viewer, source, kind)
        return render(request, "reconciliation/page.html", context | {"found": shown(found.content), "of": found})
    return _kept(request, source, kind, context)


def _kept(request: OrganisationRequest, source: str, kind: TargetKind, context: dict[str, object]) -> HttpResponse:
    """Show what was worked out last, how it stands against what is kept now, and what is ordered."""
    last = of_reconciliation.kept(request.viewer, source, kind)
    later = {
        "found": shown(last.content) if last else None,
        "of": last,
        "kept": True,
        "since": since_words(last.since) if last else "",
        "ordered": of_reconciliation.ordered(request.viewer, source, kind),
    }
    return render(request, "reconciliation/page.html", context | later)


def _asked(request: OrganisationRequest, choices: Choices) -> tuple[str, TargetKind]:
    """Return the source, empty for all, and the kind that the address asks for."""
    source = parameters.choice(request, "source", ("", *choices.sources), "")
    kinds = tuple(each.value for each in choices.kinds) or (choices.usual_kind.value,)
    return source, TargetKind(parameters.choice(request, "kind", kinds, choices.usual_kind.value))


def _ordered(request: OrganisationRequest, choices: Choices) -> HttpResponseBase:
    """Order the job that a form asks for, once; go back to the page that waits for it."""
    source, kind = request.POST.get("source", ""), request.POST.get("kind", "")
    if source not in ("", *choices.sources) or kind not in {each.value for each in choices.kinds}:
        raise BadInput(
            "the form asks for a source or a kind of target that there is not",
            expected="one of those that the page offers",
            mend="Load the page again and choose there.",
        )
    key, payload = of_reconciliation.job_key(source, TargetKind(kind)), {"source": source, "kind": kind}
    ordered = jobs.order(request.viewer, RECONCILE, key, payload, now=request.now) or jobs.order_again(
        request.viewer, RECONCILE, key, payload, now=request.now
    )
    messages.success(request, "It will be worked out." if ordered else "It was ordered already.")
    back = reverse("reconciliation", kwargs={"organisation": request.organisation_slug})
    return redirect(f"{back}?{urlencode({'source': source, 'kind': kind})}")
