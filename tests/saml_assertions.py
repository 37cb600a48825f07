"""A provider of SAML without pages: it signs whatever a test lets it say, also what no provider should."""

import base64
import re
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit
from uuid import uuid4
from xml.etree import ElementTree

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from servanda.wall_time import now as real_now  # also where a test lets it be another time

ISSUER = "https://idp.example/metadata"
HERE = "http://localhost/account/sign-on/school"
SUBJECT = "urn:oasis:names:tc:SAML:attribute:subject-id"
ADDRESS = "urn:oid:0.9.2342.19200300.100.1.3"
SETTINGS = f"""
[school]
protocol = "saml"
title = "School sign-on"
metadata_file = "idp.xml"
subject = "{SUBJECT}"
address = "{ADDRESS}"
addresses_are_verified = true
domains = ["example.org", "hill.example"]
"""
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ENDS = datetime(2060, 1, 1, tzinfo=UTC)
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


@dataclass(frozen=True, slots=True)
class Key:
    """A key by which a provider signs, and the certificate that tells of it."""

    private: rsa.RSAPrivateKey
    certificate: str

    @property
    def pem(self) -> bytes:
        """Return the private key as a file holds it."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


@cache
def key(of: str = "idp.example") -> Key:
    """Return the key of a provider: the same each time, as making one takes a while."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of)])
    made = x509.CertificateBuilder(name, name, private.public_key(), 1, ENDS.replace(year=2020), ENDS)
    der = made.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return Key(private, base64.b64encode(der).decode())


def metadata(*certificates: str, sign_out: bool = True, issuer: str = ISSUER) -> str:
    """Return what the provider tells of itself."""
    keys = "".join(
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{each}</ds:X509Certificate>'
        "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for each in certificates or (key().certificate,)
    )
    leave = f'<md:SingleLogoutService Binding="{REDIRECT}" Location="https://idp.example/off"/>' if sign_out else ""
    return (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
        f' xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="{issuer}">'
        f'<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}{leave}'
        f'<md:SingleSignOnService Binding="{REDIRECT}" Location="https://idp.example/on"/>'
        "</md:IDPSSODescriptor></md:EntityDescriptor>"
    )


def set_up(folder: Path, text: str = SETTINGS, of: str | None = None) -> None:
    """Write the files by which Servanda uses the provider."""
    (folder / "sign-on.toml").write_text(text, encoding="utf-8")
    (folder / "idp.xml").write_text(of or metadata(), encoding="utf-8")


