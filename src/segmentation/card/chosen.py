"""How the segments were chosen, how they stand, and what became of those of before, as a card tells it.

Shares leave here only where at least as many residents as the smallest group stand on either side of them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from segmentation.card import parts
from segmentation.errors import CardError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segmentation.clustering.choice import Choice, Rival, Stability, Structure
    from segmentation.clustering.identity import Migration
    from segmentation.policy import Policy

STEPS = 1_000
"""In which every figure here is told: with all its digits a share would give away the count behind it."""


def chosen(policy: Policy, choice: Choice, residents: int) -> parts.Choice:
    """Return the numbers of segments that were tried, by which rules, and whether there is structure."""
    rules = policy.clustering
    half = min(residents, rules.sample_size) // 2
    least = policy.audit.smallest_group / max(half, 1)
    return parts.Choice.of(
        rules,
        rivals=tuple(_rival(rival, least) for rival in choice.rivals),
        structure=choice.structure and _structure(choice.structure),
        fewest=rules.segments[0],
        most=rules.segments[1],
        least_strength=rules.prediction_strength,
        least_jaccard=rules.bootstrap_jaccard,
    )


def _rival(rival: Rival, least: float) -> parts.Rival:
    return parts.Rival(
        int(rival.n_segments),
        _least(rival.prediction_strength),
        _least(rival.weakest),
        _least(rival.smallest_share) if rival.smallest_share >= least else None,
        _rounded_or_none(rival.silhouette),
        rival.reason,
    )


def shortfalls(policy: Policy, choice: Choice) -> tuple[parts.Shortfall, ...]:
    """Return what the segments lack: what was chosen passes, so this speaks of a number that was given."""
    return tuple(_lacking(policy, choice))


def _lacking(policy: Policy, choice: Choice) -> Iterator[parts.Shortfall]:
    rules = policy.clustering
    if choice.structure is None:
        yield "not held against shuffled columns"
    elif not choice.structure.is_there:
        yield "shuffled columns do as well"
    for given in (rival for rival in choice.rivals if rival.reason == "given"):
        if given.prediction_strength < rules.prediction_strength:
            yield "does not repeat itself"
        if given.weakest < rules.bootstrap_jaccard:
            yield "a segment is not stable"
        if given.smallest_share < rules.smallest_share:
            yield "too small a segment"


def stable(policy: Policy, stability: Stability, segments: Sequence[str], residents: int) -> parts.Stability:
    """Return how well each segment is found again, and how many residents are borderline.

    Raises
    ------
    CardError
        It is of another number of segments.
    """
    if len(stability.jaccard) != len(segments):
        raise CardError("The stability is not of these segments. Pass that of the same fit.")
    sample = min(residents, policy.clustering.sample_size)
    least = policy.audit.smallest_group / sample
    has_borderline = stability.borderline_share >= least
    has_others = stability.borderline_share <= 1 - least
    return parts.Stability(
        tuple(
            parts.Refound(segment, _least(value))
            for segment, value in zip(segments, stability.jaccard, strict=True)
        ),
        int(stability.bootstraps),
        float(stability.borderline),
        _rounded(stability.borderline_share) if has_borderline and has_others else None,
        _rounded_or_none(stability.moved_borderline if has_borderline else None),
        _rounded_or_none(stability.moved_others if has_others else None),
    )


def compared(migration: Migration | None, smallest: int) -> tuple[parts.Changes, parts.Migration]:
    """Return what changed since the version before, and who moved where; empty without one.

    Raises
    ------
    CardError
        It tells a count under the smallest group.
    """
    if migration is None:
        return parts.Changes(None), parts.Migration((), (), ())
    if any(move.residents < smallest for move in migration.moves):
        raise CardError(
            "The migration tells a count under `smallest_group`. Hide it before the card is made."
        )
    kept = tuple(one.segment for one in migration.carried)
    gone = tuple(parts.Gone.of(one) for one in migration.gone)
    since = parts.Since.of(migration, kept=kept, gone=gone)
    carried = tuple(parts.Carried.of(one) for one in migration.carried)
    moves = tuple(parts.Move.of(one) for one in migration.moves)
    return parts.Changes(since), parts.Migration(carried, moves, migration.retired)


def _structure(structure: Structure) -> parts.Structure:
    found = parts.Structure.of(structure)
    return parts.Structure(
        found.n_segments,
        _rounded(found.inertia),
        _rounded(found.shuffled),
        found.shuffles,
        found.p_value,
        found.limit,
        found.copula_p,
    )


def _least(figure: float) -> float:
    """Return a figure rounded down: what is under a limit stays under it."""
    return math.floor(round(float(figure) * STEPS, 6)) / STEPS


def _rounded(figure: float) -> float:
    return round(float(figure) * STEPS) / STEPS


def _rounded_or_none(figure: float | None) -> float | None:
    return None if figure is None else _rounded(figure)
