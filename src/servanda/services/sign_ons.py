"""Single sign-on: whom a provider's word lets in.

A provider says who somebody is, never that they belong here. They get in as whom they were known by before; the first
time they do so as the person whom an administrator added with that very address and gave a role. An account with a
password is not taken over by an address: its owner signs in as ever and connects the provider.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from servanda.bad_input import BadInput
from servanda.services import accounts, people
from servanda.store import models
from servanda.store.keepable import check_name
from servanda.store.slugs import PSEUDONYM


class SignOnRefused(BadInput):
    """Somebody whom a provider knows, and who is not let in, or cannot be connected; nothing was kept."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider told of somebody: its issuer, their subject there for ever, and an address it vouches for or ''.

    `title` is what people call the provider.
    """

    issuer: str
    subject: str
    address: str
    title: str


@dataclass(frozen=True, slots=True)
class Connected:
    """A provider by which an account signs on: the number of the row, its issuer and the instant it was connected."""

    number: int
    issuer: str
    made_at: datetime


def vouched(address: str, *, verified: bool, domains: tuple[str, ...]) -> str:
    """Return an address in small letters where a provider's word is taken for it, else ''.

    Letters beyond ASCII are never taken: two of them may look, or fold, like one that somebody else has.
    """
    plain = address.strip().lower()
    _, at, domain = plain.rpartition("@")
    return plain if verified and at and address.isascii() and domain in domains else ""


def sign_on(told: Told, *, now: datetime) -> int:
    """Return the key of the account that a provider's word lets in, made the first time.

    Raise `SignOnRefused` for who is nobody here, or whose address signs in with a password already.
    """
    check_name("the subject", told.subject)
    with transaction.atomic():
        invited = _invited(told.address, now)
        kept = models.Identity.objects.select_related("account").filter(issuer=told.issuer, subject=told.subject)
        known = kept.first()
        account = known.account if known else _new_account(told, invited, now)
        for person in invited:
            person.account = account
            person.save(update_fields=["account"])
            accounts.note(person, f"signed on with {told.title} for the first time", now)
        return int(account.pk)


def _invited(address: str, now: datetime) -> list[models.Person]:
    """Return who was added with an address, has a role today and no account yet; until this ends, nobody else does."""
    if not address:
        return []
    found = models.Person.objects.select_for_update().filter(
        email__iexact=address, active=True, anonymised_at=None, account=None
    )
    return [each for each in found.order_by("pk") if _is_meant(each, address, now)]


def _is_meant(person: models.Person, address: str, now: datetime) -> bool:
    if person.email.strip().lower() != address or PSEUDONYM.fullmatch(person.slug):
        return False
    viewer = people.as_viewer(person.organisation, person, now)
    return any(each.holds_on(viewer.on) for each in viewer.assignments)


def _new_account(told: Told, invited: list[models.Person], now: datetime) -> models.Account:
    if told.address and models.Account.objects.filter(email=told.address).exists():
        raise SignOnRefused(
            f"The address {told.address} signs in here already, in another way than with {told.title}.",
            expected="the way in which it signed in before",
            mend=f"Sign in as ever, and connect {told.title} under “Your sign-in”.",
        )
    if not invited:
        raise SignOnRefused(
            f"{told.title} knows you, but nobody here has added you{' with ' * bool(told.address)}{told.address}.",
            expected="somebody whom an administrator added with the address that the provider tells, and gave a role",
            mend="Ask an administrator of your organisation.",
        )
    account = models.Account.objects.create(email=told.address, made_at=now, password=make_password(None))
    _keep(account, told, now)
    return account


def _keep(account: models.Account, told: Told, now: datetime) -> None:
    models.Identity.objects.create(account=account, issuer=told.issuer, subject=told.subject, made_at=now)


# --- of an account that is there ---


def connect(account: int, told: Told, *, now: datetime) -> None:
    """Let an account be signed on by a provider from now on; raise `SignOnRefused` where another one is already."""
    check_name("the subject", told.subject)
    with transaction.atomic():
        owner = models.Account.objects.select_for_update().get(pk=account)
        known = models.Identity.objects.filter(issuer=told.issuer, subject=told.subject).first()
        if known is None:
            _keep(owner, told, now)
            accounts.note_of_all(account, f"connected {told.title}", now)
        elif known.account_id != account:
            raise SignOnRefused(
                f"That sign-on with {told.title} lets in to another account here.",
                expected="one that is connected to no other account",
                mend=f"Sign in with {told.title} to get to that account, and disconnect it there.",
            )


def connected(account: int) -> tuple[Connected, ...]:
    """Return the providers by which an account signs on, the oldest first."""
    kept = models.Identity.objects.filter(account_id=account).order_by("pk")
    return tuple(Connected(each.pk, each.issuer, each.made_at) for each in kept if each.made_at)


def disconnect(account: int, number: int, title: str, *, now: datetime) -> None:
    """Let an account no longer be signed on by a provider; raise `SignOnRefused` where nothing else lets them in."""
    with transaction.atomic():
        owner = models.Account.objects.select_for_update().get(pk=account)
        if not owner.has_usable_password() and owner.identities.count() < 2:
            raise SignOnRefused(
                f"You sign in with {title} alone.",
                expected="another way to sign in",
                mend="Ask an administrator for a link by which you choose a password, and disconnect it then.",
            )
        if owner.identities.filter(pk=number).delete()[0]:
            accounts.note_of_all(account, f"disconnected {title}", now)
