"""Reading a policy: every fault of the file at once, or a `Policy` that the rest of the code may trust."""

from __future__ import annotations

import difflib
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from segmentation.errors import Fault, PolicyError
from segmentation.policy.base import PATTERNS
from segmentation.policy.model import Policy
from segmentation.policy.rules import cross_faults, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic_core import ErrorDetails

SHORTENED = 60


def read_policy(path: str | Path) -> Policy:
    """Read and check a policy file.

    Parameters
    ----------
    path : str or Path
        A TOML file.

    Raises
    ------
    PolicyError
        The file cannot be read, is not TOML, or breaks rules; every broken rule is named.
    """
    file = Path(path)
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        message = f"The policy {file} cannot be read: {error.strerror}. Check the path and its permissions."
        raise PolicyError(message) from None
    except UnicodeDecodeError:
        message = f"The policy {file} is not UTF-8 text. Save it as UTF-8."
        raise PolicyError(message) from None
    except tomllib.TOMLDecodeError as error:
        message = f"The policy {file} is not valid TOML: {error}. Mend that place first."
        raise PolicyError(message) from None
    return policy_from(raw, f"The policy {file} is refused")


def policy_from(raw: Mapping[str, Any], title: str = "The policy is refused") -> Policy:
    """Check the raw tables of a policy, and return it.

    Raises
    ------
    PolicyError
        Under `title`, every broken rule with its key and way out.
    """
    faults = cross_faults(raw)
    try:
        policy = Policy.model_validate(raw)
    except ValidationError as error:
        faults = [_fault(raw, detail) for detail in _causes(error.errors(include_url=False))] + faults
        raise PolicyError.from_faults(title, faults) from None
    if faults:
        raise PolicyError.from_faults(title, faults)
    return policy


def policy_schema() -> str:
    """Return the JSON schema of a policy file, for editors that complete and check TOML."""
    schema = Policy.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, ensure_ascii=False, indent=2)


def _causes(details: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Leave out that a list is too short where that is only because its items have faults of their own."""
    inner = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
    return (detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in inner)


def _fault(raw: Mapping[str, Any], detail: ErrorDetails) -> Fault:
    where = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    match detail["type"]:
        case "extra_forbidden":
            return Fault(where, "is not a key of the policy format", _nearest(raw, detail))
        case "missing":
            return Fault(where, "is missing", "add it")
        case "unwritten":
            return Fault(where, "is still to be written by a person", "replace the marked text")
        case "string_pattern_mismatch":
            return Fault(where, PATTERNS[detail["ctx"]["pattern"]])
    message = detail["msg"].removeprefix("Input ")
    return Fault(where, f"{message[0].lower()}{message[1:]}{_got(detail['input'])}")


def _got(value: object) -> str:
    """Return the value as the user wrote it; of lists only numbers, as texts may be somebody's data."""
    numbers = isinstance(value, list | tuple) and all(isinstance(item, int | float) for item in value)
    if not (numbers or isinstance(value, str | int | float)):
        return ""
    text = repr(list(value) if isinstance(value, tuple) else value)
    return f"; got {text if len(text) <= SHORTENED else text[:SHORTENED] + '…'}"


def _nearest(raw: Mapping[str, Any], detail: ErrorDetails) -> str:
    """Return the way out for an unknown key: the nearest one that is free in its table, or its removal."""
    *path, key = detail["loc"]
    used = table(raw, *(str(step) for step in path))
    known = [key for key in _part(Policy.model_json_schema(), path).get("properties", {}) if key not in used]
    close = difflib.get_close_matches(str(key), known, n=1)
    return f"did you mean `{close[0]}`?" if close else "delete it"


def _part(schema: dict[str, Any], path: Iterable[int | str]) -> dict[str, Any]:
    """Return the schema of the table at `path`."""
    part = schema
    for step in path:
        named = part.get("properties", {}).get(step)
        others = (part.get("additionalProperties"), *part.get("patternProperties", {}).values())
        part = next((inner for inner in (named, *others, part.get("items")) if isinstance(inner, dict)), {})
        if "$ref" in part:
            part = schema["$defs"][part["$ref"].rpartition("/")[2]]
    return part
