"""Tables as clients of MLflow send them: four forms of JSON, and CSV, read into names and rows.

MLflow's server drops a column that it does not know, and takes the index of whoever sends one along. Here
only the form is read; which names and values may be sent the policy says, as for every other request.
"""

from __future__ import annotations

import csv
import re
from io import StringIO
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from segmentation.policy.features import LISTED
from serving.calls import Refused
from serving.needs.gathering import Gathered, Wording
from serving.needs.judging import too_many
from serving.needs.layout import Layout
from serving.needs.parsing import Twice, parsed
from serving.needs.quick import is_crowded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from serving.needs.need import Need

SPLIT, RECORDS, INSTANCES, INPUTS = "dataframe_split", "dataframe_records", "instances", "inputs"
FORMS = (SPLIT, RECORDS, INSTANCES, INPUTS)
ONE_OF = f"send exactly one of {', '.join(FORMS)}"
MOST_STRANGE = 100
"""Names beyond those of the policy that are looked at; any of them is refused."""
LARGEST_PLACE = 10**8
"""Row numbers are below this; a telephone or document number has more digits."""
EMPTY = frozenset(
    (
        *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
        *("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
    )
)
"""What a cell of CSV holds where a value is missing, as pandas reads it for MLflow's server."""

LONGEST_NUMBER = 40
"""Letters of a cell that may be a number: more digits than any number needs that a computer wrote."""
BLANKS = " \t\n\r\f\v"
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
"""Each text has one way to match: with two, a cell of 20 kB would hold the interpreter for seconds."""
_PLACE = re.compile(r"\d{1,8}", re.ASCII)
_FLAGS = {"true": True, "false": False}


class Table(NamedTuple):
    """Names of columns, one value for each of them in every row, and where they stand in the request."""

    names: Sequence[str]
    rows: Sequence[Sequence[object]]
    layout: Layout


def from_json(body: bytes, needs: Sequence[Need], most: int) -> Table:
    """Return the table of a JSON body.

    Parameters
    ----------
    body : bytes
        An object with one of ``dataframe_split``, ``dataframe_records``, ``instances`` and ``inputs``, where
        the word NaN is null, too. The
        last two hold records, or rows without names, or columns by name. Rows without names have the needs
        that the model reads, or all that the policy allows, in the policy's order.
    needs : sequence of Need
        In the policy's order.
    most : int
        Residents in one request.

    Raises
    ------
    Refused
        "malformed", "too-large", or "invalid" where it has another form.
    """
    if is_crowded(body, needs, most):
        raise too_many(most)
    content = parsed(body, nan_is_null=True)
    if not _is_object(content):
        raise _wrong("", "must be an object", ONE_OF)
    form = _form(content)
    raw = content[form]
    if isinstance(raw, list) and len(raw) > most:  # before each of them takes a place for every name
        raise too_many(most)
    return _READERS[form](raw, form, needs)


def from_csv(body: bytes, needs: Sequence[Need], most: int) -> Table:
    """Return the table of a CSV body, whose first line names the columns; raises what `from_json` does."""
    if is_crowded(body, needs, most):
        raise too_many(most)
    try:
        lines = csv.reader(StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
        names, *rows = islice((line for line in lines if line), most + 2)
    except (UnicodeDecodeError, csv.Error, ValueError):
        raise Refused("malformed", "The body is no CSV in UTF-8 with a first line of names.") from None
    if names[0] == "":  # as pandas writes a frame with its index
        _check_index([_place(row[0]) for row in rows], "")
        names, rows = names[1:], [row[1:] for row in rows]
    layout = Layout("/{row}/{at}", "/{at}", "", "/{row}", "", "the first line")
    return Table(names, _typed(names, rows, needs), layout)


def _is_object(raw: object) -> TypeGuard[dict[str, object]]:
    """Tell whether something is an object; one that names a field twice is refused."""
    if isinstance(raw, Twice):
        raise Refused("malformed", "An object of the body names a field twice: send each field once.")
    return isinstance(raw, dict)


# ---- Forms ------------------------------------------------------------------------------------------


def _form(content: Mapping[str, object]) -> str:
    """Return which form a body has."""
    found = [form for form in FORMS if form in content]
    if len(found) != 1:
        raise _wrong("", "must hold one table, in one form", ONE_OF)
    if content.get("params") not in (None, {}):
        raise _wrong("/params", "must be empty, as this model takes no parameters", "leave it out")
    if len(content) > len(found) + ("params" in content):
        raise _wrong("", "holds more than a table", f"send `{found[0]}` alone")
    return found[0]


def _split(raw: object, form: str, _: Sequence[Need]) -> Table:
    if not _is_object(raw) or not raw.keys() <= {"columns", "data", "index"}:
        raise _wrong(f"/{form}", "must be an object of `columns` and `data`", "leave out what else it holds")
    names, rows = raw.get("columns"), raw.get("data")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _wrong(f"/{form}/columns", "must be a list of names", "name the columns in the order of `data`")
    if not isinstance(rows, list):
        raise _wrong(f"/{form}/data", "must be a list of rows", "send one list for each resident")
    _check_rows(rows, f"/{form}/data")
    if raw.get("index") is not None:
        _check_index(raw["index"], f"/{form}/index")
    at, row = f"/{form}/data", f"/{form}/data/{{row}}"
    return Table(names, rows, Layout(f"{row}/{{at}}", f"/{form}/columns/{{at}}", at, row, at, "`columns`"))


def _records(raw: object, form: str, needs: Sequence[Need]) -> Table:
    if not isinstance(raw, list) or not all(map(_is_object, raw)):
        raise _wrong(f"/{form}", "must be a list of records", "send one object for each resident")
    names = _names(raw, len(needs) + MOST_STRANGE)
    at, row = f"/{form}", f"/{form}/{{row}}"
    layout = Layout(f"{row}/{{name}}", at, at, row, at, "the records")
    known = {need.name for need in needs}
    places = [(at, name) for at, name in enumerate(names) if name in known]
    if len(places) == len(names):
        return Table(names, [list(map(one.get, names)) for one in raw], layout)
    return Table(names, [_without_strange(one, places, len(names)) for one in raw], layout)


def _without_strange(
    one: Mapping[str, object], places: Iterable[tuple[int, str]], width: int
) -> list[object]:
    """Return a record without what is refused by its name alone: others may have a hundred such names."""
    row: list[object] = [None] * width
    for at, name in places:
        row[at] = one.get(name)
    return row


def _tensors(raw: object, form: str, needs: Sequence[Need]) -> Table:
    if _is_object(raw):
        return _columns(raw, form)
    if not isinstance(raw, list) or not any(isinstance(row, list) for row in raw):
        return _records(raw, form, needs)
    at, row = f"/{form}", f"/{form}/{{row}}"
    _check_rows(raw, at)
    is_whole = len(raw[0]) == len(needs)
    names = [need.name for need in needs if need.is_read or is_whole]
    return Table(names, raw, Layout(f"{row}/{{at}}", at, at, row, at, "the model's columns"))


def _columns(raw: dict[str, object], form: str) -> Table:
    at, field = f"/{form}", f"/{form}/{{name}}"
    listed = [column for column in raw.values() if isinstance(column, list)]
    if not listed:  # one resident
        return Table(list(raw), [list(raw.values())], Layout(field, field, at, at, at, "the columns"))
    if len(listed) < len(raw) or len(set(map(len, listed))) > 1:
        raise _wrong(at, "must hold columns of one length", "send a list with one value for each resident")
    rows = list(zip(*listed, strict=True))
    return Table(list(raw), rows, Layout(f"{field}/{{row}}", field, at, at, at, "the columns"))


_READERS = {SPLIT: _split, RECORDS: _records, INSTANCES: _tensors, INPUTS: _tensors}


def _names(records: Iterable[Mapping[str, object]], most: int) -> list[str]:
    """Return the names of all records as they come, and not many more than there may be."""
    found: dict[str, None] = {}
    for one in records:
        if len(found) <= most and not one.keys() <= found.keys():
            found.update(dict.fromkeys(one))
    return list(found)


# ---- Values -----------------------------------------------------------------------------------------


def _typed(names: Sequence[str], rows: Sequence[Sequence[str]], needs: Sequence[Need]) -> list[list[object]]:
    """Return cells of CSV as JSON would hold them; what should be a number and is none stays a text."""
    measured = {need.name for need in needs if need.feature.kind not in LISTED}
    are_measured = [name in measured for name in names]
    return [
        [
            None if cell in EMPTY else _number(cell) if is_measured else cell
            for cell, is_measured in zip_longest(row, are_measured[: len(row)])
        ]
        for row in rows
    ]


def _number(cell: str) -> object:
    text = cell.strip(BLANKS)
    if len(text) > LONGEST_NUMBER:
        return cell
    return float(text) if _NUMBER.fullmatch(text) else _FLAGS.get(text.lower(), cell)


def _place(cell: str) -> object:
    return int(cell) if _PLACE.fullmatch(cell) else cell


def _check_rows(rows: Sequence[object], pointer: str) -> None:
    wrong = next((at for at, row in enumerate(rows) if not isinstance(row, list)), None)
    if wrong is not None:
        raise _wrong(f"{pointer}/{wrong}", "must be a list", "send one value for each column")


def _check_index(index: object, pointer: str) -> None:
    """Refuse an index that says more than which row is which: what names residents is not needed."""
    if not isinstance(index, list) or not all(type(one) is int and 0 <= one < LARGEST_PLACE for one in index):
        what = (
            "must hold row numbers alone"
            if pointer
            else "must hold row numbers alone in a column without a name"
        )
        raise _wrong(pointer, what, "leave the index out, as answers keep the order of the request")


def _wrong(pointer: str, rule: str, fix: str) -> Refused:
    gathered = Gathered()
    gathered.add("", rule, lambda: pointer, lambda: Wording(rule, fix))
    return gathered.refused()
