"""What a run tells in MLflow's tables: few parameters and metrics, each with one line of help.

Names are stable, so that runs of different months can be compared. Figures are those of the card, rounded as
the card rounds them: all digits of a share would tell how few residents stand behind it. Every run has every
parameter; a metric that was not measured is left out and named in a tag, and is never NaN or a filler.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.registry.evidence import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from segmentation.card import parts
    from segmentation.pipeline import Candidate

NONE = "none"
"""What a parameter says where there is nothing: one that is left out could not be filtered by."""
DIGITS = 6
"""Decimals of a metric: more would be read by nobody."""


@dataclass(frozen=True)
class Parameter:
    """What a candidate was asked to be: a name, a line of help, and where it is taken from."""

    key: str
    help: str
    of: Callable[[Candidate], object]


@dataclass(frozen=True)
class Measure:
    """What came of it: a name, a line of help with range and better end, and where it is taken from."""

    key: str
    help: str
    of: Callable[[Candidate], float | None]


def params(candidate: Candidate) -> dict[str, str]:
    """Return every parameter of a candidate."""
    return {one.key: str(one.of(candidate)) for one in PARAMETERS}


def metrics(candidate: Candidate) -> dict[str, float]:
    """Return the metrics of a candidate that were measured, all of them finite."""
    measured = {one.key: one.of(candidate) for one in MEASURES}
    return {
        key: round(float(value), DIGITS)
        for key, value in measured.items()
        if value is not None and math.isfinite(value)
    }


def unmeasured(candidate: Candidate) -> tuple[str, ...]:
    """Return the names of the metrics that were not measured."""
    measured = metrics(candidate)
    return tuple(one.key for one in MEASURES if one.key not in measured)


def _taken(candidate: Candidate) -> parts.Rival | None:
    """Return what was measured of the number of segments that was chosen or given."""
    rivals = candidate.card.choice.rivals
    return next((rival for rival in rivals if rival.reason in {"chosen", "given"}), None)


def _strength(candidate: Candidate) -> float | None:
    taken = _taken(candidate)
    return None if taken is None else taken.prediction_strength


def _weakest(candidate: Candidate) -> float | None:
    taken = _taken(candidate)
    return None if taken is None else taken.weakest


def _silhouette(candidate: Candidate) -> float | None:
    taken = _taken(candidate)
    return None if taken is None else taken.silhouette


def _shuffle_p(candidate: Candidate) -> float | None:
    structure = candidate.card.choice.structure
    return None if structure is None else structure.p_value


def _staying(candidate: Candidate) -> float | None:
    since = candidate.card.changes.since
    return None if since is None else since.staying


def _compared_with(candidate: Candidate) -> int | str:
    since = candidate.card.changes.since
    return NONE if since is None else since.version


def _inertia(candidate: Candidate) -> float:
    return candidate.segmenter.inertia_ / candidate.intake.kept


def _blocking(candidate: Candidate) -> int:
    verdict = candidate.card.verdict
    return len(verdict.blocking) + len(verdict.structure)


def _worst(findings: Iterable[parts.Finding | None]) -> float | None:
    """Return the largest value that may be shown."""
    return max((one.value for one in findings if one is not None and one.value is not None), default=None)


PARAMETERS = (
    Parameter(
        "mitigation", "What was done against a disparity, as `--mitigation` names it.",
        lambda one: named(one.mitigation),
    ),
    Parameter(
        "n_segments_asked", "The number of segments insisted on, or auto.",
        lambda one: one.segmenter.n_segments,
    ),
    Parameter(
        "features_used", "Features that the segments rest on; a mitigation may leave some out.",
        lambda one: len(one.segmenter.feature_names_in_),
    ),
    Parameter(
        "compared_with", "Version whose segments keep their ids and names where they are still the same.",
        _compared_with,
    ),
    Parameter(
        "policy_prediction_strength", "Least prediction strength of a number of segments.",
        lambda one: one.policy.clustering.prediction_strength,
    ),
    Parameter(
        "policy_bootstrap_jaccard", "Least similarity at which a segment counts as found again.",
        lambda one: one.policy.clustering.bootstrap_jaccard,
    ),
    Parameter(
        "policy_smallest_share", "Least share of residents in a segment.",
        lambda one: one.policy.clustering.smallest_share,
    ),
    Parameter(
        "policy_fit_sample", "Most residents whom the search for segments looks at.",
        lambda one: one.policy.clustering.fit_sample,
    ),
    Parameter("policy_seed", "Where randomness starts.", lambda one: one.policy.clustering.seed),
)  # fmt: skip
"""What every run has as a parameter, in the order of its help; `policy_…` is what the policy asks for."""

MEASURES = (
    Measure(
        "findings_blocking", "All that stands in the way of a signature; 0: nothing does. Lower is better.",
        _blocking,
    ),
    Measure(
        "findings_broken", "Audited claims that fail. Lower is better.",
        lambda one: one.card.verdict.tally.broken,
    ),
    Measure(
        "findings_undetermined", "Audited claims that the data cannot decide, which is never a pass.",
        lambda one: one.card.verdict.tally.undetermined,
    ),
    Measure("findings_kept", "Audited claims that hold.", lambda one: one.card.verdict.tally.kept),
    Measure(
        "worst_total_variation",
        "Share who would need another segment to be spread like the rest; worst group that may be shown; "
        "lower is better.",
        lambda one: _worst(gap.total_variation for gap in one.card.gaps),
    ),
    Measure(
        "worst_association",
        "Cramér's V of segments and an attribute, worst of those that may be shown; 0 to 1, lower is better.",
        lambda one: _worst(gap.association for gap in one.card.gaps),
    ),
    Measure(
        "prediction_strength",
        "Whether two halves of the residents give the same segments; 0 to 1, higher is better.",
        _strength,
    ),
    Measure(
        "weakest_bootstrap_jaccard",
        "How well the least stable segment is found again; 0 to 1, higher is better.",
        _weakest,
    ),
    Measure(
        "silhouette", "How far segments stand apart, for information; -1 to 1, higher is better.", _silhouette
    ),
    Measure(
        "shuffle_p",
        "Share as tight of shuffled tables and this one: at least 0.01 with 99 shuffles; lower is better.",
        _shuffle_p,
    ),
    Measure("n_segments", "Segments that were found.", lambda one: one.card.about.segments),
    Measure(
        "smallest_share", "Share of residents in the smallest segment; 0 to 1.",
        lambda one: min(segment.share for segment in one.card.segments),
    ),
    Measure("residents", "Residents from whom it was made.", lambda one: one.card.about.residents),
    Measure(
        "inertia_per_resident",
        "Mean squared distance to the segment's centre; lower is tighter, for equal features_used alone.",
        _inertia,
    ),
    Measure(
        "staying", "At least this share keep the segment that the version before gave them; 0 to 1.", _staying
    ),
)  # fmt: skip
"""What a run has as a metric where it was measured, in the order of the table of help."""
