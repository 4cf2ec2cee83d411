"""Bodies of requests about one resident, held to their types; a refusal says where, never what was sent."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from segmentation.answers import Fault
from serving.calls import Refused

T = TypeVar("T")
_AT = re.compile(r" - at `\$\.?([^`]*)`$")
_NO_FIELD = re.compile(r"(?:missing required|contains unknown) field")
FIX = "write it as the document at /openapi.json says"


def body_of(body: bytes, kind: type[T]) -> T:
    """Return a body as its type.

    Parameters
    ----------
    body : bytes
        JSON in UTF-8.
    kind : type
        A struct that forbids unknown fields.

    Raises
    ------
    Refused
        "malformed", or "invalid" with the place of the first fault.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        told = str(error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        told = None
    if told is None:
        raise Refused("malformed", "The body is no JSON in UTF-8; send it as the document says.")
    raise invalid(_pointer(told), _rule(told))


def invalid(pointer: str, rule: str, fix: str = FIX) -> Refused:
    """Return the refusal of a body with one fault."""
    detail = "One thing does not fit; `faults` says where, and the way out."
    return Refused("invalid", detail, (Fault(pointer=pointer, rule=rule, fix=fix),))


def _pointer(told: str) -> str:
    """Return the place of a fault, of which only names of our own fields and numbers are told."""
    found = _AT.search(told)
    parts = re.split(r"[.\[\]]+", found[1]) if found else []
    return "".join(f"/{part}" for part in parts if part and part != "...")


def _rule(told: str) -> str:
    if _NO_FIELD.search(told):
        return "lacks a field that it must have, or has one that nobody knows"
    return "is not of the kind, the length or the values that this field may have"
