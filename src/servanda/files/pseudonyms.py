"""People in a table under pseudonyms: the cells that name them, rewritten before anything is kept or derived.

`Pseudonyms(mapping, of)` rewrites rows with `.row(row)`; rewritten rows are read under `.mapping`, in which each name
that the mapping itself mentions is rewritten too, so that they give the same events with `of(name)` for each name.
`with_pseudonyms(row, mapping, of)` is the same for a single row.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from servanda.files.mapping_form import PERSON, ClassColumn, Conditions, TicketMapping, as_id
from servanda.files.ticket_tables import Row


class Pseudonyms:
    """Rewrites the cells of the columns that name people: who made a change, and to whom a ticket was given.

    `of` gives the pseudonym of a name, always the same; it is asked for the names in the mapping at once. A cell
    that holds nothing stays as it is.
    """

    def __init__(self, mapping: TicketMapping, of: Callable[[str], str]) -> None:
        self._of = of
        self._nothing = mapping.table.nothing | {""}
        self._person = mapping.assignment.get(PERSON, ClassColumn(always=PERSON))
        self._columns = {each for each in (mapping.rows.actor, self._person.column) if each}
        self._places = tuple(place for place, column in enumerate(mapping.columns) if column in self._columns)
        self._columns_by_place = mapping.columns
        self.mapping = self._rewritten(mapping)

    def row(self, row: Row) -> Row:
        """Return a row with the pseudonym in place of each name."""
        cells = list(row.cells)
        for place in self._places:
            text = cells[place].strip()
            if text not in self._nothing:
                cells[place] = self._pseudonym(self._columns_by_place[place], text)
        return row._replace(cells=tuple(cells))

    def _pseudonym(self, column: str, text: str) -> str:
        """Return what stands for a name in a column; names that come to one id are one name."""
        person = self._person
        one_id = column == person.column and person.as_id and text not in person.values
        return self._of(as_id(text) if one_id else text)

    def _rewritten(self, mapping: TicketMapping) -> TicketMapping:
        assignment = {name: self._class(each) for name, each in mapping.assignment.items()}
        if PERSON in assignment:
            assignment[PERSON] = self._assigned(mapping.assignment[PERSON])
        return replace(
            mapping,
            events={
                kind: replace(each, when=self._conditions(each.when), first=self._conditions(each.first))
                for kind, each in mapping.events.items()
            },
            classes={name: self._class(each) for name, each in mapping.classes.items()},
            assignment=assignment,
        )

    def _assigned(self, person: ClassColumn) -> ClassColumn:
        """Return the column of those to whom tickets are given: every word of it is a name."""
        return replace(
            person,
            always=self._of(person.always) if person.always else "",
            default=self._of(person.default) if person.default else "",
            values={written: self._of(name) for written, name in self._keyed(person).items()},
            as_id=False,  # it was applied before the name was rewritten
        )

    def _class(self, column: ClassColumn) -> ClassColumn:
        """Return another class read from a column of names: the words that the mapping gives it are no names."""
        return replace(column, values=self._keyed(column)) if column.column in self._columns else column

    def _keyed(self, column: ClassColumn) -> Mapping[str, str]:
        return {self._pseudonym(column.column, written): word for written, word in column.values.items()}

    def _conditions(self, conditions: Conditions) -> Conditions:
        return {
            column: frozenset(self._pseudonym(column, each) if self._is_name(column, each) else each for each in values)
            for column, values in conditions.items()
        }

    def _is_name(self, column: str, text: str) -> bool:
        return column in self._columns and text not in self._nothing


def with_pseudonyms(row: Row, mapping: TicketMapping, of: Callable[[str], str]) -> Row:
    """Return a row with `of(name)` in each cell that names a person, to be read under `Pseudonyms.mapping`."""
    return Pseudonyms(mapping, of).row(row)
