"""The forms of the second step in our words; what a browser makes up in place of a passkey's answer is refused."""

import json
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.cache import cache

from servanda.store.keepable import Unkeepable, check_name

MISREAD = (AttributeError, KeyError, TypeError, ValueError)
LONGEST_ANSWER = 100_000
LONGEST_KEY_NAME = 60
LONGEST_CODE = 20


def _asks_for_a_code(form: forms.Form, help_text: str) -> None:
    field = form.fields["code"]
    field.label, field.help_text = "Code", help_text
    field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": LONGEST_CODE}
    field.widget.attrs.pop("placeholder", None)


def _not_right() -> Exception:
    refusal: Exception = get_adapter().validation_error("incorrect_code")
    return refusal


class _Once:
    """A code of an app is taken once: allauth remembers it for less long than we take it."""

    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        """Return a code that is right and was not used before."""
        code: str = super().clean_code()  # type: ignore[misc]  # of the form beside
        if self.authenticator.type == Authenticator.Type.TOTP and not cache.add(
            f"servanda.code:{self.user.pk}:{code.replace(' ', '')}", True, timeout=_seconds_taken()
        ):
            raise _not_right()
        return code


def _seconds_taken() -> int:
    """Return for how many seconds a code of an app is taken at all."""
    return int(app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1))


class CodeForm(_Once, AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """A code at sign-in."""

    def __init__(self, *args: object, **told: object) -> None:
        super().__init__(*args, **told)
        _asks_for_a_code(self, "Of your app, or one of your recovery codes.")


class CodeAgainForm(_Once, ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """A code before something that only its owner may change."""

    def __init__(self, *args: object, **told: object) -> None:
        super().__init__(*args, **told)
        _asks_for_a_code(self, "Of your app, or one of your recovery codes.")


class AppForm(ActivateTOTPForm):  # type: ignore[misc]  # allauth ships no types
    """The first code of an app, which shows that it has the secret."""

    def __init__(self, *args: object, **told: object) -> None:
        super().__init__(*args, **told)
        _asks_for_a_code(self, "The six figures that the app shows now.")


# --- passkeys ---


class _Answer:
    """What a browser answers for a passkey, of which anybody may send anything."""

    cleaned_data: dict[str, Any]

    def clean_credential(self) -> Any:
        """Return the passkey that answered."""
        try:
            return super().clean_credential()  # type: ignore[misc]  # of the form beside
        except MISREAD:
            raise _not_right() from None


class PasskeyForm(_Answer, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A passkey in place of a code."""


class PasskeyAgainForm(_Answer, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A passkey before something that only its owner may change."""


class PasskeySignInForm(_Answer, LoginWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A passkey in place of an address and a password."""


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A new passkey, and whether it is to be enough by itself."""

    def __init__(self, *args: object, **told: object) -> None:
        super().__init__(*args, **told)
        name, alone = self.fields["name"], self.fields["passwordless"]
        name.label, name.help_text = "Name", "To tell it from others: “my laptop”."
        name.widget.attrs["maxlength"] = LONGEST_KEY_NAME
        name.initial = self.initial["name"] = "My passkey"
        alone.label, alone.initial = "Sign in with it alone, without the password", True
        alone.help_text = "Your device then asks for a finger, a face or a PIN."

    def clean_name(self) -> str:
        """Return a name that can be kept and shown."""
        name: str = super().clean_name()
        try:
            check_name("the name of the passkey", name)
        except Unkeepable as refusal:
            raise forms.ValidationError(f"{refusal.found}. {refusal.mend}") from None
        if len(name) > LONGEST_KEY_NAME:
            raise forms.ValidationError(f"Give a name of at most {LONGEST_KEY_NAME} characters.")
        return name

    def clean_credential(self) -> Any:
        """Return what the browser tells of a passkey, if it is short enough and can be kept."""
        told = self.cleaned_data["credential"]
        text = json.dumps(told)
        if not isinstance(told, dict) or len(text) > LONGEST_ANSWER or "\\u0000" in text:
            raise _not_right()
        return told

    def clean(self) -> dict[str, Any]:
        """Check what the browser tells against what it was asked for."""
        try:
            return dict(super().clean())
        except MISREAD:
            raise _not_right() from None
