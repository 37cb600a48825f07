"""The second step: what an account asks for beside its password, and how somebody gets in again who lost it.

What it is checked by (the secret of an app, the public halves of passkeys) lies in a table of allauth and leaves the
database by no dump. The account itself says that it has a second step, so a password alone still lets nobody in where
a dump was loaded: whoever manages people takes the second step away there, and the person sets up a new one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from servanda.engine.rights import Action, Viewer
from servanda.services import accounts, audit
from servanda.store import models
from servanda.store.access import NotFound, access_organisation, lock_organisation

KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey: its number, the name its owner gave it, and the instants when it was added and last used."""

    number: int
    name: str
    added_at: datetime
    used_at: datetime | None
    alone: bool


@dataclass(frozen=True, slots=True)
class SecondStep:
    """What an account asks for beside the password: an app since an instant, passkeys, recovery codes still unused."""

    app_since: datetime | None
    passkeys: tuple[Passkey, ...]
    codes_left: int

    @property
    def is_there(self) -> bool:
        """Whether anything is asked for beside the password."""
        return self.app_since is not None or bool(self.passkeys)


def of(account: int, codes: int) -> SecondStep:
    """Return the second step of an account; `codes` is how many recovery codes are made at a time."""
    kept = list(Authenticator.objects.filter(user_id=account).order_by("pk"))
    apps = [each.created_at for each in kept if each.type == Authenticator.Type.TOTP]
    used = [each.data["used_mask"] for each in kept if each.type == Authenticator.Type.RECOVERY_CODES]
    return SecondStep(
        app_since=apps[0] if apps else None,
        passkeys=tuple(_passkey(each) for each in kept if each.type == Authenticator.Type.WEBAUTHN),
        codes_left=sum(codes - int(mask).bit_count() for mask in used),
    )


def _passkey(kept: Authenticator) -> Passkey:
    told = kept.wrap()
    return Passkey(kept.pk, told.name, kept.created_at, kept.last_used_at, alone=told.is_passwordless is True)


def is_lost(account: models.Account) -> bool:
    """Say whether an account has a second step that nothing here can check, as after a dump was loaded."""
    return account.second_step and not _kept(account.pk).exists()


def _kept(account: int) -> Any:
    return Authenticator.objects.filter(user_id=account, type__in=KINDS)


@contextmanager
def change(account: int, done: str, *, now: datetime) -> Iterator[None]:
    """Keep what is done inside, whether the account has a second step after it, and a note of it, or nothing at all."""
    with transaction.atomic():
        yield
        models.Account.objects.filter(pk=account).update(second_step=_kept(account).exists())
        accounts.note_of_all(account, done, now)


def reset(viewer: Viewer, slug: str, *, now: datetime) -> bool:
    """Take somebody's second step away, as they lost it; False where there is none.

    Their password alone lets them in until they set up a new one. Raise `NotFound` where the viewer may not or there
    is no such person, and `PersonRefused` where the account is of another organisation too.
    """
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        access_organisation(viewer, Action.MANAGE_PEOPLE)
        person = models.Person.objects.select_related("account").filter(organisation=organisation, slug=slug).first()
        if person is None:
            raise NotFound(f"person '{slug}'")
        if person.account is None or not (person.account.second_step or _kept(person.account.pk).exists()):
            return False
        accounts.refuse_shared(person)
        Authenticator.objects.filter(user_id=person.account.pk).delete()
        models.Account.objects.filter(pk=person.account.pk).update(second_step=False)
        content = {"done": "second step taken away"}
        audit.note(organisation, viewer, Action.MANAGE_PEOPLE, f"person {slug}", now=now, content=content)
        return True
