"""What is asked of whoever adds or changes a group of users, a supplier or a team."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from servanda.engine.directory import LINES, CustomerGroup, InvalidRecord, PersonRecord, Record, Supplier, Team
from servanda.services.accounts import LONGEST_ADDRESS
from servanda.services.directory import MOST_USERS
from servanda.store.keepable import LONGEST_NAME, LONGEST_TEXT
from servanda.web.people_forms import MOST_BOXES, DayField

LINE_WORDS: Mapping[int, str] = {1: "First line: asked first", 2: "Second line", 3: "Third line"}


def _text(label: str, help_text: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST_TEXT, required=False, widget=widget)


class RecordForm(forms.Form):
    """What all of them have: a name, and an id while one is added; `after` is the mark of what was read."""

    kind: ClassVar[type[Record]]
    texts: ClassVar[tuple[str, ...]] = ("description",)

    after = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label="Name", max_length=LONGEST_NAME)
    id = forms.CharField(
        label="Id",
        max_length=LONGEST_NAME,
        required=False,
        help_text="As tickets and agreements name it. Left empty, it is made of the name.",
    )

    def __init__(self, told: Mapping[str, Any] | None, *, is_new: bool, **more: Any) -> None:
        super().__init__(told, **more)
        if not is_new:
            del self.fields["id"]

    def clean(self) -> dict[str, Any]:
        """Read the record; refuse one that cannot be."""
        told: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                told["record"] = self.kind(**self.content(told))
            except InvalidRecord as refusal:
                self.add_error("until" if "until" in self.fields else None, str(refusal))
        return told

    def content(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parts of the record; browsers end lines in a way of their own."""
        parts = {name: told[name] for name in self.kind.__dataclass_fields__ if name in told}
        return parts | {name: told[name].replace("\r\n", "\n") for name in self.texts}


class GroupForm(RecordForm):
    """A group of users."""

    kind = CustomerGroup

    users = forms.IntegerField(label="About how many people", min_value=0, max_value=MOST_USERS, required=False)
    description = _text("Who they are", "Such as: everybody who teaches. Or: the office and the library.")


class SupplierForm(RecordForm):
    """A supplier."""

    kind = Supplier
    texts = ("description", "contacts", "dispute_contact")

    description = _text("What it does", "Such as: looks after the copiers, and brings toner.")
    contacts = _text("How it is reached", "Telephone, address, hours. Keep names of people out where you can.")
    dispute_contact = _text("Whom to turn to in a dispute")
    since = DayField(label="First day", required=False)
    until = DayField(label="Last day", required=False, help_text="Left empty, it goes on.")


class TeamForm(RecordForm):
    """A team, with the suppliers and the people that it can have."""

    kind = Team
    texts = ("description", "contact")

    line = forms.TypedChoiceField(
        label="Line of support",
        coerce=int,
        choices=[(line, LINE_WORDS[line]) for line in LINES],
        widget=forms.RadioSelect,
        initial=LINES[0],
    )
    supplier = forms.ChoiceField(label="Whose team", required=False)
    description = _text("What it does", "Such as: mends what the help desk cannot.")
    email = forms.EmailField(label="E-mail address", max_length=LONGEST_ADDRESS, required=False)
    contact = _text("How it is reached", "Telephone, room, hours.")
    members = forms.MultipleChoiceField(label="Who is in it", required=False)
    closed = forms.BooleanField(label="Closed: it is given nothing more", required=False)

    def __init__(
        self,
        told: Mapping[str, Any] | None,
        *,
        is_new: bool,
        suppliers: Mapping[str, Supplier],
        people: Mapping[str, PersonRecord],
        **more: Any,
    ) -> None:
        super().__init__(told, is_new=is_new, **more)
        _choose(self, "supplier", {"": "One of our own", **{id: each.name for id, each in suppliers.items()}})
        here = {id: each.name if each.active else f"{each.name} (has left)" for id, each in people.items()}
        _choose(self, "members", here)
        widget = forms.CheckboxSelectMultiple if len(here) < MOST_BOXES else forms.SelectMultiple
        self.fields["members"].widget = widget(choices=list(here.items()))
        if is_new:
            del self.fields["closed"]

    def content(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parts of the team."""
        members, active = frozenset(told["members"]), not told.get("closed", False)
        return super().content(told) | {"members": members, "active": active}


def initial(record: Record) -> dict[str, Any]:
    """Return what the form shows of a record that is to be changed."""
    told = {name: getattr(record, name) for name in record.__dataclass_fields__}
    if isinstance(record, Team):
        told |= {"members": sorted(record.members), "closed": not record.active}
    return told


def _choose(form: forms.Form, name: str, choices: Mapping[str, str]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    in_order = sorted(choices.items(), key=lambda each: (each[0] != "", each[1].casefold()))
    field.choices = list(in_order)
