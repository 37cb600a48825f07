"""What is asked of whoever captures a requirement, asks about it, answers, judges, or says what they expect."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from django import forms

from servanda.engine.agreements import InvalidAgreement, Money
from servanda.engine.levels import LevelKind
from servanda.engine.requirements import (
    Answer,
    Drafting,
    EstimatedShare,
    Expectation,
    InvalidRequirement,
    Occasion,
    Progress,
    Reply,
    RequiredLevel,
    Requirement,
    SpecSheet,
    Survey,
    Weight,
)
from servanda.engine.targets import InvalidTarget, Limit
from servanda.files import notation
from servanda.queries.requirements import Names
from servanda.reports import requirements as words
from servanda.services.requirements import SHEET_TEXTS, TEXTS, PartyKind
from servanda.store.keepable import LONGEST_NAME, LONGEST_TEXT
from servanda.web.people_forms import DayField

CURRENCY = "EUR"
MOST_MONEY = Decimal("999999999999")
RESPONSES = ("15 minutes", "30 minutes", "1 hour", "2 hours", "4 hours", "8 hours")
RESOLUTIONS = ("1 hour", "2 hours", "4 hours", "8 hours", "16 hours", "40 hours")
SHARES = (("80", "8 of 10"), ("90", "9 of 10"), ("95", "19 of 20"), ("99", "99 of 100"))


def _text(label: str, help_text: str = "", *, long: bool = False, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput()
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST_TEXT, required=required, widget=widget)


def _choices(label: str, told: Mapping[Any, str], first: Enum | None = None, **more: Any) -> forms.ChoiceField:
    """Return a field to choose a value of an enumeration in."""
    choices = [(each.value, word) for each, word in told.items()]
    return forms.ChoiceField(label=label, choices=choices, initial=first.value if first else None, **more)


def _percent(label: str, help_text: str = "", *, least: str = "0.001", required: bool = False) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        min_value=Decimal(least),
        max_value=Decimal(100),
        decimal_places=3,
        max_digits=6,
        required=required,
    )


def _money_fields() -> tuple[forms.DecimalField, forms.CharField]:
    amount = forms.DecimalField(
        label="What it costs",
        min_value=Decimal(0),
        max_value=MOST_MONEY,
        decimal_places=2,
        max_digits=14,
        required=False,
    )
    return amount, forms.CharField(label="Currency", max_length=3, required=False, initial=CURRENCY)


class _Form(forms.Form):
    """A form whose fields together make one value, which refuses what it cannot be."""

    made = "told"

    def clean(self) -> dict[str, Any]:
        """Make the value; tell why where it cannot be made."""
        told: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                told[self.made] = self.make({name: _plain(value) for name, value in told.items()})
            except (InvalidRequirement, InvalidAgreement) as refusal:
                self.add_error(None, f"{refusal}")
        return told

    def make(self, told: Mapping[str, Any]) -> object:
        """Return the value of the fields."""
        raise NotImplementedError


def _plain(value: Any) -> Any:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


class RequirementForm(_Form):
    """A requirement, as it was said."""

    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    wording = _text("What they need, in their own words", "As it was said, not as we would put it.", long=True)
    customer = forms.CharField(label="Group of users", max_length=LONGEST_NAME)
    service = forms.ChoiceField(label="Service", required=False)
    weight = _choices("Priority for this group", words.WEIGHTS, Weight.SHOULD)
    outcome = _text("What it lets them do", "Such as: register pupils before nine.")
    reason = _text("Why")
    kind = forms.ChoiceField(
        label="The figure that they ask for",
        choices=[("", "None yet"), *((each.value, word) for each, word in words.LEVELS.items())],
        required=False,
    )
    limit = forms.CharField(
        label="Within",
        max_length=LONGEST_NAME,
        required=False,
        help_text="Such as 4 hours (of opening time), 30 elapsed hours or 2 working days.",
    )
    share = _percent("In how many of 100 cases", "Such as 95. For a share of the time, the percentage.")
    hours = _text("In which hours", "Such as: school days from 07:30 to 18:00.")
    said_by = forms.ChoiceField(label="Who said it", required=False)
    said_on = DayField(label="When", required=False)
    occasion = _choices("Where", words.OCCASIONS, Occasion.MEETING)
    occasion_name = _text("Which meeting", "Such as: review with the office.")
    progress = _choices("How far it is", words.PROGRESS, Progress.CAPTURED, required=False)

    def __init__(self, told: Mapping[str, Any] | None, names: Names, **more: Any) -> None:
        super().__init__(told, **more)
        self._names = names
        self.fields["wording"].required = True
        self.fields["customer"].widget.attrs["list"] = "groups"
        _choose(self, "service", {"": "No single service", **names.services})
        _choose(self, "said_by", {"": "Nobody who is named here", **names.people})

    def clean_limit(self) -> Limit | None:
        """Read the limit as it is written in agreement files."""
        return _limit(self.cleaned_data["limit"])

    def make(self, told: Mapping[str, Any]) -> Requirement:
        """Return the requirement."""
        by_name = {name.casefold(): id for id, name in self._names.customers.items()}
        return Requirement(
            customer=by_name.get(told["customer"].casefold(), told["customer"]),
            service=told["service"],
            weight=Weight(told["weight"]),
            level=_level(told),
            said_by=told["said_by"],
            said_on=told["said_on"],
            occasion=Occasion(told["occasion"]),
            progress=Progress(told["progress"] or Progress.CAPTURED.value),
            **{name: told[name] for name in TEXTS},
        )


def _level(told: Mapping[str, Any]) -> RequiredLevel | None:
    if told["kind"]:
        return RequiredLevel(LevelKind(told["kind"]), told["limit"], _share(told["share"]), told["hours"])
    if told["limit"] or told["share"] is not None or told["hours"].strip():
        raise InvalidRequirement("A figure is given, but not what it is for. Choose it, or leave the figure empty.")
    return None


def _limit(text: str) -> Limit | None:
    if not text:
        return None
    try:
        return notation.limit(text.strip().casefold())
    except (notation.UnknownNotation, InvalidTarget) as refusal:
        raise forms.ValidationError(f"{refusal}") from None


def _share(percent: Decimal | None) -> Fraction | None:
    return None if percent is None else Fraction(percent) / 100


def initial(told: Requirement, number: int, names: Names) -> dict[str, Any]:
    """Return what the form shows of a requirement that is to be changed; a draft is taken up by keeping it."""
    level = told.level
    share = level.share if level else None
    progress = Progress.CAPTURED if told.progress is Progress.DRAFT else told.progress
    return {
        "after": number,
        "customer": names.customers.get(told.customer, told.customer),
        "weight": told.weight.value,
        "kind": level.kind.value if level else "",
        "limit": f"{level.limit}" if level and level.limit else "",
        "share": _percentage(share),
        "hours": level.hours if level else "",
        "occasion": told.occasion.value,
        "progress": progress.value,
        **{name: getattr(told, name) for name in ("service", "said_by", "said_on", *TEXTS)},
    }


def _percentage(share: Fraction | None) -> Decimal | None:
    if share is None:
        return None
    return (Decimal((share * 100).numerator) / Decimal((share * 100).denominator)).normalize()


class AskForm(forms.Form):
    """Who is asked whether it can do what is required, and in which words."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    party_kind = forms.ChoiceField(
        label="Who delivers it",
        choices=[(each.value, each.label) for each in PartyKind],
        widget=forms.RadioSelect,
        initial=PartyKind.TEAM.value,
    )
    party = forms.CharField(
        label="Name", max_length=LONGEST_NAME, help_text="The team or supplier, as tickets and agreements name it."
    )
    wording = _text(
        "The question",
        "They see this and the figure that is required; not who requires it, nor the words of the users.",
        long=True,
    )


