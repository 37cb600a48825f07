"""What holds for every model: its organisation, its keys, and its migrations."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, models, transaction

from servanda.store.keeping import AddedOnly
from tests.store.rows import HISTORY, keep, school
from tests.store.test_keeping import FOREVER

OF_NO_ORGANISATION = {"Organisation", "Account", "Identity", "SetUpLink"}


def owned() -> list[type[models.Model]]:
    """Return every model but the organisation itself, and what is kept of signing in, to whichever organisation."""
    return [each for each in apps.get_app_config("store").get_models() if each.__name__ not in OF_NO_ORGANISATION]


def test_every_row_has_its_organisation() -> None:
    assert len(owned()) > 10
    assert [each.__name__ for each in owned() if each._meta.get_field("organisation").null] == []


def test_every_unique_key_begins_with_the_organisation() -> None:
    keys = [
        (model.__name__, constraint.fields[0])
        for model in owned()
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    ]
    assert len(keys) > 8
    assert [key for key in keys if key[1] != "organisation"] == []


def test_the_models_that_are_only_added_to_are_those_with_triggers() -> None:
    assert {each.__name__.lower() for each in owned() if issubclass(each, AddedOnly)} == set(FOREVER)


def test_two_organisations_may_have_a_ticket_of_one_number_but_one_may_not(store: str) -> None:
    own, other = school(), school("college")
    keep(HISTORY, own)
    keep(HISTORY, other)
    with pytest.raises(IntegrityError), transaction.atomic():
        keep(HISTORY, own)


def test_the_migrations_say_all_that_the_models_say() -> None:
    told = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=told)
    assert "No changes detected" in told.getvalue()


def test_the_migrations_go_back_and_forth(tmp_path: Path) -> None:
    steps = "\n".join(
        f"call_command('migrate', 'store', {step!r}, verbosity=0)" for step in ("0003", "0002", "zero", "0003")
    )
    program = f"from servanda.config import setup\nsetup()\nfrom django.core.management import call_command\n{steps}"
    told = {**os.environ, "SERVANDA_DATABASE": f"sqlite:///{tmp_path / 'steps.sqlite3'}"}
    done = subprocess.run([sys.executable, "-c", program], env=told, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
