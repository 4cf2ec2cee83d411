"""All profiles of a segmentation together, as a notebook meets them: a tuple that can be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pandas as pd

from segmentation.profiles import show
from segmentation.profiles.model import Profile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.figure import Figure

    from segmentation.drawing import Language
    from segmentation.policy import Policy

COLUMNS = ("segment", "name", "feature", "level", "inside", "outside", "difference", "low", "high", "hidden")


class Profiles(tuple[Profile, ...]):  # noqa: SLOT001 - a tuple's subclass can have no slots of its own
    """The profiles of all segments, in their order; a tuple in every other way.

    Parameters
    ----------
    found : iterable of Profile
    policy : Policy
        Gives the titles that plots and tables are labelled with.

    Attributes
    ----------
    policy : Policy
    """

    policy: Policy

    def __new__(cls, found: Iterable[Profile], policy: Policy) -> Self:
        """Keep the policy beside the profiles."""
        made = super().__new__(cls, found)
        made.policy = policy
        return made

    def __getnewargs__(self) -> tuple[tuple[Profile, ...], Policy]:
        """Return what a copy is made from."""
        return tuple(self), self.policy

    def __repr__(self) -> str:
        """Return which segments there are, without any figure about their needs."""
        residents = sum(profile.size for profile in self)
        named = ", ".join(profile.segment for profile in self)
        return f"Profiles({len(self)} segments of {residents} residents: {named})"

    @property
    def shown(self) -> Profiles:
        """The profiles as they may leave the build: without hidden figures, the others rounded."""
        return Profiles((profile.shown for profile in self), self.policy)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each segment and need, without hidden figures; both ends of the interval apart."""
        rows = [
            (
                profile.segment, profile.name.en, need.feature, need.level, need.inside, need.outside,
                need.difference, *(need.interval or (None, None)), need.hidden,
            )
            for profile in self.shown
            for need in profile.needs
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def plot_sizes(self, language: Language = "en") -> Figure:
        """Return a picture of how many residents each segment has.

        Parameters
        ----------
        language : {"en", "zh"}
            Chinese needs a font that holds it; without one the picture is in English and says so.
        """
        from segmentation.profiles import picture  # noqa: PLC0415 - matplotlib takes a second to load

        return picture.sizes(self, language)

    def plot_needs(self, language: Language = "en") -> Figure:
        """Return a picture of how the needs of each segment differ from the rest, hidden figures as hidden.

        Parameters
        ----------
        language : {"en", "zh"}
            As for `plot_sizes`.
        """
        from segmentation.profiles import picture  # noqa: PLC0415 - matplotlib takes a second to load

        return picture.needs(self, language)

    def _repr_html_(self) -> str:
        return show.html(self)
