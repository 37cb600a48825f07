"""The addresses of the pages, and some whose views fail."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from servanda.bad_input import BadInput
from servanda.web import urls

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


def refuse(request: HttpRequest) -> HttpResponse:
    """Refuse what a person gave."""
    raise BadInput("<b>31/02</b> is no date", expected="a date", mend="Correct it.")


def fail(request: HttpRequest) -> HttpResponse:
    """Fail by a fault of ours."""
    raise RuntimeError("the secret cause")


def ask_in_vain(request: HttpRequest) -> HttpResponse:
    """Ask the database for what it does not have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM no_such_table")
    return HttpResponse()


urlpatterns = [*urls.urlpatterns, path("refuse/", refuse), path("fail/", fail), path("ask-in-vain/", ask_in_vain)]
