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
        Ids that segments of other versions have or had, which are never given again.
    """

    version: int
    policy: Policy
    scorer: FoldedScorer
    names: Mapping[str, Text]
    retired: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return which version it is, and its segments."""
        return f"Previous(version {self.version} of {self.policy.name!r}: {', '.join(self.scorer.segments)})"

    def _repr_html_(self) -> str:
        from segmentation.clustering.identity import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.before(self)


@dataclass(frozen=True)
class Carried:
    """A segment that keeps its identity.

    Attributes
    ----------
    segment : str
        Its id, the same in both versions.
    overlap : float
        Jaccard similarity of its residents under both versions, in [0, 1]: at least this, rounded down, as if
        those who came or left were as many as the next multiple of the smallest group, or more where it
        would give away how few move from one segment to another.
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
        The smallest group or more: how many move where it is `exact`, else at least so many, a multiple of
        the smallest group, because how many exactly would give away how few others move.
    share : float
        Of the source segment: rounded, from 0.001 to 1, where the number is exact; else at least this,
        rounded down to one percent, from 0.
    need : str or None
        The feature that moved them: its part in the gap between both segments changed most in favour of the
        target; where a segment split or went into another, what sets them apart from it most (see `cause`).
        None where the centres moved more than any one feature explains, or where the source is in the version
        before and the target in this one alone.
    exact : bool
    """

    source: str
    target: str
    residents: int
    share: float
    need: str | None
    exact: bool = True


@dataclass(frozen=True)
class Gone:
    """A segment that only the version before had.

    Attributes
    ----------
    segment : str
        Its id, which none will have again.
    name : Text or None
        What it was called; None where that is not known.
    """

    segment: str
    name: Text | None


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
        percent, as if those who move were as many as the next multiple of the smallest group, or more where
        it would give away how few move from one segment to another.
    carried : tuple of Carried
        In the order of the new segments.
    new : tuple of str
        Segments that only this version has.
    gone : tuple of Gone
        Segments that only the version before had.
    retired : tuple of str
        All ids of other versions that no segment has, those that are gone among them.
    moves : tuple of Move
        Most residents first. Not told is, without distinction, where nobody moves, where fewer than the
        smallest group do, and where a count, even from below, would let work out another.
    unlike : tuple of str
        Features of the version before that this policy lacks, or reads in another way: they were taken as
        missing when residents were assigned by the version before.
    """

    version: int
    residents: int
    staying: float
    carried: tuple[Carried, ...]
    new: tuple[str, ...]
    gone: tuple[Gone, ...]
    retired: tuple[str, ...]
    moves: tuple[Move, ...]
    unlike: tuple[str, ...]

    def __repr__(self) -> str:
        """Return the version before, who stays at least, and how many segments came and went."""
        return (
            f"Migration(from version {self.version}, at least {self.staying:.0%} of {self.residents} "
            f"residents stay, segments: {len(self.carried)} carried, {len(self.new)} new, "
            f"{len(self.gone)} gone)"
        )

    def _repr_html_(self) -> str:
        from segmentation.clustering.identity import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.html(self)

    def plot(self, language: Language = "en") -> Figure:
        """Return a picture: what part of each segment of the version before moves where.

        Parameters
        ----------
        language : {"en", "zh"}
            Chinese needs a font that holds it; without one the picture is in English and says so.
        """
        from segmentation.clustering.identity.picture import picture  # noqa: PLC0415 - matplotlib takes a second

        return picture(self, language)
