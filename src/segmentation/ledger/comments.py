"""Comments as records of the ledger: what somebody said about sections of a version, under their own key.

A comment decides nothing. It is signed because whoever reads a history later must know who said what, and
before which decision.
"""

# No `from __future__ import annotations`: pydantic reads these.
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from segmentation.ledger.records import HIGHEST, Digest, Key, Name, Record, Role, Who, Words

MOST_REMARKS = 100
"""Remarks in one comment; a card has a quarter as many sections."""
MOST_LETTERS = 100_000
"""Letters of all remarks in one comment together."""

Section = Annotated[Words, Field(max_length=64)]
"""What a remark is about; which sections there are, the desk knows."""


class Remark(BaseModel):
    """What is said about one section of a version."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    section: Section
    text: Words


def _readable(remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
    if sum(len(remark.text) for remark in remarks) > MOST_LETTERS:
        message = f"all remarks together have at most {MOST_LETTERS:,} letters; say it in two comments"
        raise ValueError(message)
    return remarks


class Comment(Record):
    """What one person said about one version, signed by their own key.

    `bundle` is the digest of the submission that they read, and `previous` that of the ledger's head that
    they saw.
    """

    CALLED: ClassVar[str] = "comment"

    type: Literal["comment/1"] = "comment/1"
    ledger: str
    model: Name
    version: int = Field(ge=1, le=HIGHEST)
    bundle: Digest
    remarks: Annotated[
        tuple[Remark, ...], Field(min_length=1, max_length=MOST_REMARKS), AfterValidator(_readable)
    ]
    by: Who
    key: Key
    role: Role
    at: AwareDatetime
    previous: Digest
