"""Giving programs their way in: API keys that an administrator signs, and their end.

The secret of a key is made here, handed to whoever asked for it, and kept nowhere: the ledger has its digest.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from pydantic import ValidationError

from segmentation.ledger.api_keys import NAMELESS, ApiKey, ApiKeyRevocation, token_of
from segmentation.ledger.event import Draft
from segmentation.ledger.signatures import WHO, entitled
from segmentation.reviews.drafting import entered, fitting, unsaid
from segmentation.reviews.keyfiles import spelled
from segmentation.signing import sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from segmentation.ledger.api_keys import Scope
    from segmentation.ledger.book import Book
    from segmentation.ledger.history import History
    from segmentation.reviews.desk import Signer

ISSUE, REVOKE = "issue_an_API_key", "revoke_an_API_key"
SECRET, ID = 32, 6
"""Random bytes of a secret, and of the id that names a key in logs."""


def issue_api_key(  # noqa: PLR0913 - everything that is signed of a key
    book: Book,
    signer: Signer,
    name: str,
    scopes: Iterable[Scope],
    expires: datetime,
    per_second: int,
    reason: str,
    random: Callable[[int], bytes],
    *,
    purposes: Iterable[str] = (),
) -> tuple[str, ApiKey]:
    """Issue an API key.

    Parameters
    ----------
    book : Book
    signer : Signer
        An administrator, whose training is valid.
    name : str
        Who or what uses the key.
    scopes : iterable of str
        Of `segmentation.ledger.api_keys.SCOPES`.
    expires : datetime
        Aware; the first moment at which the key opens nothing. At most two years from now.
    per_second : int
        Requests a second, from 1.
    reason : str
        Signed and kept.
    random : callable
        Returns as many random bytes as it is asked for: `secrets.token_bytes`.
    purposes : iterable of str
        Keys of the purposes for which it may ask of residents who are named; the scopes ``store`` and
        ``resident`` need one.

    Returns
    -------
    tuple of (str, ApiKey)
        The token, which is nowhere else and cannot be had again, and the record.

    Raises
    ------
    ReviewError
        Nobody of that name is entered, or the rules refuse.
    LedgerError, StorageError
        What `Book.record` raises; no key was then issued.
    """
    secret = urlsafe_b64encode(random(SECRET)).rstrip(b"=").decode()
    asked, named = tuple(scopes), tuple(purposes)
    is_nameless = not named and set(asked) <= set(NAMELESS)
    issued: list[ApiKey] = []

    def make(history: History, now: datetime) -> Iterable[Draft]:
        person = entered(spelled(signer.name), history)
        try:
            record = ApiKey(
                type="api-key/1" if is_nameless else "api-key/2",
                ledger=history.ledger,
                id=_unused(history, random),
                name=spelled(name),
                secret=sha256(secret.encode()),
                scopes=asked,
                per_second=per_second,
                expires=expires,
                by=person.name,
                key=person.key,
                role="administrator",
                reason=reason,
                at=now,
                previous=history.head.digest,
                purposes=named,
            )
        except ValidationError as error:
            raise unsaid(error) from None
        issued.append(record)
        return [Draft("api_key", signer.sign(record))]

    book.record(make)
    return token_of(issued[0].id, secret), issued[0]


def revoke_api_key(book: Book, signer: Signer, key_id: str, reason: str) -> ApiKey:
    """End an API key, at once and for good.

    Parameters
    ----------
    book : Book
    signer : Signer
        An administrator or a compliance person, whether their training is valid or not.
    key_id : str
    reason : str

    Returns
    -------
    ApiKey
        The one that ended.

    Raises
    ------
    ReviewError
        There is no such key, it was revoked already, nobody of that name is entered, or the rules refuse.
    LedgerError, StorageError
        What `Book.record` raises.
    """

    def make(history: History, now: datetime) -> Iterable[Draft]:
        person = entered(spelled(signer.name), history)
        try:
            record = ApiKeyRevocation(
                ledger=history.ledger,
                id=key_id,
                by=person.name,
                key=person.key,
                role="administrator" if "administrator" in person.roles else "compliance",
                reason=reason,
                at=now,
                previous=history.head.digest,
            )
        except ValidationError as error:
            raise unsaid(error) from None
        return [Draft("api_key_revoked", signer.sign(record))]

    return book.record(make).api_keys[key_id].record


def _unused(history: History, random: Callable[[int], bytes]) -> str:
    known = history.api_keys
    while (drawn := random(ID).hex()) in known:
        pass
    return drawn


def check_may(history: History, name: str, action: str, now: datetime) -> None:
    """Refuse who may not issue or revoke keys, before they are asked for their passphrase.

    Parameters
    ----------
    history : History
    name : str
    action : {"issue_an_API_key", "revoke_an_API_key"}
    now : datetime

    Raises
    ------
    ReviewError
        It says what is missing.
    """
    person = entered(spelled(name), history)
    entitled(person, fitting(person, WHO[action], ()), action, now)
