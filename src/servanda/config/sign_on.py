"""Providers of single sign-on: the tables of `sign-on.toml` in the data folder, or of the file SERVANDA_SIGN_ON names.

    [google]
    title = "Google"
    issuer = "https://accounts.google.com"
    client_id = "…"
    client_secret_file = "/etc/servanda/google-secret"
    domains = ["school.example"]

    [school]
    protocol = "saml"
    title = "School sign-on"
    metadata_file = "school-metadata.xml"
    subject = "urn:oasis:names:tc:SAML:attribute:subject-id"
    domains = ["school.example"]

The secret of a provider stays in files; it is never kept in the database.
"""

import importlib.util
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from servanda.config import saml_metadata
from servanda.config.sign_on_tables import InvalidSignOn as InvalidSignOn
from servanda.config.sign_on_tables import beside, check_names, domains, invalid, is_safe, text, truth

FILE_VARIABLE = "SERVANDA_SIGN_ON"
FILE_NAME = "sign-on.toml"
ID = re.compile("[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
TEXTS = ("title", "issuer", "client_id", "client_secret", "client_secret_file")
SAML_TEXTS = ("title", "metadata_file", "subject", "address")
OTHERS = ("protocol", "domains", "addresses_are_verified")
SAML_PACKAGES = ("onelogin", "lxml", "xmlsec")
LONGEST_ISSUER = 400  # the width of its column


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider that speaks OpenID Connect, and the domains of the e-mail addresses for which its word is taken.

    `addresses_are_verified` says that it knows every address it tells to be the person's, though it does not say so.
    """

    id: str
    title: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    domains: tuple[str, ...]
    addresses_are_verified: bool = False
    protocol: ClassVar[str] = "openid-connect"

    def as_allauth(self) -> dict[str, Any]:
        """Return the entry of allauth's setting."""
        return {
            "provider_id": self.id,
            "name": self.title,
            "client_id": self.client_id,
            "secret": self.client_secret,
            "settings": {"server_url": self.issuer, "oauth_pkce_enabled": True, "scope": ["openid", "email"]},
        }


@dataclass(frozen=True, slots=True)
class SamlProvider:
    """A provider that speaks SAML 2.0: what it tells of itself, and which of its attributes say who somebody is.

    `issuer` is what it calls itself. One signs on at `sign_on_address` and, unless that is '', off at
    `sign_out_address`; it signs by one of the `certificates`. `subject` is the attribute by which it knows somebody for
    ever; `address` that of their e-mail address, or ''.
    """

    id: str
    title: str
    issuer: str
    sign_on_address: str
    sign_out_address: str
    certificates: tuple[str, ...]
    subject: str
    address: str
    domains: tuple[str, ...]
    addresses_are_verified: bool = False
    protocol: ClassVar[str] = "saml"

    def as_allauth(self) -> dict[str, Any]:
        """Return the entry of allauth's setting, which keeps for it who has begun to sign on."""
        return {"provider_id": self.id, "name": self.title, "client_id": self.id, "settings": {}}


AnyProvider = Provider | SamlProvider


def as_allauth(providers: Iterable[AnyProvider]) -> dict[str, Any]:
    """Return allauth's setting of all providers, by what they speak."""
    told: dict[str, Any] = {"openid_connect": {"APPS": []}, "saml": {"APPS": []}}
    for each in providers:
        told[each.protocol.replace("-", "_")]["APPS"].append(each.as_allauth())
    return told


def providers_of(environment: Mapping[str, str], folder: Path) -> tuple[AnyProvider, ...]:
    """Return the providers that a file tells, in its order; none without a file. Raise `InvalidSignOn`."""
    named = environment.get(FILE_VARIABLE, "")
    path = Path(named).expanduser() if named else folder / FILE_NAME
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not named:
            return ()
        raise invalid(f"there is no file {path}", f"the file that {FILE_VARIABLE} names") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise invalid(f"the file {path} cannot be read ({fault})", "a text file in TOML") from None
    found = tuple(_provider(id, table, path) for id, table in told.items())
    _check_apart(found, path)
    return found


def _check_apart(found: tuple[AnyProvider, ...], path: Path) -> None:
    """Refuse one issuer twice: who somebody is there would be told in two ways."""
    issuers = [each.issuer for each in found]
    for each in found:
        if issuers.count(each.issuer) > 1:
            raise invalid(f"{path.name} tells the issuer '{each.issuer}' twice", "one table for each issuer")


def _provider(id: str, table: Any, path: Path) -> AnyProvider:
    where = f"provider '{id}' of {path.name}"
    if not ID.fullmatch(id) or not isinstance(table, dict):
        raise invalid(
            f"'{id}' in {path.name} is no table of a provider", "a table such as [google], of small letters and digits"
        )
    match table.get("protocol", Provider.protocol):
        case Provider.protocol:
            return _openid_connect(id, table, where, path)
        case SamlProvider.protocol:
            return _saml(id, table, where, path)
        case told:
            raise invalid(f"the protocol of {where} is '{told}'", "'openid-connect' or 'saml'")


# --- OpenID Connect ---


def _openid_connect(id: str, table: Mapping[str, Any], where: str, path: Path) -> Provider:
    check_names(table, TEXTS, OTHERS, where)
    return Provider(
        id,
        title=text(table, "title", where),
        issuer=_issuer(text(table, "issuer", where), where),
        client_id=text(table, "client_id", where),
        client_secret=_secret(table, where, path),
        domains=domains(table.get("domains"), where),
        addresses_are_verified=truth(table, "addresses_are_verified", where),
    )


def _issuer(told: str, where: str) -> str:
    """Return the address of an issuer: over HTTPS, so that nobody on the way can say who somebody is."""
    if not is_safe(told) or urlsplit(told).query:
        raise invalid(f"the issuer of {where} is '{told}'", "an address such as https://accounts.google.com")
    return told.rstrip("/")


def _secret(table: Mapping[str, str], where: str, path: Path) -> str:
    if bool(table.get("client_secret")) is bool(table.get("client_secret_file")):
        raise invalid(f"{where} has no secret, or two", "either 'client_secret' or 'client_secret_file'")
    if table.get("client_secret"):
        return table["client_secret"]
    file = beside(path, table["client_secret_file"])
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise invalid(f"the secret of {where} cannot be read ({fault})", "a file with the secret alone") from None
    if not secret:
        raise invalid(f"the file {file} is empty", "the secret of the provider")
    return secret


# --- SAML ---


def _saml(id: str, table: Mapping[str, Any], where: str, path: Path) -> SamlProvider:
    check_names(table, SAML_TEXTS, OTHERS, where)
    _check_packages(where)
    described = saml_metadata.read(beside(path, text(table, "metadata_file", where)), where)
    if len(described.entity_id) > LONGEST_ISSUER:
        raise invalid(f"the entityID of {where} is too long", f"at most {LONGEST_ISSUER} letters")
    return SamlProvider(
        id,
        title=text(table, "title", where),
        issuer=described.entity_id,
        sign_on_address=described.sign_on_address,
        sign_out_address=described.sign_out_address,
        certificates=described.certificates,
        subject=_subject(table, where),
        address=table.get("address", "").strip(),
        domains=domains(table.get("domains"), where),
        addresses_are_verified=truth(table, "addresses_are_verified", where),
    )


def _check_packages(where: str) -> None:
    missing = [each for each in SAML_PACKAGES if importlib.util.find_spec(each) is None]
    if missing:
        raise InvalidSignOn(
            f"{where} speaks SAML, and the Python package '{missing[0]}' is not installed",
            expected="the packages of the extra 'saml'",
            mend="pip install 'servanda[server,saml]', or take the table out of the file.",
        )


def _subject(table: Mapping[str, str], where: str) -> str:
    """Return the attribute of the subject; an address is none, as it may be somebody else's one day."""
    told = text(table, "subject", where)
    if told == table.get("address", "").strip():
        raise invalid(
            f"{where} names '{told}' both for the subject and for the address",
            "a 'subject' that never changes and is never given to anybody else, which no e-mail address is",
        )
    return told
