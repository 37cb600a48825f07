"""One word, one meaning: the glossary and the code name the same things, and neither uses a shunned word."""

import ast
import re
from collections.abc import Iterator

from servanda.engine.clocks import State
from tests.architecture.sources import ROOT, SOURCE, identifiers, modules, words

# What the field itself calls somebody, or a library its own things, whatever the words in it.
FIELD_PHRASES = {"SERVICE_MANAGER", "CharacterDataHandler", "cleaned_data", "get_context_data"}

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return the text under a heading of the glossary."""
    return GLOSSARY.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def first_column(title: str) -> list[str]:
    """Return the words that the table under a heading explains."""
    return re.findall(r"^\| \*\*([^*]+)\*\* \|", section(title), flags=re.MULTILINE)


def code_names(title: str) -> Iterator[tuple[str, str]]:
    """Yield the module and name of everything in code that the table under a heading refers to."""
    for reference in re.findall(r"`((?:engine|files)\.\w+\.\w+)`", section(title)):
        module, name = reference.rsplit(".", 1)
        yield module, name


def test_no_identifier_uses_a_shunned_word() -> None:
    shunned = set(first_column("Shunned as names in code"))
    assert len(shunned) > 10
    found = [
        f"{module.name}:{line}: {name}"
        for module in modules()
        for line, name in identifiers(module)
        if words(name) & shunned and name not in FIELD_PHRASES
    ]
    assert found == []


def test_the_table_of_state_words_is_the_list_in_the_code() -> None:
    assert first_column("State words") == [state.value for state in State]


def test_the_glossary_defines_each_word_once_and_in_order() -> None:
    terms = first_column("Terms")
    assert terms == sorted(set(terms))


def test_every_name_the_glossary_refers_to_is_in_the_code() -> None:
    missing = []
    for module, name in code_names("Terms"):
        tree = ast.parse((SOURCE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
        if name not in {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}:
            missing.append(f"{module}.{name}")
    assert missing == []
