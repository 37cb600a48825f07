"""Pages that say what is wrong, in one form; what is missing and what is foreign look the same."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from servanda.bad_input import BadInput

log = logging.getLogger(__name__)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer that there is nothing here, in words that do not depend on what was asked for."""
    return render(request, "errors/not_found.html", status=404)


def refused(request: HttpRequest, refusal: BadInput) -> HttpResponse:
    """Answer what was found, what was expected and what to do."""
    return render(request, "errors/refused.html", {"refusal": refusal}, status=400)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that no browser of ours makes."""
    told = BadInput(
        "The request could not be read.",
        expected="a page or a form of this site",
        mend="Go back, load the page again and repeat what you did.",
    )
    return refused(request, told)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was not sent from a page of this session."""
    told = BadInput(
        "The form was not sent from a page of this session; nothing was changed.",
        expected="a form that was loaded after the last sign-in, in a browser that keeps cookies",
        mend="Go back, load the page again and send the form once more.",
    )
    return render(request, "errors/refused.html", {"refusal": told}, status=403)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer that somebody tries too often."""
    return render(request, "errors/too_many.html", status=429)


def unavailable(request: HttpRequest, refusal: BadInput, cause: Exception) -> HttpResponse:
    """Answer that the database refuses now what it may take again later."""
    log.error("the database refused %s %s", request.method, request.path, exc_info=cause)
    response = HttpResponse(_alone("errors/unavailable.html", refusal=refusal), status=503)
    response.headers["Retry-After"] = "20"
    return response


def fault(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours with a reference, by which the log tells what it was."""
    reference = secrets.token_hex(4)
    log.error("fault %s at %s %s", reference, request.method, request.path, exc_info=True)
    return HttpResponse(_alone("errors/fault.html", reference=reference), status=500)


def _alone(template: str, **told: object) -> str:
    """Return a page that asks the database for nothing, as that may be what failed."""
    return render_to_string(template, told)
