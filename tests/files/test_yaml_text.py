"""YAML without its surprises: words stay as written, and what a person could not check is refused with its line."""

from pathlib import Path

import pytest

from servanda.files.yaml_text import (
    MOST_BYTES,
    Listing,
    Scalar,
    Table,
    UnreadableYaml,
    node_at,
    parse,
    plain,
    read,
    walk,
)

FILE = Path("agreements.yaml")


def ambiguous(text: str) -> list[str]:
    """Return the words of a YAML text that other readers may take for something else."""
    return [node.text for node in walk(parse(text, FILE)) if isinstance(node, Scalar) and node.ambiguous]


def refusal(text: str) -> UnreadableYaml:
    """Return the refusal of a text."""
    with pytest.raises(UnreadableYaml) as refused:
        parse(text, FILE)
    return refused.value


def test_words_keep_the_form_in_which_they_were_written() -> None:
    written = "start: 08:00\nday: 2026-01-01\nversion: 1.10\ncountry: no\nshare: 90 %"
    assert plain(parse(written, FILE)) == {
        "start": "08:00",
        "day": "2026-01-01",
        "version": "1.10",
        "country": "no",
        "share": "90 %",
    }


def test_whole_numbers_truth_and_nothing_are_read_where_they_are_written_so() -> None:
    assert plain(parse("[7, -7, true, false, null, ~, ]", FILE)) == [7, -7, True, False, None, None]
    assert plain(parse("a:", FILE)) == {"a": None}


def test_what_stands_in_quotes_is_text() -> None:
    assert plain(parse("""["7", 'true', "no", "08:00", ""]""", FILE)) == ["7", "true", "no", "08:00", ""]
    assert ambiguous("""["yes", 'no', "08:00", "1.10"]""") == []


@pytest.mark.parametrize(
    "word",
    [
        "yes",
        "No",
        "ON",
        "off",
        "y",
        "N",
        "08:00",
        "1:30:00",
        "1.10",
        "1.",
        ".5",
        "010",
        "1_000",
        "1e3",
        "0x1F",
        "0o7",
        ".inf",
        ".NaN",
    ],
)
def test_what_other_readers_take_for_a_truth_value_or_a_number_is_ambiguous(word: str) -> None:
    assert ambiguous(f"a: {word}") == [word]


@pytest.mark.parametrize("word", ["7", "-7", "true", "2026-01-01", "12-25", "9 hours", "90 %", "P1", "08:00-17:00"])
def test_what_all_readers_take_alike_or_for_text_is_not(word: str) -> None:
    assert ambiguous(f"a: {word}") == []


def test_every_node_and_key_knows_its_line() -> None:
    root = parse("a: 1\nb:\n  - x\n  - c: y\n    d: z\n", FILE)
    assert isinstance(root, Table)
    assert root.key_lines == {"a": 1, "b": 2}
    assert node_at(root, ["b", 0]).line == 3
    assert node_at(root, ["b", 1, "d"]).line == 5
    inner = node_at(root, ["b", 1])
    assert isinstance(inner, Table)
    assert inner.key_lines["d"] == 5


def test_a_key_given_twice_is_kept_apart_with_its_line() -> None:
    root = parse("a: 1\nb: 2\na: 3", FILE)
    assert isinstance(root, Table)
    assert root.twins == (("a", 3),)
    assert plain(root) == {"a": 1, "b": 2}


def test_an_alias_stands_for_what_its_anchor_marks() -> None:
    assert plain(parse("a: &hours [x, y]\nb: *hours", FILE)) == {"a": ["x", "y"], "b": ["x", "y"]}


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a:\n\tb: 1", 2, "a tab where YAML wants spaces"),
        ("a:\n  b: 1\n\tc: 2", 3, "a tab where YAML wants spaces"),
        ("a: 1\nb: c: d", 2, "mapping values are not allowed here"),
        ("a: 1\n- b", 2, "expected"),
        ('a: "never closed', 1, "end of stream"),
        ("a: 90%\nb: %", 2, "cannot start any token"),
        ("a: @x", 1, "cannot start any token"),
        ("", 1, "nothing in the file"),
        ("# only a comment", 1, "nothing in the file"),
        ("--- a\n--- b", 2, "a second document"),
        ("a: !!python/object:os.system x", 1, "the tag"),
        ("a: !mine x", 1, "the tag '!mine'"),
        ("a: 1\n? [b, c]\n: d", 2, "a key that is not a word"),
        ("a: *nowhere", 1, "the alias '*nowhere' before its anchor"),
        ("a: &self [*self]", 1, "the alias '*self' before its anchor"),
        ("a: b\nc: \x07", 2, "the character U+0007"),
        ("[" * 100, 1, "more than 40 levels of nesting"),
    ],
)
def test_what_cannot_be_checked_by_reading_is_refused_with_its_line(text: str, line: int, found: str) -> None:
    refused = refusal(text)
    assert (refused.file, refused.line) == (FILE, line)
    assert found in refused.found
    assert refused.mend


def test_ten_thousand_levels_of_nesting_do_not_exhaust_the_reader() -> None:
    assert "levels of nesting" in refusal("a: " + "[" * 10_000).found


def test_a_billion_laughs_are_refused_at_once() -> None:
    bomb = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    bomb += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert "once aliases are written out" in refusal("\n".join(bomb)).found


class TestBytes:
    """What the bytes of a file can be."""

    def file(self, folder: Path, raw: bytes) -> Path:
        """Return a file of these bytes."""
        path = folder / "agreements.yaml"
        path.write_bytes(raw)
        return path

    def test_a_byte_order_mark_is_skipped(self, tmp_path: Path) -> None:
        root = read(self.file(tmp_path, b"\xef\xbb\xbfa: 1"))
        assert plain(root) == {"a": 1}

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
    def test_utf_16_is_refused_by_name(self, tmp_path: Path, encoding: str) -> None:
        with pytest.raises(UnreadableYaml, match="UTF-16"):
            read(self.file(tmp_path, "a: 1".encode(encoding)))

    def test_another_encoding_is_refused_with_its_line(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableYaml, match="byte 0xe9 is not UTF-8") as refused:
            read(self.file(tmp_path, b"a: 1\nb: caf\xe9"))
        assert refused.value.line == 2

    def test_a_nul_is_refused_with_its_line(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableYaml, match="a NUL character") as refused:
            read(self.file(tmp_path, b"a: 1\nb: \x00"))
        assert refused.value.line == 2

    def test_a_file_of_many_megabytes_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableYaml, match="bytes"):
            read(self.file(tmp_path, b"#" * (MOST_BYTES + 1)))

    def test_windows_line_ends_count_as_lines(self, tmp_path: Path) -> None:
        root = read(self.file(tmp_path, b"a: 1\r\nb:\r\n  - x\r\n"))
        assert isinstance(node_at(root, ["b"]), Listing)
        assert node_at(root, ["b", 0]).line == 3
