"""What is usual of a need in a segment, beside the segment that comes next, or beside everybody else.

A resident's reasons speak against the runner-up, so that is what a value is laid beside; everybody else is
the way out where nothing is shown of the runner-up. Figures are compared as they are told, rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from segmentation.policy.features import UNKNOWN
from segmentation.wording.language import msg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segmentation.policy import Feature
    from segmentation.wording.titles import Reader

ELSEWHERE = {
    False: msg("typical here: %(here)s, elsewhere %(beside)s"),
    True: msg("%(here)s here, %(beside)s elsewhere"),
}
"""Of means, and of shares of residents."""
RUNNER_UP = {
    False: msg("typical here: %(here)s, in %(other)s: %(beside)s"),
    True: msg("%(here)s here, %(beside)s in %(other)s"),
}


class Usual(Protocol):
    """What is usual of a need: a `Distinction` of a profile says it, and a `Trait` of a card."""

    @property
    def feature(self) -> str:
        """The feature."""
        ...

    @property
    def level(self) -> str | None:
        """The value of a category whose share the means are."""
        ...

    @property
    def inside(self) -> float | None:
        """Mean in the segment, in the feature's own unit; None where hidden."""
        ...

    @property
    def outside(self) -> float | None:
        """Mean of everybody else."""
        ...


@dataclass(frozen=True)
class Beside:
    """What is usual of a need in two places.

    Attributes
    ----------
    here, beside : float
        Means in the feature's own unit, or shares of residents with the value.
    other : str or None
        Id of the other segment; None: everybody else.
    """

    here: float
    beside: float
    other: str | None

    def nearer(self, feature: Feature, value: str | float) -> float:
        """Return over 0 where a value, as it is told, is nearer to what is usual here, under 0: beside."""
        here, beside = (_told(feature, value, mean) for mean in (self.here, self.beside))
        if here is None or beside is None:
            return 0.0
        if _is_share_of_residents(feature):
            return here - beside
        own = (feature.values or ()).index(value) if isinstance(value, str) else value
        own = round(own, 3) if feature.kind == "share" else own
        return abs(own - beside) - abs(own - here)

    def words(self, reader: Reader, feature: Feature, value: str | float) -> str:
        """Return both in words; nothing where they are told alike, or the value is not known."""
        here, beside = (_told(feature, value, mean) for mean in (self.here, self.beside))
        if here is None or beside is None or here == beside:
            return ""
        forms = ELSEWHERE if self.other is None else RUNNER_UP
        return reader.t(
            forms[_is_share_of_residents(feature)],
            here=_mean(reader, feature, here),
            beside=_mean(reader, feature, beside),
            other=self.other,
        )


def besides(
    usual: Mapping[str, Iterable[Usual]], segment: str, runner_up: str
) -> dict[tuple[str, str | None], Beside]:
    """Return for each feature, and value of a category, what is usual in a segment and beside it.

    Parameters
    ----------
    usual : mapping of str to iterable of Usual
        By id of the segment.
    segment, runner_up : str
    """
    own, others = (_shown(usual.get(one, ())) for one in (segment, runner_up))
    found = {}
    for key, one in own.items():
        other = others.get(key)
        if one.inside is not None and other is not None and other.inside is not None:
            found[key] = Beside(one.inside, other.inside, runner_up)
        elif one.inside is not None and one.outside is not None:
            found[key] = Beside(one.inside, one.outside, None)
    return found


def with_unit(reader: Reader, feature: Feature, amount: float) -> str:
    """Return an amount with the unit of its feature, where it has one."""
    number = reader.number(amount)
    if feature.unit is None:
        return number
    return reader.t("%(amount)s %(unit)s", amount=number, unit=reader.text(feature.unit))


def _shown(needs: Iterable[Usual]) -> dict[tuple[str, str | None], Usual]:
    # a profile that has not left the build still holds its hidden figures
    return {(one.feature, one.level): one for one in needs if not getattr(one, "hidden", False)}


def _is_share_of_residents(feature: Feature) -> bool:
    return feature.kind in {"flag", "category"}


def _told(feature: Feature, value: str | float, mean: float) -> float | None:
    """Return a mean as it is told, an ordinal one as a rank; None where there is nothing to lay beside."""
    if feature.kind == "category":
        return round(mean, 2)
    if value == UNKNOWN:
        return None  # the means are of those whose value is known
    if feature.kind == "flag":
        return round(mean if value else 1 - mean, 2)
    if feature.kind == "ordinal":
        return min(max(round(mean), 0), len(feature.values or ()) - 1)
    return round(mean, 2 if feature.kind == "share" else 1)


def _mean(reader: Reader, feature: Feature, told: float) -> str:
    if feature.kind in {"flag", "category", "share"}:
        return reader.whole_percent(told)
    if feature.kind == "ordinal":
        return feature.value_title((feature.values or ())[int(told)], reader.language)
    return reader.number(told) if feature.kind == "count" else with_unit(reader, feature, told)
