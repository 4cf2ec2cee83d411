"""Why a resident is in a segment, in words that can be read out to the resident.

What is told are the contributions of an exact explanation, strongest first: the resident's own value, and
what is usual in the segment and in the runner-up, which the contributions speak against. Those two come from
profiles, where figures that would tell of a few are hidden: then everybody else stands in, or the value
stands alone. A contribution is against the average resident, so a few speak for a segment though the value is
nearer to what is usual in the runner-up; they are left out. Nothing here needs a table, a server or a model,
so that whoever answers a resident can say why.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from numbers import Real
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from segmentation.errors import SegmentationError
from segmentation.policy.features import UNKNOWN
from segmentation.wording.usual import Beside, besides, with_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segmentation.policy import Feature, Policy
    from segmentation.scorer import Explanation
    from segmentation.wording.titles import Reader
    from segmentation.wording.usual import Usual

MOST = 3
"""Reasons that are told, where nobody asks for more."""
LEAST = 0.1
"""A reason with less weight than this share of the strongest one is not worth a reader's time."""

_COUNTED = re.compile(r"(?!number of|count of)[a-z][a-z -]*s", re.IGNORECASE)
"""English titles that a number can stand before: 9 repair requests."""


@dataclass(frozen=True)
class Because:
    """Why one resident is in a segment, as plain data.

    Attributes
    ----------
    segment, runner_up : str
        Ids; the same one where there is no other.
    contributions : dict of str to float
        For each feature; positive ones speak for the segment.
    borderline : bool
    """

    segment: str
    runner_up: str
    contributions: dict[str, float]
    borderline: bool

    @classmethod
    def of(cls, told: Explanation, row: int = 0) -> Because:
        """Return what an explanation says of the resident in one of its rows."""
        return cls(
            told.segments[told.chosen[row]],
            told.segments[told.runner_up[row]],
            dict(zip(told.features, map(float, told.contributions[row]), strict=True)),
            bool(told.borderline[row]),
        )


@dataclass(frozen=True)
class Reasons:
    """Reasons in one language.

    Attributes
    ----------
    because, against : tuple of str
        What speaks for the segment, and for the runner-up, strongest first.
    borderline : str
        A sentence where the resident is borderline; empty where not.
    text : str
        All of it as sentences.
    """

    because: tuple[str, ...]
    against: tuple[str, ...]
    borderline: str
    text: str


def reasons(
    reader: Reader,
    policy: Policy,
    why: Because,
    values: Mapping[str, object],
    usual: Mapping[str, Iterable[Usual]] = MappingProxyType({}),
    *,
    most: int = MOST,
    against: bool = False,
) -> Reasons:
    """Return why a resident is in a segment, in the reader's language.

    Parameters
    ----------
    reader : Reader
        Its titles may name the segments: ``replace(titles_of(policy), segments={id: name})``.
    policy : Policy
    why : Because
    values : mapping of str to number, str or None
        The resident's own needs; None, NaN or nothing where one is not known.
    usual : mapping of str to iterable of Usual, default {}
        By id of the segment, the `needs` of its profile, or the `traits` of its part of a card. Those of the
        resident's segment and of the runner-up are looked at.
    most : int, default 3
        Most reasons on each side.
    against : bool, default False
        Whether to tell what speaks against as well.

    Raises
    ------
    SegmentationError
        A value is of another kind than the policy's feature; the value is not shown.
    """
    means = besides(usual, why.segment, why.runner_up)
    needs = {
        name: _Need.of(policy.features[name], name, values.get(name), means) for name in why.contributions
    }

    def said(sign: int) -> tuple[str, ...]:
        weights = {name: sign * weight for name, weight in why.contributions.items() if sign * weight > 0}
        fitting = {name: weight for name, weight in weights.items() if not needs[name].contradicts(sign)}
        names = _strongest(fitting or weights, most)
        return tuple(needs[name].words(reader, sign) for name in names)

    because, contrary = said(1), said(-1) if against else ()
    borderline = _borderline(reader, why)
    told = (
        _because(reader, why, because),
        reader.t("Against it: %(reasons)s.", reasons=reader.join("clause", contrary)) if contrary else "",
        borderline,
    )
    return Reasons(because, contrary, borderline, reader.join("sentence", told))


