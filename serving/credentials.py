"""API keys, as a request shows them: who asks, told in a time that does not depend on which part was wrong.

A key may come as ``Authorization: Bearer``, as ``X-API-Key`` or as the password of ``Authorization: Basic``,
so that the client of another server changes only its address. Whether an id is unknown or its secret is
wrong, the same is computed, and the answer is the same sentence.
"""

from __future__ import annotations

import binascii
import hmac
from typing import TYPE_CHECKING, NamedTuple, Protocol

from segmentation.ledger.api_keys import token_parts
from segmentation.signing import sha256
from serving.calls import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from segmentation.ledger.api_keys import ApiKey, Scope

    class Standing(Protocol):
        """Where one key stands, as the ledger says."""

        @property
        def record(self) -> ApiKey:
            """As it was issued."""

        def refusal(self, now: datetime) -> str | None:
            """Return why it does not count, as a sentence; None where it does."""

    class Keys(Protocol):
        """What knows the keys: the watch."""

        def keys(self) -> Mapping[str, Standing]:
            """Return them by id, in the order in which they were issued."""


CHALLENGE = ((b"www-authenticate", b'Bearer realm="segmentation", Basic realm="segmentation"'),)
NONE_SENT = "Send an API key: Authorization: Bearer sgk_…, X-API-Key: sgk_…, or as the password of Basic."
UNKNOWN = (
    "The API key sent is not known here. Check that all of it was copied, or ask an administrator for one."
)
NOBODY = "sha256:" + "0" * 64
"""Stands for the secret of a key that is not there: no secret has this digest."""


class Caller(NamedTuple):
    """Who asks.

    Attributes
    ----------
    key : ApiKey or None
        None where no key was sent whose secret is right.
    number : int
        Place of the key among all that were issued; the same in every worker.
    refusal : Refused or None
        Why the key does not count.
    """

    key: ApiKey | None
    number: int
    refusal: Refused | None


class Credentials:
    """Tells who asks.

    Parameters
    ----------
    source : Keys
        Asked at each request: a key that was revoked a moment ago counts no more.
    """

    def __init__(self, source: Keys) -> None:
        self._source = source
        self._seen: Mapping[str, Standing] | None = None
        self._numbers: dict[str, int] = {}

    def caller(self, sent: Mapping[bytes, bytes], now: datetime) -> Caller:
        """Return who asks; nothing is raised, because a refusal must wait for its turn.

        Parameters
        ----------
        sent : mapping
            As `arriving.headers_of` returns it.
        now : datetime
        """
        try:
            keys = self._source.keys()
        except Refused as refused:
            return Caller(None, 0, refused)
        token = _token(sent)
        if token is None:
            return _nobody(NONE_SENT)
        parts = token_parts(token.decode("latin-1"))
        if parts is None:
            return _nobody(UNKNOWN)
        standing = keys.get(parts[0])
        expected = NOBODY if standing is None else standing.record.secret
        is_right = hmac.compare_digest(sha256(parts[1].encode()), expected)
        if standing is None or not is_right:
            return _nobody(UNKNOWN)
        why = standing.refusal(now)
        refusal = None if why is None else _no_key(why)
        return Caller(standing.record, self._number(keys, standing.record.id), refusal)

    def _number(self, keys: Mapping[str, Standing], id_: str) -> int:
        if keys is not self._seen:
            self._numbers = {known: number for number, known in enumerate(keys)}
            self._seen = keys
        return self._numbers[id_]


def check_allowed(caller: Caller, scope: Scope) -> ApiKey:
    """Return the key of a caller who may ask this.

    Raises
    ------
    Refused
        There is none that counts, or it was not issued for this.
    """
    if caller.refusal is not None:
        raise caller.refusal
    if caller.key is None or scope not in caller.key.scopes:
        raise Refused(
            "not-allowed",
            f"This address needs an API key with the scope {scope!r}; ask an administrator for one.",
        )
    return caller.key


def _nobody(why: str) -> Caller:
    return Caller(None, 0, _no_key(why))


def _no_key(why: str) -> Refused:
    return Refused("no-key", why, headers=CHALLENGE)


def _token(sent: Mapping[bytes, bytes]) -> bytes | None:
    """Return what was sent as a key, whatever it is; None where nothing was."""
    kind, _, value = sent.get(b"authorization", b"").partition(b" ")
    kind = kind.lower()
    if kind == b"bearer":
        return value.strip()
    if kind == b"basic":
        return _password(value)
    return sent.get(b"x-api-key")


def _password(value: bytes) -> bytes:
    try:
        return binascii.a2b_base64(value.strip()).partition(b":")[2]
    except binascii.Error:
        return b""
