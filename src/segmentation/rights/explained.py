"""Why a resident is in their segment, exactly, and whether the needs sent give the one that is kept.

Needs are not kept, so whoever asks for a reason sends them again (PIPL Art. 24, 48). A score is a sum over
needs: what each of them adds is the model itself, and no approximation of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segmentation.answers import Reason
from segmentation.rights.account import Explained, Held
from segmentation.scorer import Coded
from segmentation.wording.reasons import Because

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from segmentation.ledger.personal.overrides import Override
    from segmentation.ledger.personal.segments import Segment
    from segmentation.rights.kept import States
    from segmentation.rights.why import Words
    from segmentation.scorer import FoldedScorer

    Value = float | str | None


def explained(
    scorer: FoldedScorer,
    words: Words,
    values: Mapping[str, Value],
    imputed: tuple[str, ...] = (),
) -> Reason:
    """Return why a resident with these needs is in a segment and not in the next.

    Parameters
    ----------
    scorer : FoldedScorer
    words : Words
        Of the same version.
    values : mapping of str to float, str or None
        Each need that the scorer reads, None where it is not known.
    imputed : tuple of str
        Needs that were not given.

    Raises
    ------
    ScorerError
        A need is missing, or holds what the policy does not allow.
    """
    told = scorer.explain({name: _alone(value) for name, value in values.items()})
    because = Because.of(told)
    return Reason(
        segment=because.segment,
        runner_up=because.runner_up,
        margin=float(told.margin[0]),
        borderline=because.borderline,
        gap=float(told.gap[0]),
        contributions=because.contributions,
        constant=float(told.constant[0]),
        text=words.why(because, values),
        imputed=imputed,
    )


def held_against(
    reason: Reason, kept: Segment | None, override: Override | None, states: States, now: datetime
) -> Explained:
    """Return a reason beside what is kept.

    Parameters
    ----------
    reason : Reason
        Of the version that gave what is kept, where anything is.
    kept : Segment or None
        The newest that is kept.
    override : Override or None
        The one that stands.
    states : callable
        As `kept.states_of` returns it.
    now : datetime
        Aware.
    """
    if kept is None:
        return Explained(reason, None, None)
    held = Held(
        kept.segment,
        kept.version,
        kept.at.isoformat(),
        kept.expires.isoformat(),
        None if override is None else override.segment,
        states(kept.model, kept.version),
        now >= kept.expires,
    )
    return Explained(reason, held, reason.segment == kept.segment)


def _alone(value: Value) -> NDArray[np.float64] | Coded:
    if isinstance(value, str):
        return Coded((value,), np.zeros(1, np.int8))
    return np.array([value], np.float64)
