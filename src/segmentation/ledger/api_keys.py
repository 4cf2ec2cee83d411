"""API keys as records of the ledger: signed by an administrator, so that who writes the database makes none.

A key is ``sgk_<id>_<secret>``. The secret is 32 random bytes, shown once; the record holds its SHA-256, which
is enough because nobody can guess 256 random bits (NIST SP 800-63B, 5.1.2: look-up secrets of at least 112
bits need no slow hash).
"""

# No `from __future__ import annotations`: pydantic reads these.
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from segmentation.ledger.records import HIGHEST, Digest, Key, Name, Record, Who, Words

Scope = Literal["predict", "explain", "read", "review", "store", "resident", "rights"]
"""What a key allows: segments | reasons | the model, its card and the metrics | where versions stand |
keeping a resident's segment | reading it, for a purpose that the key names | consents and requests of
residents."""
SCOPES: tuple[Scope, ...] = ("predict", "explain", "read", "review", "store", "resident", "rights")
NAMELESS: tuple[Scope, ...] = ("predict", "explain", "read", "review")
"""Scopes that tell nothing of a resident who is named: all that keys of the first kind have."""
PURPOSEFUL: tuple[Scope, ...] = ("store", "resident")
"""Scopes that mean nothing without a purpose."""


KeyId = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$", description="Random; names the key in logs.")]

_TOKEN = re.compile(r"sgk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)


class ApiKey(Record):
    """One API key, as an administrator issued it.

    Keys of the first kind name no purpose, and are signed without that field: they stay what they were.
    """

    CALLED: ClassVar[str] = "record of an API key"

    type: Literal["api-key/1", "api-key/2"] = "api-key/1"
    ledger: str
    id: KeyId
    name: Who = Field(description="Who or what uses it.")
    secret: Digest = Field(description="SHA-256 of the secret's text.")
    scopes: tuple[Scope, ...] = Field(min_length=1)
    per_second: int = Field(ge=1, le=HIGHEST, description="Requests a second, over a burst of two seconds.")
    expires: AwareDatetime
    by: Who
    key: Key
    role: Literal["administrator"]
    reason: Words
    at: AwareDatetime
    previous: Digest
    purposes: tuple[Name, ...] = Field(
        (), description="Purposes for which it may ask of residents who are named."
    )

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        if self.type == "api-key/1" and (self.purposes or not set(self.scopes) <= set(NAMELESS)):
            message = "a record of the type api-key/1 has no purposes, and no scope that needs them"
            raise ValueError(message)
        return self

    def content(self) -> dict[str, Any]:
        """Return it as plain data, as it is signed."""
        return self.model_dump(mode="json", exclude={"purposes"} if self.type == "api-key/1" else None)


class ApiKeyRevocation(Record):
    """The end of an API key."""

    CALLED: ClassVar[str] = "revocation of an API key"

    type: Literal["api-key-revocation/1"] = "api-key-revocation/1"
    ledger: str
    id: KeyId
    by: Who
    key: Key
    role: Literal["administrator", "compliance"]
    reason: Words
    at: AwareDatetime
    previous: Digest


@dataclass(frozen=True)
class ApiKeyStanding:
    """Where an API key stands.

    Attributes
    ----------
    record : ApiKey
    revoked : datetime or None
        When it was revoked, UTC.
    """

    record: ApiKey
    revoked: datetime | None = None

    def refusal(self, now: datetime) -> str | None:
        """Return in one sentence why the key opens nothing any more; None where it does.

        Parameters
        ----------
        now : datetime
            Aware. The moment at which a key expires is the first at which it opens nothing.
        """
        if self.revoked is not None:
            return f"The API key was revoked on {_told(self.revoked)}; ask an administrator for another."
        if now >= self.record.expires:
            return f"The API key expired on {_told(self.record.expires)}; ask an administrator for another."
        return None


def _told(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def token_of(key_id: str, secret: str) -> str:
    """Return what is given to who uses a key."""
    return f"sgk_{key_id}_{secret}"


def token_parts(text: str) -> tuple[str, str] | None:
    """Return the id and the secret of a token; None where it is not written as one."""
    found = _TOKEN.fullmatch(text)
    return None if found is None else (found[1], found[2])
