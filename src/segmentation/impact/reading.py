"""Reading answers: everything that is unwritten, missing or unknown at once, or `Answers` to build on."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from segmentation.errors import Fault, ImpactError
from segmentation.impact.answers import Answers
from segmentation.impact.unwritten import refusal, unwritten
from segmentation.policy.base import UNWRITTEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

LARGEST = 1_000_000
"""Bytes; a larger file is no answer of a person."""

_RULES = {
    "extra_forbidden": ("is not asked for", "delete it, or mend its name"),
    "missing": ("is missing", "add it"),
    "model_type": ("must be a table of its own", "for a text, write { en = …, zh = … }"),
    "too_short": ("must hold at least one", "add it"),
}
_FORMS = {
    "date": ("must be a date", "write one such as 2026-01-31"),
    "bool": ("must be true or false", ""),
}


def read_answers(path: str | Path) -> Answers:
    """Read and check a file of answers.

    Parameters
    ----------
    path : str or Path
        A TOML file, as `draft_answers` begins it.

    Raises
    ------
    ImpactError
        The file cannot be read, is not TOML, or lacks answers; every field that is unwritten, missing,
        unknown or wrong is named, and never what was written there.
    """
    file = Path(path)
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise ImpactError(f"The answers {file} cannot be read: {error.strerror}. Check the path.") from None
    if len(content) > LARGEST:
        raise ImpactError(f"The answers {file} are larger than {LARGEST:,} bytes. Name the file of answers.")
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ImpactError(f"The answers {file} are not UTF-8 text. Save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ImpactError(f"The answers {file} are not valid TOML: {error}. Mend that place first.") from None
    return answers_from(raw, f"The answers {file} are refused")


def answers_from(raw: Mapping[str, Any], title: str = "The answers are refused") -> Answers:
    """Check the raw tables of a file of answers, and return them.

    Raises
    ------
    ImpactError
        Under `title`, every field that is unwritten, missing, unknown or wrong.
    """
    try:
        return Answers.model_validate(raw)
    except ValidationError as error:
        faults = [_fault(detail) for detail in _causes(error.errors(include_url=False))]
        raise ImpactError(refusal(title, faults), faults) from None


def _causes(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out that a list is too short where that is only because its items have faults of their own."""
    inner = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
    return [detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in inner]


def _fault(detail: ErrorDetails) -> Fault:
    where = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    if detail["type"] == "unwritten" or (isinstance(detail["input"], str) and UNWRITTEN in detail["input"]):
        return unwritten(where)
    if detail["type"] in _RULES:
        return Fault(where, *_RULES[detail["type"]])
    if detail["type"].startswith(("date", "bool")):
        return Fault(where, *_FORMS[detail["type"].partition("_")[0]])
    message = detail["msg"].removeprefix("Input ")
    return Fault(where, f"{message[0].lower()}{message[1:]}")
