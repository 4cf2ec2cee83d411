"""The published form of a report's JSON: a JSON Schema, made from the dataclasses and kept beside them.

Whoever reads stored reports with another tool or in another language builds on this file; a test holds it to
the dataclasses, and `REPORT_VERSION` changes whenever a reader would have to.
"""

from __future__ import annotations

import inspect
import json
import re
from importlib import resources
from typing import Any, Literal, get_type_hints

from pydantic import ConfigDict, create_model
from pydantic.json_schema import GenerateJsonSchema

from segmentation.audit import findings, sections
from segmentation.audit.model import REPORT_VERSION, AuditReport
from segmentation.wording.findings import Status

FILE = "report.schema.json"
DIALECT = GenerateJsonSchema.schema_dialect


def report_schema() -> dict[str, Any]:
    """Return the published JSON Schema of what `AuditReport.to_dict` gives, and of a stored audit.json."""
    text = (resources.files("segmentation.audit") / FILE).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def schema_text() -> str:
    """Return the schema as the dataclasses of today make it, as the file holds it."""
    hints = get_type_hints(AuditReport)
    content: dict[str, Any] = {name: (kind, ...) for name, kind in hints.items()}
    content = {"version": (Literal[REPORT_VERSION], ...), "verdict": (Status, ...), **content}
    model = create_model("AuditReport", __config__=ConfigDict(extra="forbid"), **content)
    schema = model.model_json_schema(mode="serialization")
    _describe(schema, AuditReport)
    for name, part in schema["$defs"].items():
        _describe(part, getattr(findings, name, None) or getattr(sections, name))
    return json.dumps({"$schema": DIALECT, **schema}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _describe(part: dict[str, Any], kind: type) -> None:
    """Take the descriptions from a dataclass's docstring, and refuse what the dataclass does not hold."""
    text = inspect.getdoc(kind) or ""
    told = _attributes(text)
    part["description"] = text.split("\n\n", maxsplit=1)[0].replace("\n", " ")
    part["additionalProperties"] = False
    part["required"] = list(part["properties"])
    for name, field in part["properties"].items():
        field.pop("title", None)
        field.pop("default", None)
        if name in told:
            field["description"] = told[name]


def _attributes(docstring: str) -> dict[str, str]:
    """Return what a numpydoc docstring says of each attribute that it says something of."""
    _, _, section = docstring.partition("Attributes\n----------\n")
    section = re.split(r"\n\w+\n-{3,}\n", section)[0]
    found = re.findall(r"^(\S.*?) : (.*)\n((?:    .*\n?|\n)*)", section, re.MULTILINE)
    return {
        name.strip(): " ".join(text.split())
        for names, _, text in found
        for name in names.split(",")
        if text.strip()
    }
