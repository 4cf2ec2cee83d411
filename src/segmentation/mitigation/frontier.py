"""The frontier: what each mitigation removes of a disparity, and what it costs, for a person to choose from.

Residents are split in two halves. A mitigation is fitted on one, every figure is of the other, which it did
not see: on those that it was fitted on, an erasure is perfect by construction. Nothing is applied by this; a
choice is made by building anew with that mitigation, which audits anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from segmentation.audit import audit
from segmentation.clustering import Segmenter
from segmentation.clustering.assign import segment_ids
from segmentation.errors import MitigationError
from segmentation.mitigation.candidates import candidates
from segmentation.mitigation.figures import Space, disparity, quality, rank_erased
from segmentation.mitigation.outcome import NONE, Frontier, Outcome
from segmentation.mitigation.prepare import prepare
from segmentation.progress import SILENT, watched

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

    from segmentation.audit import AuditReport
    from segmentation.mitigation.model import Mitigation
    from segmentation.policy import Policy
    from segmentation.progress import Progress, Watch
    from segmentation.residents import Residents


def frontier(
    policy: Policy,
    residents: Residents,
    attribute: str,
    mitigations: Iterable[Mitigation] | None = None,
    *,
    n_segments: int | Literal["auto"] = "auto",
    seed: int | None = None,
    progress: Progress = False,
) -> Frontier:
    """Compare mitigations on residents that they did not see.

    Parameters
    ----------
    policy : Policy
    residents : Residents
        Split in two halves at random, by row.
    attribute : str
        A protected attribute or proxy of the policy.
    mitigations : iterable of Mitigation, optional
        What to compare; `candidates` of the half that is seen where not given.
    n_segments : "auto" or int, default "auto"
        "auto" chooses the number anew for each mitigation, as a build with it would.
    seed : int, optional
        Of the halves and the samples; the policy's where not given.
    progress : bool or callable, default False
        True shows a bar, in a notebook and on a terminal. A callable is told each mitigation's key before it
        is tried.

    Raises
    ------
    MitigationError
        The policy does not audit that attribute, there are too few residents to halve, or a mitigation does
        not fit the policy.
    AuditError
        Half the residents are too few to judge.
    """
    if attribute not in policy.audited:
        known = ", ".join(policy.audited)
        raise MitigationError(f"The policy audits no attribute '{attribute}'. Take one of {known}.")
    seed = policy.clustering.seed if seed is None else seed
    trial = _Trial.of(policy, residents, attribute, n_segments, seed)
    with watched(progress, titles={NONE: "Without a mitigation"}) as watch:
        watch(NONE)
        first = trial.outcome(None)
        tried = trial.candidates() if mitigations is None else tuple(mitigations)
        outcomes = [first, *trial.outcomes(tried, watch)]
    return Frontier(attribute, tuple(outcomes), len(trial.seen), len(trial.unseen), seed)


def worst_attribute(
    policy: Policy,
    residents: Residents,
    *,
    n_segments: int | Literal["auto"] = "auto",
    progress: Progress = False,
) -> str:
    """Return the attribute or proxy whose association with the segments is worst, without a mitigation.

    Takes `n_segments` and `progress` as `frontier` does; its one step is to find that attribute.

    Raises
    ------
    MitigationError
        No attribute has two groups whose association can be judged, or there are fewer residents than
        segments.
    """
    with watched(progress, first="Finding the worst attribute") as watch:
        segmenter = _fitted(Segmenter.from_policy(policy, n_segments), residents.needs, watch)
        report = _judged(policy, segmenter, residents.needs, residents.protected, watch)
    for finding in report.findings:
        if finding.check == "association" and finding.attribute in policy.audited:
            return finding.attribute
    raise MitigationError("No attribute has two groups to compare. Name one that has, or check the columns.")


@dataclass(frozen=True, eq=False)
class _Trial:
    """Both halves, and the space of all needs as the seen half spans it."""

    policy: Policy
    attribute: str
    n_segments: int | Literal["auto"]
    seed: int
    seen: pd.DataFrame
    seen_protected: pd.DataFrame
    unseen: pd.DataFrame
    unseen_protected: pd.DataFrame
    space: Space

    @classmethod
    def of(
        cls,
        policy: Policy,
        residents: Residents,
        attribute: str,
        n_segments: int | Literal["auto"],
        seed: int,
    ) -> _Trial:
        half = len(residents) // 2
        if half < 2:  # noqa: PLR2004 - k-means needs two
            raise MitigationError(f"{len(residents)} residents cannot be halved. Bring more residents.")
        order = np.random.default_rng(seed).permutation(len(residents))
        rows = np.sort(order[:half]), np.sort(order[half:])
        seen, unseen = (residents.needs.iloc[at].reset_index(drop=True) for at in rows)
        groups, others = (residents.protected.iloc[at].reset_index(drop=True) for at in rows)
        space = Space.of(policy, seen, unseen)
        return cls(policy, attribute, n_segments, seed, seen, groups, unseen, others, space)

    @cached_property
    def plain(self) -> Segmenter:
        """The segmenter without a mitigation, fitted once."""
        return self._fitted(None)

    def candidates(self) -> tuple[Mitigation, ...]:
        report = _judged(self.policy, self.plain, self.seen, self.seen_protected)
        return candidates(
            self.policy,
            self.plain,
            report,
            self.seen,
            self.seen_protected,
            self.attribute,
            seed=self.seed,
        )

    def outcomes(self, mitigations: Sequence[Mitigation], watch: Watch) -> Iterator[Outcome]:
        for at, mitigation in enumerate(mitigations):
            watch(mitigation.key)
            watch.part("mitigations", at, len(mitigations))
            yield self.outcome(mitigation)

    def outcome(self, mitigation: Mitigation | None) -> Outcome:
        segmenter = self.plain if mitigation is None else self._fitted(mitigation)
        if segmenter.n_segments_ == 1:
            return Outcome(mitigation, 1, rank_erased(segmenter))
        report = _judged(self.policy, segmenter, self.unseen, self.unseen_protected)
        return Outcome(
            mitigation,
            segmenter.n_segments_,
            rank_erased(segmenter),
            disparity(report, self.attribute, self.policy.audited),
            quality(
                segmenter,
                self.space,
                self.unseen,
                self.unseen_protected[self.attribute],
                self.policy.audit.smallest_group,
                self.seed,
            ),
        )

    def _fitted(self, mitigation: Mitigation | None) -> Segmenter:
        segmenter = prepare(mitigation, self.policy, self.seen, self.seen_protected, self.n_segments)
        return _fitted(segmenter, self.seen)


def _fitted(segmenter: Segmenter, needs: pd.DataFrame, watch: Watch = SILENT) -> Segmenter:
    try:
        return segmenter.fit(needs, progress=watch)
    except ValueError as error:
        raise MitigationError(str(error)) from None


def _judged(
    policy: Policy,
    segmenter: Segmenter,
    needs: pd.DataFrame,
    protected: pd.DataFrame,
    watch: Watch = SILENT,
) -> AuditReport:
    """Audit the segments that a fitted segmenter gives these residents; without plans, none is judged."""
    return audit(policy, segment_ids(segmenter.fold(), needs), protected, {}, progress=watch)
