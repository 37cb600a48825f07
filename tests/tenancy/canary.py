"""The canary: an organisation that has everything the first one has, and a mark in every column that can hold one.

It is made by going over the models, so that a new model or column has its mark without anybody thinking of it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps
from django.db import models

from servanda.engine.instants import to_microseconds
from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.models import Account, Identity, Organisation
from servanda.store.transfer_statements import LEFT_OUT, NATURAL_KEYS

MARK = "zqx7kw"
NUMBER = 7731707
SMALL = 12
ON = date(2031, 7, 7)
AT = datetime(2031, 7, 7, 7, 7, 7, 77317, tzinfo=UTC)
MARKS = (MARK, f"{NUMBER}", f"{ON}", "7 Jul 2031", f"{to_microseconds(AT)}")
"""What must not be seen in anything that another organisation is given, whatever the case of its letters."""
BY_PEOPLE: Mapping[type[models.Model], str] = {
    Account: "people__organisation",
    Identity: "account__people__organisation",
}
"""How rows that name no organisation are found by its people."""


def every_model() -> list[type[models.Model]]:
    """Return the models, each after those it refers to; fail where the lists of a dump do not have them all."""
    named = [apps.get_model("store", name) for name in (*NATURAL_KEYS, *LEFT_OUT)]
    assert set(named) == set(apps.get_app_config("store").get_models())
    return named


def is_owned(model: type[models.Model]) -> bool:
    """Whether each row of a model is of one organisation."""
    return any(each.name == "organisation" for each in columns(model))


def own(model: type[models.Model], organisation: Organisation) -> dict[str, Any]:
    """Return how the rows of an organisation are found in a model; by its people where it is not named there."""
    if model is Organisation:
        return {"pk": organisation.pk}
    if is_owned(model):
        return {"organisation": organisation}
    return {BY_PEOPLE.get(model, "person__organisation"): organisation}


def columns(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """Return the columns of a model but for its own key."""
    return [each for each in model._meta.concrete_fields if not each.primary_key]


def holds_text(column: "models.Field[Any, Any]") -> bool:
    """Whether a column can hold a mark in letters."""
    return isinstance(column, models.CharField | models.TextField | CanonicalJsonField)


def marked(column: "models.Field[Any, Any]") -> Any:
    """Return a value that shows wherever a column comes to light."""
    match column:
        case CanonicalJsonField():
            default = column.default() if callable(column.default) else None
            return [MARK] if isinstance(default, list) else {MARK: MARK, "number": NUMBER}
        case models.CharField():
            return f"{MARK} {column.model._meta.model_name} {column.name}"[: column.max_length]
        case models.TextField():
            return f"{MARK} {column.model._meta.model_name} {column.name}"
        case InstantField():
            return AT
        case models.DateField():
            return ON
        case models.BooleanField():
            return True
        case models.PositiveSmallIntegerField():
            return SMALL
        case models.IntegerField():
            return NUMBER
    raise AssertionError(f"no mark is known for {column}: give one")


def add_canary(first: Organisation) -> Organisation:
    """Keep an organisation with a marked row of every model, and a twin of every row of the first one."""
    organisation = Organisation(**{each.name: marked(each) for each in columns(Organisation)})
    organisation.save()
    made: dict[type[models.Model], models.Model] = {Organisation: organisation}
    twins: dict[tuple[type[models.Model], Any], models.Model] = {(Organisation, first.pk): organisation}
    for model in every_model()[1:]:
        made[model] = _kept(model, {each.name: _reference(each, made) for each in columns(model)})
        for row in model._base_manager.filter(**own(model, first)).order_by("pk") if is_owned(model) else ():
            twins[model, row.pk] = _twin(row, twins)
    return organisation


def _kept(model: type[models.Model], values: Mapping[str, Any]) -> models.Model:
    row = model(**values)
    model._base_manager.bulk_create([row])  # past what a model refuses, and what it reckons by itself
    return row


def _reference(column: "models.Field[Any, Any]", made: Mapping[type[models.Model], models.Model]) -> Any:
    return made[column.related_model] if isinstance(column, models.ForeignKey) else marked(column)


def _twin(row: models.Model, twins: Mapping[tuple[type[models.Model], Any], models.Model]) -> models.Model:
    """Keep a row of equal keys, numbers and dates in the other organisation; any other text of it is marked."""
    key = NATURAL_KEYS[str(row._meta.model_name)]
    values = {}
    for column in columns(type(row)):
        value = getattr(row, column.attname)
        if isinstance(column, models.ForeignKey):
            value = twins.get((column.related_model, value))  # none for what the two would share
        elif column.name not in key and isinstance(column, models.CharField | models.TextField):
            value = marked(column)
        values[column.name] = value
    return _kept(type(row), values)


def value_of(place: str) -> str:
    """Return the mark in a column such as `ticket.number`."""
    model, _, column = place.partition(".")
    [found] = [each for each in every_model() if each._meta.model_name == model]
    return str(marked(next(each for each in columns(found) if each.name == column)))


def rows_of(organisation: Organisation) -> Iterator[str]:
    """Yield everything that an organisation keeps, row by row, as text."""
    for model in every_model()[1:]:
        for row in model._base_manager.filter(**own(model, organisation)).order_by("pk").values_list():
            yield f"{model._meta.model_name}: {row}"


def found_in(text: str) -> list[str]:
    """Return the marks that a text holds."""
    lowered = text.lower()
    return [mark for mark in MARKS if mark.lower() in lowered]


def unmarked(organisation: Organisation) -> list[str]:
    """Return the columns in which no row of the canary holds its mark, though they could hold one."""
    return [
        f"{model._meta.model_name}.{column.name}"
        for model in every_model()
        for column in columns(model)
        if holds_text(column) and not _shows(model, column, organisation)
    ]


def _shows(model: type[models.Model], column: "models.Field[Any, Any]", organisation: Organisation) -> bool:
    values = model._base_manager.filter(**own(model, organisation)).values_list(column.name, flat=True)
    return any(MARK in f"{value}" for value in values)
