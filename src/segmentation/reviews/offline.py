"""What was signed elsewhere: a payload and a signature, taken together again as one record.

A key may live on a machine, or in a device, that this program never sees. What leaves is the record to the
byte, and what comes back is 64 bytes; the ledger's rules judge it as they judge what is signed here.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING

from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.comments import Comment
from segmentation.ledger.records import Adoption, Decision
from segmentation.reviews.submission import which
from segmentation.signing import PublicKey, Signed

if TYPE_CHECKING:
    from segmentation.ledger.history import History

SIGNATURE = 64
"""Bytes of an Ed25519 signature (RFC 8032)."""
MOST = 2**20
"""Bytes of a payload; a decision with a waiver for each of a thousand findings has fewer."""
_KINDS: dict[str, type[Decision | Adoption | Comment]] = {
    "decision/1": Decision,
    "adoption/1": Adoption,
    "comment/1": Comment,
}
AT_ONCE = frozenset({"revoke", "suspend"})
"""What stops a version is never too late."""


def unpacked(payload: bytes, signature: bytes | str) -> tuple[Decision | Adoption | Comment, Signed]:
    """Return the record that was signed elsewhere, and it with its signature.

    Raises
    ------
    ReviewError
        The payload is none, the signature has another form, or it is not one over the payload by the key that
        the payload names.
    """
    if len(payload) > MOST:
        raise ReviewError(
            "The payload is larger than any that `review payload` writes. Take the file that it wrote."
        )
    try:
        document = payload.decode()
        kind = _KINDS[json.loads(document)["type"]]
        signed = Signed(document, base64.b64encode(_raw(signature)).decode())
        record = kind.of(signed)
    except (ValueError, LookupError, TypeError, RecursionError, LedgerError):
        raise ReviewError(
            "The payload is not one that `review payload` wrote. Take that file, unchanged and without a "
            "line feed at its end."
        ) from None
    if not PublicKey(record.key).verifies(signed):
        raise ReviewError(
            f"The signature is not one by {record.by} over this payload: another key made it, or the payload "
            "was changed. Sign the file as it was written, with `openssl pkeyutl -sign -rawin`."
        )
    return record, signed


def refuse_stale(record: Decision, history: History) -> None:
    """Refuse a decision about an earlier submission than the one that stands.

    What happened since to other versions, or to people, does no harm; the ledger's own rules say what else
    does.

    Raises
    ------
    ReviewError
        The version was submitted anew since the payload was written.
    """
    places = {event.digest: event.seq for event in history.events}
    submitted = [
        event.seq
        for event, decision in history.records(record.model, record.version)
        if decision.action == "submit"
    ]
    if record.action in AT_ONCE or not submitted or record.previous not in places:
        return
    if places[record.previous] < submitted[-1]:
        raise ReviewError(
            f"{which(record.model, record.version)} was submitted anew since this payload was written. Look "
            "at it again, and sign a new payload."
        )


def refuse_other_law(record: Decision, catalogue: str) -> None:
    """Refuse a decision that says that it was made under another catalogue of law than this program's.

    What a reviewer was shown is this program's catalogue; a payload that names another was edited, or written
    by another release. What stops a version counts under any.

    Raises
    ------
    ReviewError
        It is another one.
    """
    if record.catalogue != catalogue and record.action not in AT_ONCE:
        raise ReviewError(
            "The payload names another catalogue of law than the one of this program: it was edited, or "
            "another release wrote it. Write a new payload here, and sign that."
        )


def _raw(signature: bytes | str) -> bytes:
    """Return the 64 bytes of a signature, given as they are or as base64, with line breaks or without."""
    if isinstance(signature, bytes) and len(signature) == SIGNATURE:
        return signature
    try:
        text = signature.decode("ascii") if isinstance(signature, bytes) else signature
        raw = base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != SIGNATURE:
        raise ReviewError(
            f"The signature is neither {SIGNATURE} bytes nor base64 of them. Sign with an Ed25519 key: "
            "`openssl pkeyutl -sign -rawin -inkey KEY.pem -in PAYLOAD -out SIGNATURE`."
        )
    return raw
