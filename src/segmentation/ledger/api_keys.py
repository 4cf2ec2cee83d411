"""API keys as records of the ledger: signed by an administrator, so that who writes the database makes none.

A key is ``sgk_<id>_<secret>``. The secret is 32 random bytes, shown once; the record holds its SHA-256, which
is enough because nobody can guess 256 random bits (NIST SP 800-63B, 5.1.2: look-up secrets of at least 112
bits need no slow hash).
"""

# No `from __future__ import annotations`: pydantic reads these.
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from segmentation.ledger.records import HIGHEST, Digest, Key, Record, Who, Words

Scope = Literal["predict", "explain", "read", "review"]
"""What a key allows: segments | reasons | the model, its card and the metrics | where versions stand."""
SCOPES: tuple[Scope, ...] = ("predict", "explain", "read", "review")


class ApiKey(Record):
    """One API key, as an administrator issued it."""

    type: Literal["api-key/1"] = "api-key/1"
    ledger: str
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$", description="Random; names the key in logs.")]
    name: Who = Field(description="Who or what uses it.")
    secret: Digest = Field(description="SHA-256 of the secret.")
    scopes: tuple[Scope, ...] = Field(min_length=1)
    per_second: int = Field(ge=1, le=HIGHEST, description="Requests a second, over a burst of two seconds.")
    expires: AwareDatetime
    by: Who
    key: Key
    role: Literal["administrator"]
    reason: Words
    at: AwareDatetime
    previous: Digest


class ApiKeyRevocation(Record):
    """The end of an API key."""

    type: Literal["api-key-revocation/1"] = "api-key-revocation/1"
    ledger: str
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    by: Who
    key: Key
    role: Literal["administrator", "compliance"]
    reason: Words
    at: AwareDatetime
    previous: Digest
