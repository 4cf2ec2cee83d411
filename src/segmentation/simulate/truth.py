"""What was planted, written beside the community so that tests and users can compare what they found."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Carrier:
    """The allowed feature through which a protected attribute enters the segments.

    Attributes
    ----------
    feature, attribute : str
        The carrier and the attribute that it carries.
    strength : float
        From 0, carries nothing, to 1, as much as the attribute's groups allow.
    segment, sibling : str
        The attribute's group `group` is moved into `segment` and out of `sibling`.
    group : str
        The group that gathers in `segment`.
    """

    feature: str
    attribute: str
    strength: float
    segment: str
    sibling: str
    group: str


@dataclass(frozen=True)
class TinyGroup:
    """A group too small to judge: which, of which attribute, and how many residents."""

    attribute: str
    group: str
    count: int


@dataclass(frozen=True)
class Truth:
    """The planted truth of one community.

    Attributes
    ----------
    seed, n, n_segments : int
        As asked for; `n_segments` is 0 where no structure was planted.
    period_end : str
        Last day of the period, as ISO date.
    segment_names : list of str
        Name of each segment; `segments` counts along this list.
    prior_shares : list of float
        Planted share of each segment.
    segments : mapping of str to int
        Segment of each resident by ``resident_ref``.
    feature_means : mapping of str to mapping of str to float
        By segment name: the mean of each count, share, number and flag; of an ordinal the mean place in its
        order, from 0; of a category the share of each value, as ``preferred_slot=evening``.
    carrier : Carrier or None
        None where there are no segments to carry anything into.
    clean_attribute : str
        A protected attribute that is independent of everything.
    tiny_group : TinyGroup
        The group too small to judge.
    bayes_adjusted_rand_index : float or None
        Agreement of the best possible assignment with `segments`; None where there are no segments.
    consents : mapping of str to mapping of str to int
        By purpose: the number of residents in each state of consent.
    """

    seed: int
    n: int
    n_segments: int
    period_end: str
    segment_names: list[str]
    prior_shares: list[float]
    segments: Mapping[str, int]
    feature_means: Mapping[str, Mapping[str, float]]
    carrier: Carrier | None
    clean_attribute: str
    tiny_group: TinyGroup
    bayes_adjusted_rand_index: float | None
    consents: Mapping[str, Mapping[str, int]]

    def __repr__(self) -> str:
        """Return how many segments were planted among how many residents, and the seed."""
        return f"Truth({self.n_segments} planted segments, {self.n} residents, seed {self.seed})"

    def _repr_html_(self) -> str:
        from segmentation.simulate import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.planted(self)

    def to_json(self) -> str:
        """Return the truth as JSON text, the same text for the same truth."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the truth that `to_json` wrote."""
        raw = json.loads(text)
        carrier = Carrier(**raw["carrier"]) if raw["carrier"] else None
        return cls(**raw | {"carrier": carrier, "tiny_group": TinyGroup(**raw["tiny_group"])})
