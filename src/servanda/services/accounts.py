"""Accounts: who somebody signed in is in an organisation, and the links by which an account comes about.

There is no default password. A link carries a secret of which only the hash is kept; it works once, for a day. It is
for one person, or, while a database holds nothing, for whoever sets it up.

An account may be that of people in several organisations. Nobody who manages people in one of them gets at it: their
link lets somebody choose a new password only while the account is of their organisation alone, and joins it to a person
of theirs only for who knows its password.
"""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet

from servanda.bad_input import BadInput
from servanda.engine.rights import Action, Assignment, Role, Viewer
from servanda.services import audit, organisations, people
from servanda.store import models, records, translate
from servanda.store.access import NotFound, access_organisation, lock_organisation
from servanda.store.holders import holders
from servanda.store.keepable import check_name
from servanda.store.slugs import LONGEST_SLUG, PSEUDONYM

LINK_LASTS = timedelta(hours=24)
SECRET_BYTES = 32
LONGEST_ADDRESS = 254
LONGEST_PASSWORD = 1_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Who an account is in one organisation; both their names, and the zone in which it speaks of dates.

    `service_managers` names who owns its promises today.
    """

    viewer: Viewer
    person_name: str
    organisation_name: str
    zone: str
    service_managers: tuple[str, ...]


class LinkIsFor(Enum):
    """What whoever opens a link is asked for."""

    FIRST_ORGANISATION = "first_organisation"
    FIRST_PASSWORD = "first_password"
    NEW_PASSWORD = "new_password"


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that works: what it is for and, where it is for a person, who that is and by which address."""

    purpose: LinkIsFor
    person_name: str = ""
    organisation_name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class FirstOrganisation:
    """What an empty database is set up with: the organisation and the person who administers it."""

    organisation_name: str
    zone: str
    person_name: str


class LinkVoid(NotFound):
    """A link that was used, is too old, or never was one."""

    def __init__(self) -> None:
        super().__init__("such link")


class AccountRefused(BadInput):
    """An address or a password that cannot be taken; `field` names the one of the two that is to blame."""

    def __init__(self, field: str, found: str, *, expected: str, mend: str) -> None:
        super().__init__(found, expected=expected, mend=mend)
        self.field = field


# --- who somebody signed in is ---


def standing(account: int, organisation: str, now: datetime) -> Standing:
    """Return who an account is in an organisation; raise `NotFound` where it is nobody there."""
    inside = records.first(models.Organisation, "slug = %s", [organisation])
    if inside is not None:
        own = "organisation_id = %s AND account_id = %s AND active ORDER BY id"
        for person in records.find(models.Person, own, [inside.pk, account]):
            return _standing(inside, person, now)
    raise NotFound(f"organisation '{organisation}'")


def standings(account: int, now: datetime) -> tuple[Standing, ...]:
    """Return who an account is in each organisation where it has a role today, by the name of the organisation."""
    return tuple(_with_a_role(account, now))


def _with_a_role(account: int, now: datetime) -> Iterator[Standing]:
    for each in _people(account).order_by("organisation__name", "organisation__slug"):
        found = _standing(each.organisation, each, now)
        if any(role.holds_on(found.viewer.on) for role in found.viewer.assignments):
            yield found


def _people(account: int) -> QuerySet[models.Person]:
    return models.Person.objects.filter(account_id=account, active=True).select_related("organisation")


def _standing(organisation: models.Organisation, person: models.Person, now: datetime) -> Standing:
    viewer = people.as_viewer(organisation, person, now)
    managers = holders(organisation, (Role.SERVICE_MANAGER,), viewer.on)[Role.SERVICE_MANAGER]
    return Standing(viewer, person.name or person.slug, organisation.name, organisation.zone, managers)


# --- links ---


def invite(viewer: Viewer, slug: str, *, now: datetime) -> str:
    """Return the secret of a new link by which a person chooses a password; an earlier one of theirs is void."""
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        access_organisation(viewer, Action.MANAGE_PEOPLE)
        person = models.Person.objects.filter(organisation=organisation, slug=slug).first()
        if person is None or PSEUDONYM.fullmatch(slug):
            raise NotFound(f"person '{slug}'")
        _refuse_absent(person)
        if person.account_id is not None:
            refuse_shared(person)
        content = {"done": "invited"}
        audit.note(organisation, viewer, Action.MANAGE_PEOPLE, f"person {slug}", now=now, content=content)
        return _new_link(person, now)


def way_in(now: datetime) -> str | None:
    """Return the secret of a link for whoever runs the machine, while nobody can sign in; nothing once somebody can.

    It sets up an empty database; where there is one organisation with one administrator, it is theirs.
    """
    with transaction.atomic():
        if models.Account.objects.exists():
            return None
        found = list(models.Organisation.objects.order_by("pk")[:2])
        if not found:
            return _new_link(None, now)
    try:
        [organisation] = found
        asking = people.viewer(organisation, people.only_administrator(organisation, now), now=now)
    except (ValueError, BadInput):
        return None
    return invite(asking, asking.person, now=now)


def open_link(secret: str, now: datetime) -> Opened:
    """Return what a link is for, without using it; raise `LinkVoid` where it does not work."""
    return _opened(_link(secret, now))


