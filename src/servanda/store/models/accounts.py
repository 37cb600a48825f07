"""Accounts: what people sign in with, links by which they choose a first password, and who they are elsewhere."""

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

    It is of no organisation, as somebody may be a person of several. `second_step` says that a password alone lets
    nobody in; what the second step is checked by is in no dump, so where a dump was loaded nobody gets past it.
    """

    email = models.CharField(max_length=254, unique=True)
    made_at = InstantField()
    second_step = models.BooleanField(default=False)

    last_login = None  # who was where when is not ours to gather
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    objects = Accounts()


class Identity(models.Model):
    """Who an account is at a provider of single sign-on: the subject by which that issuer knows somebody for ever."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=400)
    subject = models.CharField(max_length=400)
    made_at = InstantField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_identity_a_subject")]


class SetUpLink(models.Model):
    """A link that is used once: by a person to choose a password or, without a person, to set up an empty database.

    Only the hash of its secret is kept.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, null=True, related_name="set_up_link")
    secret_hash = models.CharField(max_length=64, unique=True)
    until = InstantField()
