"""How allauth differs here: nobody signs up; an administrator gives a link; secrets are kept locked up."""

import base64
import hashlib
import hmac
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from servanda.bad_input import BadInput
from servanda.services import second_steps

PURPOSE = b"servanda: the secrets of second steps"


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from set-up links alone, and no page sends mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **told: Any) -> HttpResponse | None:
        """Let nobody in by a password alone whose second step cannot be checked here."""
        if second_steps.is_lost(user):
            return render(request, "account/second_step_lost.html", status=403)
        answer: HttpResponse | None = super().pre_login(request, user, **told)
        return answer

    def login(self, request: HttpRequest, user: object) -> None:
        """Sign somebody in, and clear away the sessions that have ended meanwhile."""
        SessionStore.clear_expired()
        super().login(request, user)

    def send_notification_mail(self, *_: object, **__: object) -> None:
        """Send none: there is no mail yet."""

    def add_message(self, request: HttpRequest, level: int, *_: object, message: str = "", **__: object) -> None:
        """Say what went wrong; nothing of a sign-in or a sign-out, which the next page shows by itself."""
        if message and level >= messages.ERROR:
            messages.error(request, message)


class LockedBySomethingElse(BadInput):
    """A secret that the key of this machine does not open."""

    def __init__(self) -> None:
        super().__init__(
            "The second step cannot be checked: its secret was locked up with another key than this machine has.",
            expected="the file 'secret-key' with which it was set up",
            mend="Put that file back, or ask an administrator to take your second step away.",
        )


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Secrets are locked up with a key that is not in the database, and words are ours."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That is not right, or was used before.",
    }

    def encrypt(self, text: str) -> str:
        """Return a secret as the database keeps it."""
        return _lock().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret that the database keeps; raise `LockedBySomethingElse` without the key it was locked with."""
        try:
            return _lock().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise LockedBySomethingElse from None


def _lock() -> Fernet:
    """Return the lock that follows from the key of the data folder, which itself signs sessions."""
    key = hmac.digest(str(settings.SECRET_KEY).encode(), PURPOSE, hashlib.sha256)
    return Fernet(base64.urlsafe_b64encode(key))
