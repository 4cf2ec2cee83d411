"""What every part of a policy shares: frozen models, texts in both languages, and the names of columns."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError, PydanticKnownError

UNWRITTEN = "<write:"
"""Opens every sentence that a draft leaves to a person; no policy with one left in it is accepted."""

NAME = r"^[a-z][a-z0-9_]{0,62}$"
COLUMN = r"^[^\W\d]\w{0,62}$"
_COLUMN_OF_ANY_LENGTH = r"^[^\W\d]\w*$"
"""What pydantic is given: where it counts letters of any script, the pattern alone takes seven megabytes."""
_LONGEST = 63
SEGMENT = r"^S[1-9][0-9]{0,2}$"
_COLUMN_RULE = "must be at most 63 letters, digits and underscores, and start with a letter"
PATTERNS = {
    NAME: "must be at most 63 lower case letters, digits and underscores, and start with a letter",
    COLUMN: _COLUMN_RULE,
    _COLUMN_OF_ANY_LENGTH: _COLUMN_RULE,
    SEGMENT: "must be the id of a segment, such as S1",
}
"""What the patterns of keys say to a person."""


def _is_written(text: str) -> str:
    if UNWRITTEN in text:
        raise PydanticCustomError("unwritten", "this sentence is still to be written by a person")
    return text


def _is_short(name: str) -> str:
    if len(name) > _LONGEST:
        raise PydanticKnownError("string_pattern_mismatch", {"pattern": COLUMN})
    return name


def _is_plain(name: str) -> str:
    refuse(("__" in name, "must not hold two underscores in a row: they part the names of scikit-learn"))
    return name


def refuse(*rules: tuple[bool, str]) -> None:
    """Raise the first rule that is broken, for a pydantic validator."""
    for broken, rule in rules:
        if broken:
            raise PydanticCustomError("rule", "{rule}", {"rule": rule})


Sentence = Annotated[str, Field(min_length=1), AfterValidator(_is_written)]
"""A text that a reader sees: not empty, and written by a person."""

Header = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1), AfterValidator(_is_written)]
"""The name of a column as it stands in the residents table, to the letter."""

Name = Annotated[str, Field(pattern=NAME)]
"""A key that ends in file names and addresses."""

Column = Annotated[
    str,
    Field(pattern=_COLUMN_OF_ANY_LENGTH, json_schema_extra={"pattern": COLUMN}),
    AfterValidator(_is_short),
    AfterValidator(_is_plain),
]
"""A column of the residents table that becomes a feature, in any script."""


class Part(BaseModel):
    """Base of a policy's parts: frozen, with no keys beyond its own, and held to its rules by default too."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, validate_default=True, allow_inf_nan=False
    )


class Text(Part):
    """One text in both languages of the card."""

    en: Sentence = Field(description="The text in English.")
    zh: Sentence = Field(description="The same text in simplified Chinese.")