def set_up(secret: str, told: FirstOrganisation, email: str, password: str, *, now: datetime) -> int:
    """Use the first link: make the organisation, its administrator and their account; return that account's key.

    They are its service manager too, and give either role to somebody else when there is somebody.
    """
    check_name("the name of the organisation", told.organisation_name)
    check_name("your name", told.person_name)
    with transaction.atomic():
        if _use(secret, now) is not None:
            raise LinkVoid
        slug = slug_of(told.person_name, "administrator")
        made = organisations.add(
            slug_of(told.organisation_name, "organisation"), told.organisation_name, told.zone, slug, now
        )
        person = models.Person.objects.get(organisation=made, slug=slug)
        person.name = told.person_name
        translate.record_of_assignment(Assignment(Role.SERVICE_MANAGER), person).save()
        return _join(person, email, password, now)


def choose_password(secret: str, email: str, password: str, *, now: datetime) -> int:
    """Use a person's link: keep their password, and make their account where they have none; return its key."""
    with transaction.atomic():
        person = _use(secret, now)
        if person is None:
            raise LinkVoid
        _refuse_absent(person)
        if person.account is None:
            return _join(person, email, password, now)
        refuse_shared(person)
        _check_password(password, person.account)
        person.account.set_password(password)
        person.account.save()
        note(person, "password chosen", now)
        return int(person.account.pk)


def _new_link(person: models.Person | None, now: datetime) -> str:
    models.SetUpLink.objects.filter(Q(person=person) | Q(until__lte=now)).delete()
    secret = secrets.token_urlsafe(SECRET_BYTES)
    models.SetUpLink.objects.create(person=person, secret_hash=_hash(secret), until=now + LINK_LASTS)
    return secret


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _link(secret: str, now: datetime) -> models.SetUpLink:
    found = models.SetUpLink.objects.filter(secret_hash=_hash(secret), until__gt=now)
    link = found.select_related("person__organisation", "person__account").first()
    if link is None or (link.person is None and models.Organisation.objects.exists()):
        raise LinkVoid
    return link


def _opened(link: models.SetUpLink) -> Opened:
    person = link.person
    if person is None:
        return Opened(LinkIsFor.FIRST_ORGANISATION)
    if person.account is None:
        return Opened(LinkIsFor.FIRST_PASSWORD, person.name or person.slug, person.organisation.name, person.email)
    return Opened(LinkIsFor.NEW_PASSWORD, person.name or person.slug, person.organisation.name, person.account.email)


def _use(secret: str, now: datetime) -> models.Person | None:
    """Take a link away for good and return whose it was; of two who use it at once, one finds it void."""
    link = _link(secret, now)
    if not models.SetUpLink.objects.filter(pk=link.pk).delete()[0]:
        raise LinkVoid
    return link.person


# --- an account ---


def _join(person: models.Person, email: str, password: str, now: datetime) -> int:
    """Give a person the account of an address: a new one, or theirs already, if they know its password."""
    email = _checked_address(email)
    account = models.Account.objects.filter(email=email).first()
    if account is None:
        account = models.Account(email=email, made_at=now)
        _check_password(password, account)
        account.set_password(password)
        account.save()
    elif not account.check_password(password):
        raise AccountRefused(
            "password",
            "This address signs in here already, with another password.",
            expected="the password that this address has",
            mend="Give that password, or another address.",
        )
    person.account, person.email = account, person.email or email
    person.save()
    note(person, "account made", now)
    return int(account.pk)


def _checked_address(email: str) -> str:
    """Return an address as it is kept, in small letters; raise `AccountRefused` for one that is none."""
    kept = email.strip().lower()
    try:
        validate_email(kept)
        fits = len(kept) <= LONGEST_ADDRESS
    except ValidationError:
        fits = False
    if not fits:
        raise AccountRefused(
            "email",
            "This is no e-mail address.",
            expected="an address such as kim@school.example",
            mend="Correct it.",
        )
    return kept


def _check_password(password: str, account: models.Account) -> None:
    try:
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(f"This password is longer than {LONGEST_PASSWORD:,} characters.")
        validate_password(password, account)
    except ValidationError as refusal:
        raise AccountRefused(
            "password", " ".join(refusal.messages), expected="a long password of your own", mend="Choose another."
        ) from None


def _refuse_absent(person: models.Person) -> None:
    if not person.active or person.anonymised_at is not None:
        raise people.PersonRefused(
            f"'{person.slug}' has left.", expected="somebody who is here", mend="Let them return first."
        )


def refuse_shared(person: models.Person) -> None:
    """Raise `PersonRefused` where the person's account is somebody's in another organisation too."""
    others = models.Person.objects.filter(account=person.account).exclude(organisation_id=person.organisation_id)
    if others.exists():
        raise people.PersonRefused(
            f"The account of '{person.slug}' is not of this organisation alone.",
            expected="an account that no other organisation relies on",
            mend="They sign in with the password they have, or ask whoever runs the machine.",
        )


def note_of_all(account: int, done: str, now: datetime) -> None:
    """Note in each organisation what somebody did about the account that they sign in with."""
    for person in models.Person.objects.filter(account_id=account).select_related("organisation").order_by("pk"):
        note(person, done, now)


def note(person: models.Person, done: str, now: datetime) -> None:
    """Note in a person's organisation what they did about how they sign in."""
    viewer = people.as_viewer(person.organisation, person, now)
    subject = f"person {person.slug}"
    audit.note(person.organisation, viewer, Action.MANAGE_PEOPLE, subject, now=now, content={"done": done})


def slug_of(name: str, otherwise: str) -> str:
    """Return an id made of a name, such as 'hill-school' of 'Hill School'; another word where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain.lower())[:LONGEST_SLUG].strip("-") or otherwise
