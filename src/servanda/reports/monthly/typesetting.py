"""The program that sets a report or a booklet as PDF: it is told what on its input, and the PDF is its output.

A process of its own, because it may take much memory and time, and keeps what it took.
"""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import typst
from font_source_sans_pro import font_directory

FOLDER = Path(__file__).parent
TEMPLATE, SAMPLE = FOLDER / "report.typ", FOLDER / "sample.typ"
TEMPLATES = {"report": TEMPLATE, "booklet": FOLDER.parent / "booklet" / "booklet.typ"}
"""The layouts that there are, by the word that the program is started with; none is the report."""

MOST_MEMORY = 1_500 * 1024 * 1024
LAST_OF_LATIN = "\u024f"
NO_GLYPH = "□"
NOT_SHOWN = "could not be displayed"


def limit_memory(most: int = MOST_MEMORY) -> None:
    """Let this process take so much memory and no more, on systems that can hold it to that."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def typeset(content: str, template: Path = TEMPLATE) -> bytes:
    """Return the PDF of what is told as JSON, in a layout; equal content gives equal bytes.

    A sign that no typeface has, such as a picture in a name, becomes a box: readers of PDF/UA need text for every sign.
    """
    at = datetime.fromisoformat(json.loads(content)["made_at"])
    try:
        return _compiled(template, content, at)
    except typst.TypstError as refusal:
        if NOT_SHOWN not in str(refusal):
            raise
    strange = sorted({sign for sign in content if sign > LAST_OF_LATIN})
    boxes = str.maketrans(dict.fromkeys(_without_glyph(strange), NO_GLYPH))
    return _compiled(template, content.translate(boxes), at)


def _without_glyph(signs: Sequence[str]) -> list[str]:
    """Return those of some signs that no typeface has, by halves."""
    try:
        _compiled(SAMPLE, " ".join(signs), datetime(2000, 1, 1, tzinfo=UTC))
    except typst.TypstError:
        half = len(signs) // 2
        return [*signs] if not half else [*_without_glyph(signs[:half]), *_without_glyph(signs[half:])]
    return []


def _compiled(template: Path, content: str, at: datetime) -> bytes:
    pdf: bytes = typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=[str(font_directory)],
        ignore_system_fonts=True,
        sys_inputs={"content": content},
        pdf_standards=["ua-1"],
        timestamp=at,
    )
    return pdf


if __name__ == "__main__":
    limit_memory()
    layout = TEMPLATES[sys.argv[1]] if sys.argv[1:] else TEMPLATE
    sys.stdout.buffer.write(typeset(sys.stdin.buffer.read().decode(), layout))
