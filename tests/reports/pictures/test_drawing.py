from html.parser import HTMLParser
from importlib import resources
from io import BytesIO
from pathlib import Path

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from servanda.reports.pictures import clock_band, drawing, marks, slam
from servanda.reports.pictures.marks import Mark
from tests.reports.pictures.drawn import HOSTILE, faults, months, parsed, repair

FONTS = str(resources.files("font_source_sans_pro") / "files")


@given(st.text())
def test_any_text_becomes_valid_xml_that_reads_the_same(said: str) -> None:
    drawn = drawing.finished("trend", "p", (100, 20), (said, said), [drawing.text(said, 0, 10)], drawing.Table((), ()))
    assert list(faults(drawn)) == []
    assert (parsed(drawn)[0].text or "") == drawing.cleaned(said)


@given(st.text(), st.floats(0, 500))
def test_shortened_text_fits_its_room(said: str, room: float) -> None:
    shown = drawing.shortened(said, 12, room)
    assert shown in (said, "…") or drawing.width_of(shown, 12) <= room


def test_a_sign_of_several_parts_is_not_cut_in_two() -> None:
    family = "👩‍👩‍👧‍👦"
    for room in range(60):
        shown = drawing.shortened(f"ab{family}cde", 12, room)
        assert family in shown or "\u200d" not in shown


def test_ids_begin_with_the_prefix_and_no_prefix_is_markup() -> None:
    drawn = clock_band.draw(repair(), "band-1")
    ids = [each.get("id") for each in parsed(drawn).iter() if each.get("id")]
    assert ids
    assert all(each is not None and each.startswith("band-1-") for each in ids)
    for prefix in ("", "1a", 'a"b', "a b", "a)", "é"):
        with pytest.raises(ValueError, match="begin with a letter"):
            clock_band.draw(repair(), prefix)


def test_a_picture_names_and_describes_itself() -> None:
    root = parsed(clock_band.draw(repair(), "b"))
    assert root.get("aria-labelledby") == "b-title"
    assert root.get("aria-describedby") == "b-desc"
    assert root[0].text == "Repair"
    assert (root[1].text or "").startswith(
        "From Mon 2 Mar 2026 15:00 to Tue 3 Mar 2026 15:30 (Europe/London): 8 h 30 min"
    )


class Tags(HTMLParser):
    """The tags that a browser finds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Note a tag."""
        self.found.add(tag)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_browser_finds_no_other_tags_in_it(hostile: str) -> None:
    row = slam.Row(hostile, (slam.Cell(Mark.MET, hostile),))
    drawn = slam.draw(slam.Chart(hostile, months(1), (row,)), "s")
    assert Tags(drawn.svg).found <= {
        "svg",
        "title",
        "desc",
        "defs",
        "pattern",
        "g",
        "rect",
        "line",
        "path",
        "circle",
        "text",
    }


def test_every_mark_has_a_word_and_a_shape_of_its_own() -> None:
    assert len({mark.word for mark in Mark}) == len(Mark)
    assert len({marks.draw(mark, 0, 0) for mark in Mark}) == len(Mark)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_typst_draws_a_picture_whatever_is_written_in_it(hostile: str, tmp_path: Path) -> None:
    (tmp_path / "band.svg").write_text(clock_band.draw(repair(hostile, hostile), "b").svg, encoding="utf-8")
    (tmp_path / "page.typ").write_text('#image("band.svg", alt: "band")', encoding="utf-8")
    made = typst.compile(str(tmp_path / "page.typ"), font_paths=[FONTS], ignore_system_fonts=True)
    told = PdfReader(BytesIO(made)).pages[0].extract_text()
    assert "Due and missed Tue 3 Mar 2026 15:00" in told
    assert "Counted 8 h" in told
