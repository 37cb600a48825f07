"""The tables as a dump lists them: by which columns a row is known, what each column holds, and the statements.

A dump knows no primary key: a row that refers to another names that row's natural key, so equal contents give equal
dumps on every database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from types import MappingProxyType

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations

from servanda.store.fields import CanonicalJsonField

ORGANISATION = "organisation"

NATURAL_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "organisation": ("slug",),
        "samplemark": ("organisation",),
        "account": ("email",),
        "identity": ("issuer", "subject"),
        "person": ("organisation", "slug"),
        "roleassignment": (
            "organisation",
            "person",
            "role",
            "from_on",
            "until_on",
            "services",
            "customers",
            "suppliers",
        ),
        "attendance": ("organisation", "person", "met_on", "sequence"),
        "supplier": ("organisation", "slug"),
        "team": ("organisation", "slug"),
        "teammember": ("organisation", "team", "person"),
        "savedview": ("organisation", "person", "name"),
        "customer": ("organisation", "slug"),
        "service": ("organisation", "slug"),
        "catalogueversion": ("organisation", "service", "number"),
        "cataloguemark": ("organisation", "version", "sequence"),
        "levelestimate": ("organisation", "service", "sequence"),
        "requirementversion": ("organisation", "requirement", "number"),
        "requirementmark": ("organisation", "version", "sequence"),
        "requirementquestion": ("organisation", "requirement", "number"),
        "requirementanswer": ("organisation", "question", "sequence"),
        "specsheetversion": ("organisation", "requirement", "number"),
        "expectationsurvey": ("organisation", "number"),
        "surveyanswer": ("organisation", "survey", "customer", "person"),
        "targetconfirmation": ("organisation", "agreement", "number", "target", "person"),
        "calendarversion": ("organisation", "slug", "content_hash"),
        "priorityschemeversion": ("organisation", "slug", "content_hash"),
        "agreementversion": ("organisation", "agreement", "number"),
        "signature": ("organisation", "version"),
        "ending": ("organisation", "version"),
        "negotiation": ("organisation", "agreement", "sequence"),
        "proposedtext": ("organisation", "negotiation", "number"),
        "negotiationstep": ("organisation", "negotiation", "number"),
        "batch": ("organisation", "number"),
        "ticket": ("organisation", "source", "number"),
        "event": ("organisation", "ticket", "key"),
        "sourcerow": ("organisation", "ticket", "batch", "row"),
        "claim": ("organisation", "ticket"),
        "listingdecision": ("organisation", "ticket", "sequence"),
        "exemption": ("organisation", "ticket", "target"),
        "clock": ("organisation", "ticket", "kind", "party"),
        "tally": (
            "organisation",
            "month",
            "service",
            "customer",
            "priority",
            "kind",
            "party",
            "target",
            "version",
        ),
        "reconciliation": ("organisation", "source", "kind"),
        "reportdraft": ("organisation", "month"),
        "summaryedit": ("organisation", "month", "place", "sequence"),
        "report": ("organisation", "number"),
        "reportfile": ("organisation", "report", "format"),
        "release": ("organisation", "report", "sequence"),
        "pilotanswer": ("organisation", "report", "reader", "sequence"),
        "message": ("organisation", "key"),
        "entry": ("organisation", "sequence"),
    }
)
"""By which columns each table knows its rows, in the order of a dump: a row comes after every row it refers to."""

LEFT_OUT = frozenset({"setuplink"})
"""Tables that no dump tells: a link that somebody is about to use is no part of what is kept."""


class Kind(Enum):
    """What a column of a dump holds."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    DATE = "date"
    CONTENT = "content"
    REFERENCE = "reference"


KINDS = MappingProxyType(
    {
        "CharField": Kind.TEXT,
        "TextField": Kind.TEXT,
        "BooleanField": Kind.TRUTH,
        "DateField": Kind.DATE,
        "PositiveSmallIntegerField": Kind.NUMBER,
        "PositiveIntegerField": Kind.NUMBER,
        "BigIntegerField": Kind.NUMBER,
        "ForeignKey": Kind.REFERENCE,
        "OneToOneField": Kind.REFERENCE,
    }
)


