"""What an audit shows beside its findings: figures without a status of their own.

They help a reader to understand a finding: whether a lawful need explains it, which feature carries it, whom
the segments fit badly. Like a finding, none holds a figure from which a small count could be worked out.
"""

# No `from __future__ import annotations`: pydantic reads these for the published schema.
from dataclasses import dataclass

from segmentation.audit.evidence import Interval


@dataclass(frozen=True)
class StratumRate:
    """The rates of one segment among residents who are alike in what may explain a difference.

    Attributes
    ----------
    stratum : str
        Feature and level, or several joined by " × ".
    rate, others_rate : float or None
        Of the group and of everybody else in the stratum; None where hidden, or where nobody is there.
    size : int or None
        Members of the group in the stratum; None where hidden.
    """

    stratum: str
    rate: float | None
    others_rate: float | None
    size: int | None


@dataclass(frozen=True)
class Conditional:
    """A group's ratio of rates in a segment, before and after like is compared with like.

    It changes no status: the raw finding keeps its own.

    Attributes
    ----------
    attribute, group, segment : str
    raw : float or None
        Ratio of the group's rate to the others', without strata.
    value : float or None
        Mantel-Haenszel pooled ratio within the strata; None where hidden or not defined.
    interval : tuple of float or None
        Of the pooled ratio (Greenland & Robins 1985), at the report's confidence.
    strata : tuple of StratumRate
    left_out : int
        Strata that the pooled ratio leaves out, because counts in them are hidden, one side is empty, or they
        hold all small strata together, who are not alike.
    """

    attribute: str
    group: str
    segment: str
    raw: float | None
    value: float | None
    interval: Interval | None
    strata: tuple[StratumRate, ...]
    left_out: int


@dataclass(frozen=True)
class GroupAuc:
    """How well one group is told from the rest: AUC in [0, 1], 0.5 is guessing; None for a small group."""

    group: str
    value: float | None
    interval: Interval | None


@dataclass(frozen=True)
class Carrier:
    """What one feature, or all together, tell of an attribute, and carry of it into the segments.

    Attributes
    ----------
    attribute : str
    feature : str or None
        None: all allowed features together, by cross-validated gradient boosting.
    aucs : tuple of GroupAuc
        Of guessing each group from the feature, out of fold.
    moved : float or None
        Share of residents whose segment changes when the feature is permuted; None for all together, or
        where only the segments are known and not the rule that assigns them.
    fall : float or None
        By how much the association of segment and attribute (bias-corrected Cramér's V) falls when the
        feature is permuted: the larger, the more of the attribute it carries into the segments.
    residents : int
        Residents in the sample that this was measured on.
    """

    attribute: str
    feature: str | None
    aucs: tuple[GroupAuc, ...]
    moved: float | None
    fall: float | None
    residents: int


@dataclass(frozen=True)
class GroupFit:
    """How well the segments fit one group.

    Attributes
    ----------
    attribute, group : str
    squared_distance : float or None
        Mean squared distance to the centre of one's segment, in encoded units, from 0; None where hidden.
    silhouette : float or None
        Mean silhouette on a sample, in [-1, 1]; larger fits better.
    """

    attribute: str
    group: str
    squared_distance: float | None
    silhouette: float | None


@dataclass(frozen=True)
class AttributeFit:
    """Fit of the segments by group of one attribute.

    Attributes
    ----------
    attribute : str
    ratio : float or None
        Social fairness ratio: largest over smallest mean squared distance of a group, from 1; 1 is even
        (Ghadiri et al. 2021). None where fewer than two groups may be shown.
    groups : tuple of GroupFit
    residents : int
        Residents of groups that are shown, in the sample of the silhouettes.
    """

    attribute: str
    ratio: float | None
    groups: tuple[GroupFit, ...]
    residents: int


@dataclass(frozen=True)
class GroupOpportunity:
    """Of those of one group who needed a service, and of those who did not, who was planned it.

    Attributes
    ----------
    group : str
    needed, planned : int or None
        Members who needed it in the following period, and those of them who were planned it.
    true_positive_rate, false_positive_rate : float or None
        Share planned it of those who needed it, and of those who did not; None where hidden.
    """

    group: str
    needed: int | None
    planned: int | None
    true_positive_rate: float | None
    false_positive_rate: float | None


@dataclass(frozen=True)
class Opportunity:
    """Equal opportunity of one service by one attribute, with fairlearn's differences between groups.

    Attributes
    ----------
    attribute, service : str
    groups : tuple of GroupOpportunity
    true_positive_difference, false_positive_difference : float or None
        Largest less smallest rate of the groups that are shown, in [0, 1].
    """

    attribute: str
    service: str
    groups: tuple[GroupOpportunity, ...]
    true_positive_difference: float | None
    false_positive_difference: float | None


@dataclass(frozen=True)
class Demand:
    """How well segments predict who needs a service in the following period.

    Attributes
    ----------
    service : str
    auc : float or None
        Of guessing from the segment who needed it, out of fold, in [0, 1]; None where all or nobody did, or
        `share` is hidden.
    interval : tuple of float or None
    share : float or None
        Share of residents who needed it; None where it would tell a hidden count.
    residents : int
        Residents whose outcome is known; where `share` is hidden, in segments of which it is shown.
    """

    service: str
    auc: float | None
    interval: Interval | None
    share: float | None
    residents: int


@dataclass(frozen=True)
class Balance:
    """Two measures of the literature, for comparison with it; neither is a limit of a policy.

    Attributes
    ----------
    attribute : str
    balance : float or None
        Over segments and groups, the least of share in the segment over share overall and its inverse, in
        [0, 1]; 1 is even (Chierichetti et al. 2017; Bera et al. 2019). None where counts are hidden.
    minimum_cluster_ratio : float or None
        Over segments, the least of smallest over largest group in it, in [0, 1]. None where hidden.
    """

    attribute: str
    balance: float | None
    minimum_cluster_ratio: float | None


@dataclass(frozen=True)
class Trace:
    """Which segment a group enters most above others, and through which need.

    A person reads it as "65+ enters Segment 3 mainly through phone_contact".

    Attributes
    ----------
    attribute, group, segment, feature : str
        The feature whose permutation closes most of the gap.
    gap : float
        The group's rate in the segment less that of the others, of residents who are shown, in (0, 1].
    closed : float
        Share of the gap that is gone when the feature is permuted, in (0, 1].
    """

    attribute: str
    group: str
    segment: str
    feature: str
    gap: float
    closed: float