def _strongest(weights: Mapping[str, float], most: int) -> list[str]:
    ranked = sorted(weights, key=lambda name: -weights[name])
    return [name for name in ranked[:most] if weights[name] >= LEAST * weights[ranked[0]]]


def _because(reader: Reader, why: Because, because: tuple[str, ...]) -> str:
    segment = reader.segment(why.segment)
    if why.segment == why.runner_up:
        return reader.t("In segment %(segment)s, the only one.", segment=segment)
    other = reader.segment(why.runner_up)
    if not because:
        return reader.t(
            "In segment %(segment)s rather than %(other)s, as the average resident would be.",
            segment=segment,
            other=other,
        )
    return reader.t(
        "In segment %(segment)s rather than %(other)s because of %(reasons)s.",
        segment=segment,
        other=other,
        reasons=reader.join("clause", because),
    )


def _borderline(reader: Reader, why: Because) -> str:
    if not why.borderline:
        return ""
    return reader.t(
        "It is a borderline case: segment %(other)s fits almost as well.", other=reader.segment(why.runner_up)
    )


@dataclass(frozen=True)
class _Need:
    """A need of one resident: its value, and what is usual."""

    feature: Feature
    value: str | float
    beside: Beside | None

    @classmethod
    def of(
        cls, feature: Feature, name: str, value: object, means: Mapping[tuple[str, str | None], Beside]
    ) -> _Need:
        plain = _plain(feature, name, value)
        return cls(feature, plain, means.get((name, str(plain) if feature.kind == "category" else None)))

    def contradicts(self, sign: int) -> bool:
        """Return whether the value is nearer to what is usual of the side it does not speak for."""
        return self.beside is not None and self.beside.other is not None and self._nearer * sign < 0

    @property
    def _nearer(self) -> float:
        return 0.0 if self.beside is None else self.beside.nearer(self.feature, self.value)

    def words(self, reader: Reader, sign: int) -> str:
        """Return the need with the resident's value, and what is usual unless that would mislead."""
        told = _valued(reader, self.feature, self.value)
        if self.beside is None or self._nearer * sign < 0:
            return told
        return f"{told}{reader.aside(self.beside.words(reader, self.feature, self.value))}"


def _plain(feature: Feature, name: str, value: object) -> str | float:
    """Return a value as a number, a listed value, or `UNKNOWN`."""
    if value is None or (isinstance(value, Real) and math.isnan(value)):
        return UNKNOWN
    if isinstance(value, str) and feature.values is not None:
        return value
    if isinstance(value, Real | np.bool_) and feature.values is None:
        return float(value)
    raise SegmentationError(f"The value of '{name}' is not of the kind that the policy says; correct it.")


def _valued(reader: Reader, feature: Feature, value: str | float) -> str:
    title = reader.text(feature.title)
    if reader.language == "en":
        title = _within_sentence(title)
        if (
            not isinstance(value, str)
            and value != 1
            and feature.kind == "count"
            and _COUNTED.fullmatch(title)
        ):
            return f"{reader.number(value)} {title}"
    return reader.t("%(need)s: %(value)s", need=title, value=_value(reader, feature, value))


def _within_sentence(title: str) -> str:
    """Return a title with a small first letter, unless it opens with capitals, such as EV."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _value(reader: Reader, feature: Feature, value: str | float) -> str:
    if value == UNKNOWN:
        return reader.t("not known") if feature.missing is None else reader.text(feature.missing)
    if isinstance(value, str):
        return feature.value_title(value, reader.language)
    if feature.kind == "flag":
        return reader.t("yes") if value else reader.t("no")
    if feature.kind == "share":
        return reader.whole_percent(round(value, 3))
    return with_unit(reader, feature, value)
