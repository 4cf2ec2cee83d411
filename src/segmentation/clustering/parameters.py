"""What the parameters of a `Segmenter` may be, and what a policy makes of them."""

from __future__ import annotations

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from segmentation.clustering.segmenter import Segmenter
    from segmentation.policy import Policy


def of_policy(policy: Policy) -> dict[str, Any]:
    """Return the limits and the seed of a policy as parameters of a `Segmenter`."""
    rules = policy.clustering
    names = (
        "smallest_share",
        "prediction_strength",
        "splits",
        "bootstrap_jaccard",
        "bootstraps",
        "shuffles",
        "shuffle_p",
        "sample_size",
        "fit_sample",
        "restarts",
        "borderline",
    )
    return {name: getattr(rules, name) for name in names} | {
        "min_segments": rules.segments[0],
        "max_segments": rules.segments[1],
        "smallest_size": policy.audit.smallest_group,
        "random_state": rules.seed,
    }


UP_TO = {"smallest_share": 0.5, "prediction_strength": 1.0, "bootstrap_jaccard": 1.0}
UNDER = {"shuffle_p": 0.5, "borderline": 1.0}
FEWEST = {
    "splits": 2,
    "bootstraps": 1,
    "shuffles": 1,
    "restarts": 1,
    "sample_size": 4,
    "fit_sample": 2,
    "smallest_size": 1,
}


def check_numbers(segmenter: Segmenter) -> None:
    """Refuse numbers that are none, or by which no number of segments could pass.

    Raises
    ------
    ValueError
        `n_segments` is neither "auto" nor a whole number from 1, `min_segments` and `max_segments` leave
        none, another number is under its least, a share is out of its range, or so many shuffles never reach
        `shuffle_p`.
    """
    number = segmenter.n_segments
    if number != "auto" and not _is_whole(number, 1):
        raise ValueError(f"`n_segments` must be 'auto' or a whole number from 1; got {number!r}.")
    if not 1 <= segmenter.min_segments <= segmenter.max_segments:
        raise ValueError(
            "`min_segments` must be at least 1 and at most `max_segments`; "
            f"got {segmenter.min_segments} and {segmenter.max_segments}."
        )
    for name, least in FEWEST.items():
        value = getattr(segmenter, name)
        if not _is_whole(value, least):
            raise ValueError(f"`{name}` must be a whole number from {least}; got {value!r}.")
    for name, most in (UP_TO | UNDER).items():
        value = getattr(segmenter, name)
        if not (isinstance(value, Real) and 0 < float(value) <= most) or (name in UNDER and value == most):
            raise ValueError(
                f"`{name}` must be above 0 and {'under' if name in UNDER else 'at most'} {most:g}; "
                f"got {value!r}."
            )
    reached = 1 / (segmenter.shuffles + 1)
    if segmenter.shuffle_p < reached:
        raise ValueError(
            f"`shuffle_p` must be at least {reached:.2g}, the least p value that {segmenter.shuffles} "
            f"`shuffles` reach; got {segmenter.shuffle_p!r}. Raise one of them."
        )


def _is_whole(value: object, least: int) -> bool:
    return not isinstance(value, bool) and isinstance(value, Integral) and int(value) >= least


def check_shapes(segmenter: Segmenter, columns: int) -> None:
    """Refuse a map or centres that were made for other needs.

    Raises
    ------
    ValueError
        `erase` or `centers` does not fit the encoded columns, of which there are so many.
    """
    erase, centers = segmenter.erase, segmenter.centers
    if erase is not None and len(erase.offset) != columns:
        raise ValueError(
            f"`erase` maps {len(erase.offset)} columns, and the needs have {columns} once they are "
            "encoded; make it from the same needs."
        )
    if centers is None:
        return
    shape = np.shape(centers)
    numbers = {"auto": shape[:1]}.get(str(segmenter.n_segments), (segmenter.n_segments,))
    if shape != (*numbers, columns) or not all(shape):
        raise ValueError(
            f"`centers` must have one row per segment and {columns} columns, those of the encoded needs; "
            f"got the shape {shape} with `n_segments` {segmenter.n_segments}."
        )


def check_ids(ids: tuple[str, ...], n_segments: int) -> None:
    """Refuse ids that do not name every segment once.

    Raises
    ------
    ValueError
        There are more or fewer, one stands twice, or one is no text.
    """
    if len(ids) != n_segments or len(set(ids)) != len(ids) or not all(isinstance(one, str) for one in ids):
        raise ValueError(f"`ids` must be {n_segments} different texts, one for each segment.")
