"""Single sign-on: off to a provider, back from it, and what is connected."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from servanda import wall_time
from servanda.services import sign_ons
from servanda.services.sign_ons import SignOnRefused, Told
from servanda.store import models
from servanda.store.access import NotFound
from servanda.web.errors import too_many

shown_once_more: Callable[[Any], Any] = reauthentication_required(app="allauth.mfa")
MISTOLD = (ImproperlyConfigured, KeyError, TypeError, ValueError)

log = logging.getLogger(__name__)


# --- off ---


@require_POST
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send somebody to a provider to sign on."""
    if request.user.is_authenticated:
        return redirect("start")
    return _off(request, provider_id, AuthProcess.LOGIN)


@require_POST
@shown_once_more
def connect(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send somebody who is signed in to a provider, by which they want to sign on from now on."""
    return _off(request, provider_id, AuthProcess.CONNECT)


def _off(request: HttpRequest, provider_id: str, process: str) -> HttpResponse:
    """Lead on to a provider by a page, as the content policy lets no form lead to another site."""
    if not ratelimit.consume(request, action="sign_on"):
        return too_many(request)
    provider = provider_at(request, provider_id)
    try:
        address = _leading_to(request, provider, process)
    except (RequestException, *MISTOLD) as fault:
        return failed(request, provider.name, fault)
    if urlsplit(address).scheme not in {"http", "https"}:
        return failed(request, provider.name, ValueError(f"it leads to {address}"))
    return render(request, "account/onward.html", {"address": address, "title": provider.name})


def _leading_to(request: HttpRequest, provider: Any, process: str) -> str:
    """Return the address at which a provider asks who somebody is, and remember that they were sent there."""
    next_url, set_up = get_next_redirect_url(request), set_up_as(provider.sub_id)
    if set_up.protocol != "saml":
        return str(provider.redirect(request, process, next_url=next_url).headers["Location"])
    from servanda.web import saml_messages

    address, asked = saml_messages.asked(request, set_up)
    provider.stash_redirect_state(request, process, next_url, state_id=asked)
    return address


def provider_at(request: HttpRequest, provider_id: str, protocol: str = "") -> Any:
    """Return what allauth does with a provider; raise `NotFound` where there is none, or it speaks something else."""
    if protocol not in {"", set_up_as(provider_id).protocol}:
        raise NotFound("provider")
    return get_adapter().get_provider(request, provider_id)


def set_up_as(provider_id: str) -> Any:
    """Return how a provider is set up; raise `NotFound` where none is."""
    for each in settings.SIGN_ON:
        if each.id == provider_id:
            return each
    raise NotFound("provider")


# --- back ---


@require_safe
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take in whoever comes back from a provider."""
    provider = provider_at(request, provider_id, "openid-connect")
    if request.GET.get("error") == OAuth2Adapter.login_cancelled_error:
        return failed(request, provider.name, None, cancelled=True)
    try:
        answer: HttpResponse = openid_connect.callback(request, provider_id)
    except MISTOLD as fault:
        return failed(request, provider.name, fault)
    return answer


def arrived(request: HttpRequest, sociallogin: Any) -> HttpResponse:
    """Answer somebody of whom a provider of OpenID Connect told who they are."""
    try:
        told = _told(sociallogin)
    except SignOnRefused as refusal:
        return refused(request, refusal)
    return welcomed(request, told, sociallogin.state)


def welcomed(request: HttpRequest, told: Told, state: dict[str, Any], **of_the_session: str) -> HttpResponse:
    """Let in, or connect, somebody of whom a provider told who they are; `state` is what was kept when they were sent.

    `of_the_session` is kept with how they signed in for as long as they stay.
    """
    try:
        if state.get("process") == AuthProcess.CONNECT:
            return _connected(request, told)
        account = models.Account.objects.get(pk=sign_ons.sign_on(told, now=wall_time.now()))
    except SignOnRefused as refusal:
        return refused(request, refusal)
    if request.user.is_authenticated:
        get_account_adapter(request).logout(request)
    record_authentication(request, account, "socialaccount", provider=told.issuer, uid=told.subject, **of_the_session)
    answer: HttpResponse = perform_login(request, Login(user=account, redirect_url=state.get("next")))
    return answer


def refused(request: HttpRequest, refusal: SignOnRefused) -> HttpResponse:
    """Say why somebody whom a provider knows is not let in."""
    return render(request, "account/not_invited.html", {"refusal": refusal}, status=403)


def _connected(request: HttpRequest, told: Told) -> HttpResponse:
    if request.user.pk is None:
        return redirect("account_login")
    sign_ons.connect(request.user.pk, told, now=wall_time.now())
    messages.success(request, f"{told.title} is connected. You may sign in with it from now on.")
    return redirect("mfa_index")


def _told(sociallogin: Any) -> Told:
    """Return what a provider told; raise `SignOnRefused` where it contradicts itself."""
    provider = set_up_as(sociallogin.account.provider)
    parts = [part for part in sociallogin.account.extra_data.values() if isinstance(part, dict)]
    if len({part.get("sub") for part in parts}) != 1:
        raise SignOnRefused(
            f"{provider.title} told two things about who you are.",
            expected="one subject in all that it tells",
            mend="Try again; if it happens again, tell whoever runs Servanda.",
        )
    address, verified = _address(parts)
    vouched = sign_ons.vouched(address, verified=verified or provider.addresses_are_verified, domains=provider.domains)
    return Told(provider.issuer, sociallogin.account.uid, vouched, provider.title)


def _address(parts: list[dict[str, Any]]) -> tuple[str, bool]:
    """Return the first address that is told, and whether the provider says beside it that it is the person's."""
    for part in parts:
        if isinstance(part.get("email"), str):
            return part["email"], part.get("email_verified") in {True, "true"}
    return "", False


def failed(request: HttpRequest, title: str, fault: BaseException | None, *, cancelled: bool = False) -> HttpResponse:
    """Answer that nobody signed on; what went wrong stands in the log alone."""
    if not cancelled:
        log.warning("sign-on with %s failed: %r", title, fault)
    context = {"title": title, "cancelled": cancelled}
    return render(request, "account/sign_on_failed.html", context, status=200 if cancelled else 502)


# --- what is connected ---


@require_POST
@shown_once_more
def disconnect(request: HttpRequest, number: int) -> HttpResponse:
    """Let a provider no longer sign somebody on."""
    assert request.user.pk is not None
    issuers = {each.number: each.issuer for each in sign_ons.connected(request.user.pk)}
    if number not in issuers:
        raise NotFound("provider")
    title = title_of(issuers[number])
    sign_ons.disconnect(request.user.pk, number, title, now=wall_time.now())
    messages.success(request, f"{title} is disconnected.")
    return redirect("mfa_index")


def title_of(issuer: str) -> str:
    """Return what people call a provider; its address where it is not set up any more."""
    return next((each.title for each in settings.SIGN_ON if each.issuer == issuer), issuer)
