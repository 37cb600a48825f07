"""What is asked in a negotiation: what a version begins from, its text as a file, remarks and approvals on paper."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from servanda.engine.agreements import AgreementKind
from servanda.engine.negotiation import Side
from servanda.reports.agreements.negotiations import SIDES
from servanda.store.keepable import LONGEST_NAME, LONGEST_TEXT

LONGEST_FILE = 300_000
BEGINNINGS = {
    AgreementKind.SLA.value: "An agreement with users or customers (SLA)",
    AgreementKind.OLA.value: "An agreement with a team of our own (OLA)",
    AgreementKind.UNDERPINNING_CONTRACT.value: "A contract with a supplier",
}
NEXT = "next"


class BeginForm(forms.Form):
    """What the new version begins from: figures that many start with, or what is agreed already."""

    begins = forms.ChoiceField(label="What is it?", widget=forms.RadioSelect)
    name = forms.CharField(
        label="What it is called",
        max_length=60,
        required=False,
        help_text="Such as: Service desk, or Maintenance of the copiers.",
    )
    service = forms.ChoiceField(label="For which service", required=False)
    party = forms.CharField(
        label="With which team or supplier",
        max_length=LONGEST_NAME,
        required=False,
        help_text="As your tickets name it; for an OLA or a contract.",
    )
    agreement = forms.ChoiceField(label="Of which agreement", required=False)
    requirement = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1)

    def __init__(
        self, told: Mapping[str, Any] | None, earlier: Mapping[str, str], services: Mapping[str, str], **more: Any
    ) -> None:
        super().__init__(told, **more)
        last = {NEXT: "The next version of an agreement that is there"} if earlier else {}
        _choose(self, "begins", {**BEGINNINGS, **last})
        _choose(self, "service", {"": "Every service", **services})
        _choose(self, "agreement", {"": "–", **earlier})
        if not earlier:
            del self.fields["agreement"]

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen beginning needs."""
        told: dict[str, Any] = super().clean() or {}
        begins = told.get("begins")
        if begins == NEXT and not told.get("agreement"):
            self.add_error("agreement", "Choose the agreement whose next version it is.")
        if begins in BEGINNINGS and not told.get("name", "").strip():
            self.add_error("name", "Give it a name.")
        if begins in BEGINNINGS and begins != AgreementKind.SLA.value and not told.get("party", "").strip():
            self.add_error("party", "Name the team or supplier that takes work up.")
        return told


class FileForm(forms.Form):
    """The text as a file."""

    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    text = forms.CharField(
        label="The text as a file",
        max_length=LONGEST_FILE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false", "class": "code"}),
    )


class SaidForm(forms.Form):
    """A remark, or a counter-proposal that has to be answered."""

    target = forms.ChoiceField(label="About", required=False)
    remark = forms.CharField(label="What you say", max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3}))
    counter = forms.BooleanField(
        label="I propose this instead: it is to be accepted or declined before anybody approves", required=False
    )

    def __init__(self, targets: Iterable[tuple[str, str]], told: Mapping[str, Any] | None = None) -> None:
        super().__init__(told)
        _choose(self, "target", {"": "the whole", **dict(targets)})


class SignedForm(forms.Form):
    """An approval that was given on paper."""

    side = forms.ChoiceField(label="For")
    signatory = forms.CharField(label="Who approved", max_length=LONGEST_NAME)
    remark = forms.CharField(
        label="Where it is written", max_length=LONGEST_TEXT, help_text="Such as: letter of 3 May."
    )

    def __init__(self, lacking: Iterable[Side], told: Mapping[str, Any] | None = None) -> None:
        super().__init__(told)
        _choose(self, "side", {each.value: SIDES[each] for each in lacking})


def _choose(form: forms.Form, name: str, choices: Mapping[str, str]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices.items())
