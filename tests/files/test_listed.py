"""What holds of every format of files that list things."""

import json
from pathlib import Path
from typing import Any

import pytest

from servanda.bad_input import BadInput
from servanda.files import people
from servanda.files.catalogue import CATALOGUE
from servanda.files.listed import Format, schema_of
from servanda.files.requirements import REQUIREMENTS
from tests.architecture.sources import ROOT
from tests.files.listings import read

FORMATS = [pytest.param(each, id=each.list_key) for each in (CATALOGUE, REQUIREMENTS)]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", ["", "- a\n", "a: [", "\0", "just words", "format: &a [*a]"])
def test_what_is_no_file_of_the_format_is_refused(tmp_path: Path, form: Format[Any, Any], text: str) -> None:
    with pytest.raises(BadInput):
        read(form, tmp_path, text)


@pytest.mark.parametrize("name", [CATALOGUE.name, REQUIREMENTS.name, people.NAME])
def test_the_published_schema_is_the_one_that_is_checked(name: str) -> None:
    file = name.removeprefix("servanda-").partition("/")[0]
    published = ROOT / "docs" / "reference" / f"{file}.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == schema_of(name)
