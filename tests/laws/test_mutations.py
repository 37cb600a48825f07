"""The laws can fail: each has been seen to, under an engine broken on purpose."""

import ast
import re
from collections.abc import Callable

import pytest

from tests.laws.mutate import CALENDAR_LAWS, CLOCK_LAWS, ENGINE, MUTATIONS, ROOT, Mutation, outcomes

TABLE = (ROOT / "tests" / "laws" / "mutations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[each.name for each in MUTATIONS])
def test_a_mutation_breaks_a_line_that_is_there(mutation: Mutation) -> None:
    source = (ROOT / ENGINE / f"{mutation.module}.py").read_text(encoding="utf-8")
    ast.parse(mutation.broken(source))
    assert f"def {mutation.test}(" in (ROOT / mutation.seen_by).read_text(encoding="utf-8")


def test_a_mutation_of_a_line_that_is_gone_is_refused() -> None:
    with pytest.raises(ValueError, match="mend the mutation"):
        MUTATIONS[0].broken("def something_else() -> None: ...")


@pytest.mark.parametrize("laws", [CALENDAR_LAWS, CLOCK_LAWS])
def test_each_law_has_a_mutation_under_which_it_fails(laws: str) -> None:
    written = set(re.findall(r"^def (test_\w+)", (ROOT / laws).read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert written == {each.test for each in MUTATIONS if each.seen_by == laws}


def test_the_table_lists_every_mutation_and_no_other() -> None:
    names = re.findall(r"^\| ([^|]+) \| `", TABLE, flags=re.MULTILINE)
    assert names == [each.name for each in MUTATIONS]
    assert "**nothing**" not in TABLE


@pytest.mark.full
def test_every_mutation_is_seen(figure: Callable[[str, object], None]) -> None:
    found = list(outcomes())
    figure("mutations of the engine seen", f"{sum(each.seen for each in found)} of {len(found)}")
    assert [each.mutation.name for each in found if not each.seen] == []
