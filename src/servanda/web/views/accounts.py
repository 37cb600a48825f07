"""Passwords, and the links by which they are first chosen."""

from allauth.account.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from servanda.web.frame import THEME_COOKIE, THEMES

A_YEAR = 365 * 24 * 60 * 60

password = PasswordChangeView.as_view(success_url=reverse_lazy("start"))


@require_safe
def forgotten(request: HttpRequest) -> HttpResponse:
    """Say who gives a new link."""
    return render(request, "account/forgotten.html")


@require_safe
def set_up(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask for what a set-up link is for."""
    return render(request, "account/link_void.html", status=404)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember in this browser which colours somebody wants."""
    told, back = request.POST.get("theme", ""), request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    response = redirect(back if own else "start")
    if told in dict(THEMES):
        response.set_cookie(
            THEME_COOKIE, told, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response
