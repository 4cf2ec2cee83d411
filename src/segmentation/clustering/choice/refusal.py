"""When there are no segments to go on with: nothing is registered, and the reasons are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import Fault, NoStructureError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from segmentation.clustering.choice.model import Choice, Rival
    from segmentation.policy import Policy

WAY_OUT = "Look for a need that is missing from the policy, or insist on a number of segments"


def refuse_no_structure(policy: Policy, choice: Choice) -> None:
    """Go on where segments were chosen, and beat shuffled columns, or where a user insists on their number.

    Raises
    ------
    NoStructureError
        No number passes, each with why it lost, or shuffled columns do as well.
    """
    if choice.is_given:
        return
    if choice.n_segments is None:
        fewest, most = policy.clustering.segments
        title = (
            f"No segments were found: no number from {fewest} to {most} passes, and nothing is registered. "
            f"{WAY_OUT}"
        )
        faults = [_why_lost(policy, rival) for rival in choice.rivals]
        raise NoStructureError.from_faults(title, faults)
    found = choice.structure
    if found is not None and not found.is_there:
        message = (
            f"No segments were found: residents whose needs were shuffled fall into {found.n_segments} "
            f"segments as well as they do (p = {found.p_value:.2g}, where at most {found.limit:g} is "
            f"structure), and nothing is registered. {WAY_OUT}."
        )
        raise NoStructureError(message)


def _why_lost(policy: Policy, rival: Rival) -> Fault:
    rules = policy.clustering
    why = {
        "does not repeat itself": f"prediction strength {rival.prediction_strength:.2f}, least "
        f"{rules.prediction_strength:g}",
        "a segment is not stable": f"bootstrap Jaccard of its weakest segment {rival.weakest:.2f}, least "
        f"{rules.bootstrap_jaccard:g}",
        # the share itself would tell of fewer residents than may be told of
        "too small a segment": f"its smallest segment holds under {rules.smallest_share:.1%} of the "
        f"residents, or fewer than {policy.audit.smallest_group} of them",
    }
    return Fault(f"{rival.n_segments} segments", why.get(rival.reason, rival.reason))


def refuse_small(policy: Policy, sizes: NDArray[np.int64]) -> None:
    """Go on where every segment has enough residents to be judged and shown.

    Raises
    ------
    NoStructureError
        One has fewer than the policy's smallest group.
    """
    if sizes.min() < policy.audit.smallest_group:
        message = (
            f"A segment would hold fewer than {policy.audit.smallest_group} residents (smallest_group), "
            "too few to be judged or shown. Ask for fewer segments, or bring more residents."
        )
        raise NoStructureError(message)
