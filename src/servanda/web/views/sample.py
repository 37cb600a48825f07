"""The sample school: an invented organisation to look around in, beside one's own, for as long as one wants it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from servanda.engine.rights import Action
from servanda.reports import sample_school
from servanda.services import samples
from servanda.web.frame import address
from servanda.web.pages import DOING, OrganisationRequest, may_do, page


@page(Action.TRY_SAMPLE, methods=DOING)
def load(request: OrganisationRequest) -> HttpResponse:
    """Load the sample school for whoever asks, and lead there."""
    assert request.user.is_authenticated
    slug = sample_school.load_for(request.viewer, request.user.pk, now=request.now)
    messages.success(request, "This is the sample school. Try whatever you like; your own organisation stays as it is.")
    return redirect("home", organisation=slug)


@page(Action.TRY_SAMPLE, methods=DOING)
def take_away(request: OrganisationRequest) -> HttpResponse:
    """Take the sample school away with all that was done in it, and lead to where one is somebody then."""
    samples.take_away(request.organisation_slug, request.viewer, now=request.now)
    messages.success(request, "The sample school is taken away; nothing of it is left.")
    return redirect("start")


def offered(request: OrganisationRequest, *, empty: bool) -> dict[str, Any]:
    """Return what the home page says of samples: that this is one; or, on an `empty` one of one's own, a way to it."""
    tries = may_do(request.viewer, Action.TRY_SAMPLE)
    here = samples.is_sample(request.organisation_slug)
    own = samples.of_account(request.user.pk) if tries and empty and not here and request.user.pk else None
    return {
        "here": here,
        "tries": tries,
        "slug": own.slug if own else "",
        "address": address("home", own.slug) if own else "",
    }
