"""The ways into the audit: residents in one table, residents in blocks, or counts made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from segmentation.audit.cells import Crosstab
from segmentation.audit.fit import FitSpace
from segmentation.audit.given import audited_columns, refuse_unfit
from segmentation.audit.outcomes import outcome_columns
from segmentation.audit.report import judged
from segmentation.audit.strata import Strata
from segmentation.audit.trace import permuted
from segmentation.progress import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

    from segmentation.audit.model import AuditReport
    from segmentation.policy import Policy
    from segmentation.progress import Progress, Watch

AUDITING = "Auditing"
"""What a bar says meanwhile."""


@dataclass(frozen=True, eq=False)
class Block:
    """Some of the residents, row by row in three tables with one index.

    Attributes
    ----------
    segments : Series of shape (n,)
        Segment ids, as a Categorical of all segments where there are several blocks.
    protected : DataFrame of shape (n, n_attributes)
        `Residents.protected`.
    needs : DataFrame of shape (n, n_features)
        `Residents.needs`.
    """

    segments: pd.Series
    protected: pd.DataFrame
    needs: pd.DataFrame


def audit(
    policy: Policy,
    segments: pd.Series,
    protected: pd.DataFrame,
    served: Mapping[str, frozenset[str]] | None = None,
    *,
    needs: pd.DataFrame | None = None,
    assign: Callable[[pd.DataFrame], pd.Series] | None = None,
    outcomes: pd.DataFrame | None = None,
    progress: Progress = False,
) -> AuditReport:
    """Audit segments against protected attributes and proxies.

    Parameters
    ----------
    policy : Policy
        Gives attributes, intersections and limits.
    segments : Series of shape (n_residents,)
        Segment ids of any origin: this model's, or a table that somebody else made.
    protected : DataFrame of shape (n_residents, n_attributes)
        `Residents.protected`: categorical columns, missing where not known.
    served : mapping of str to frozenset of str, optional
        For each service, the segments whose plan has more of it than the standard.
    needs : DataFrame of shape (n_residents, n_features), optional
        `Residents.needs`: for what may explain a difference, what carries an attribute, and the quality of
        fit. Their figures rest on a sample where there are many residents, which says how many.
    assign : callable, optional
        Gives the segment ids of any table of needs: what made the segments. For the trace.
    outcomes : DataFrame of shape (n_residents, n_services), optional
        Whether a resident needed each service in the following period, missing where not known.
    progress : bool or callable, default False
        True shows a bar, in a notebook and on a terminal.

    Raises
    ------
    AuditError
        Somebody has no segment, lengths or indexes differ, somebody's group is none of the policy's, needs
        lack a feature, there are too few to judge, a service is planned for a segment that nobody is in,
        outcomes are not of the policy's services, or intersections are too fine.

    Notes
    -----
    Rows are joined by position: all tables need the same index.

    Without `served`, and with less than enough `outcomes`, what the policy gates of services stays open: such
    a finding has the reason *not_judged*, and the verdict is not *kept*.

    Time goes with the groups to be judged more than with residents: about 0.1 s for each group of each
    attribute and intersection in a dozen segments, so that eight attributes of 40 groups take a minute.
    """
    protected = audited_columns(policy, protected)
    refuse_unfit(policy, protected, segments, needs, outcomes)
    needed_by = None
    if outcomes is not None:
        needed_by = Crosstab.of(segments, protected, outcome_columns(policy, outcomes))
    with watched(progress, first=AUDITING) as watch:
        if needs is None:
            return judged(policy, Crosstab.of(segments, protected), served, needed_by, watch).report
        everybody = Block(segments, protected, needs)
        return _audited(policy, [everybody], everybody, len(segments), served, assign, needed_by, watch)


def audit_blocks(
    policy: Policy,
    blocks: Iterable[Block],
    sample: Block,
    residents: int,
    served: Mapping[str, frozenset[str]] | None = None,
    *,
    assign: Callable[[pd.DataFrame], pd.Series] | None = None,
    progress: Progress = False,
) -> AuditReport:
    """Audit residents who come block by block, so that memory does not grow with them.

    Every finding, rate, stratum and distance is of all residents. What is measured on rows of a sample in
    `audit` (carriers, trace, silhouettes) is measured on rows of `sample`, which also sets where strata are
    cut, and the space and means that distances are taken in.

    Parameters
    ----------
    policy : Policy
    blocks : iterable of Block
        All residents, each once.
    sample : Block
        Residents drawn at random from them.
    residents : int
        How many there are in all blocks.
    served, assign, progress
        As for `audit`.

    Raises
    ------
    AuditError
        As `audit`.
    """
    refuse_unfit(policy, sample.protected, sample.segments, sample.needs, None)
    sample = replace(sample, protected=audited_columns(policy, sample.protected))
    with watched(progress, first=AUDITING) as watch:
        return _audited(policy, blocks, sample, residents, served, assign, None, watch)


def _audited(
    policy: Policy,
    blocks: Iterable[Block],
    sample: Block,
    residents: int,
    served: Mapping[str, frozenset[str]] | None,
    assign: Callable[[pd.DataFrame], pd.Series] | None,
    needed_by: Crosstab | None,
    watch: Watch,
) -> AuditReport:
    seed = policy.clustering.seed
    space = FitSpace.of(policy, sample.needs, sample.segments)
    strata = Strata.of(policy, sample.needs, len(space.segments), residents)
    counted = Crosstab.together(_counted(policy, block, space, strata) for block in blocks)
    taken = space.silhouettes(sample.needs, sample.segments, seed=seed)
    moves = None
    if assign is not None:
        moves = permuted(sample.needs, sample.segments, assign, seed=seed, watch=watch)
    found = judged(policy, counted, served, needed_by, watch)
    return found.with_needs(policy, sample.needs, sample.protected, taken, moves, watch)


def _counted(policy: Policy, block: Block, space: FitSpace, strata: Strata | None) -> Crosstab:
    levels = None if strata is None else strata.table(block.needs)
    people = audited_columns(policy, block.protected)
    return Crosstab.of(block.segments, people, levels, space.squared(block.needs, block.segments))


def audit_cells(
    policy: Policy, crosstab: Crosstab, served: Mapping[str, frozenset[str]] | None = None
) -> AuditReport:
    """Audit residents who were counted elsewhere: by a database, or by Spark.

    What needs a row per resident is not in the report: carriers, the trace, silhouettes and outcomes.

    Parameters
    ----------
    policy : Policy
    crosstab : Crosstab
        From `Crosstab.from_frame`.
    served : mapping of str to frozenset of str, optional
        As for `audit`.

    Raises
    ------
    AuditError
        As `audit`.
    """
    return judged(policy, crosstab, served, None).with_distances(policy)
