"""The types of a request, made from needs: what msgspec decodes by, and what the API document shows.

What is absent decodes to `ABSENT_NUMBER` or `ABSENT_VALUE`, which no request can hold; null decodes to None.
So whoever counts can tell what was sent from what was not.
"""

# No `from __future__ import annotations`: msgspec reads these when it makes the types.
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from serving.needs.need import ABSENT_NUMBER, ABSENT_VALUE, Need
from serving.needs.telling import description, examples, title

FLAG = bool | Annotated[float, Meta(ge=0, le=1, multiple_of=1)]
"""As tables may hold it: true and false, or 1 and 0."""

Form = Any
"""What msgspec makes a type of: a class, a union or an annotation."""


def row_form(needs: tuple[Need, ...]) -> type[Struct]:
    """Return the form of one resident; needs stand at ``n0``, ``n1`` … in their order."""
    fields = {need.name: _field(need) for need in needs}
    return _struct("Resident", needs, fields)


def columns_form(needs: tuple[Need, ...]) -> type[Struct]:
    """Return the form of residents by column; a column that is left out is `UNSET`."""
    fields: dict[str, tuple[Form, ...]] = {}
    for need in needs:
        listed = list[_told(need)] if need.required else list[_told(need) | None]  # type: ignore[misc]
        fields[need.name] = (listed,) if need.required else (listed | UnsetType, UNSET)
    return _struct("Columns", needs, fields)


def body_form(row: type[Struct], columns: type[Struct]) -> type[Struct]:
    """Return the form of a body: residents by row or by column."""
    fields: list[tuple[str, Form, Form]] = [
        ("residents", list[row] | UnsetType, UNSET),  # type: ignore[valid-type]
        ("columns", columns | UnsetType, UNSET),
    ]
    return defstruct("Residents", fields, forbid_unknown_fields=True)


def _struct(name: str, needs: tuple[Need, ...], fields: dict[str, tuple[Form, ...]]) -> type[Struct]:
    """Make a struct whose attributes are named by place: columns may have any script, and words of Python."""
    return defstruct(
        name,
        [(f"n{at}", *fields[need.name]) for at, need in enumerate(needs)],
        rename={f"n{at}": need.name for at, need in enumerate(needs)},
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
    )


def _field(need: Need) -> tuple[Form, ...]:
    if need.required:
        return (_told(need),)
    return (_told(need) | None, ABSENT_VALUE if need.is_listed else ABSENT_NUMBER)


def _told(need: Need) -> Form:
    """Return the form of one value, with all that a reader of the document is told of it."""
    form, rules = _form(need)
    return Annotated[
        form, Meta(title=title(need), description=description(need), examples=list(examples(need)), **rules)
    ]


def _form(need: Need) -> tuple[Form, dict[str, Any]]:
    feature = need.feature
    if need.is_listed:
        return Literal[need.values], {}
    if feature.kind == "flag":
        return FLAG, {}
    rules: dict[str, Any] = {"ge": feature.low, "le": feature.high}
    return float, rules | ({"multiple_of": 1} if feature.kind == "count" else {})
