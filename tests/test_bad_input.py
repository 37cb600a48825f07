from pathlib import Path

import pytest

from servanda.bad_input import BadInput


def test_a_refusal_says_where_what_was_found_what_was_expected_and_what_to_do() -> None:
    refusal = BadInput(
        "calendar 'office' has no opening hours",
        expected="at least one shift on one weekday",
        mend="add a shift, or use a round-the-clock calendar",
        file=Path("agreements.yaml"),
        line=12,
    )
    assert str(refusal) == (
        "agreements.yaml:12: calendar 'office' has no opening hours\n"
        "  expected: at least one shift on one weekday\n"
        "  to do:    add a shift, or use a round-the-clock calendar"
    )


def test_a_refusal_without_a_remedy_is_refused_itself() -> None:
    with pytest.raises(ValueError, match="what to do"):
        BadInput("something is wrong", expected="nothing wrong", mend="")
