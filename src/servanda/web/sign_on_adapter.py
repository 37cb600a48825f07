"""How allauth's sign-on differs here: it keeps nothing, and whom a provider's word lets in is decided by us."""

from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from servanda.web.views import sign_on


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Takes over as soon as a provider has told who somebody is."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Say no."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> NoReturn:
        """Answer whoever comes back from a provider."""
        raise ImmediateHttpResponse(sign_on.arrived(request, sociallogin))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **told: Any) -> NoReturn:
        """Answer whoever comes back without having signed on."""
        raise ImmediateHttpResponse(sign_on.failed(request, provider.name, told.get("exception")))
