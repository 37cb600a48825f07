"""What every answer carries, and how a refusal becomes a page."""

from collections.abc import Callable

from django.db import Error
from django.http import HttpRequest, HttpResponseBase

from servanda.bad_input import BadInput
from servanda.store import failures
from servanda.store.access import NotFound
from servanda.web import errors

Answer = Callable[[HttpRequest], HttpResponseBase]

NOTHING_ALLOWED = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class Headers:
    """Headers that no setting of Django's knows. What an account may see is kept by no browser and no proxy."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", NOTHING_ALLOWED)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class Refusals:
    """Pages for what a view refuses; whatever else goes wrong gets a reference that the log repeats."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Return the page for what a view raised; none for what Django or allauth answer themselves."""
        match exception:
            case NotFound():
                return errors.not_found(request)
            case BadInput():
                return errors.refused(request, exception)
            case Error() if refusal := failures.refusal_of(exception):
                return errors.unavailable(request, refusal, exception)
        return None
