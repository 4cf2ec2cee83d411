"""How the number of segments was found, how stable they are, and what became of those of before."""

# No `from __future__ import annotations`: pydantic reads these when it checks a card.
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from segmentation.card.parts.base import Part, Said
from segmentation.policy import Text

RivalReason = Literal[
    "chosen",
    "given",
    "passes, but a larger one does too",
    "does not repeat itself",
    "a segment is not stable",
    "too small a segment",
    "fewer segments and shuffled columns do as well",
]
Shortfall = Literal[
    "shuffled columns do as well",
    "not held against shuffled columns",
    "does not repeat itself",
    "a segment is not stable",
    "too small a segment",
]
"""What segments may lack on which a user insisted: each stands in the way of a signature."""


@dataclass(frozen=True)
class Rival(Part):
    """One number of segments that was tried, and why it was chosen or lost.

    Attributes
    ----------
    n_segments : int
    prediction_strength, weakest : float
        In [0, 1]; `weakest` is the least Jaccard similarity of a segment over bootstrap samples.
    smallest_share : float or None
        Share of the smallest segment; None where it would tell of fewer residents than the smallest group.
    silhouette : float or None
        In [-1, 1], for information; None where it is not defined.
    reason : str
    """

    n_segments: int
    prediction_strength: float
    weakest: float
    smallest_share: float | None
    silhouette: float | None
    reason: RivalReason


@dataclass(frozen=True)
class Structure(Part):
    """Whether residents hold segments that shuffled columns do not.

    Attributes
    ----------
    n_segments : int
    inertia, shuffled : float
        Share of the variance that is left within segments: of these residents, and of the best shuffle.
    shuffles : int
    p_value, limit : float
    copula_p : float or None
        Against residents correlated as these are and not clustered; None where it was not measured.
    """

    n_segments: int
    inertia: float
    shuffled: float
    shuffles: int
    p_value: float
    limit: float
    copula_p: float | None

    @property
    def is_there(self) -> bool:
        """Whether shuffled columns do worse."""
        return self.p_value <= self.limit


@dataclass(frozen=True)
class Choice(Part):
    """How the number of segments was found, and by which rules of the policy."""

    rivals: tuple[Rival, ...]
    structure: Structure | None
    fewest: int
    most: int
    least_strength: float
    least_jaccard: float
    smallest_share: float
    splits: int
    bootstraps: int
    sample_size: int
    fit_sample: int
    restarts: int
    seed: int

    @property
    def given(self) -> Rival | None:
        """The number of segments that a user insisted on."""
        return next((rival for rival in self.rivals if rival.reason == "given"), None)


@dataclass(frozen=True)
class Refound(Part):
    """How well one segment is found again: the mean of its Jaccard similarity over bootstrap samples."""

    segment: Said
    jaccard: float


@dataclass(frozen=True)
class Stability(Part):
    """How the segments stand when residents are drawn anew.

    `borderline` is the margin under which a resident is borderline; a share is None where there is nobody, or
    where it would tell of fewer residents than the smallest group.
    """

    segments: Annotated[tuple[Refound, ...], Field(min_length=1)]
    bootstraps: int
    borderline: float
    borderline_share: float | None
    moved_borderline: float | None
    moved_others: float | None


@dataclass(frozen=True)
class Gone(Part):
    """A segment that only the version before had, and what it was called; None where that is not known."""

    segment: Said
    name: Text | None


@dataclass(frozen=True)
class Since(Part):
    """What changed since the version before, on the same residents assigned by both versions.

    Attributes
    ----------
    version, residents : int
    staying : float
        At least this share of them keep their segment.
    kept, new : tuple of str
        Segments of both versions, and of this one alone.
    gone : tuple of Gone
        Segments of the version before alone.
    unlike : tuple of str
        Features that the version before read in another way, or that this policy lacks.
    """

    version: int
    residents: int
    staying: float
    kept: tuple[Said, ...]
    new: tuple[Said, ...]
    gone: tuple[Gone, ...]
    unlike: tuple[Said, ...]


@dataclass(frozen=True)
class Changes(Part):
    """What changed since the version before; `since` is None where there is none to compare with."""

    since: Since | None


@dataclass(frozen=True)
class Carried(Part):
    """A segment of both versions: at least this Jaccard similarity of its residents under both."""

    segment: Said
    overlap: float


@dataclass(frozen=True)
class Move(Part):
    """Residents who change segment, their share of the one they leave, and the need that moves them.

    Number and share are at least so many where they are not `exact`.
    """

    source: Said
    target: Said
    residents: int
    share: float
    need: Said | None
    exact: bool


@dataclass(frozen=True)
class Migration(Part):
    """What became of each segment of the version before; all empty where there is none to compare with.

    Attributes
    ----------
    carried : tuple of Carried
    moves : tuple of Move
    retired : tuple of str
        Ids that segments of earlier versions had, and that none will have again.
    """

    carried: tuple[Carried, ...]
    moves: tuple[Move, ...]
    retired: tuple[Said, ...]
