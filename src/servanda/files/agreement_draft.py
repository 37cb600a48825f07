"""What an agreement file says so far, and the refusal of one with errors."""

from dataclasses import dataclass, field
from pathlib import Path

from servanda.engine.agreements import (
    AgreementVersion,
    Book,
    Customer,
    InvalidAgreement,
    Organisation,
    PriorityScheme,
    Service,
)
from servanda.engine.calendars import Calendar
from servanda.files.agreement_records import Places
from servanda.files.findings import Finding, Findings, Refused

FORMAT = "servanda/1"


class RefusedAgreements(Refused):
    """An agreement file with errors; `findings` has every one of them."""

    def __init__(self, file: Path, findings: tuple[Finding, ...]) -> None:
        expected = f"agreements in the format {FORMAT} without errors"
        super().__init__(
            Path(findings[0].file), findings, expected, more=f"`servanda lint {file}` lists every finding."
        )


@dataclass(slots=True)
class Draft:
    """What an agreement file says: its sound parts, the findings on the others, and where each stands.

    `stand_ins` are the ids of calendars with errors, for which one that is always open stands in.
    """

    findings: Findings
    organisation: Organisation
    places: Places = field(default_factory=Places)
    customers: list[Customer] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    calendars: list[Calendar] = field(default_factory=list)
    priorities: list[PriorityScheme] = field(default_factory=list)
    versions: list[AgreementVersion] = field(default_factory=list)
    stand_ins: set[str] = field(default_factory=set)

    def book(self) -> Book:
        """Return the book; raise `RefusedAgreements` where there are errors."""
        if not self.findings.errors:
            try:
                return Book(
                    self.organisation,
                    tuple(self.customers),
                    tuple(self.services),
                    tuple(self.calendars),
                    tuple(self.priorities),
                    tuple(self.versions),
                )
            except InvalidAgreement as invalid:
                for fault in invalid.faults:
                    self.findings.add_sentences("SV409", 1, fault.sentence)
        raise RefusedAgreements(self.findings.file, self.findings.errors)
