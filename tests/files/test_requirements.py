"""Requirements as a file: what is written is read again, and each fault has its line and its mend."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servanda.engine.levels import LevelKind
from servanda.engine.requirements import Occasion, Progress, RequiredLevel, Requirement, Weight
from servanda.engine.targets import Limit, Unit
from servanda.files import yaml_text
from servanda.files.requirements import REQUIREMENTS
from tests.builders import open_time, working_days
from tests.files.listings import check_fault, read
from tests.files.schema_keys import Figure, Seen

WHOLE = """\
format: servanda-requirements/1
organisation: hill
requirements:
- number: 3
  customer: pupils
  wording: Before the lesson is over.
  weight: must
  level: {kind: resolution, limit: 4 hours, share: 99.5 %}
  said_on: "2026-05-04"
- number: 7
  customer: staff
  wording: Somebody who listens.
"""

LINES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30).filter(str.strip)
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t"), max_size=60)
SHARES = st.integers(1, 100_000).map(lambda thousandths: Fraction(thousandths, 100_000))
LIMITS = st.builds(Limit, st.integers(0, 10**12), st.sampled_from([Unit.OPEN_TIME, Unit.ELAPSED])) | st.builds(
    Limit, st.integers(0, 500), st.just(Unit.WORKING_DAYS), st.booleans()
)
LEVELS = (
    st.builds(RequiredLevel, st.sampled_from([LevelKind.FIRST_RESPONSE, LevelKind.RESOLUTION]), LIMITS, SHARES)
    | st.builds(RequiredLevel, st.just(LevelKind.AVAILABILITY), share=SHARES)
    | st.builds(RequiredLevel, st.just(LevelKind.SUPPORT_HOURS), hours=LINES)
)
NEEDS = st.builds(
    Requirement,
    customer=LINES,
    wording=LINES,
    service=st.sampled_from(["", "printing", "no", "0123"]),
    outcome=TEXTS,
    reason=TEXTS,
    weight=st.sampled_from(Weight),
    level=st.none() | LEVELS,
    said_by=st.sampled_from(["", "kim", "on"]),
    said_on=st.none() | st.dates(date(1970, 1, 1), date(2150, 1, 1)),
    occasion=st.sampled_from(Occasion),
    occasion_name=TEXTS,
    progress=st.sampled_from(Progress),
)


LISTED = st.dictionaries(st.integers(1, 1_000_000), NEEDS, max_size=3)


@settings(max_examples=60, deadline=None)
@given(told=LISTED)
def test_what_is_written_is_read_again(told: dict[int, Requirement], tmp_path_factory: pytest.TempPathFactory) -> None:
    check_read_again(told, tmp_path_factory.mktemp("requirements"))


@pytest.mark.slow
def test_every_key_comes_back(tmp_path: Path, figure: Figure) -> None:
    seen = Seen(REQUIREMENTS.schema())

    @settings(max_examples=500, deadline=None)
    @given(told=LISTED)
    def law(told: dict[int, Requirement]) -> None:
        seen.add(yaml_text.plain(yaml_text.parse(check_read_again(told, tmp_path), tmp_path)))

    law()
    seen.check("lists of requirements", figure)


def check_read_again(told: dict[int, Requirement], folder: Path) -> str:
    """Check that what is written of requirements is read again, and return what was written."""
    text = REQUIREMENTS.written("hill", told)
    found = read(REQUIREMENTS, folder, text)
    assert (found.organisation, dict(found.listed)) == ("hill", told)
    assert REQUIREMENTS.written("hill", found.listed) == text
    return text


def test_a_file_says_what_it_says(tmp_path: Path) -> None:
    level = RequiredLevel(LevelKind.RESOLUTION, open_time(hours=4), Fraction(995, 1000))
    assert dict(read(REQUIREMENTS, tmp_path, WHOLE).listed) == {
        3: Requirement(
            "pupils", "Before the lesson is over.", weight=Weight.MUST, level=level, said_on=date(2026, 5, 4)
        ),
        7: Requirement("staff", "Somebody who listens."),
    }
    days = read(REQUIREMENTS, tmp_path, WHOLE.replace("4 hours", "'2 working days, end of day'")).listed[3].level
    assert days is not None
    assert days.limit == working_days(2, end_of_day=True)


@pytest.mark.parametrize(
    ("this", "that", "line", "reason"),
    [
        ("servanda-requirements/1", "servanda/1", 1, "servanda/1"),
        ("organisation: hill\n", "", 1, "organisation"),
        ("number: 3", "number: 0", 4, "0"),
        ("number: 3", "number: three", 4, "three"),
        ("number: 7", "number: 3", 10, "requirement 3 is listed twice"),
        ("weight: must", "weight: much", 7, "much"),
        ("weight: must", "weigth: must", 7, "weigth"),
        ("kind: resolution", "kind: repair", 8, "repair"),
        ("limit: 4 hours", "limit: 4 days", 4, "Say which days are meant"),
        ("limit: 4 hours", "limit: soon", 4, "Write an amount"),
        ("limit: 4 hours, ", "", 4, "has a limit, such as 4 hours"),
        ("share: 99.5 %", "share: 101 %", 4, "A share lies above 0 %"),
        (", share: 99.5 %", "", 4, "Say of how many"),
        ('"2026-05-04"', '"2026-02-30"', 4, "A day is none of the calendar"),
        ('"2026-05-04"', "yesterday", 9, "yesterday"),
        ("wording: Somebody who listens.", "wording: ' '", 10, "A requirement has words"),
        ("  wording: Somebody who listens.\n", "", 10, "wording"),
    ],
)
def test_each_fault_has_its_line(tmp_path: Path, this: str, that: str, line: int, reason: str) -> None:
    assert this in WHOLE
    check_fault(REQUIREMENTS, tmp_path, WHOLE.replace(this, that), line, reason)
