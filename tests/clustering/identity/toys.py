"""Versions made by hand: centres in the features' own units, so that a reader can see who is where."""

import numpy as np
import pandas as pd

from segmentation.clustering.identity import Previous
from segmentation.scorer import FoldedLevels, FoldedNumber, FoldedScorer
from tests.needs import feature, policy_of


def policy(*names, same_segment=0.5, smallest=10, **features):
    """Return a policy of numbers with those names, and of other features."""
    numbers = {name: feature("number") for name in names}
    made = policy_of(**numbers, **features)
    clustering = made.clustering.model_copy(update={"same_segment": same_segment})
    limits = made.audit.model_copy(update={"smallest_group": smallest})
    return made.model_copy(update={"clustering": clustering, "audit": limits})


def scorer(*segments, levels=(), **centers):
    """Return the nearest-centre scorer with those centres, one number per feature and segment."""
    zeros = (0.0,) * len(segments)
    numbers = tuple(
        FoldedNumber(name, False, tuple(-2.0 * at for at in row), zeros, zeros)
        for name, row in centers.items()
    )
    squares = np.sum([np.square(row) for row in centers.values()] or [zeros], axis=0)
    apart = tuple(zeros for _ in segments)
    return FoldedScorer(segments, tuple(map(float, squares)), numbers, tuple(levels), apart, 0.1)


def level(name, **rows):
    """Return what each value of a category adds to the scores; nothing where missing."""
    zeros = (0.0,) * len(next(iter(rows.values())))
    return FoldedLevels(name, rows, zeros, zeros)


def previous(policy, scorer, *retired, version=1):
    return Previous(version, policy, scorer, {}, retired)


def residents(**columns):
    """Return needs from columns of numbers or texts."""
    return pd.DataFrame(
        {
            name: pd.Series(column, dtype="str" if isinstance(column[0], str) else "float64")
            for name, column in columns.items()
        }
    )
