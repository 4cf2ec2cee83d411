"""What was tried and what came of it: the table, the picture and the conclusion of a frontier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from segmentation.policy import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from segmentation.mitigation.figures import Disparity, Quality
    from segmentation.mitigation.model import Mitigation
    from segmentation.policy import Policy
    from segmentation.wording import Language

NONE = "none"
"""The key of the row without a mitigation."""
DIGITS = 2
"""Associations that read alike are alike; what explains more of the needs is recommended then."""
LEAST_SILHOUETTE = 0.9
"""Share of the silhouette without a mitigation that a recommended one keeps, in its own space."""


@dataclass(frozen=True)
class Outcome:
    """One mitigation, and what residents whom it did not see say of it.

    Attributes
    ----------
    mitigation : Mitigation or None
        None: the segments as they are.
    n_segments : int
        1 where no number of segments repeats itself in what is left; there are no figures then.
    rank : int
        Directions of the encoded needs that it erases.
    disparity : Disparity or None
    quality : Quality or None
    """

    mitigation: Mitigation | None
    n_segments: int
    rank: int = 0
    disparity: Disparity | None = None
    quality: Quality | None = None

    @property
    def key(self) -> str:
        """Of the mitigation, as `Mitigation.parse` reads it; "none" without one."""
        return NONE if self.mitigation is None else self.mitigation.key

    def __repr__(self) -> str:
        """Return the mitigation, and what is broken and explained with it."""
        said, good = self.disparity, self.quality
        broken = "no figures" if said is None else f"{said.broken} broken"
        explained = "" if good is None else f", {good.explained:.0%} of needs explained"
        return f"Outcome({self.key!r}, {self.n_segments} segments, {broken}{explained})"

    def _repr_html_(self) -> str:
        from segmentation.mitigation import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.one(self)


@dataclass(frozen=True)
class Frontier:
    """Every mitigation that was tried, beside the segments as they are.

    Attributes
    ----------
    attribute : str
        The one that the mitigations are compared by.
    outcomes : tuple of Outcome
        The segments as they are first.
    seen, unseen : int
        Residents that the mitigations were fitted on, and that the figures are of.
    seed : int
    """

    attribute: str
    outcomes: tuple[Outcome, ...]
    seen: int
    unseen: int
    seed: int

    @property
    def before(self) -> Outcome:
        """The segments as they are."""
        return self.outcomes[0]

    def silhouette_ratio(self, outcome: Outcome) -> float | None:
        """Return the silhouette in a mitigation's own space over that without one.

        None without a figure, and where there was none to keep: the one without a mitigation is 0 or less.
        """
        one, other = outcome.quality, self.before.quality
        if one is None or other is None or one.silhouette is None or other.silhouette is None:
            return None
        if other.silhouette <= 0:
            return None
        return one.silhouette / other.silhouette

    def association_ratio(self, outcome: Outcome) -> float | None:
        """Return Cramér's V of the attribute after over before; None without a figure."""
        one, other = outcome.disparity, self.before.disparity
        if one is None or other is None or one.association is None or not other.association:
            return None
        return one.association / other.association

    def worsened(self, outcome: Outcome) -> tuple[str, ...]:
        """Return the other attributes about which nothing was broken and with this mitigation something is.

        Of who is in which segment: an association or a share of a group that would need another segment.
        """
        if outcome.disparity is None or self.before.disparity is None:
            return ()
        before = self.before.disparity.lost
        return tuple(name for name in outcome.disparity.lost if name not in before)

    @property
    def recommended(self) -> Outcome | None:
        """The mitigation that leaves the least association with any attribute, of those that cost little.

        Any attribute: what is erased of one may move into another. Of equals, to two digits, it is the one
        that leaves least of this attribute, then the one that explains most of all needs. Asked of it: no
        finding of the attribute is broken, its association is shown, the silhouette in its own space is at
        least `LEAST_SILHOUETTE` of what it was, and about no other attribute something is newly broken. None
        where no mitigation does all of this, or where nothing is broken in the first place.

        It is chosen by the figures of the same half that the table shows, so these are kinder to it than
        residents who had no part in the choice would be. The silhouette in its own space flatters a model
        that looks at less; what it costs of all needs is `Quality.explained`, and the conclusion tells it.
        """
        if self.before.disparity is None or not self.before.disparity.broken:
            return None
        return min(filter(self._is_fit, self.outcomes[1:]), key=_remaining, default=None)

    def _is_fit(self, outcome: Outcome) -> bool:
        ratio, said = self.silhouette_ratio(outcome), outcome.disparity
        clears = said is not None and said.broken == 0 and said.association is not None
        return clears and ratio is not None and ratio >= LEAST_SILHOUETTE and not self.worsened(outcome)

    @property
    def conclusion(self) -> Text:
        """What the table comes to, and what the recommended one costs."""
        found, name = self.recommended, self.attribute
        if found is not None:
            share, cost = f"{LEAST_SILHOUETTE:.0%}", self._cost(found)
            return Text(
                en=f"{found.key} brings every finding about {name} out of broken at a silhouette, in its own "
                f"space, of at least {share} of what it was{cost.en}. It was chosen by the figures shown, "
                "which are kinder to it for that.",
                zh=f"{found.key}使有关{name}的所有结论均不再为“违反”，"
                f"在其自身空间的轮廓系数不低于原来的{share}{cost.zh}。"
                "推荐正是依据所示数值作出，因此这些数值对其偏于有利。",
            )
        if self.before.disparity is not None and not self.before.disparity.broken:
            return Text(
                en=f"Nothing about {name} is broken among the residents who were not seen.",
                zh=f"在未参与拟合的住户中，有关{name}的结论均不为“违反”。",
            )
        return Text(
            en=f"None of these brings every finding about {name} out of broken at a silhouette of at least "
            f"{LEAST_SILHOUETTE:.0%} of what it was, without breaking another attribute's.",
            zh=f"以上方法均不能在轮廓系数不低于原来的{LEAST_SILHOUETTE:.0%}、且不使其他属性变为“违反”的前提下，"
            f"使有关{name}的所有结论均不再为“违反”。",
        )

    def _cost(self, found: Outcome) -> Text:
        """Return what it explains of all needs instead of what was explained, as the end of a sentence."""
        if found.quality is None or self.before.quality is None:
            return Text(en=", and what it explains is not known", zh="，可解释的比例未知")
        now, then = f"{found.quality.explained:.0%}", f"{self.before.quality.explained:.0%}"
        return Text(
            en=f"; it explains {now} of the needs instead of {then}",
            zh=f"；可解释{now}的需求差异，原为{then}",
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a table with one row per mitigation, the segments as they are first.

        Returns
        -------
        DataFrame
            Index: the mitigation's key. Missing is NaN: hidden, or without segments to measure.
        """
        rows = [self._row(outcome) for outcome in self.outcomes]
        return pd.DataFrame(rows, index=pd.Index([one.key for one in self.outcomes], name="mitigation"))

    def _row(self, outcome: Outcome) -> dict[str, object]:
        said, good = outcome.disparity, outcome.quality
        low, high = (said and said.interval) or (None, None)
        return {
            "n_segments": outcome.n_segments,
            "rank": outcome.rank,
            "association": said and said.association,
            "association_low": low,
            "association_high": high,
            "association_ratio": self.association_ratio(outcome),
            "total_variation": said and said.total_variation,
            "broken": said and said.broken,
            "undetermined": said and said.undetermined,
            "elsewhere": said and said.elsewhere,
            "elsewhere_attribute": said and said.elsewhere_attribute,
            "worsened": ", ".join(self.worsened(outcome)),
            "fit_ratio": good and good.fit_ratio,
            "silhouette": good and good.silhouette,
            "silhouette_ratio": self.silhouette_ratio(outcome),
            "silhouette_of_all_needs": good and good.silhouette_of_all_needs,
            "explained": good and good.explained,
            "recommended": outcome is self.recommended,
        }

    def to_dict(self) -> dict[str, object]:
        """Return plain data, ready for JSON."""
        return {
            "attribute": self.attribute,
            "seen": self.seen,
            "unseen": self.unseen,
            "seed": self.seed,
            "recommended": None if self.recommended is None else self.recommended.key,
            "conclusion": self.conclusion.model_dump(),
            "mitigations": [{"mitigation": one.key, **self._row(one)} for one in self.outcomes],
        }

    def plot(self, language: Language = "en", policy: Policy | None = None) -> Figure:
        """Return a picture: quality lost against disparity removed, a named dot for each mitigation.

        Parameters
        ----------
        language : {"en", "zh"}
            Chinese needs a font that holds it; without one the picture is in English and says so.
        policy : Policy, optional
            Gives the attribute its title; else its key is told.
        """
        from segmentation.mitigation.picture import picture  # noqa: PLC0415 - drawing is rarely asked for

        return picture(self, language, policy)

    def __repr__(self) -> str:
        """Return what was compared, and which mitigation is recommended."""
        found = self.recommended
        return (
            f"Frontier({self.attribute!r}, {len(self.outcomes) - 1} mitigations, recommended: "
            f"{None if found is None else found.key}, fitted on {self.seen} residents, "
            f"measured on {self.unseen})"
        )

    def _repr_html_(self) -> str:
        from segmentation.mitigation import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.html(self)


def _remaining(outcome: Outcome) -> tuple[float, float, float]:
    """Return the worst association that is left, that of the attribute, and what is lost of the needs."""
    said = outcome.disparity
    if said is None or said.association is None:
        return float("inf"), float("inf"), 0.0
    own = round(said.association, DIGITS)
    worst = max(own, round(said.elsewhere or 0.0, DIGITS))
    return worst, own, -outcome.quality.explained if outcome.quality else 0.0