class AnswerForm(_Form):
    """What is answered by who was asked."""

    reply = _choices(
        "Your answer",
        {Reply.CAN: "We can", Reply.WITH_COST: "We can, at a cost", Reply.CANNOT: "We cannot"},
        widget=forms.RadioSelect,
    )
    amount, currency = _money_fields()
    remark = _text("Remark", "Such as: what it takes, or what is possible instead.", long=True)

    def make(self, told: Mapping[str, Any]) -> Answer:
        """Return the answer."""
        return Answer(Reply(told["reply"]), _money(told), told["remark"])


def _money(told: Mapping[str, Any]) -> Money | None:
    amount = told["amount"]
    return None if amount is None else Money(amount, told["currency"].upper() or CURRENCY)


class EstimateForm(_Form):
    """How often the required level is kept today, where nothing measures it."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    share = _percent("In how many of 100 cases it is kept today", least="0", required=True)
    source = _text("What you know it from", "Such as: the fault book of the office.", required=True)
    on = DayField(label="As of")

    def make(self, told: Mapping[str, Any]) -> EstimatedShare:
        """Return the estimate."""
        return EstimatedShare(Fraction(told["share"]) / 100, told["source"], told["on"])


class JudgeForm(forms.Form):
    """What a representative finds."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    met = forms.ChoiceField(
        label="Is this need met?",
        choices=[("yes", "Yes, it is met"), ("no", "No, it is not")],
        widget=forms.RadioSelect,
    )
    remark = _text("Remark", long=True)


