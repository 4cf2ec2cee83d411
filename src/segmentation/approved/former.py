"""The version that placed a resident, as it was signed, whatever became of it since.

A reason is of the segment that is kept, so it comes from the version that gave it and from no other (PIPL
Art. 24). Nobody is placed by what is loaded here: that takes an `Approved`, which is active.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.approved.checks import check_bundle
from segmentation.bundle import CARD, fetch
from segmentation.errors import BundleError, NotApprovedError

if TYPE_CHECKING:
    from segmentation.bundle import Bundle
    from segmentation.ledger.history import History
    from segmentation.ledger.records import Digests
    from segmentation.ledger.trust import Trust
    from segmentation.policy import Policy
    from segmentation.scorer import FoldedScorer


@dataclass(frozen=True)
class Former:
    """A version that was approved once; every file of it is what was signed then.

    Attributes
    ----------
    name : str
        Of the model.
    version : int
    decision : str
        Digest of the signed approval that it served on.
    policy : Policy
    scorer : FoldedScorer
    card : bytes
        JSON of the model card.
    """

    name: str
    version: int
    decision: str
    policy: Policy
    scorer: FoldedScorer
    card: bytes

    def __repr__(self) -> str:
        """Return which version it is."""
        return f"Former({self.name!r} version {self.version}, {len(self.scorer.segments)} segments)"


def former_of(history: History, trust: Trust, name: str, version: int, decision: str) -> Former:
    """Return a version as it was approved by a decision.

    Parameters
    ----------
    history : History
        As `Book.history` gives it.
    trust : Trust
        Says where bundles lie.
    name, version : str, int
        Of the model.
    decision : str
        Digest of the signed approval, as ``sha256:…``: what the classification table keeps with a segment.

    Raises
    ------
    NotApprovedError
        The ledger has no such approval.
    BundleError
        What was signed then is not there any more, or is not what was signed.
    StorageError
        The place of bundles cannot be reached.
    """
    signed = _signed(history, name, version, decision)
    bundle = _fetched(trust, name, version, signed.bundle)
    policy, scorer = check_bundle(bundle, signed)
    return Former(name, version, decision, policy, scorer, bundle.files[CARD])


def _signed(history: History, name: str, version: int, decision: str) -> Digests:
    for event, said in history.records(name, version):
        signed = event.draft.signed
        if said.action == "approve" and signed is not None and signed.digest == decision:
            return said.digests
    raise NotApprovedError(
        f"The ledger has no approval of {name} version {version} with the digest that is kept. Make sure "
        "that it is the ledger by which residents were placed."
    )


def _fetched(trust: Trust, name: str, version: int, digest: str) -> Bundle:
    """Return a bundle from where it was served, or else from where reviewers read it: its digest says all."""
    try:
        return fetch(trust.bundles, name, version, digest, approved=True)
    except BundleError as error:
        try:
            return fetch(trust.bundles, name, version, digest, approved=False)
        except BundleError:
            raise error from None
