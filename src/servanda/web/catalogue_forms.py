"""What is asked of whoever writes an entry of the service catalogue."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from servanda.engine.catalogue import (
    HIGHEST_RANK,
    LOWEST_RANK,
    CatalogueEntry,
    Component,
    ComponentKind,
    InvalidEntry,
    Support,
    equipment_in,
)
from servanda.engine.levels import Estimate, InvalidEstimate, LevelKind
from servanda.queries.catalogue import Names
from servanda.reports.levels import KINDS
from servanda.services.catalogue import TEXTS
from servanda.store.keepable import LONGEST_NAME, LONGEST_TEXT
from servanda.web.people_forms import MOST_BOXES, DayField

MOST_USERS = 100_000_000
CRITICAL = "critical"


def _text(label: str, help_text: str = "", *, long: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput()
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST_TEXT, required=False, widget=widget)


class EntryForm(forms.Form):
    """An entry. Groups of users, components and what it depends on stand on lines of their own."""

    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    name = forms.CharField(
        label="Service",
        max_length=LONGEST_NAME,
        help_text="What people use to get something done, such as Printing or Pupil records.",
    )
    is_service = forms.BooleanField(label="It is a service all the same", required=False)
    description = _text("In users’ words", "What it lets people do.", long=True)
    supported = forms.ChoiceField(
        label="Does technical support look after it?",
        choices=[(Support.FULL.value, "Yes"), (Support.PART.value, "In part"), (Support.NONE.value, "No")],
        widget=forms.RadioSelect,
        initial=Support.FULL.value,
    )
    not_covered = _text("What is not covered", "Such as: printers that people bring from home.", long=True)
    used_by = _text("Who uses it", "A group of users on each line.", long=True)
    users = forms.IntegerField(label="About how many people", min_value=0, max_value=MOST_USERS, required=False)
    place = _text("Where")
    hours = _text("When it is to be there", "Such as: school days from 07:30 to 18:00.")
    first_contact = _text("First contact", "Whom users ask first, and how.")
    process = _text("Work that rests on it", "Such as: registration each morning.")
    owner = forms.ChoiceField(label="Owner", required=False)
    supplied_by = _text("Supplied by")
    supported_by = _text("Supported by", "The team or supplier that mends it.")
    rank = forms.IntegerField(
        label="Rank",
        min_value=LOWEST_RANK,
        max_value=HIGHEST_RANK,
        required=False,
        help_text="1 comes first when much is broken at once. Two services may share a rank.",
    )
    components = _text(
        "What it is made of",
        "One on each line: its name, a semicolon, and hardware, software, network, consumables or documents. "
        "Add “; critical” where the service is down without it.",
        long=True,
    )
    depends_on = forms.MultipleChoiceField(label="Depends on these services", required=False)

    withdrawn = forms.BooleanField(label="Withdrawn: it is offered no more, or never was", required=False)

    def __init__(self, told: Mapping[str, Any] | None, names: Names, services: Mapping[str, str], **more: Any) -> None:
        super().__init__(told, **more)
        self._names = names
        _choose(self, "owner", {"": "Nobody is named", **names.people})
        _choose(self, "depends_on", services)
        self.asks_about = ""
        if not services:
            del self.fields["depends_on"]
        elif len(services) < MOST_BOXES:
            self.fields["depends_on"].widget = forms.CheckboxSelectMultiple(choices=list(services.items()))

    def clean(self) -> dict[str, Any]:
        """Read the entry; refuse one that cannot be, and ask once about a name that sounds like equipment."""
        told: dict[str, Any] = super().clean() or {}
        self.asks_about = equipment_in(told.get("name", ""))
        if self.asks_about and not told.get("is_service"):
            self.add_error(
                "name",
                f"“{self.asks_about}” sounds like equipment, which belongs to a service as a component. "
                "Name the service, such as Printing, or say below that it is a service all the same.",
            )
        if not self.errors:
            try:
                told["entry"] = self._entry(told)
            except InvalidEntry as refusal:
                self.add_error(None, str(refusal))
        return told

    def clean_components(self) -> tuple[Component, ...]:
        """Read a component from each line."""
        return tuple(map(_component, _lines(self.cleaned_data["components"])))

    def _entry(self, told: Mapping[str, Any]) -> CatalogueEntry:
        by_name = {name.casefold(): id for id, name in self._names.customers.items()}
        return CatalogueEntry(
            name=told["name"],
            supported=Support(told["supported"]),
            used_by=tuple(by_name.get(each.casefold(), each) for each in _lines(told["used_by"])),
            users=told["users"],
            owner=told["owner"],
            rank=told["rank"],
            components=told["components"],
            depends_on=tuple(told.get("depends_on", ())),
            withdrawn=told["withdrawn"],
            **{name: told[name].replace("\r\n", "\n") for name in TEXTS},
        )


class EstimateForm(forms.Form):
    """A level of a service as somebody estimates it."""

    kind = forms.ChoiceField(label="Level of", choices=[(kind.value, word) for kind, word in KINDS.items()])
    priority = forms.CharField(
        label="Priority",
        max_length=LONGEST_NAME,
        required=False,
        help_text="Of a first response or a resolution: a code such as P1. Left empty, it is for any.",
    )
    figure = forms.CharField(
        label="Estimate",
        max_length=LONGEST_NAME,
        help_text="Such as: 98 %. Or: 4 hours. Or: school days from 08:00 to 16:00.",
    )
    source = forms.CharField(
        label="Where it comes from",
        max_length=LONGEST_TEXT,
        help_text="Such as: asked the technicians. Or: the contract.",
    )
    on = DayField(label="Estimated on")

    def clean(self) -> dict[str, Any]:
        """Read the estimate; refuse one that cannot be."""
        told: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                kind = LevelKind(told["kind"])
                told["estimate"] = Estimate(kind, told["figure"], told["source"], told["on"], told["priority"])
            except InvalidEstimate as refusal:
                self.add_error("priority" if "priorities" in str(refusal) else "figure", str(refusal))
        return told


def initial(entry: CatalogueEntry, number: int, names: Names) -> dict[str, Any]:
    """Return what the form shows of an entry that is to be changed."""
    return {
        "after": number,
        "is_service": bool(equipment_in(entry.name)),
        "supported": entry.supported.value,
        "used_by": "\n".join(names.customers.get(each, each) for each in entry.used_by),
        "components": "\n".join(map(_line, entry.components)),
        "depends_on": list(entry.depends_on),
        **{name: getattr(entry, name) for name in ("name", "users", "owner", "rank", "withdrawn", *TEXTS)},
    }


def _choose(form: forms.Form, name: str, choices: Mapping[str, str]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices.items())


def _lines(text: str) -> Sequence[str]:
    return [each.strip() for each in text.splitlines() if each.strip()]


def _component(line: str) -> Component:
    name, *words = (each.strip() for each in line.split(";"))
    critical = CRITICAL in words
    kinds = [each for each in words if each != CRITICAL]
    try:
        [kind] = map(ComponentKind, kinds or [ComponentKind.HARDWARE.value])
    except ValueError:
        known = ", ".join(each.value for each in ComponentKind)
        raise forms.ValidationError(
            f"“{line[:80]}” names no kind that is known. Write its name; one of {known}."
        ) from None
    if not name:
        raise forms.ValidationError(f"“{line[:80]}” has no name before the semicolon.")
    return Component(name, kind, critical)


def _line(component: Component) -> str:
    return f"{component.name}; {component.kind.value}{f'; {CRITICAL}' if component.critical else ''}"
