"""What is asked of whoever adds a person, gives them a role or hands one over."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django import forms

from servanda.engine.rights import Assignment, InvalidAssignment, Role, Scope
from servanda.queries.people import Person
from servanda.reports.roles import ROLES
from servanda.services.accounts import LONGEST_ADDRESS
from servanda.store.keepable import LONGEST_NAME
from servanda.store.slugs import LONGEST_SLUG

MOST_BOXES = 30
"""From how many names on a list is shown in place of boxes."""


class AddPersonForm(forms.Form):
    """Somebody who is not here yet."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME)
    email = forms.EmailField(
        label="E-mail address", max_length=LONGEST_ADDRESS, required=False, help_text="Where they are reached."
    )
    id = forms.CharField(
        label="Short id",
        max_length=LONGEST_SLUG,
        required=False,
        help_text="Stands in files and in the audit, such as kim. Left empty, it is made of the name.",
    )


class DayField(forms.DateField):
    """A day as browsers send it, such as 2026-07-31."""

    def __init__(self, **told: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), **told)


class Limit(NamedTuple):
    """A field of a role beside its kind: boxes to tick stand in a group of their own."""

    bound: forms.BoundField
    is_boxes: bool


class RoleForm(forms.Form):
    """A role with its scope and dates; without a scope it is for everybody and everything."""

    role = forms.ChoiceField(label="Role", widget=forms.RadioSelect)
    customers = forms.MultipleChoiceField(label="Only for these groups of users", required=False)
    services = forms.MultipleChoiceField(label="Only for these services", required=False)
    supplier = forms.CharField(
        label="Supplier",
        max_length=LONGEST_NAME,
        required=False,
        help_text="For a supplier contact: the supplier as tickets and agreements name it.",
        widget=forms.TextInput({"list": "known-suppliers"}),
    )
    first = DayField(label="First day", required=False)
    last = DayField(label="Last day", required=False, help_text="Left empty, the role has no end.")
    confirmed = forms.MultipleChoiceField(
        label="What you know of this person, where the role asks for it",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        told: Mapping[str, Any] | None,
        customers: Mapping[str, str],
        services: Mapping[str, str],
        suppliers: Mapping[str, str],
    ) -> None:
        super().__init__(told)
        self.known_suppliers = suppliers
        _choose(self, "role", {role.value: each.name for role, each in ROLES.items()})
        _choose(self, "customers", customers)
        _choose(self, "services", services)
        asked = {word: f"{of.name}: {told}" for of in ROLES.values() for word, told in of.confirmations.items()}
        _choose(self, "confirmed", asked)
        for name, known in (("customers", customers), ("services", services)):
            widget = forms.CheckboxSelectMultiple if len(known) < MOST_BOXES else forms.SelectMultiple
            self.fields[name].widget = widget(choices=list(known.items()))

    @property
    def limits(self) -> Iterator[Limit]:
        """Yield the fields beside the role itself; none to choose from where there is nothing to choose."""
        for name in ("customers", "services", "supplier", "first", "last", "confirmed"):
            bound = self[name]
            if name not in {"customers", "services"} or bound.field.widget.choices:
                yield Limit(bound, isinstance(bound.field.widget, forms.CheckboxSelectMultiple))

    def clean(self) -> dict[str, Any]:
        """Refuse a role that cannot be held so."""
        told: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                told["assignment"] = _assignment(told)
            except InvalidAssignment as refusal:
                self.add_error("supplier" if "supplier" in str(refusal) else "last", str(refusal))
        return told


class MeetingForm(forms.Form):
    """Who of those who speak for users came to a meeting."""

    on = DayField(label="Day of the meeting")
    present = forms.MultipleChoiceField(
        label="Who came",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Whoever is not ticked was away.",
    )

    def __init__(self, told: Mapping[str, Any] | None, representatives: Iterable[Person], **more: Any) -> None:
        super().__init__(told, **more)
        _choose(self, "present", {each.id: each.name for each in representatives})


class HandOverForm(forms.Form):
    """Who has a role from which day on."""

    role = forms.ChoiceField(label="Role")
    to = forms.ChoiceField(label="To")
    on = DayField(label="From", help_text="Their first day.")

    def __init__(self, told: Mapping[str, Any] | None, person: Person, others: Iterable[Person]) -> None:
        super().__init__(told, prefix="hand-over")
        held = dict.fromkeys(each.role for each in person.roles)
        _choose(self, "role", {role.value: ROLES[role].name for role in held})
        _choose(self, "to", {each.id: each.name for each in others})


def _choose(form: forms.Form, name: str, choices: Mapping[str, str]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices.items())


def _assignment(told: Mapping[str, Any]) -> Assignment:
    suppliers = [told["supplier"]] if told["supplier"] else []
    scope = Scope(frozenset(told["services"]), frozenset(told["customers"]), frozenset(suppliers))
    return Assignment(Role(told["role"]), scope, told["first"], told["last"])
