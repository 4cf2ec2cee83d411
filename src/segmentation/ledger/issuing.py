"""How API keys are issued and revoked: each by one person, an administrator, or compliance to end one.

A key opens the door of the service and decides nothing about a version, so one signature is enough. Whoever
can write the database makes no key, because nobody believes one that an administrator did not sign.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.ledger.api_keys import PURPOSEFUL, ApiKey, ApiKeyRevocation
from segmentation.ledger.entering import about_nothing
from segmentation.ledger.facts import Change
from segmentation.ledger.signatures import entitled, read, seen, signer

if TYPE_CHECKING:
    from datetime import datetime

    from segmentation.ledger.event import Draft
    from segmentation.ledger.facts import Facts

LONGEST = timedelta(days=731)
"""How long a key lasts at most: two years, leap days among them."""


def issues(facts: Facts, draft: Draft, now: datetime) -> Change:
    """Allow an API key: signed by an administrator, under an id of its own, and not for ever."""
    key, signed = read(facts, draft, ApiKey, now)
    about_nothing(draft)
    person = signer(facts, key, signed)
    seen(facts, key)
    entitled(person, key.role, "issue_an_API_key", now)
    if key.id in facts.api_keys:
        raise ReviewError(f"There is, or was, an API key {key.id}, and an id is given once; issue a new one.")
    if len(set(key.scopes)) != len(key.scopes):
        raise ReviewError(f"The API key {key.id} names a scope twice; name each once.")
    _purposeful(key)
    _lasting(key, now)
    return Change(api_key=key)


def _purposeful(key: ApiKey) -> None:
    if len(set(key.purposes)) != len(key.purposes):
        raise ReviewError(f"The API key {key.id} names a purpose twice; name each once.")
    asking = [scope for scope in PURPOSEFUL if scope in key.scopes]
    if asking and not key.purposes:
        raise ReviewError(
            f"The API key {key.id} has the scope {asking[0]!r} and names no purpose; name each purpose for "
            "which it may ask, by its key in the policy."
        )


def _lasting(key: ApiKey, now: datetime) -> None:
    if key.expires <= now:
        raise ReviewError(
            f"The API key {key.id} would expire at {key.expires:%Y-%m-%d %H:%M %Z}, which is over; name a "
            "later day."
        )
    if key.expires > now + LONGEST:
        raise ReviewError(
            f"The API key {key.id} would last until {key.expires:%Y-%m-%d}, and a key lasts two years "
            f"({LONGEST.days} days) at most; name an earlier day."
        )


def ends(facts: Facts, draft: Draft, now: datetime) -> Change:
    """Allow the end of an API key: at once, by one administrator or compliance person."""
    revocation, signed = read(facts, draft, ApiKeyRevocation, now)
    about_nothing(draft)
    person = signer(facts, revocation, signed)
    seen(facts, revocation)
    entitled(person, revocation.role, "revoke_an_API_key", now)
    standing = facts.api_keys.get(revocation.id)
    if standing is None:
        raise ReviewError(
            f"There is no API key {revocation.id} in this ledger; `segmentation keys list` shows those there "
            "are."
        )
    if standing.revoked is not None:
        raise ReviewError(
            f"The API key {revocation.id} was revoked on {standing.revoked:%Y-%m-%d} already; it stays so."
        )
    return Change(api_key_revocation=revocation)
