"""Providers of single sign-on: the tables of `sign-on.toml` in the data folder, or of the file SERVANDA_SIGN_ON names.

    [google]
    title = "Google"
    issuer = "https://accounts.google.com"
    client_id = "…"
    client_secret_file = "/etc/servanda/google-secret"
    domains = ["school.example"]

The secret of a provider stays in files; it is never kept in the database.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from servanda.bad_input import BadInput

FILE_VARIABLE = "SERVANDA_SIGN_ON"
FILE_NAME = "sign-on.toml"
ID = re.compile("[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
TEXTS = ("title", "issuer", "client_id", "client_secret", "client_secret_file")
KNOWN = (*TEXTS, "domains", "addresses_are_verified")


class InvalidSignOn(BadInput):
    """A file of providers that nobody could sign on by, or that would let in who should stay out."""


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

    def as_allauth(self) -> dict[str, Any]:
        """Return the entry of allauth's setting."""
        return {
            "provider_id": self.id,
            "name": self.title,
            "client_id": self.client_id,
            "secret": self.client_secret,
            "settings": {"server_url": self.issuer, "oauth_pkce_enabled": True, "scope": ["openid", "email"]},
        }


def providers_of(environment: Mapping[str, str], folder: Path) -> tuple[Provider, ...]:
    """Return the providers that a file tells, in its order; none without a file. Raise `InvalidSignOn`."""
    named = environment.get(FILE_VARIABLE, "")
    path = Path(named).expanduser() if named else folder / FILE_NAME
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not named:
            return ()
        raise _invalid(f"there is no file {path}", f"the file that {FILE_VARIABLE} names") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise _invalid(f"the file {path} cannot be read ({fault})", "a text file in TOML") from None
    return tuple(_provider(id, table, path) for id, table in told.items())


def _invalid(found: str, expected: str) -> InvalidSignOn:
    return InvalidSignOn(found, expected=expected, mend="Correct the file; docs/guide/sign-in.md shows examples.")


def _provider(id: str, table: Any, path: Path) -> Provider:
    where = f"provider '{id}' of {path.name}"
    if not ID.fullmatch(id) or not isinstance(table, dict):
        raise _invalid(
            f"'{id}' in {path.name} is no table of a provider", "a table such as [google], of small letters and digits"
        )
    for name in table.keys() - set(KNOWN):
        raise _invalid(f"{where} tells '{name}'", f"only {', '.join(KNOWN)}")
    for name in TEXTS:
        if not isinstance(table.get(name, ""), str):
            raise _invalid(f"'{name}' of {where} is no text", "a text in quotes")
    return Provider(
        id,
        title=_text(table, "title", where),
        issuer=_issuer(_text(table, "issuer", where), where),
        client_id=_text(table, "client_id", where),
        client_secret=_secret(table, where, path),
        domains=_domains(table.get("domains"), where),
        addresses_are_verified=_truth(table.get("addresses_are_verified", False), where),
    )


def _text(table: Mapping[str, str], name: str, where: str) -> str:
    text = table.get(name, "").strip()
    if not text:
        raise _invalid(f"{where} has no '{name}'", f"a '{name}'")
    return text


def _issuer(told: str, where: str) -> str:
    """Return the address of an issuer: over HTTPS, so that nobody on the way can say who somebody is."""
    parts = urlsplit(told)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in THIS_MACHINE)
    if not safe or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise _invalid(f"the issuer of {where} is '{told}'", "an address such as https://accounts.google.com")
    return told.rstrip("/")


def _secret(table: Mapping[str, str], where: str, path: Path) -> str:
    if bool(table.get("client_secret")) is bool(table.get("client_secret_file")):
        raise _invalid(f"{where} has no secret, or two", "either 'client_secret' or 'client_secret_file'")
    if table.get("client_secret"):
        return table["client_secret"]
    file = path.parent / Path(table["client_secret_file"]).expanduser()
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise _invalid(f"the secret of {where} cannot be read ({fault})", "a file with the secret alone") from None
    if not secret:
        raise _invalid(f"the file {file} is empty", "the secret of the provider")
    return secret


def _domains(told: Any, where: str) -> tuple[str, ...]:
    if not isinstance(told, list) or not all(isinstance(each, str) for each in told):
        raise _invalid(f"{where} does not list its 'domains'", 'a list such as ["school.example"]')
    for each in told:
        if not DOMAIN.fullmatch(each.lower()):
            raise _invalid(f"{where} lists the domain '{each}'", "what comes after the @, such as school.example")
    return tuple(each.lower() for each in told)


def _truth(told: Any, where: str) -> bool:
    if not isinstance(told, bool):
        raise _invalid(f"'addresses_are_verified' of {where} is '{told}'", "true or false")
    return told
