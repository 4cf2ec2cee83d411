"""The request in the API document: JSON Schema from the same types that requests are decoded by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.json import schema_components

from serving.needs.telling import examples

if TYPE_CHECKING:
    from msgspec import Struct

    from serving.needs.need import Need

Schema = dict[str, Any]
BY_ROW = "One object for each resident / 每位住户一个对象"
BY_COLUMN = "One list for each need, all of one length / 每项需求一个列表，长度相同"


def components(
    needs: tuple[Need, ...], row: type[Struct], columns: type[Struct], ref_template: str, most: int
) -> dict[str, Schema]:
    """Return the schemas of a body; see `Needs.schema`."""
    _, found = schema_components((row, columns), ref_template=ref_template)
    resident, by_column = _plain(found["Resident"], needs), _plain(found["Columns"], needs)
    for each in by_column["properties"].values():
        each |= {"minItems": 1, "maxItems": most}
    by_column["minProperties"] = 1

    def refer(name: str) -> Schema:
        return {"$ref": ref_template.format(name=name)}

    listed = {"type": "array", "items": refer("Resident"), "minItems": 1, "maxItems": most}
    return {
        "Resident": resident,
        "Columns": by_column,
        "ResidentsByRow": _body("residents", listed, BY_ROW),
        "ResidentsByColumn": _body("columns", refer("Columns"), BY_COLUMN),
        "Residents": {"oneOf": [refer("ResidentsByRow"), refer("ResidentsByColumn")]},
    }


def example_bodies(needs: tuple[Need, ...]) -> dict[str, Schema]:
    """Return two sound bodies; see `Needs.examples`. The second resident lacks what may be missing last."""
    needs = tuple(need for need in needs if need.is_read)
    optional = [need.name for need in needs if not need.required]
    columns: dict[str, list[Any]] = {need.name: list(examples(need)) for need in needs}
    if optional:
        columns[optional[-1]][1] = None
    residents = [{name: values[row] for name, values in columns.items()} for row in (0, 1)]
    return {"rows": {"residents": residents}, "columns": {"columns": columns}}


def _plain(schema: Schema, needs: tuple[Need, ...]) -> Schema:
    """Leave out the defaults, which stand for what is absent and are no JSON, and use plain words."""
    for need in needs:
        each = schema["properties"][need.name]
        each.pop("default", None)
        _put(each, need)
    return schema


def _put(schema: Schema, need: Need) -> None:
    """Call whole numbers integers, and list values from low to high."""
    if schema.pop("multipleOf", None):
        schema["type"] = "integer"
    if "enum" in schema:
        schema["enum"] = list(need.values)
    for inner in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        _put(inner, need)


def _body(key: str, schema: Schema, title: str) -> Schema:
    return {
        "title": title,
        "type": "object",
        "properties": {key: schema},
        "required": [key],
        "additionalProperties": False,
    }
