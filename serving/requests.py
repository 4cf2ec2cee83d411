"""What the API document says that a request may hold: residents by row, by column, and in MLflow's forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from serving.calls import JSON
from serving.residents.examples import BODIES
from serving.tables import LARGEST_PLACE

if TYPE_CHECKING:
    from msgspec import Struct

    from serving.needs import Needs
    from serving.operation import Body

Part = dict[str, Any]
REF = "#/components/schemas/{name}"
TO_EXPLAIN = REF.format(name="{name}ToExplain")
ALONE = REF.format(name="{name}Alone")
MEDIA = JSON.decode()
TEXT: Part = {"type": "string"}
CELL: Part = {"type": ["string", "number", "boolean", "null"]}
FORMS = {
    "en": ("rows", "Two residents, by row"),
    "zh": ("rows", "两位住户，按行"),
    "en_columns": ("columns", "Two residents, by column"),
    "zh_columns": ("columns", "两位住户，按列"),
}
"""Examples: their form, and what is said of it."""


def contents(body: Body | type[Struct], media: tuple[str, ...], needs: Needs | None) -> Part:
    """Return each content type of a request's body, and what it may hold.

    Parameters
    ----------
    body : str or type
        Component that the JSON is, or its type.
    media : tuple of str
    needs : Needs or None
        Of the version that is served; None where none may be.
    """
    if isinstance(body, type):
        example = msgspec.to_builtins(BODIES[body])
        return {
            one: {"schema": {"$ref": REF.format(name=body.__name__)}, "example": example} for one in media
        }
    return {one: _content(body, one, needs) for one in media}


def _content(body: Body, media: str, needs: Needs | None) -> Part:
    if needs is None:
        return {"schema": {"type": "object"} if media == MEDIA else TEXT}
    if body == "ResidentsAlone":
        return {"schema": {"$ref": REF.format(name=body)}, "example": _alone(needs)}
    examples = _frames(needs) if body == "Frames" else _residents(needs)
    if media == MEDIA:
        return {"schema": {"$ref": REF.format(name=body)}, "examples": examples}
    return {"schema": TEXT, "example": _csv(needs)}


def _residents(needs: Needs) -> Part:
    given = needs.examples()
    return {name: {"summary": said, "value": given[form]} for name, (form, said) in FORMS.items()}


def _alone(needs: Needs) -> Part:
    return {"residents": needs.examples()["rows"]["residents"][:1]}


def _frames(needs: Needs) -> Part:
    given = needs.examples()
    rows, columns = given["rows"]["residents"], given["columns"]["columns"]
    split = {"columns": list(columns), "data": [list(row) for row in zip(*columns.values(), strict=True)]}
    return {
        "en": {"summary": "Two residents, as a split frame", "value": {"dataframe_split": split}},
        "zh": {"summary": "两位住户，dataframe_split 格式", "value": {"dataframe_split": split}},
        "records": {"summary": "By row / 按行", "value": {"dataframe_records": rows}},
        "instances": {"summary": "By row / 按行", "value": {"instances": rows}},
        "inputs": {"summary": "By column / 按列", "value": {"inputs": columns}},
    }


def _csv(needs: Needs) -> str:
    columns = needs.examples()["columns"]["columns"]
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    return "".join(",".join("" if cell is None else str(cell) for cell in row) + "\n" for row in rows)


# ---- Schemas -----------------------------------------------------------------------------------------


def components(needs: Needs, most: int, most_explained: int) -> Part:
    """Return the schemas of all bodies, by name.

    Parameters
    ----------
    needs : Needs
    most, most_explained : int
        Residents in one request, and in one to explain.
    """
    explained, alone = needs.schema(TO_EXPLAIN, most_explained), needs.schema(ALONE, 1)
    return (
        needs.schema(REF, most)
        | {f"{name}ToExplain": schema for name, schema in explained.items()}
        | {f"{name}Alone": schema for name, schema in alone.items()}
        | _mlflow(needs, most)
    )


def _mlflow(needs: Needs, most: int) -> Part:
    rows = {"type": "array", "items": _reference("Resident"), "minItems": 1, "maxItems": most}
    lists = {"type": "array", "items": {"type": "array", "items": CELL}, "minItems": 1, "maxItems": most}
    either = {"anyOf": [rows, lists, _reference("Columns"), _reference("Resident")]}
    forms = {
        "dataframe_split": _reference("Split"),
        "dataframe_records": rows,
        "instances": either,
        "inputs": either,
    }
    return {"Split": _split(needs, lists), "Frames": {"oneOf": [_frame(*form) for form in forms.items()]}}


def _split(needs: Needs, lists: Part) -> Part:
    names = {"enum": [need.name for need in needs.all]}
    listed = {"type": "array", "items": names, "minItems": 1, "uniqueItems": True}
    places = {"type": "integer", "minimum": 0, "exclusiveMaximum": LARGEST_PLACE}
    numbers = {"type": ["array", "null"], "items": places}
    return _closed({"columns": listed, "data": lists, "index": numbers}, ("columns", "data"))


def _frame(name: str, schema: Part) -> Part:
    return _closed({name: schema, "params": {"type": ["object", "null"], "maxProperties": 0}}, (name,))


def _closed(properties: Part, required: tuple[str, ...]) -> Part:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _reference(name: str) -> Part:
    return {"$ref": REF.format(name=name)}