def request_in(address: str) -> str:
    """Return the id of the request that an address carries to the provider."""
    packed = parse_qs(urlsplit(address).query)["SAMLRequest"][0]
    return ElementTree.fromstring(zlib.decompress(base64.b64decode(packed), -15)).attrib["ID"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answers to a request, before it signs; a test changes one thing of it.

    `minutes` is for how long it holds from now. An empty text leaves a thing out.
    """

    asked: str
    subject: str = "sam-1"
    address: str = "sam@hill.example"
    name_id: str = "n-1"
    issuer: str = ISSUER
    audience: str = f"{HERE}/metadata/"
    recipient: str = f"{HERE}/assertion/"
    confirms: str = "the request"
    minutes: int = 5
    has_end: bool = True
    status: str = "Success"

    def but(self, **told: Any) -> "Answer":
        """Return the same answer with something else in it."""
        return replace(self, **told)

    def form(self, signed_by: Key | None = None, algorithm: str = "sha256", sign: str = "assertion") -> dict[str, str]:
        """Return the form that a browser brings, with the assertion signed, the whole, or neither."""
        document = etree.fromstring(self._text())
        if sign != "nothing":
            _sign(document if sign == "response" else document[-1], signed_by or key(), algorithm)
        return {"SAMLResponse": base64.b64encode(etree.tostring(document)).decode(), "RelayState": ""}

    def _text(self) -> str:
        now = real_now()
        instant, end = (f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in (now, now + timedelta(minutes=self.minutes)))
        begin = f"{now - timedelta(minutes=10):%Y-%m-%dT%H:%M:%SZ}"
        confirmed = self.asked if self.confirms == "the request" else self.confirms
        told = "".join(
            f'<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>'
            for name, value in ((SUBJECT, self.subject), (ADDRESS, self.address), ("urn:other", "x"))
            if value
        )
        audience = (
            f"<saml:AudienceRestriction><saml:Audience>{self.audience}</saml:Audience></saml:AudienceRestriction>"
            if self.audience
            else ""
        )
        return (
            '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
            ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0"'
            f' ID="_{uuid4().hex}" IssueInstant="{instant}" Destination="{HERE}/assertion/"'
            f"{_attribute('InResponseTo', self.asked)}>"
            f"<saml:Issuer>{self.issuer}</saml:Issuer>"
            f'<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{self.status}"/></samlp:Status>'
            f'<saml:Assertion Version="2.0" ID="_{uuid4().hex}" IssueInstant="{instant}">'
            f"<saml:Issuer>{self.issuer}</saml:Issuer>"
            f"<saml:Subject><saml:NameID>{self.name_id}</saml:NameID>"
            '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData'
            f"{_attribute('InResponseTo', confirmed)}{_attribute('Recipient', self.recipient)}"
            f"{_attribute('NotOnOrAfter', end if self.has_end else '')}/>"
            "</saml:SubjectConfirmation></saml:Subject>"
            f'<saml:Conditions NotBefore="{begin}" NotOnOrAfter="{end}">{audience}</saml:Conditions>'
            f'<saml:AuthnStatement AuthnInstant="{instant}"><saml:AuthnContext><saml:AuthnContextClassRef>'
            "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>"
            f"</saml:AuthnStatement><saml:AttributeStatement>{told}</saml:AttributeStatement></saml:Assertion>"
            "</samlp:Response>"
        )


def _attribute(name: str, value: str) -> str:
    return f' {name}="{value}"' if value else ""


def changed(told: str, old: str, new: str) -> str:
    """Return an answer in which somebody on the way changed a text."""
    text = base64.b64decode(told).decode()
    assert old in text
    return base64.b64encode(text.replace(old, new).encode()).decode()


def in_answer_to(told: str, asked: str) -> str:
    """Return an answer that says by its envelope, which is not signed, that it answers another request."""
    document = etree.fromstring(base64.b64decode(told))
    document.set("InResponseTo", asked)
    return base64.b64encode(etree.tostring(document)).decode()


def _sign(element: etree._Element, by: Key, algorithm: str) -> None:
    """Put a signature of an element into it, where the schema wants it: behind the issuer."""
    method, digest = {
        "sha256": (xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA256),
        "sha1": (xmlsec.Transform.RSA_SHA1, xmlsec.Transform.SHA1),
    }[algorithm]
    node = xmlsec.template.create(element, xmlsec.Transform.EXCL_C14N, method, ns="ds")
    element.insert(1, node)
    reference = xmlsec.template.add_reference(node, digest, uri=f"#{element.get('ID')}")
    for each in (xmlsec.Transform.ENVELOPED, xmlsec.Transform.EXCL_C14N):
        xmlsec.template.add_transform(reference, each)
    xmlsec.tree.add_ids(element, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(by.pem, xmlsec.KeyFormat.PEM)
    context.sign(node)


def sign_out_query(
    name_id: str = "n-1", signed_by: Key | None = None, *, signed: bool = True, lower: bool = False
) -> str:
    """Return the query by which the provider tells that somebody signed out; it may write %2b for %2B."""
    text = (
        '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
        ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0"'
        f' ID="_{uuid4().hex}" IssueInstant="{real_now():%Y-%m-%dT%H:%M:%SZ}" Destination="{HERE}/signed-out/">'
        f"<saml:Issuer>{ISSUER}</saml:Issuer><saml:NameID>{name_id}</saml:NameID></samlp:LogoutRequest>"
    )
    packed = base64.b64encode(zlib.compress(text.encode())[2:-4]).decode()
    query = f"SAMLRequest={quote_plus(packed)}"
    if not signed:
        return query
    query += f"&SigAlg={quote_plus(RSA_SHA256)}"
    if lower:
        query = re.sub("%..", lambda found: found[0].lower(), query)
    signature = (signed_by or key()).private.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{query}&Signature={quote_plus(base64.b64encode(signature).decode())}"
