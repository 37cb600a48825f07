"""What goes to and fro between us and a provider that speaks SAML: what we ask, and what we take of its answers.

The package behind this checks signatures, times and issuers. What it lets pass where a provider leaves it out, and an
assertion needs to be for us, now and once, is asked for here: the audience, the recipient, an end, and the request that
it answers. This is imported when somebody first signs on by SAML, as few do.
"""

import re
import zlib
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

LONGEST_ANSWER = 200_000  # in letters; those with many attributes and certificates have some 20,000
LONGEST_REQUEST = 20_000  # which is packed, and may unpack to a thousand times as much
CONFIRMED = "/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
LOWER = re.compile("%(?:[a-f][0-9a-f]|[0-9][a-f])")
UNREADABLE = (
    *(OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, zlib.error),
    *(AttributeError, KeyError, SyntaxError, TypeError, ValueError),
)


class Provider(Protocol):
    """What must be known of a provider; see `servanda.config.sign_on`."""

    @property
    def id(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def sign_on_address(self) -> str: ...
    @property
    def sign_out_address(self) -> str: ...
    @property
    def certificates(self) -> tuple[str, ...]: ...
    @property
    def subject(self) -> str: ...
    @property
    def address(self) -> str: ...


class Mistold(ValueError):
    """An answer of a provider that is not taken; the text is for the log."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a provider asserted: its subject, an address or '', the request it answers and its name for the session."""

    subject: str
    address: str
    in_response_to: str
    name_id: str

    def sealed(self, provider: Provider) -> str:
        """Return it as a text that only we can write."""
        return signing.dumps(asdict(self), salt=_salt(provider))


def unsealed(told: str, provider: Provider, seconds: int) -> Assertion:
    """Return what was sealed within some seconds; raise `Mistold`."""
    try:
        return Assertion(**signing.loads(told, salt=_salt(provider), max_age=seconds))
    except signing.BadSignature as fault:
        raise Mistold(str(fault)) from None


def _salt(provider: Provider) -> str:
    return f"servanda: an assertion of {provider.id} {provider.issuer}"


# --- what we ask ---


def asked(request: HttpRequest, provider: Provider) -> tuple[str, str]:
    """Return the address that asks a provider who somebody is, and the id of that request."""
    auth = _auth(request, provider)
    address: str = auth.login(return_to="")
    return address, auth.get_last_request_id()


def metadata(request: HttpRequest, provider: Provider) -> bytes:
    """Return what a provider must know of us."""
    told: str | bytes = OneLogin_Saml2_Settings(_settings(request, provider), sp_validation_only=True).get_sp_metadata()
    return told if isinstance(told, bytes) else told.encode()


def _auth(request: HttpRequest, provider: Provider, **security: bool) -> Any:
    asked_as = {
        "https": "on" if request.is_secure() else "off",
        "http_host": request.get_host(),
        "script_name": request.path,
        "get_data": request.GET.dict(),
        "post_data": request.POST.dict(),
        "lowercase_urlencoding": bool(LOWER.search(request.META.get("QUERY_STRING", ""))),  # as AD FS signs it
    }
    return _Auth(asked_as, _settings(request, provider, **security))


def _settings(request: HttpRequest, provider: Provider, **security: bool) -> dict[str, Any]:
    """Return what python3-saml must know of us and of a provider."""

    def address(name: str) -> str:
        return request.build_absolute_uri(reverse(name, args=[provider.id]))

    sign_out = {"singleLogoutService": {"url": provider.sign_out_address}} if provider.sign_out_address else {}
    return {
        "strict": True,
        "security": {**SECURITY, **security},
        "sp": {
            "entityId": address("saml_metadata"),
            "assertionConsumerService": {"url": address("saml_acs"), "binding": Names.BINDING_HTTP_POST},
            "singleLogoutService": {"url": address("saml_sls"), "binding": Names.BINDING_HTTP_REDIRECT},
        },
        "idp": {
            "entityId": provider.issuer,
            "singleSignOnService": {"url": provider.sign_on_address, "binding": Names.BINDING_HTTP_REDIRECT},
            "x509certMulti": {"signing": list(provider.certificates)},
            **sign_out,
        },
    }


SECURITY = {
    "wantAssertionsSigned": True,
    "wantNameId": False,
    "wantAttributeStatement": True,
    "requestedAuthnContext": False,
    "rejectDeprecatedAlgorithm": True,
    "allowSingleLabelDomains": True,
    "signatureAlgorithm": Names.RSA_SHA256,
    "digestAlgorithm": Names.SHA256,
    "metadataValidUntil": "",
    "metadataCacheDuration": "",
}


# --- what we take ---


class _Answer(OneLogin_Saml2_Response):  # type: ignore[misc]  # it ships no types
    """An answer that must say for whom, until when and to which request it is."""

    def is_valid(self, *told: Any, **named: Any) -> bool:
        """Return whether it may be taken; what is wrong is then its error."""
        if not super().is_valid(*told, **named):
            return False
        self._error = self._left_out()
        return self._error is None

    def _left_out(self) -> str | None:
        """Return what an answer leaves out, or tells of another address than this one."""
        if self.encrypted:
            return "the assertion is encrypted, and we have told no key to do so"
        if not self.get_audiences():
            return "the assertion names no audience"
        recipient = self._settings.get_sp_data()["assertionConsumerService"]["url"]
        if not any(self._confirms(each, recipient) for each in self._query_assertion(CONFIRMED)):
            return "the assertion does not confirm that it answers our request, here, until an instant"
        return None

    def _confirms(self, element: Any, recipient: str) -> bool:
        asked = self.get_in_response_to()
        said = asked and element.get("InResponseTo") == asked and element.get("Recipient") == recipient
        return bool(said and element.get("NotOnOrAfter"))


class _Auth(OneLogin_Saml2_Auth):  # type: ignore[misc]  # it ships no types
    """What python3-saml does, with answers as we want them."""

    response_class = _Answer


def taken(request: HttpRequest, provider: Provider) -> Assertion:
    """Return what a provider asserts in the form that a browser brought; raise `Mistold`."""
    if len(request.POST.get("SAMLResponse", "")) > LONGEST_ANSWER:
        raise Mistold(f"the answer has more than {LONGEST_ANSWER} letters")
    auth = _auth(request, provider)
    try:
        auth.process_response()
    except UNREADABLE as fault:
        raise Mistold(f"the answer cannot be read: {fault}") from None
    if auth.get_errors() or not auth.is_authenticated():
        raise Mistold(auth.get_last_error_reason() or "nobody signed in")
    told = auth.get_attributes()
    return Assertion(
        _only(told, provider.subject),
        _only(told, provider.address) if told.get(provider.address) else "",
        auth.get_last_response_in_response_to(),
        auth.get_nameid() or "",
    )


def _only(told: dict[str, list[Any]], name: str) -> str:
    """Return the one value of an attribute, a text; raise `Mistold`."""
    values = told.get(name, [])
    if len(values) != 1 or not isinstance(values[0], str):
        raise Mistold(f"the attribute '{name}' has {len(values)} values or is no text; it tells {sorted(told)}")
    return values[0]


@dataclass(frozen=True, slots=True)
class SignOut:
    """A provider's word that somebody signed out there: its name for them, and the address that says it is done."""

    name_id: str
    answer: str


def signed_out(request: HttpRequest, provider: Provider) -> SignOut:
    """Return what a provider asks who signs somebody out; raise `Mistold`."""
    if not 0 < len(request.GET.get("SAMLRequest", "")) <= LONGEST_REQUEST or "SAMLResponse" in request.GET:
        raise Mistold("no request to sign out, or one that is too long")
    auth = _auth(request, provider, wantMessagesSigned=True)
    try:
        answer = auth.process_slo(keep_local_session=True)
        name_id = OneLogin_Saml2_Logout_Request.get_nameid(auth.get_last_request_xml())
    except UNREADABLE as fault:
        raise Mistold(f"the request cannot be read: {fault}") from None
    if auth.get_errors():
        raise Mistold(auth.get_last_error_reason() or ", ".join(auth.get_errors()))
    return SignOut(name_id, answer)