class NotDumpable(Exception):
    """A model that the list of natural keys does not describe; found by a test, never by a user."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in a dump and in the table, and what it may hold. `least` and `most` bound a number.

    `parts` are the columns that name a row of the `target` it refers to, the organisation of that row left out.
    """

    name: str
    stored_as: str
    kind: Kind
    optional: bool
    default: object = models.NOT_PROVIDED
    longest: int | None = None
    least: int = 0
    most: int = 0
    target: "Table | None" = None
    parts: "tuple[Column, ...]" = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a dump: its columns, those of its natural key first."""

    name: str
    stored_as: str
    columns: tuple[Column, ...]
    key: tuple[Column, ...] = field(repr=False)

    @property
    def owned(self) -> bool:
        """Whether each of its rows is of one organisation."""
        return any(each.name == ORGANISATION for each in self.columns)


@cache
def tables() -> tuple[Table, ...]:
    """Return every table in the order of a dump; raise `NotDumpable` for one that the natural keys do not fit."""
    made: dict[str, Table] = {}
    for name, key in NATURAL_KEYS.items():
        made[name] = _table(name, key, made)
    return tuple(made.values())


def _table(name: str, key: tuple[str, ...], made: Mapping[str, Table]) -> Table:
    meta = apps.get_model("store", name)._meta
    columns = {each.name: _column(each, made) for each in meta.concrete_fields if not each.primary_key}
    if meta.many_to_many or not columns.keys() >= set(key):
        raise NotDumpable(f"{name}: a dump writes plain columns, and its natural key is made of them")
    ordered = (*(columns[each] for each in key), *(each for each in columns.values() if each.name not in key))
    return Table(name, meta.db_table, ordered, tuple(columns[each] for each in key))


def _column(told: "models.Field[object, object]", made: Mapping[str, Table]) -> Column:
    internal = told.get_internal_type()
    if internal not in KINDS:
        raise NotDumpable(f"{told}: a dump has no word for a {internal}")
    kind = Kind.CONTENT if isinstance(told, CanonicalJsonField) else KINDS[internal]
    least, most = BaseDatabaseOperations.integer_field_ranges.get(internal, (0, 0))
    target = _target(told, made) if kind is Kind.REFERENCE else None
    return Column(
        told.name,
        str(told.column),
        kind,
        optional=told.null,
        default=told.get_default() if told.has_default() else models.NOT_PROVIDED,
        longest=told.max_length if kind is Kind.TEXT else None,
        least=least,
        most=most,
        target=target,
        parts=tuple(each for each in target.key if each.name != ORGANISATION) if target else (),
    )


def _target(told: "models.Field[object, object]", made: Mapping[str, Table]) -> Table:
    """Return the table that a column refers to: one listed before, known by plain columns of its organisation."""
    model = told.related_model
    target = made.get(model._meta.model_name or "") if isinstance(model, type) else None
    plain = target and all(each.kind is not Kind.REFERENCE or each.name == ORGANISATION for each in target.key)
    if target is None or not plain:
        raise NotDumpable(f"{told}: it refers to a table that comes later, or is known by a further reference")
    return target


# --- statements ---


def select(connection: BaseDatabaseWrapper, table: Table, *, of_one: bool) -> str:
    """Return the statement that reads a table in the order of its natural key; its parameter is the one organisation.

    It yields the columns of the table in their order; a reference yields its own number and then the parts of its key.
    """
    quoted = connection.ops.quote_name
    wanted: list[str] = []
    joins: list[str] = []
    for column in table.columns:
        told = not (of_one and column.target and shared(column.target))
        wanted.append(f"r.{quoted(column.stored_as)}" if told else "NULL")
        if column.target:
            joined = quoted(f"of_{column.name}")
            joins.append(_join(connection, column, joined))
            wanted.extend(f"{joined}.{quoted(part.stored_as)}" for part in column.parts)
    order = [each for column in table.key for each in _order(connection, column)]
    owner = "r" if table.name == ORGANISATION else quoted(f"of_{ORGANISATION}")
    only = f" WHERE {owner}.slug = %s" if of_one else ""
    source = f"{quoted(table.stored_as)} r {' '.join(joins)}"
    return f"SELECT {', '.join(wanted)} FROM {source}{only} ORDER BY {', '.join(order)}"


def shared(table: Table) -> bool:
    """Whether a table holds what several organisations share, so that a dump of one of them leaves it out."""
    return not table.owned and table.name != ORGANISATION


def _join(connection: BaseDatabaseWrapper, column: Column, joined: str) -> str:
    """Return the join to the row that a column refers to, which must be of the same organisation if it is of one."""
    assert column.target is not None
    quoted = connection.ops.quote_name
    kind = "LEFT JOIN" if column.optional else "JOIN"
    same = "" if not column.target.owned else f" AND {joined}.organisation_id = r.organisation_id"
    target = quoted(column.target.stored_as)
    return f"{kind} {target} {joined} ON {joined}.id = r.{quoted(column.stored_as)}{same}"


def _order(connection: BaseDatabaseWrapper, column: Column) -> list[str]:
    """Return what to sort by for a column of a key: texts by their bytes, nothing before something."""
    quoted = connection.ops.quote_name
    if column.target:
        joined = quoted(f"of_{column.name}")
        return [f"{joined}.{quoted(part.stored_as)}{_collation(connection, part)}" for part in column.parts]
    nothing_first = " NULLS FIRST" if column.optional else ""
    return [f"r.{quoted(column.stored_as)}{_collation(connection, column)}{nothing_first}"]


def _collation(connection: BaseDatabaseWrapper, column: Column) -> str:
    if column.kind not in (Kind.TEXT, Kind.CONTENT):
        return ""
    return ' COLLATE "C"' if connection.vendor == "postgresql" else " COLLATE BINARY"


def count(connection: BaseDatabaseWrapper, table: Table, *, of_one: bool) -> str:
    """Return the statement that counts the rows that `select` should yield."""
    quoted = connection.ops.quote_name
    owner = (
        "slug" if table.name == ORGANISATION else "(SELECT slug FROM store_organisation o WHERE o.id = organisation_id)"
    )
    only = f" WHERE {owner} = %s" if of_one else ""
    return f"SELECT count(*) FROM {quoted(table.stored_as)}{only}"


def insert(connection: BaseDatabaseWrapper, table: Table) -> str:
    """Return the statement that adds one row of a table, its columns in the order of a dump."""
    places = ", ".join(["%s"] * len(table.columns))
    return f"INSERT INTO {_into(connection, table)} VALUES ({places})"


def copy_in(connection: BaseDatabaseWrapper, table: Table) -> str:
    """Return PostgreSQL's statement that takes in many rows of a table at once."""
    return f"COPY {_into(connection, table)} FROM STDIN"


