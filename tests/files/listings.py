"""Files that list things, as tests write and read them."""

from pathlib import Path
from typing import Any

import pytest

from servanda.files.listed import Format, Id, ListedFile, RefusedListing, Value


def read(form: Format[Id, Value], folder: Path, text: str) -> ListedFile[Id, Value]:
    """Return what a file with a text says."""
    path = folder / "listed.yaml"
    path.write_text(text, encoding="utf-8")
    return form.load(path)


def check_fault(form: Format[Any, Any], folder: Path, text: str, line: int, reason: str) -> None:
    """Check that a text is refused with a finding on a line that says why."""
    with pytest.raises(RefusedListing) as refused:
        read(form, folder, text)
    told = [(each.line, each.reason) for each in refused.value.findings]
    assert any(at == line and reason in said for at, said in told), told
