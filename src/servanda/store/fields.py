"""Columns that mean the same on every database: an instant as microseconds, and content as canonical text."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from servanda.engine.canonical import written
from servanda.engine.instants import from_microseconds, to_microseconds

if TYPE_CHECKING:
    InstantColumn = models.Field[datetime | None, datetime | None]
    ContentColumn = models.Field[Any, Any]
else:
    InstantColumn = ContentColumn = models.Field


class InstantField(InstantColumn):
    """An instant: in Python an aware `datetime` in UTC, in the database its microseconds since 1970 (64 bits).

    So both databases keep, order and compare it to the microsecond. A time without a zone is refused.
    """

    def get_internal_type(self) -> str:
        """Name the column that Django makes."""
        return "BigIntegerField"

    def get_prep_value(self, value: Any) -> int | None:
        """Return what the database keeps."""
        value = super().get_prep_value(value)
        return None if value is None else to_microseconds(value)

    def from_db_value(self, value: int | None, *_: Any) -> datetime | None:
        """Return the instant that the database keeps."""
        return None if value is None else from_microseconds(value)


class CanonicalJsonField(ContentColumn):
    """Plain JSON values, kept as the one text that the engine writes of them, so that they hash alike everywhere."""

    def get_internal_type(self) -> str:
        """Name the column that Django makes."""
        return "TextField"

    def get_prep_value(self, value: Any) -> str | None:
        """Return what the database keeps."""
        value = super().get_prep_value(value)
        return None if value is None else written(value)

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        """Return the plain values that the database keeps."""
        return None if value is None else json.loads(value)