def _into(connection: BaseDatabaseWrapper, table: Table) -> str:
    quoted = connection.ops.quote_name
    return f"{quoted(table.stored_as)} ({', '.join(quoted(each.stored_as) for each in table.columns)})"


def remove(connection: BaseDatabaseWrapper, table: Table) -> str:
    """Return the statement that removes the rows of one organisation; its parameter is that organisation's number."""
    owner = "id" if table.name == ORGANISATION else "organisation_id"
    return f"DELETE FROM {connection.ops.quote_name(table.stored_as)} WHERE {owner} = %s"


def find(connection: BaseDatabaseWrapper, column: Column, wanted: int) -> str:
    """Return the statement that finds rows of one organisation which share all parts of their key but the last.

    Its parameters are the organisation's number, if the rows are of one, the shared parts, and as many last parts as
    are wanted; it yields the row's number and its last part.
    """
    assert column.target is not None
    quoted = connection.ops.quote_name
    *before, last = (quoted(each.stored_as) for each in column.parts)
    own = ["organisation_id"] if column.target.owned else []
    same = "".join(f"{each} = %s AND " for each in (*own, *before))
    places = ", ".join(["%s"] * wanted)
    return f"SELECT id, {last} FROM {quoted(column.target.stored_as)} WHERE {same}{last} IN ({places})"
