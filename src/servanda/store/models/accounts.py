"""Accounts: what people sign in with, and the links by which they choose their first password."""

from typing import TYPE_CHECKING

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from servanda.store.fields import InstantField
from servanda.store.models.people import Person

if TYPE_CHECKING:
    Accounts = BaseUserManager["Account"]
else:
    Accounts = BaseUserManager


class Account(AbstractBaseUser):
    """An address and a password to sign in with. It grants nothing: the people it belongs to have roles.

    It is of no organisation, as somebody may be a person of several.
    """

    email = models.CharField(max_length=254, unique=True)
    made_at = InstantField()

    last_login = None  # who was where when is not ours to gather
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    objects = Accounts()


class SetUpLink(models.Model):
    """A link that is used once: by a person to choose a password or, without a person, to set up an empty database.

    Only the hash of its secret is kept.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, null=True, related_name="set_up_link")
    secret_hash = models.CharField(max_length=64, unique=True)
    until = InstantField()
