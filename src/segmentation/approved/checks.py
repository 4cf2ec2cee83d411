"""Holding what was fetched against what was signed: each file, what it says, and the proof beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segmentation.bundle import AUDIT, CARD, DECISION, IMPACT, POLICY, SCORER, plain
from segmentation.errors import BundleError, LedgerError, SegmentationError
from segmentation.ledger.proof import Proof
from segmentation.policy import Policy, policy_from
from segmentation.scorer import FoldedScorer
from segmentation.signing import sha256

if TYPE_CHECKING:
    from segmentation.bundle import Bundle
    from segmentation.ledger.history import History
    from segmentation.ledger.records import Digests
    from segmentation.signing import PublicKey


def check_bundle(bundle: Bundle, signed: Digests) -> tuple[Policy, FoldedScorer]:
    """Return the policy and the scorer of a bundle, each part of which is what was signed.

    Parameters
    ----------
    bundle : Bundle
    signed : Digests
        Of the submission that was approved.

    Raises
    ------
    BundleError
        A part is not what was signed, cannot be read, or does not belong to the others; names all such.
    """
    which = f"the bundle of {bundle.model} version {bundle.version}"
    policy, scorer = _read(bundle, which)
    card = _digests(plain(bundle.files[CARD], f"The card in {which}"))
    fits = {
        "manifest": bundle.digest == signed.bundle,
        "policy": policy.digest == signed.policy == card.get("policy") and policy.name == bundle.model,
        "scorer": sha256(bundle.files[SCORER]) == signed.model.get(SCORER)
        and scorer.digest == card.get("scorer")
        and policy.features.keys() >= set(scorer.features),
        "card": sha256(bundle.files[CARD]) == signed.card,
        "audit": sha256(bundle.files[AUDIT]) == signed.audit,
        "impact assessment": sha256(bundle.files[IMPACT]) == signed.impact,
        "data": card.get("data") == signed.data,
    }
    strange = [part for part, does in fits.items() if not does]
    if strange:
        raise BundleError(
            f"Not what was signed in {which}: {', '.join(strange)}. Do not use it; submit the version anew, "
            "as it was registered."
        )
    return policy, scorer


def check_proof(text: str, history: History, root: PublicKey, bundle: Bundle) -> Proof:
    """Return the proof that lies beside a bundle, which shows an approval of it by records of this ledger.

    It may be of an earlier pair of approvals than the one that stands, as long as a renewal is on its way, or
    where somebody put an old file back: what is in force, only `History.proof` tells.

    Parameters
    ----------
    text : str
        As it lies there.
    history : History
    root : PublicKey
        The pinned root key.
    bundle : Bundle

    Raises
    ------
    BundleError
        It proves nothing, or something else.
    """
    here = f"{DECISION} beside {bundle.model} version {bundle.version}"
    try:
        proof = Proof.from_json(text)
        shown = proof.verified(root)
    except LedgerError as error:
        raise BundleError(f"{here} proves no approval. {error}") from None
    if (shown.model, shown.version) != (bundle.model, bundle.version):
        raise BundleError(
            f"{here} proves the approval of {shown.model} version {shown.version}. Publish the bundle anew."
        )
    if shown.digests.bundle != bundle.digest:
        raise BundleError(f"{here} proves the approval of other files. Publish the bundle anew.")
    events = history.events
    if any(event.seq > len(events) or events[event.seq - 1] != event for event in proof.events):
        raise BundleError(
            f"{here} holds records that are not in the ledger. Publish the bundle anew, or restore the "
            "ledger."
        )
    return proof


def _read(bundle: Bundle, which: str) -> tuple[Policy, FoldedScorer]:
    raw = plain(bundle.files[POLICY], f"The policy in {which}")
    try:
        if not isinstance(raw, dict):
            raise BundleError("it is not a table")
        return policy_from(raw), FoldedScorer.from_json(bundle.files[SCORER].decode())
    except (SegmentationError, UnicodeDecodeError) as error:
        cause = str(error).split("\n")[0].rstrip(".:")
        raise BundleError(
            f"A file in {which} cannot be read: {cause}. Another version of this program made it; submit the "
            "version anew."
        ) from None


def _digests(card: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the card is
    """Return what a card says that it was made from; nothing where it is no card."""
    digests = card.get("digests") if isinstance(card, dict) else None
    return digests if isinstance(digests, dict) else {}
