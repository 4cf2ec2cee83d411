"""What differs between two policies, key by key, and which of it loosens a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segmentation.reviews.differences.model import Change, FeatureChange, LimitChange
from segmentation.reviews.differences.words import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.policy import Policy
    from segmentation.reviews.differences.model import Direction

DAYS = ("retention_days", "review_days")
LIMITS = "audit."
SEGMENTS = {
    "clustering.prediction_strength",
    "clustering.bootstrap_jaccard",
    "clustering.smallest_share",
    "clustering.shuffle_p",
}
"""Limits of the choice of segments; the rest of `clustering` says how they are looked for."""
MORE_IS_LOOSER = {
    "audit.total_variation",
    "audit.association",
    "audit.mutual_information",
    "audit.probe_auc",
    "audit.explained_by",
    "clustering.shuffle_p",
}
LESS_IS_LOOSER = {
    "audit.selection_ratio",
    "audit.gates",
    "audit.intersections",
    *(SEGMENTS - {"clustering.shuffle_p"}),
}


def changes(before: Policy, after: Policy) -> tuple[Change, ...]:
    """Return every key whose value differs, in the order of the policy format.

    A table that only one of them has is one change; a list is compared as a whole.
    """
    return tuple(
        Change(path, in_words(old), in_words(new))
        for path, old, new in _compared("", before.model_dump(mode="json"), after.model_dump(mode="json"))
    )


def days(found: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return what differs of retention and review."""
    return tuple(one for one in found if one.path in DAYS)


def limits(before: Policy, after: Policy) -> tuple[LimitChange, ...]:
    """Return the limits that differ, and what each change does."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return tuple(
        LimitChange(path, in_words(was), in_words(now), _direction(path, was, now))
        for path, was, now in _compared("", old, new)
        if path.startswith(LIMITS) or path in SEGMENTS
    )


def features(before: Policy, after: Policy, found: tuple[Change, ...]) -> tuple[FeatureChange, ...]:
    """Return the features that came, went, or are described otherwise."""
    return tuple(_feature_changes(before, after, found))


def _feature_changes(before: Policy, after: Policy, found: tuple[Change, ...]) -> Iterator[FeatureChange]:
    for key in dict.fromkeys([*after.features, *before.features]):
        if key not in before.features:
            yield FeatureChange(key, after.features[key].title, "added")
        elif key not in after.features:
            yield FeatureChange(key, before.features[key].title, "removed")
        elif own := tuple(one for one in found if one.path.startswith(f"features.{key}.")):
            yield FeatureChange(key, after.features[key].title, "changed", own)


def _compared(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - any JSON
    """Return the paths at which two trees differ, with both values; None for what is not there."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*new, *old]):
            yield from _compared(f"{path}.{key}" if path else str(key), old.get(key), new.get(key))
    elif old != new:
        yield path, old, new


def _direction(path: str, was: Any, now: Any) -> Direction:  # noqa: ANN401 - a number or a list of a policy
    """Return what a change of a limit does; of lists only where one holds the other."""
    sign = (path in MORE_IS_LOOSER) - (path in LESS_IS_LOOSER)
    grown = _grown(was, now)
    if sign == 0 or grown == 0:
        return "other"
    return "looser" if grown == sign else "stricter"


def _grown(was: Any, now: Any) -> int:  # noqa: ANN401 - as above
    if isinstance(was, int | float) and isinstance(now, int | float):
        return (now > was) - (now < was)
    if not isinstance(was, list) or not isinstance(now, list):
        return 0
    old, new = ({str(one) for one in values} for values in (was, now))
    return (new > old) - (new < old)
