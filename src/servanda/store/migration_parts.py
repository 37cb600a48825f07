"""What migrations have in common: columns that every table has, and triggers on tables that are only ever added to."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.keeping import let_samples_go, protect, protect_samples, release


def refers(model: str, related_name: str = "+") -> models.ForeignKey:  # type: ignore[type-arg]  # of any model
    """Return a column that refers to another table."""
    return models.ForeignKey(on_delete=models.PROTECT, related_name=related_name, to=model)


def key() -> models.BigAutoField:  # type: ignore[type-arg]  # of any model
    """Return the primary key of a table."""
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


Columns = dict[str, "models.Field[Any, Any]"]


def made_table(name: str, columns: Columns, options: dict[str, Any]) -> migrations.CreateModel:
    """Return the operation that makes a table of rows that belong to an organisation."""
    fields = [("id", key()), *columns.items(), ("organisation", refers("store.organisation"))]
    return migrations.CreateModel(name=name, fields=fields, options=options)


def name() -> models.CharField:  # type: ignore[type-arg]  # of text
    """Return a column for an id or a name."""
    return models.CharField(max_length=200)


def written_content() -> Columns:
    """Return the columns of what somebody wrote."""
    hashed = models.CharField(max_length=71)
    return {"content": CanonicalJsonField(), "content_hash": hashed, "written_by": name(), "written_at": InstantField()}


def known_by(name: str, *fields: str) -> dict[str, list[models.UniqueConstraint]]:
    """Return the options of a table whose rows are told apart by some columns inside their organisation."""
    return {"constraints": [models.UniqueConstraint(fields=("organisation", *fields), name=name)]}


def only_added(*tables: str) -> migrations.RunPython:
    """Return the operation that puts triggers on tables against changes and removals, and takes them away again.

    For migrations up to that of samples; a later one adds `samples_go` for the same tables.
    """
    return migrations.RunPython(partial(_each, protect, tables), partial(_each, release, tables))


def samples_go(*tables: str) -> migrations.RunPython:
    """Return the operation that lets the rows of sample organisations go from tables that are only added to."""
    return migrations.RunPython(partial(_each, let_samples_go, tables), partial(_each, protect_samples, tables))


def _each(
    do: Callable[[BaseDatabaseSchemaEditor, str], None],
    tables: tuple[str, ...],
    _: StateApps,
    editor: BaseDatabaseSchemaEditor,
) -> None:
    for table in tables:
        do(editor, table)