class SheetForm(_Form):
    """How a requirement is to be delivered."""

    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    delivery = _text("What it means technically, and how it is delivered", long=True, required=True)
    components = _text("Components and services that it rests on", long=True)
    teams = _text("Teams")
    suppliers = _text("Suppliers")
    resources = _text("People and means that it takes", long=True)
    amount, currency = _money_fields()
    agreements = _text(
        "Agreements that are to promise it",
        "The id of an agreement on each line: an SLA, an OLA, a contract, also one that is not written yet.",
        long=True,
    )
    gaps = _text("What is lacking still", long=True)
    drafting = _choices("How far the sheet is", words.DRAFTINGS, Drafting.DRAFT)

    def make(self, told: Mapping[str, Any]) -> SpecSheet:
        """Return the spec sheet."""
        return SpecSheet(
            cost=_money(told),
            agreements=tuple(_lines(told["agreements"])),
            drafting=Drafting(told["drafting"]),
            **{name: told[name] for name in SHEET_TEXTS},
        )


def initial_sheet(told: SpecSheet, number: int) -> dict[str, Any]:
    """Return what the form shows of a spec sheet that is to be changed."""
    return {
        "after": number,
        "amount": told.cost.amount if told.cost else None,
        "currency": told.cost.currency if told.cost else CURRENCY,
        "agreements": "\n".join(told.agreements),
        "drafting": told.drafting.value,
        **{name: getattr(told, name) for name in SHEET_TEXTS},
    }


class SurveyForm(_Form):
    """Of whom to ask what they expect of a service."""

    service = forms.ChoiceField(label="Service")
    customers = _text("Groups of users", "One on each line.", long=True, required=True)
    closes_on = DayField(label="Last day to answer")
    note = _text("A word to those who answer", long=True)

    def __init__(self, told: Mapping[str, Any] | None, names: Names, **more: Any) -> None:
        super().__init__(told, **more)
        self._names = names
        _choose(self, "service", names.services)

    def make(self, told: Mapping[str, Any]) -> Survey:
        """Return the survey."""
        by_name = {name.casefold(): id for id, name in self._names.customers.items()}
        groups = tuple(by_name.get(each.casefold(), each) for each in _lines(told["customers"]))
        return Survey(told["service"], groups, told["closes_on"], told["note"])


def _times(label: str, times: Iterable[str], none: str) -> forms.ChoiceField:
    choices = [("", none), *((each, f"{each} of opening time") for each in times)]
    return forms.ChoiceField(label=label, choices=choices, required=False)


class ExpectationForm(_Form):
    """A handful of questions about a service, each of which may be left out."""

    customer = forms.ChoiceField(label="You answer for")
    hours = _text("In which hours do you need it?", "Such as: school days from 07:30 to 18:00.")
    response = _times("When something is wrong, how soon do you need a first answer?", RESPONSES, "It does not matter")
    resolution = _times("How soon must it work again?", RESOLUTIONS, "It does not matter")
    share = forms.ChoiceField(
        label="How often must that hold?",
        choices=[("", "Choose where you gave a time"), *SHARES],
        required=False,
    )
    hurts = _text("What hurts most when it does not work?", "In your own words.", long=True)

    def __init__(self, told: Mapping[str, Any] | None, groups: Mapping[str, str]) -> None:
        super().__init__(told)
        _choose(self, "customer", groups)

    def make(self, told: Mapping[str, Any]) -> Expectation:
        """Return what is expected."""
        share = Decimal(told["share"]) if told["share"] else None
        return Expectation(
            hours=told["hours"],
            response=_limit(told["response"]),
            resolution=_limit(told["resolution"]),
            share=_share(share) if told["response"] or told["resolution"] else None,
            hurts=told["hurts"],
        )


def _choose(form: forms.Form, name: str, choices: Mapping[str, str]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices.items())


def _lines(text: str) -> Sequence[str]:
    return [each.strip() for each in text.splitlines() if each.strip()]
