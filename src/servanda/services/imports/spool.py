"""The spool: what an import is about to write, ticket by ticket in a temporary file, so that memory stays bounded."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import IO, Any, Self

TICKETS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that is to be written of one ticket, as values that the database keeps.

    `key` is that of the kept record, `None` for a new ticket; `base` the hash of the events it had when this was
    prepared. `events` begin with the number of their batch and their row, `None` for a batch that is still to be
    given a number. `claims` are `None` where they stay as they are.
    """

    number: str
    key: int | None
    base: str
    described: list[Any]
    events: list[list[Any]]
    rows: list[list[Any]]
    claims: list[Any] | None
    clocks: list[list[Any]]


class Spool:
    """Prepared tickets in the order in which they were added, in a file that has no name and goes with the process."""

    def __init__(self) -> None:
        self._file: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass")  # noqa: SIM115  # closed by `close`
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file up."""
        self._file.close()

    def add(self, prepared: Prepared) -> None:
        """Put a ticket at the end."""
        self._file.write(json.dumps(_fields(prepared), separators=(",", ":")))
        self._file.write("\n")
        self.count += 1

    def chunks(self, size: int = TICKETS_AT_ONCE) -> Iterator[list[Prepared]]:
        """Yield all tickets from the first on, so many at a time."""
        self._file.seek(0)
        while lines := list(islice(self._file, size)):
            yield [Prepared(*json.loads(line)) for line in lines]


def _fields(prepared: Prepared) -> tuple[Any, ...]:
    """Return the fields of a prepared ticket; `dataclasses.astuple` would copy every list."""
    return (
        prepared.number,
        prepared.key,
        prepared.base,
        prepared.described,
        prepared.events,
        prepared.rows,
        prepared.claims,
        prepared.clocks,
    )
