"""API keys, as a request shows them: who asks, told in a time that does not depend on which part was wrong.

A key may come as ``Authorization: Bearer``, as ``X-API-Key`` or as the password of ``Authorization: Basic``,
so that the client of another server changes only its address. Whether an id is unknown or its secret is
wrong, the same is computed, and the answer is the same sentence.
"""

from __future__ import annotations

import binascii
import hashlib
from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple, Protocol

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


CHALLENGE = (
    (b"www-authenticate", b'Basic realm="segmentation", charset="UTF-8"'),
    (b"www-authenticate", b'Bearer realm="segmentation"'),
)
"""Two lines, which RFC 9110 (section 11.6.1) has for one list: Chromium asks for a password only where Basic
is the first of its line."""
NONE_SENT = "Send an API key: Authorization: Bearer sgk_…, X-API-Key: sgk_…, or as the password of Basic."
UNKNOWN = (
    "The API key sent is not known here. Check that all of it was copied, or ask an administrator for one."
)
NOBODY = "0" * 64
"""Stands for the secret of a key that is not there: no secret has this digest."""
OPENING, SEPARATOR, LENGTH = b"sgk_", b"_", 60
ID, SECRET = slice(4, 16), slice(17, None)
"""Where the parts of a token stand, as `segmentation.ledger.api_keys.token_of` writes it."""


class Caller(NamedTuple):
    """Who asks.

    Attributes
    ----------
    key : ApiKey or None
        None where no key was sent whose secret is right.
    slot : int
        Where the rate counts for it: its place among all keys that were issued, the same in every worker.
    refusal : Refused or None
        Why the key does not count.
    """

    key: ApiKey | None
    slot: int
    refusal: Refused | None


class Known(NamedTuple):
    """A key of the ledger, as it is looked up.

    Attributes
    ----------
    standing : Standing
    digest : str
        SHA-256 of its secret, in hexadecimal digits.
    caller : Caller
        Who asks with it while it counts.
    """

    standing: Standing
    digest: str
    caller: Caller


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
        self._known: dict[bytes, Known] = {}
        # A copy of it spares OpenSSL to look for the algorithm at each request, which takes longer than it.
        self._begun = hashlib.sha256()

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
        if len(token) != LENGTH or token[:4] != OPENING or token[16:17] != SEPARATOR:
            return _nobody(UNKNOWN)
        if keys is not self._seen:
            self._known, self._seen = _known(keys), keys
        known = self._known.get(token[ID])
        digest = self._begun.copy()
        digest.update(token[SECRET])
        is_right = compare_digest(digest.hexdigest(), NOBODY if known is None else known.digest)
        if known is None or not is_right:
            return _nobody(UNKNOWN)
        why = known.standing.refusal(now)
        return known.caller if why is None else known.caller._replace(refusal=_no_key(why))


def _known(keys: Mapping[str, Standing]) -> dict[bytes, Known]:
    """Return the keys by the id in their tokens."""
    return {
        id_.encode(): Known(
            standing, standing.record.secret.removeprefix("sha256:"), Caller(standing.record, slot, None)
        )
        for slot, (id_, standing) in enumerate(keys.items())
    }


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
