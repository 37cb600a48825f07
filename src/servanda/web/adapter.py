"""How allauth's accounts differ here: nobody signs up; an administrator gives a link."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from set-up links alone, and no page sends mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no."""
        return False

    def login(self, request: HttpRequest, user: object) -> None:
        """Sign somebody in, and clear away the sessions that have ended meanwhile."""
        SessionStore.clear_expired()
        super().login(request, user)

    def send_notification_mail(self, *_: object, **__: object) -> None:
        """Send none: there is no mail yet."""

    def add_message(self, *_: object, **__: object) -> None:
        """Say nothing of a sign-in or a sign-out that the next page does not show by itself."""
