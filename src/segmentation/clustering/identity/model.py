"""What is handed over from the version before, and what is told of the way from it to the new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from segmentation.drawing import Language
    from segmentation.policy import Policy, Text
    from segmentation.scorer import FoldedScorer


@dataclass(frozen=True, eq=False, repr=False)
class Previous:
    """The version that a new fit is matched to: data alone, no code and no resident.

    Attributes
    ----------
    version : int
    policy : Policy
    scorer : FoldedScorer
    names : mapping of str to Text
        The name of each of its segments.
    retired : tuple of str
        Ids of segments of still earlier versions, which are never given again.
    """

    version: int
    policy: Policy
    scorer: FoldedScorer
    names: Mapping[str, Text]
    retired: tuple[str, ...] = ()


@dataclass(frozen=True)
class Carried:
    """A segment that keeps its identity.

    Attributes
    ----------
    segment : str
        Its id, the same in both versions.
    overlap : float
        Jaccard similarity of its residents under both versions, in [0, 1]: at least this, rounded down, as if
        those who came or left were as many as the next multiple of the smallest group.
    """

    segment: str
    overlap: float


@dataclass(frozen=True)
class Move:
    """Residents who change segment between the versions, though their needs are the same.

    Attributes
    ----------
    source, target : str
        The segment in the version before and in this one.
    residents : int
        At least the smallest group.
    share : float
        Of the source segment, rounded, from 0.001 to 1.
    need : str or None
        The feature that moved them: its part in the gap between both segments changed most in favour of the
        target (see `cause`). None where the centres moved more than any one feature explains, or where
        both segments are in one version only.
    """

    source: str
    target: str
    residents: int
    share: float
    need: str | None


@dataclass(frozen=True)
class Migration:
    """What becomes of the segments of the version before: the same residents, assigned by both versions.

    Attributes
    ----------
    version : int
        The version before.
    residents : int
        Residents who were assigned by both.
    staying : float
        Share of them whose segment has the same id in both, in [0, 1): at least this, rounded down to one
        percent, as if those who move were as many as the next multiple of the smallest group.
    carried : tuple of Carried
        In the order of the new segments.
    new, gone : tuple of str
        Segments that only this version has, and that only the version before had.
    retired : tuple of str
        All ids of earlier versions that no segment has any more, `gone` among them.
    moves : tuple of Move
        Most residents first. Not told is, without distinction, where nobody moves, where fewer than the
        smallest group do, and where a count would let work out another.
    unlike : tuple of str
        Features of the version before that this policy lacks, or reads in another way: they were taken as
        missing when residents were assigned by the version before.
    """

    version: int
    residents: int
    staying: float
    carried: tuple[Carried, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    retired: tuple[str, ...]
    moves: tuple[Move, ...]
    unlike: tuple[str, ...]

    def plot(self, language: Language = "en") -> Figure:
        """Return a picture: what part of each segment of the version before moves where.

        Parameters
        ----------
        language : {"en", "zh"}
            Chinese needs a font that holds it; without one the picture is in English and says so.
        """
        from segmentation.clustering.identity.picture import picture  # noqa: PLC0415 - matplotlib takes a second

        return picture(self, language)
