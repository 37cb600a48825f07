"""The feel of the code in figures: short functions, and tests that mirror the source."""

from collections.abc import Callable
from statistics import median, quantiles

from tests.architecture.sources import ROOT, functions, length, modules


def test_functions_are_short(figure: Callable[[str, object], None]) -> None:
    lengths = [length(each) for module in modules() for each in functions(module)]
    typical, long = median(lengths), quantiles(lengths, n=20)[-1]
    figure("lines in a function", f"median {typical}, 95th percentile {long:.0f}, {len(lengths)} functions")
    assert typical < 10
    assert long <= 44


def test_the_program_names_no_source_of_tickets() -> None:
    sources = ("servicenow", "boston", "volvo")
    found = [
        f"{path.relative_to(ROOT)}: {source}"
        for path in sorted((ROOT / "src").rglob("*.*"))
        if path.suffix in {".py", ".json"}
        for source in sources
        if source in path.read_text(encoding="utf-8").lower()
    ]
    assert found == []
