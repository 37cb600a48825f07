"""What an account is secured by: an app for codes, passkeys, recovery codes; asked for at sign-in and set up here."""

import json
from typing import Any

import qrcode
from allauth.account.decorators import reauthentication_required
from allauth.account.views import ReauthenticateView
from allauth.mfa import app_settings
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from servanda import wall_time
from servanda.services import second_steps, sign_ons
from servanda.web.views import sign_on


class _WithOptions:
    """A page that asks a browser for a passkey: what it is asked for stands in the page as data."""

    def get_context_data(self, **told: Any) -> dict[str, Any]:
        """Return the context, with the options as text."""
        context: dict[str, Any] = super().get_context_data(**told)  # type: ignore[misc]  # of the view beside
        return context | {"options": json.dumps(next(iter(context["js_data"].values())))}


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Show by what somebody signs in, and what can be set up."""
    assert request.user.pk is not None
    connected = sign_ons.connected(request.user.pk)
    context = {
        "found": second_steps.of(request.user.pk, app_settings.RECOVERY_CODE_COUNT),
        "passkeys_work": passkeys_work(request),
        "connected": [
            {"number": each.number, "title": sign_on.title_of(each.issuer), "made_at": each.made_at}
            for each in connected
        ],
        "providers": [each for each in settings.SIGN_ON if each.issuer not in {one.issuer for one in connected}],
    }
    return render(request, "account/security.html", context)


def passkeys_work(request: HttpRequest) -> bool:
    """Whether browsers give passkeys to a page by this address: over HTTPS, or on this very machine."""
    return request.is_secure() or request.get_host().partition(":")[0] == "localhost"


# --- asked for ---


class Asked(_WithOptions, base.AuthenticateView):  # type: ignore[misc]  # allauth ships no types
    """Ask for the second step at sign-in."""

    template_name = "account/second_step.html"

    def get_context_data(self, **told: Any) -> dict[str, Any]:
        """Return the context, with what the account can answer by."""
        context = super().get_context_data(**told)
        found = second_steps.of(self.stage.login.user.pk, app_settings.RECOVERY_CODE_COUNT)
        return context | {"found": found, "passkeys_work": passkeys_work(self.request)}


class PasswordAgain(ReauthenticateView):  # type: ignore[misc]  # allauth ships no types
    """Ask for the password once more."""

    template_name = "account/again.html"


class CodeAgain(base.ReauthenticateView):  # type: ignore[misc]  # allauth ships no types
    """Ask for a code."""

    template_name = "account/again.html"


class PasskeyAgain(_WithOptions, webauthn.ReauthenticateWebAuthnView):  # type: ignore[misc]  # allauth ships no types
    """Ask for a passkey."""

    template_name = "account/again_by_passkey.html"

    def get_context_data(self, **told: Any) -> dict[str, Any]:
        """Return the context with the other ways, which allauth leaves out here."""
        context = super().get_context_data(**told)
        return context | {"reauthentication_alternatives": self.get_reauthentication_alternatives()}


# --- set up and turned off ---


class _Noted:
    """A form by which somebody changes how they sign in; `done` is what the audit says of it."""

    done: str
    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """Do it, and note it."""
        assert self.request.user.pk is not None
        with second_steps.change(self.request.user.pk, self.done, now=wall_time.now()):
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # of the view beside
        return answer


class SetUpApp(_Noted, totp.ActivateTOTPView):  # type: ignore[misc]  # allauth ships no types
    """Set up an app for codes."""

    done = "set up an app for codes"
    template_name = "account/app_set_up.html"

    def get_context_data(self, **told: Any) -> dict[str, Any]:
        """Return the context, with the secret as a picture and as text in groups of four."""
        context = super().get_context_data(**told)
        secret = context["form"].secret
        grouped = " ".join(secret[begin : begin + 4] for begin in range(0, len(secret), 4))
        return {**context, **_picture(context["totp_url"]), "secret": grouped}


def _picture(text: str) -> dict[str, Any]:
    """Return the squares of a QR code as the path of a drawing, and how wide that is."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    squares = code.get_matrix()
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(squares) for x, is_dark in enumerate(row) if is_dark)
    return {"squares": "".join(dark), "width": len(squares)}


class TurnAppOff(_Noted, totp.DeactivateTOTPView):  # type: ignore[misc]  # allauth ships no types
    """Turn the app for codes off."""

    done = "turned the app for codes off"
    template_name = "account/app_off.html"


class NewCodes(_Noted, codes.GenerateRecoveryCodesView):  # type: ignore[misc]  # allauth ships no types
    """Make new recovery codes, in place of the old ones."""

    done = "made new recovery codes"
    template_name = "account/codes_new.html"


class Codes(codes.ViewRecoveryCodesView):  # type: ignore[misc]  # allauth ships no types
    """Show the recovery codes, this once."""

    template_name = "account/codes.html"


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class AddPasskey(_Noted, _WithOptions, webauthn.AddWebAuthnView):  # type: ignore[misc]  # allauth ships no types
    """Add a passkey."""

    done = "added a passkey"
    template_name = "account/passkey_add.html"

    def get_context_data(self, **told: Any) -> dict[str, Any]:
        """Return the context with the form as it was sent, and whether browsers give passkeys here."""
        context = super().get_context_data(**told)
        form = told.get("form") or self.get_form()
        return context | {"form": form, "passkeys_work": passkeys_work(self.request)}


class RemovePasskey(_Noted, webauthn.RemoveWebAuthnView):  # type: ignore[misc]  # allauth ships no types
    """Remove a passkey."""

    done = "removed a passkey"
    template_name = "account/passkey_remove.html"
    success_url = reverse_lazy("mfa_index")

    def get_context_data(self, **told: Any) -> dict[str, Any]:
        """Return the context with the name of the passkey."""
        return {**super().get_context_data(**told), "name": self.object.wrap().name}
