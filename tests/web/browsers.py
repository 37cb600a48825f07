"""The small school with its people, and a browser signed in as each of them; on both kinds of database."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from servanda import wall_time
from servanda.engine.rights import Role
from servanda.store import models
from tests.tenancy import school

ORGANISATION = "school"
PASSWORD = "a long enough password"

SignedIn = Callable[[Role | str | None], Client]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the morning on which the school looks at January."""
    monkeypatch.setattr(wall_time, "now", lambda: school.NOW)


@pytest.fixture
def kept_school(store: str, now: None, tmp_path: Path) -> models.Organisation:
    """Keep the school: its agreement, its people, a person for each role; without tickets."""
    made = school.keep(tmp_path / "files")
    for person in models.Person.objects.filter(organisation=made):
        give_account(person)
    return made


def give_account(person: models.Person) -> models.Account:
    """Let a person sign in, by their address."""
    email = person.email or f"{person.slug}@example.org"
    account, _ = models.Account.objects.get_or_create(email=email, defaults={"made_at": school.NOW})
    person.account = account
    person.save()
    return account


def nobody() -> Client:
    """Return a browser in which nobody is signed in; a fault comes back as its page."""
    return Client(raise_request_exception=False, SERVER_NAME="localhost")


@pytest.fixture
def signed_in(kept_school: models.Organisation) -> SignedIn:
    """Return a function that gives a browser: of the person of a role, of a person by id, or of nobody."""

    def browser(who: Role | str | None) -> Client:
        client = nobody()
        if who is not None:
            slug = school.slug_of(who) if isinstance(who, Role) else who
            account = models.Account.objects.get(people__slug=slug, people__organisation=kept_school)
            client.force_login(account)
        return client

    return browser


@pytest.fixture
def manager(signed_in: SignedIn) -> Client:
    """Return the browser of the service manager."""
    return signed_in(Role.SERVICE_MANAGER)
