"""Putting together everything that is kept of one resident, as of one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import standing_of
from segmentation.ledger.personal.overrides import Overrides
from segmentation.ledger.personal.requests import Requests
from segmentation.ledger.personal.segments import Segments
from segmentation.rights.account import Account, Consent, Kept, Override, Purpose, Request, Step
from segmentation.rights.beheld import Purposes, beheld
from segmentation.rights.readings import mark_of, readings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from segmentation.ledger.personal import events as said
    from segmentation.ledger.personal import requests as asked
    from segmentation.ledger.personal.records import Records
    from segmentation.rights.beheld import Beheld
    from segmentation.rights.kept import States


def account_of(
    records: Records,
    subject: bytes,
    stated: Iterable[str],
    now: datetime,
    known: Purposes | None = None,
    states: States | None = None,
) -> Account:
    """Return everything that is kept of a resident, expired rows included.

    Parameters
    ----------
    records : Records
    subject : bytes
        `Keyring.subject_of` the resident.
    stated : iterable of str
        Keys of the purposes that the policy states: where nothing was said of one, that is told, too.
    now : datetime
        Aware.
    known : Purposes, optional
        Kept by who asks often.
    states : callable, optional
        As `kept.states_of` returns it; without it, nothing is said of where versions stand.

    Raises
    ------
    LedgerError, StorageError
        The database cannot be read.
    VaultError
        A row does not open.
    """
    with beheld(records) as seen:
        purposes = tuple(dict.fromkeys((*stated, *(known or Purposes()).of(seen))))
        return Account(
            at=now.isoformat(),
            purposes=tuple(standings(seen, subject, purposes)),
            consents=tuple(one for purpose in purposes for one in consents_of(seen, subject, purpose)),
            segments=tuple(one for purpose in purposes for one in _kept(seen, subject, purpose, now, states)),
            overrides=tuple(one for purpose in purposes for one in _overrides(seen, subject, purpose)),
            requests=tuple(map(told_of, Requests(seen).of(subject))),
            readings=readings_of(seen.look.connection, mark_of(seen.keyring, subject)),
        )


def standings(seen: Beheld, subject: bytes, purposes: Iterable[str]) -> Iterator[Purpose]:
    """Yield where consent to each purpose stands."""
    for purpose in purposes:
        found = standing_of(Consents(seen).events(subject, purpose))
        yield Purpose(purpose, found.state, _iso(found.since), found.notice, _iso(found.objected))


def consents_of(seen: Beheld, subject: bytes, purpose: str) -> Iterator[Consent]:
    """Yield every event of consent to a purpose."""
    for one in Consents(seen).events(subject, purpose):
        yield _event(purpose, one)


def told_of(request: asked.Request) -> Request:
    """Return a request as plain data."""
    return Request(
        id=request.id,
        right=request.right,
        state=request.state,
        received=request.received.isoformat(),
        due=request.due.isoformat(),
        ended=_iso(request.ended),
        steps=tuple(
            Step(
                one.state,
                one.at.isoformat(),
                one.told.by,
                one.told.text,
                one.told.channel,
                one.told.language,
                one.told.identity,
            )
            for one in request.steps
        ),
    )


def _event(purpose: str, event: said.Event) -> Consent:
    told = event.told
    return Consent(
        purpose=purpose,
        event_state=told.event_state,
        event_time=event.event_time.isoformat(),
        privacy_notice=told.privacy_notice,
        language=told.language,
        collection_method=told.collection_method,
        entity_id=told.entity_id,
    )


def _kept(seen: Beheld, subject: bytes, purpose: str, now: datetime, states: States | None) -> Iterator[Kept]:
    for one in Segments(seen).history(subject, purpose):
        yield Kept(
            purpose=purpose,
            model=one.model,
            version=one.version,
            segment=one.segment,
            margin=one.margin,
            borderline=one.borderline,
            imputed=one.imputed,
            decision=one.decision,
            at=one.at.isoformat(),
            expires=one.expires.isoformat(),
            is_expired=now >= one.expires,
            state="" if states is None else states(one.model, one.version),
        )


def _overrides(seen: Beheld, subject: bytes, purpose: str) -> Iterator[Override]:
    for one in Overrides(seen).history(subject, purpose):
        yield Override(purpose, one.model, one.segment, one.reason, one.by, one.request, one.at.isoformat())


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
