"""What a provider that speaks SAML tells of itself: its metadata, as its administrator gives it out in a file."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from cryptography import x509

from servanda.config.sign_on_tables import invalid, is_safe

PARTS = {"md": "urn:oasis:names:tc:SAML:2.0:metadata", "ds": "http://www.w3.org/2000/09/xmldsig#"}
BY_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
EXPECTED = "the metadata of one identity provider, as its administrator gives it out"


@dataclass(frozen=True, slots=True)
class Metadata:
    """A provider's name for itself, where one signs on and, where it tells that, off, and by what it signs.

    The certificates are what stands between the lines of a PEM file, in one line.
    """

    entity_id: str
    sign_on_address: str
    sign_out_address: str
    certificates: tuple[str, ...]


def read(path: Path, where: str) -> Metadata:
    """Return what a file of metadata tells; raise `InvalidSignOn` where nobody could sign on by it."""
    described, entity_id = _described(path, where)
    sign_on = _address(described, "SingleSignOnService", where)
    if not sign_on:
        raise invalid(f"the metadata of {where} tells no address to sign on at", f"one for {BY_REDIRECT}")
    certificates = tuple(dict.fromkeys(_certificates(described, where)))
    if not certificates:
        raise invalid(f"the metadata of {where} tells no certificate", "the one by which the provider signs")
    return Metadata(entity_id, sign_on, _address(described, "SingleLogoutService", where), certificates)


def _described(path: Path, where: str) -> tuple[ElementTree.Element, str]:
    """Return the description of an identity provider, and what it calls itself."""
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except (OSError, ElementTree.ParseError) as fault:
        raise invalid(f"the metadata of {where} cannot be read ({fault})", EXPECTED) from None
    entities = [each for each in root.iter(f"{{{PARTS['md']}}}EntityDescriptor") if _provider_in(each) is not None]
    if len(entities) != 1:
        raise invalid(f"the file {path.name} describes {len(entities)} identity providers", EXPECTED)
    described, entity_id = _provider_in(entities[0]), entities[0].get("entityID", "").strip()
    if described is None or not entity_id:
        raise invalid(f"the file {path.name} does not say what the provider calls itself", "an entityID")
    return described, entity_id


def _provider_in(entity: ElementTree.Element) -> ElementTree.Element | None:
    return entity.find("md:IDPSSODescriptor", PARTS)


def _address(described: ElementTree.Element, service: str, where: str) -> str:
    """Return the address of a service to which a browser is led, or ''."""
    found = [
        each.get("Location", "")
        for each in described.findall(f"md:{service}", PARTS)
        if each.get("Binding") == BY_REDIRECT
    ]
    if found and not is_safe(found[0]):
        raise invalid(f"the metadata of {where} tells the address '{found[0]}'", "one that begins with https://")
    return found[0] if found else ""


def _certificates(described: ElementTree.Element, where: str) -> Iterator[str]:
    for key in described.findall("md:KeyDescriptor", PARTS):
        if key.get("use", "signing") == "signing":
            for each in key.iter(f"{{{PARTS['ds']}}}X509Certificate"):
                yield _certificate("".join((each.text or "").split()), where)


def _certificate(told: str, where: str) -> str:
    try:
        x509.load_der_x509_certificate(base64.b64decode(told, validate=True))
    except (binascii.Error, ValueError) as fault:
        raise invalid(f"a certificate in the metadata of {where} cannot be read ({fault})", EXPECTED) from None
    return told
