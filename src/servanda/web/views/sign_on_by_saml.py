"""Back from a provider that speaks SAML, what it must know of us, and its word that somebody signed out there.

A provider's answer comes as a form from its own site, to which browsers give no session of ours. So it is checked where
it arrives, kept sealed in a cookie for a moment, and taken at the next address, where the session says that this very
browser asked for it. Whoever was not sent from here is not let in, and nobody twice by one answer.
"""

import logging

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import ratelimit
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from servanda.services import sign_ons
from servanda.services.sign_ons import SignOnRefused, Told
from servanda.store.access import NotFound
from servanda.web.errors import refused, too_many
from servanda.web.views.sign_on import failed, provider_at, set_up_as, welcomed

COOKIE = "servanda_assertion"
SECONDS_KEPT = 120

log = logging.getLogger(__name__)


@require_POST
@csrf_exempt  # nothing happens by this form but that it is checked; only who was sent from here gets further
def assertion(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Check what a provider asserts, and lead on to where the browser's own session counts again."""
    provider = provider_at(request, provider_id, "saml")
    if not ratelimit.consume(request, action="sign_on_back"):
        return too_many(request)
    from servanda.web import saml_messages

    set_up = set_up_as(provider_id)
    try:
        sealed = saml_messages.taken(request, set_up).sealed(set_up)
    except saml_messages.Mistold as fault:
        return failed(request, provider.name, fault)
    answer = redirect("saml_arrived", provider_id)
    answer.set_cookie(
        COOKIE, sealed, max_age=SECONDS_KEPT, path=answer.url, secure=request.is_secure(), httponly=True, samesite="Lax"
    )
    return answer


@require_GET
def arrived(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Let in, or connect, whom a provider asserted, in the browser that was sent to ask."""
    provider = provider_at(request, provider_id, "saml")
    from servanda.web import saml_messages

    set_up = set_up_as(provider_id)
    try:
        found = saml_messages.unsealed(request.COOKIES.get(COOKIE, ""), set_up, SECONDS_KEPT)
        state = provider.unstash_redirect_state(request, found.in_response_to)
    except (saml_messages.Mistold, PermissionDenied) as fault:
        answer = failed(request, provider.name, fault)
    else:
        vouched = sign_ons.vouched(found.address, verified=set_up.addresses_are_verified, domains=set_up.domains)
        told = Told(set_up.issuer, found.subject, vouched, set_up.title)
        answer = welcomed(request, told, state, name_id=found.name_id)
    answer.delete_cookie(COOKIE, path=request.path, samesite="Lax")
    return answer


@require_GET
def signed_out(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sign out whom a provider signed out, where they signed in by it, and say so to the provider."""
    provider_at(request, provider_id, "saml")
    set_up = set_up_as(provider_id)
    if not set_up.sign_out_address:
        raise NotFound("page")
    from servanda.web import saml_messages

    try:
        asked = saml_messages.signed_out(request, set_up)
    except saml_messages.Mistold as fault:
        log.warning("to sign out by %s was refused: %r", set_up.title, fault)
        return refused(request, _not_signed_out(set_up.title))
    records = get_authentication_records(request, request.user if request.user.is_authenticated else None)
    if any((each.get("provider"), each.get("name_id")) == (set_up.issuer, asked.name_id) for each in records):
        get_adapter(request).logout(request)
    return HttpResponseRedirect(asked.answer)


def _not_signed_out(title: str) -> SignOnRefused:
    return SignOnRefused(
        f"{title} did not say in a way that counts that you signed out there, so you are not signed out here.",
        expected=f"a request that is signed by {title}",
        mend="Choose “Sign out” here.",
    )


@require_safe
def metadata(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Tell whoever runs a provider what it must know of us."""
    provider_at(request, provider_id, "saml")
    from servanda.web import saml_messages

    told = saml_messages.metadata(request, set_up_as(provider_id))
    return HttpResponse(told, content_type="application/samlmetadata+xml")
