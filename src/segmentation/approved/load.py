"""Loading what is approved: ask the ledger, fetch what was signed, check all of it, or raise."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.approved.checks import check_bundle, check_proof
from segmentation.approved.model import Approved
from segmentation.approved.refusals import signed_of, standing_of
from segmentation.bundle import AUDIT, CARD, IMPACT, fetch, fetch_decision
from segmentation.home import VARIABLE, Home
from segmentation.ledger.book import Book
from segmentation.ledger.trust import trust_of
from segmentation.policy.catalogue import load_catalogue

if TYPE_CHECKING:
    from segmentation.ledger.history import History
    from segmentation.ledger.standing import Standing
    from segmentation.ledger.trust import Trust

HOME = "var"
"""The home folder where `SEGMENTATION_HOME` is not set, as for the program."""


def load_approved(
    name: str, home: Home | None = None, *, trust: Trust | None = None, now: datetime | None = None
) -> Approved:
    """Load the version of a model that two people approved and that is active now.

    Parameters
    ----------
    name : str
        Of the model.
    home : Home, optional
        Where settings look for what the environment does not say; `SEGMENTATION_HOME` when not given.
    trust : Trust, optional
        The ledger, the pinned root key, the witness and the place of bundles; as the settings say when not
        given.
    now : datetime, optional
        UTC; the clock's time when not given. A time that is given is held against the witness, and is not
        noted in it.

    Raises
    ------
    NotApprovedError
        No version may be served; says which one stood last, since when, why, and what leads on.
    BundleError
        What is published of it is missing, or is not what was signed.
    LedgerError
        The ledger cannot be reached, was altered, went back, or is not the one that is trusted; or the clock
        went back.
    SigningError
        What is pinned as the root key is no key.
    StorageError
        The place of bundles cannot be reached.
    """
    trusted = trust or trust_of(home or Home(Path(os.environ.get(VARIABLE) or HOME)))
    at = now or clock()
    with Book(trusted, lambda: at, notes=now is None) as book:
        history = book.history()
    return approved_of(history, trusted, name, at, load_catalogue().digest)


def clock() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


def approved_of(
    history: History,
    trust: Trust,
    name: str,
    now: datetime,
    catalogue: str | None,
    *,
    known: Approved | None = None,
) -> Approved:
    """Return the version of a model that is active, for who holds a history and asks again and again.

    Parameters
    ----------
    history : History
        As `Book.history` gives it, which has checked it against the witness.
    trust : Trust
    name : str
        Of the model.
    now : datetime
        UTC.
    catalogue : str or None
        Digest of the running program's catalogue of law; approvals under another one do not count. None does
        not look.
    known : Approved, optional
        An earlier answer: where the same bundle is still active, its files are not fetched anew, and only its
        standing is.

    Raises
    ------
    NotApprovedError, BundleError, StorageError
        As `load_approved` does.
    """
    standing = standing_of(history, name, now, catalogue)
    signed = signed_of(standing)
    if known is not None and (known.name, known.digest) == (name, signed.bundle):
        proof = history.proof(name, standing.version)
        return replace(known, standing=standing, proof=proof, decision=_decision(history, standing))
    at = (trust.bundles, name, standing.version, signed.bundle)
    bundle = fetch(*at, approved=True)
    policy, scorer = check_bundle(bundle, signed)
    check_proof(fetch_decision(*at), history, trust.root, bundle)
    return Approved(
        name=name,
        version=standing.version,
        policy=policy,
        scorer=scorer,
        card=bundle.files[CARD],
        audit=bundle.files[AUDIT],
        impact=bundle.files[IMPACT],
        standing=standing,
        proof=history.proof(name, standing.version),
        decision=_decision(history, standing),
    )


def _decision(history: History, standing: Standing) -> str:
    """Return the digest of the signed approval that completed the pair."""
    last = standing.approvals[-1]
    records = history.records(standing.model, standing.version)
    return next(
        event.draft.signed.digest for event, said in records[::-1] if said == last and event.draft.signed
    )
