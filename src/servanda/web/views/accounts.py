"""Passwords, and the links by which they are first chosen."""

from datetime import datetime
from typing import Any

from allauth.account.views import LoginView, PasswordChangeView
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from servanda import wall_time
from servanda.services import accounts
from servanda.services.accounts import AccountRefused, LinkIsFor, LinkVoid, Opened
from servanda.web.errors import too_many
from servanda.web.frame import THEME_COOKIE, THEMES
from servanda.web.set_up_forms import FirstOrganisationForm, PasswordForm

A_YEAR = 365 * 24 * 60 * 60


class SignIn(LoginView):  # type: ignore[misc]  # allauth ships no types
    """Sign in by a password, a passkey or a provider."""

    def get_context_data(self, **told: Any) -> dict[str, Any]:
        """Return the context with the providers."""
        return {**super().get_context_data(**told), "providers": settings.SIGN_ON}


_password = PasswordChangeView.as_view(success_url=reverse_lazy("start"))


def password(request: HttpRequest) -> HttpResponseBase:
    """Change the password; who signs in without one is told how to get one."""
    if request.user.is_authenticated and not request.user.has_usable_password():
        return render(request, "account/no_password.html")
    answer: HttpResponseBase = _password(request)
    return answer


@require_safe
def forgotten(request: HttpRequest) -> HttpResponse:
    """Say who gives a new link."""
    return render(request, "account/forgotten.html")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def set_up(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask for what a set-up link is for; once that is told and kept, the link is used up, and one can sign in."""
    now = wall_time.now()
    try:
        opened = accounts.open_link(secret, now)
        form = _form(opened, request)
        if request.method == "POST" and form.is_valid():
            if not ratelimit.consume(request, action="set_up", key=form.cleaned_data["email"].lower()):
                return too_many(request)
            if _kept(form, secret, now):
                messages.success(request, "Your password is kept. Sign in with it.")
                return redirect("account_login")
    except LinkVoid:
        return render(request, "account/link_void.html", status=404)
    return render(request, "account/set_up.html", {"form": form, "opened": opened, "is_first": _is_first(opened)})


def _form(opened: Opened, request: HttpRequest) -> PasswordForm:
    told = request.POST if request.method == "POST" else None
    if _is_first(opened):
        return FirstOrganisationForm(told)
    form = PasswordForm(told, initial={"email": opened.email})
    form.fields["email"].disabled = opened.purpose is LinkIsFor.NEW_PASSWORD
    return form


def _is_first(opened: Opened) -> bool:
    return opened.purpose is LinkIsFor.FIRST_ORGANISATION


def _kept(form: PasswordForm, secret: str, now: datetime) -> bool:
    """Use a link with what a form tells; where that is refused, say so beside the field."""
    email, chosen = form.cleaned_data["email"], form.cleaned_data["password"]
    try:
        if isinstance(form, FirstOrganisationForm):
            accounts.set_up(secret, form.told(), email, chosen, now=now)
        else:
            accounts.choose_password(secret, email, chosen, now=now)
    except AccountRefused as refusal:
        form.add_error(refusal.field, refusal.found)
        return False
    return True


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember in this browser which colours somebody wants."""
    told, back = request.POST.get("theme", ""), request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    response = redirect(back if own else "start")
    if told in dict(THEMES):
        secure = request.is_secure()
        response.set_cookie(THEME_COOKIE, told, max_age=A_YEAR, httponly=True, samesite="Lax", secure=secure)
    return response
