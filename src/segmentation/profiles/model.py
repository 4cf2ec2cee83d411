"""What is said of a segment: its size, what sets it apart, and a rule in plain words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from segmentation.policy import Text

NOTABLE = 0.3
"""Least standardised difference that is told as something that sets a segment apart."""
FIDELITY = 0.95
"""Least share of residents for whom a plain rule and its segment agree: the rule is called rough under it."""
DIGITS = 3
"""Of figures that leave the build: a share with all its digits would give away the count behind it."""


@dataclass(frozen=True)
class Distinction:
    """How a segment's need differs from that of all other residents.

    Attributes
    ----------
    feature : str
    level : str or None
        The value of a category; None for all other kinds.
    inside, outside : float or None
        Mean in the feature's own unit, or share of residents with the flag or value; None where hidden.
    difference : float or None
        Standardised mean difference (Cohen's d; counts after log1p); positive is more than elsewhere.
    interval : tuple of float or None
        95 % interval of the difference (Hedges & Olkin 1985).
    hidden : bool
        Whether the figures would show, or let work out, a count under the smallest group: names and plans may
        follow from them, and `Profile.shown` leaves them out.
    """

    feature: str
    level: str | None
    inside: float | None
    outside: float | None
    difference: float | None
    interval: tuple[float, float] | None
    hidden: bool = False

    def __repr__(self) -> str:
        """Return the need and its means; of a hidden one, that it is hidden."""
        need = self.feature if self.level is None else f"{self.feature}={self.level}"
        shown = _shown(self)
        figures = "hidden" if self.hidden else f"inside={shown.inside}, outside={shown.outside}"
        return f"Distinction({need}, {figures})"

    @property
    def is_sure(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return self.interval is not None and (self.interval[0] > 0 or self.interval[1] < 0)


@dataclass(frozen=True)
class Condition:
    """One condition of a plain rule.

    Attributes
    ----------
    feature : str
    operator : {"at least", "at most", "is", "is not"}
    value : float or str
        In the feature's own unit, or one of its values.
    """

    feature: str
    operator: Literal["at least", "at most", "is", "is not"]
    value: float | str


@dataclass(frozen=True)
class Rule:
    """The best short description of a segment; the segment itself is decided by distances, not by the rule.

    Attributes
    ----------
    alternatives : tuple of tuple of Condition
        A resident meets the rule where all conditions of any alternative hold: (A and B) or C. A value that
        is not known meets no condition. The alternative that most of the segment meets comes first.
    fidelity : float
        Share of residents for whom rule and segment agree, in [0, 1): inside by both, or outside by both.
    precision : float
        Share of the residents who meet the rule that are in the segment, in [0, 1).
    coverage : float
        Share of the segment that meets the rule, in [0, 1).
    residents : int
        Of how many residents the shares were taken.
    most : float
        The highest fidelity that could be told of so many, in [0, 1).

    Notes
    -----
    The shares are lower ends. How many of the segment the rule misses, and how many others it takes for it,
    are first rounded up to the next step of the smallest group; all three follow from these two figures, and
    are rounded down to whole percents. So they tell no count under the smallest group, also together.
    """

    alternatives: tuple[tuple[Condition, ...], ...]
    fidelity: float
    precision: float
    coverage: float
    residents: int
    most: float

    @property
    def is_rough(self) -> bool:
        """Whether rule and segment may disagree on more than one resident in twenty, of enough to show it."""
        return self.fidelity < FIDELITY <= self.most

    @property
    def is_unshown(self) -> bool:
        """Whether the residents are too few to show that they agree on 19 in 20, even where they do."""
        return self.most < FIDELITY


@dataclass(frozen=True)
class Profile:
    """One segment.

    Attributes
    ----------
    segment : str
        Its id.
    name : Text
        Generated from what sets it apart, or the policy's.
    size : int
        Residents.
    share : float
        Of all residents, in (0, 1].
    needs : tuple of Distinction
        One for every feature and category value, largest difference first.
    rule : Rule or None
        None where no short rule describes it.
    """

    segment: str
    name: Text
    size: int
    share: float
    needs: tuple[Distinction, ...]
    rule: Rule | None

    def __repr__(self) -> str:
        """Return its id, name and size; the figures of its needs are in `needs`."""
        notable = len(self.shown.notable)
        return f"Profile({self.segment} {self.name.en!r}, {self.size} residents, {notable} notable needs)"

    def _repr_html_(self) -> str:
        from segmentation.profiles import show  # noqa: PLC0415 - it knows profiles, and a notebook alone asks

        return show.one(self)

    @property
    def shown(self) -> Profile:
        """The profile as it may leave the build: without hidden figures, the others rounded."""
        return replace(self, needs=tuple(_shown(need) for need in self.needs))

    @property
    def notable(self) -> tuple[Distinction, ...]:
        """What sets the segment apart: surely different, by at least `NOTABLE`."""
        return tuple(
            need for need in self.needs
            if need.difference is not None and need.is_sure and abs(need.difference) >= NOTABLE
        )  # fmt: skip


def _shown(need: Distinction) -> Distinction:
    if need.hidden:
        return Distinction(need.feature, need.level, None, None, None, None, hidden=True)
    figures = (need.inside, need.outside, need.difference)
    inside, outside, difference = (None if figure is None else round(figure, DIGITS) for figure in figures)
    interval = need.interval and (round(need.interval[0], DIGITS), round(need.interval[1], DIGITS))
    return replace(need, inside=inside, outside=outside, difference=difference, interval=interval)
