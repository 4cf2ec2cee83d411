"""Every value of one request held to its need: what is sound becomes columns, what is not becomes faults."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from serving.calls import Refused
from serving.needs.cells import Looks, broken, wording
from serving.needs.columns import alone_of, arrays_of, columns_of
from serving.needs.gathering import Wording
from serving.needs.layout import escaped, ordinal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from serving.needs.columns import Columns, Value
    from serving.needs.gathering import Gathered
    from serving.needs.layout import Layout
    from serving.needs.names import Names
    from serving.needs.need import Need

Lists = list[list[Any]]
Sized = TypeVar("Sized", bound="list[object] | Sequence[object]")

_SHAPES = {
    "list": Wording("must be a list", "send one object for each resident in it"),
    "column": Wording(
        "must be a list", "send one value for each resident in it, and leave out what is not known"
    ),
    "object": Wording("must be an object", "send the needs of each resident by name"),
    "columns": Wording("must be an object", "send a list for each need by name"),
    "none": Wording("must hold at least one resident", "send one"),
    "no-column": Wording("must hold at least one need", "send one, with nulls where it is not known"),
    "lengths": Wording("must hold lists of one length", "send one value for each resident in each"),
    "width": Wording("must have one value for each column", "send null where a need is not known"),
}


class Judging:
    """One request, while it is judged.

    Parameters
    ----------
    needs : tuple of Need
    names : Names
    layout : Layout
        Where things are in this request.
    gathered : Gathered
        Takes the faults.
    """

    def __init__(self, needs: tuple[Need, ...], names: Names, layout: Layout, gathered: Gathered) -> None:
        self._needs = needs
        self._places = {need.name: at for at, need in enumerate(needs)}
        self._names = names
        self._layout = layout
        self._gathered = gathered
        self._looks = Looks()
        self._unread = frozenset(need.name for need in needs if not need.is_read)
        self._unused: set[str] = set()

    def residents(self, rows: object, most: int) -> Columns:
        """Return the residents of a list of objects.

        Raises
        ------
        Refused
            "too-large", or "invalid" with every fault.
        """
        listed = self._some(rows, "list", most)
        lists: Lists = [[None] * len(listed) for _ in self._needs]
        for row, resident in enumerate(listed):
            if isinstance(resident, dict):
                self._resident(row, resident, lists)
            else:
                self._shape("object", self._layout.resident.format(row=row))
        return self._columns(lists, len(listed))

    def columns(self, columns: object, most: int) -> Columns:
        """Return the residents of an object of lists; raises what `residents` does."""
        if not isinstance(columns, dict):
            self._shape("columns", self._layout.all)
            raise self._gathered.refused()
        given = self._lists(columns)
        self._unused |= self._unread & given.keys()
        rows = self._length(given, most)
        lists: Lists = [[None] * rows for _ in self._needs]
        for at, need in enumerate(self._needs):
            if need.name in given:
                self._column(need, given[need.name], lists[at])
            elif need.required:
                pointer = partial(self._layout.field.format, name=escaped(need.name), row=0, at=at)
                self._gathered.add(need.name, "present", pointer, partial(wording, need, "present"))
        return self._columns(lists, rows)

    def table(self, names: Sequence[str], rows: Sequence[Sequence[object]], most: int) -> Columns:
        """Return the residents of a table; raises what `residents` does."""
        listed = self._some(rows, "list", most)
        taken: dict[str, int] = {}
        for at, name in enumerate(names):
            if name in taken or name not in self._places:
                self._strange(name, 0, at, twice=name in taken)
            taken.setdefault(name, at)
        self._unused |= self._unread & taken.keys()
        wanted = [(at, need, taken.get(need.name)) for at, need in enumerate(self._needs)]
        lists: Lists = [[None] * len(listed) for _ in self._needs]
        for row, values in enumerate(listed):
            if not isinstance(values, list | tuple) or len(values) != len(names):
                self._shape("width", self._layout.resident.format(row=row))
                continue
            for at, need, place in wanted:
                value = None if place is None else values[place]
                lists[at][row] = self._value(need, value, row, at if place is None else place)
        return self._columns(lists, len(listed))

    def _resident(self, row: int, resident: Mapping[str, object], lists: Lists) -> None:
        places = self._places
        self._unused |= self._unread & resident.keys()
        for place, (name, value) in enumerate(resident.items()):
            at = places.get(name)
            if at is None:
                self._strange(name, row, place)
            else:
                lists[at][row] = self._value(self._needs[at], value, row, place)
        for need in self._needs:
            if need.required and need.name not in resident:
                self._value(need, None, row, 0)

    def _lists(self, columns: Mapping[str, object]) -> dict[str, list[object]]:
        given = {}
        for place, (name, values) in enumerate(columns.items()):
            if name not in self._places:
                self._strange(name, 0, place)
            elif isinstance(values, list):
                given[name] = values
            else:
                self._shape("column", self._layout.field.format(name=escaped(name), row=0, at=place), name)
        return given

    def _length(self, given: Mapping[str, list[object]], most: int) -> int:
        lengths = set(map(len, given.values()))
        if max(lengths, default=0) > most:
            raise too_many(most)
        if not lengths:
            self._shape("no-column", self._layout.all)
        elif len(lengths) > 1:
            self._shape("lengths", self._layout.all)
        elif lengths == {0}:
            self._shape("none", self._layout.all)
        return max(lengths, default=0)

    def _column(self, need: Need, values: list[object], into: list[Any]) -> None:
        place = self._places[need.name]
        for row, value in enumerate(values):
            into[row] = self._value(need, value, row, place)

    def _some(self, rows: object, shape: str, most: int) -> list[Any]:
        if isinstance(rows, list | tuple) and 0 < len(rows) <= most:
            return list(rows)
        if isinstance(rows, list | tuple) and rows:
            raise too_many(most)
        self._shape("none" if isinstance(rows, list | tuple) else shape, self._layout.all)
        raise self._gathered.refused()

    def _value(self, need: Need, value: object, row: int, at: int) -> Value:
        rule = broken(need, value, self._looks)
        if rule is None:
            return value if value is None or isinstance(value, str) else float(value)  # type: ignore[arg-type]
        if not self._gathered.counted(need.name, rule):
            pointer = partial(self._layout.cell.format, name=escaped(need.name), row=row, at=at)
            self._gathered.add(need.name, rule, pointer, partial(wording, need, rule))
        return None

    def _strange(self, name: str, row: int, at: int, *, twice: bool = False) -> None:
        """Note a field that no need has, or that stands twice."""
        rule = "twice" if twice else "strange"
        if self._gathered.counted(name, rule):
            return
        is_tellable = self._names.is_tellable(name)
        shown = f"`{name}`" if is_tellable else f"the {ordinal(at)} field of {self._layout.where}"
        template = self._layout.field if is_tellable else self._layout.parent
        pointer = partial(template.format, name=escaped(name), row=row, at=at)
        told = partial(self._names.repeated, shown) if twice else partial(self._names.wording, name, shown)
        self._gathered.add(name, rule, pointer, told)

    def _shape(self, shape: str, pointer: str, field: str = "") -> None:
        self._gathered.add(field, shape, lambda: pointer, lambda: _SHAPES[shape])

    def _columns(self, lists: Lists, rows: int) -> Columns:
        if self._gathered:
            raise self._gathered.refused()
        unused = tuple(need.name for need in self._needs if need.name in self._unused)
        needs = tuple(need for need in self._needs if need.is_read)
        read = [lists[self._places[need.name]] for need in needs]
        if rows == 1:
            only = {need.name: values[0] for need, values in zip(needs, read, strict=True)}
            return alone_of(only, unused)
        return columns_of(needs, arrays_of(needs, read), rows, unused)


def too_many(most: int) -> Refused:
    """Return the refusal of more residents than a request may hold, or of as much."""
    return Refused("too-large", f"The request holds more than {most:,} residents need: send fewer at a time.")
