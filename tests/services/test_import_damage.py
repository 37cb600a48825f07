"""The 32 kinds of damage, imported into a database: the right place and cause, and every table as it was."""

from pathlib import Path
from random import Random

import pytest
from django.apps import apps
from django.db import transaction

from servanda.files.input_faults import Grade, RefusedFile
from servanda.services import imports
from servanda.services.imports import RowsRefused
from tests.files.damage import KINDS, NOW, Damaged, damaged
from tests.services.hill import KIM, hill
from tests.services.hill import NOW as HILL_NOW
from tests.services.hill import take_in as take_in_hill
from tests.services.test_imports import table

SEEDS = 20


def counts() -> dict[str, int]:
    """Return the number of rows of every table."""
    return {each.__name__: each._default_manager.count() for each in apps.get_app_config("store").get_models()}


def take_in(made: Damaged) -> imports.Committed:
    """Import a damaged table."""
    with imports.plan(KIM, made.path, made.mapping, now=NOW) as planned:
        places = [(each.fault, each.place.row, each.place.line, each.place.column) for each in planned.rejects]
        assert all(each.found and each.expected and each.mend for each in planned.rejects)
        if made.grade is Grade.REJECT:
            assert places == [(made.fault, made.row, made.line, made.column)]
        return imports.commit(KIM, planned, now=NOW)


def check(made: Damaged) -> None:
    """Import a damaged table, and see that what is refused leaves nothing behind."""
    before = counts()
    if made.grade is Grade.REFUSE:
        with pytest.raises(RefusedFile) as refusal:
            take_in(made)
        found = refusal.value
        assert (found.fault, found.row, found.line, found.column) == (made.fault, made.row, made.line, made.column)
        assert found.expected
        assert found.mend
    elif made.grade is Grade.REJECT:
        with pytest.raises(RowsRefused):
            take_in(made)
    else:
        assert take_in(made).counts["new"] == len(made.good)
        assert counts()["Ticket"] == before["Ticket"] + len(made.good)
        return
    assert counts() == before


def check_kinds(folder: Path, seeds: range) -> None:
    """Import every kind of damage for each seed into the same database, which begins anew for each."""
    hill(folder)
    for kind in KINDS:
        for seed in seeds:
            place = folder / f"{kind}-{seed}"
            place.mkdir()
            with transaction.atomic():
                check(damaged(kind, seed, place))
                transaction.set_rollback(True)


def test_each_kind_of_damage_leaves_the_old_state_or_the_new_one(store: str, tmp_path: Path) -> None:
    check_kinds(tmp_path, range(1))


@pytest.mark.slow
def test_each_kind_of_damage_wherever_it_stands(store: str, tmp_path: Path) -> None:
    check_kinds(tmp_path, range(1, SEEDS))


def test_31_a_number_kept_with_another_content_is_met_at_its_row(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    for seed in range(SEEDS):
        chance = Random(seed)
        rows = [
            [f"S{seed}T{place}", f"2018-06-{chance.randrange(1, 29):02} 09:00", "", "", "mail"] for place in range(9)
        ]
        take_in_hill(tmp_path, table(tmp_path, *(",".join(row) for row in rows)))
        before, place = counts(), chance.randrange(9)
        rows[place][1] = f"2018-06-{chance.randrange(1, 29):02} 1{chance.randrange(10)}:30"
        other = table(tmp_path, *(",".join(row) for row in rows), name="other.csv")
        with imports.plan(KIM, other, tmp_path / "mapping.yaml", now=HILL_NOW) as planned:
            (reject,) = planned.rejects
            assert planned.counts["same"] == 8
            with pytest.raises(RowsRefused):
                imports.commit(KIM, planned, now=HILL_NOW)
        assert (reject.fault, reject.place.row, reject.place.column) == (
            "kept with another opening",
            place + 2,
            "opened",
        )
        assert counts() == before
