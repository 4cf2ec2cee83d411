"""`Approved`: a version that may be served now, with what it was approved on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.approved.refusals import signed_of

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from segmentation.ledger.proof import Proof
    from segmentation.ledger.standing import Standing
    from segmentation.policy import Policy
    from segmentation.scorer import FoldedScorer


@dataclass(frozen=True)
class Approved:
    """The active version of a model; every file of it is what two people signed.

    It was active when it was loaded, and says nothing of later: ask anew (`approved_of`) as often as a
    revocation is to be heeded.

    Attributes
    ----------
    name : str
        Of the model.
    version : int
    policy : Policy
    scorer : FoldedScorer
    card, audit, impact : bytes
        JSON of the model card, of the audit and of the impact assessment.
    standing : Standing
        State, approvals and last day, as the ledger tells them.
    proof : Proof
        The signed records that show the approval to who has no ledger: of the approvals that stand, as the
        ledger has them. The file beside the bundle must prove an approval of it by records of the ledger, and
        may be of an earlier pair: a renewal is published after it is recorded.
    decision : str
        Digest of the signed approval that completed the pair, as ``sha256:…``: names the decision that this
        version is served on.
    """

    name: str
    version: int
    policy: Policy
    scorer: FoldedScorer
    card: bytes
    audit: bytes
    impact: bytes
    standing: Standing
    proof: Proof
    decision: str

    @property
    def digest(self) -> str:
        """Digest of its bundle: equal for equal files of the same version."""
        return signed_of(self.standing).bundle

    @property
    def valid_until(self) -> date | None:
        """Last day (UTC) on which it may be served."""
        return self.standing.valid_until

    @property
    def approved_by(self) -> tuple[str, ...]:
        """Names of those who approved it."""
        return tuple(approval.by for approval in self.standing.approvals)

    def segments_of(self, needs: pd.DataFrame) -> pd.Series:
        """Return the segment id of each resident.

        Parameters
        ----------
        needs : DataFrame of shape (n_residents, n_features)
            As `segmentation.residents` gives it; features that it does not read may be there or not.

        Returns
        -------
        Series of shape (n_residents,)
            Categorical, with the index of `needs`.

        Raises
        ------
        ScorerError
            A feature is missing, or holds what the policy does not allow.
        """
        from segmentation.clustering.assign import segment_ids  # noqa: PLC0415 - who has a table has pandas

        return segment_ids(self.scorer, needs)

    def __repr__(self) -> str:
        """Return which version it is, who approved it until when, and the start of its digest."""
        return (
            f"Approved({self.name!r} version {self.version}, {len(self.scorer.segments)} segments, by "
            f"{' and '.join(self.approved_by)} until {self.valid_until}, {self.digest[:15]}…)"
        )

    def _repr_html_(self) -> str:
        from segmentation.approved import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.html(self)
