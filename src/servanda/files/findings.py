"""Findings of a check on a file: where, which rule, how grave, why, and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from servanda.bad_input import BadInput

MOST_QUOTED = 60


class Severity(Enum):
    """An error keeps a file from being used; a warning is for a person to weigh."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is checked, under an id that never gets another meaning."""

    id: str
    severity: Severity
    says: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One place in a file that breaks a rule."""

    file: str
    line: int
    rule: str
    severity: str
    reason: str
    mend: str

    @property
    def is_error(self) -> bool:
        """Whether the file cannot be used as it stands."""
        return self.severity == Severity.ERROR.value

    def __str__(self) -> str:
        """Return the finding on two lines, as a terminal shows it."""
        return f"{self.file}:{self.line}: {self.rule} {self.severity}: {self.reason}\n  to do: {self.mend}"


class Refused(BadInput):
    """A file with errors; `findings` has every one of them, and `more` says where to read them."""

    def __init__(self, file: Path, findings: tuple[Finding, ...], expected: str, more: str = "") -> None:
        first, others = findings[0], len(findings) - 1
        super().__init__(
            first.reason + (f", and {others} more error{'s' if others > 1 else ''}" if others else ""),
            expected=expected,
            mend=f"{first.mend} {more}".strip(),
            file=file,
            line=first.line,
        )
        self.findings = findings


def _rules(severity: Severity, **says: str) -> Iterator[tuple[str, Rule]]:
    for id, sentence in says.items():
        yield id, Rule(id, severity, sentence)


RULES: dict[str, Rule] = dict(
    (
        *_rules(
            Severity.ERROR,
            SV101="The file can be read as one YAML document in UTF-8.",
            SV102="A key is given once.",
            SV103="Every key is one of the format.",
            SV104="What must be said is said.",
            SV105="A value has the form of its place.",
            SV106="A word that other YAML readers take for a truth value or a number stands in quotes.",
            SV107="An id is given once.",
            SV108="What is referred to is listed.",
            SV201="A time zone is one of the IANA data.",
            SV202="A calendar opens at some time.",
            SV203="Shifts have a length and do not overlap.",
            SV204="Dates and seasons of a calendar are in order.",
            SV206="A calendar lasts as long as the agreement that counts by it.",
            SV301="One version of an agreement is in force at a time.",
            SV303="The dates of a version are in order.",
            SV304="A signed version stays as it was signed.",
            SV401="A limit is an amount with a unit.",
            SV402="A day is a working day or a calendar day.",
            SV403="A target has a calendar.",
            SV405="A target pauses only for reasons its version lists.",
            SV409="A target fits its version.",
            SV501="One clause of a level covers a ticket.",
        ),
        *_rules(
            Severity.WARNING,
            SV205="A holiday lies within the calendar's dates.",
            SV207="What is listed is used.",
            SV302="Versions of an agreement follow without a gap.",
            SV305="An agreement has an owner.",
            SV306="An agreement has a date of review or an end.",
            SV404="Each priority of the scheme has a limit, or 'none'.",
            SV406="A first response is due before the resolution.",
            SV407="The share to be met leaves room for one miss.",
            SV408="A promise runs only while support is open.",
            SV410="An agreed target says where its figures come from.",
            SV411="A limit leaves some time.",
            SV601="What is promised is said in words that all read alike.",
            SV602="A target says how many tickets have to keep it.",
            SV603="A target was confirmed by a customer.",
        ),
    )
)


def quoted(text: str) -> str:
    """Return a text of the file in quotes, a long one cut short."""
    return f"'{text}'" if len(text) <= MOST_QUOTED else f"'{text[:MOST_QUOTED]}...'"


class Findings:
    """The findings of one file, gathered as they are met."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.error_count = 0
        self._met: list[Finding] = []

    def add(self, rule: str, line: int, reason: str, mend: str) -> None:
        """Keep a finding under one of `RULES`."""
        severity = RULES[rule].severity
        self.error_count += severity is Severity.ERROR
        self._met.append(Finding(*self.place(line), rule, severity.value, reason, mend))

    def place(self, line: int) -> tuple[str, int]:
        """Return the file in which a line stands, and its number there."""
        return str(self.file), line

    def add_sentences(self, rule: str, line: int, sentences: str) -> None:
        """Keep a finding whose first sentence is the reason and whose others are the mend."""
        reason, _, mend = sentences.partition(". ")
        self.add(rule, line, reason.rstrip("."), mend or "Correct this entry.")

    def all(self) -> tuple[Finding, ...]:
        """Return the findings by line and rule, each once."""
        return tuple(sorted(set(self._met)))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that keep the file from being used."""
        return tuple(each for each in self.all() if each.is_error)
