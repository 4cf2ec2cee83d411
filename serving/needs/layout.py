"""Where things are in a request: JSON pointers (RFC 6901) for each form that residents are sent in."""

from __future__ import annotations

from dataclasses import dataclass

_ENDS = {1: "st", 2: "nd", 3: "rd"}
_TEENS = range(11, 14)


@dataclass(frozen=True)
class Layout:
    """Templates of pointers.

    Attributes
    ----------
    cell : str
        Of one value, by ``{row}``, ``{name}`` and the place ``{at}`` of its field, from 0.
    field : str
        Of a field or column that may not be there.
    parent : str
        Of what holds such a field, where its name is not told.
    resident : str
        Of one resident.
    all : str
        Of what holds all residents.
    where : str
        What a field stands in, in words.
    """

    cell: str
    field: str
    parent: str
    resident: str
    all: str
    where: str


BY_ROW = Layout(
    cell="/residents/{row}/{name}",
    field="/residents/{row}/{name}",
    parent="/residents/{row}",
    resident="/residents/{row}",
    all="/residents",
    where="this resident",
)
BY_COLUMN = Layout(
    cell="/columns/{name}/{row}",
    field="/columns/{name}",
    parent="/columns",
    resident="/columns",
    all="/columns",
    where="the columns",
)


def escaped(name: str) -> str:
    """Return a name as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def ordinal(at: int) -> str:
    """Return the place `at`, from 0, in words, such as 1st."""
    number = at + 1
    end = "th" if number % 100 in _TEENS else _ENDS.get(number % 10, "th")
    return f"{number}{end}"
