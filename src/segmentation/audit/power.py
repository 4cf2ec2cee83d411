"""What the audit could have found, and how many residents would settle what it left open.

An undetermined finding says little by itself: the counts may be too few to show anything, or the truth may
lie next to the limit. These figures tell the two apart. They tell no more than the counts that they are
given, which are those that the report shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from segmentation.audit.exact import null_error
from segmentation.audit.ratio import Share

if TYPE_CHECKING:
    from collections.abc import Callable

    from segmentation.audit.evidence import Measured
    from segmentation.policy.parts import Check as CheckName

POWER = 0.8
"""In how many of all audits a harm is found that is called detectable, or a claim settled by so many."""
MOST_TIMES = 1000.0
"""More times as many residents than this are not worth naming."""
SMALLEST = 1e-12
"""What stands in for a standard error of zero."""


@dataclass(frozen=True)
class Seen:
    """What a report shows of one claim, from which it follows what could have been found.

    Attributes
    ----------
    check : str
    figures : Share or Measured
        Of counts that are shown.
    residents : int
        How many those are.
    limit, confidence : float
    """

    check: CheckName
    figures: Share | Measured
    residents: int
    limit: float
    confidence: float

    def detectable(self, family: int) -> float | None:
        """Return what would be found among so many claims; as of `detectable_ratio`."""
        if isinstance(self.figures, Share):
            return detectable_ratio(self.figures, self.limit, self.confidence, family)
        return detectable_measure(self.check, self.figures, self.limit, self.confidence, family)

    def settled_by(self, family: int) -> int | None:
        """Return how many residents would settle it among so many claims; as of `ratio_settled_by`."""
        if isinstance(self.figures, Share):
            return ratio_settled_by(self.figures, self.limit, self.confidence, family)
        return measure_settled_by(
            self.check, self.figures, self.limit, self.confidence, self.residents, family
        )


def detectable_ratio(share: Share, limit: float, confidence: float, family: int = 1) -> float | None:
    """Return the ratio nearest to the limit that such counts show to be broken in 80 of 100 audits.

    Parameters
    ----------
    share : Share
    limit : float
        In (0, 1).
    confidence : float
    family : int
        Comparisons that are corrected for, each taken as the first of Holm's.

    Returns
    -------
    float or None
        In [0, limit), at the others' rate that was counted; None where not even 0 would be found.
    """
    if not share.is_judgeable or not share.others_count:
        return None
    bar, others = _bar(1 - confidence, 2 * family), share.others_rate

    def found(ratio: float) -> float:
        rate = ratio * others
        seen = (rate * share.size, share.size, share.others_count, share.others_size)
        away = limit * others - rate
        return away - bar * null_error(*seen, limit) - float(ndtri(POWER)) * _error(share, rate, limit)

    return float(brentq(found, 0.0, limit)) if found(0.0) > 0 else None


def ratio_settled_by(share: Share, limit: float, confidence: float, family: int = 1) -> int | None:
    """Return about how many residents in all, with the same shares, settle a ratio in 80 of 100 audits.

    Parameters
    ----------
    share : Share
    limit : float
        In (0, 1).
    confidence : float
    family : int
        Comparisons that are corrected for before one counts as broken.

    Returns
    -------
    int or None
        Rounded up to two digits, and no fewer than there are; None where a thousand times as many would not
        do.
    """
    if not share.is_judgeable:
        return None
    low, high = _Distance.of(share, limit), _Distance.of(share, 1 / limit)
    if low.away < 0 or high.away > 0:
        end, bar = (low, -1) if low.away < 0 else (high, 1)
        times = _times(lambda times: end.power(times, _bar(1 - confidence, 2 * family), bar))
    else:
        alone = _bar(1 - confidence, 1)
        # Both ends must be rejected; at least so often, whatever they have to do with each other, they are.
        times = _times(lambda times: low.power(times, alone, 1) + high.power(times, alone, -1) - 1)
    return _rounded(share.residents * times) if times else None


@dataclass(frozen=True)
class _Distance:
    """How far a rate lies above `ratio` times the others', and its standard errors.

    One is that of the score, as if it were 0 in truth; the other is its own, at the rates that were counted.
    """

    away: float
    null: float
    own: float

    @classmethod
    def of(cls, share: Share, ratio: float) -> _Distance:
        counts = (share.count, share.size, share.others_count, share.others_size)
        return cls(
            share.rate - ratio * share.others_rate,
            null_error(*counts, ratio),
            _error(share, share.rate, ratio),
        )

    def power(self, times: float, bar: float, side: int) -> float:
        """Return the chance that the score of so many times the counts lies beyond the bar, on that side."""
        return float(ndtr((side * math.sqrt(times) * self.away - bar * self.null) / max(self.own, SMALLEST)))


def _error(share: Share, rate: float, ratio: float) -> float:
    """Return the standard error of a rate less `ratio` times the others'."""
    others = share.others_rate
    variance = rate * (1 - rate) / share.size + ratio**2 * others * (1 - others) / share.others_size
    return math.sqrt(variance)


def _times(power: Callable[[float], float]) -> float | None:
    """Return by how many times the counts must grow for that power; None where by too many."""
    if power(1.0) >= POWER:
        return 1.0
    if power(MOST_TIMES) < POWER:
        return None
    return float(brentq(lambda times: power(times) - POWER, 1.0, MOST_TIMES))


@dataclass(frozen=True)
class _Scale:
    """Where a measure starts, the scale on which its interval is about as wide everywhere, and its noise.

    `chance` is in how many standard errors, measured on tables of 8 segments, what chance alone gives lies
    above where the measure starts.
    """

    least: float = 0.0
    power: float = 1.0
    chance: float = 3.0

    def to(self, value: float) -> float:
        return float(max(0.0, value - self.least) ** self.power)

    def back(self, value: float) -> float:
        return float(self.least + value ** (1 / self.power))


SCALES: dict[CheckName, _Scale] = {
    "mutual_information": _Scale(power=0.5),
    "probe_auc": _Scale(least=0.5),
    "total_variation": _Scale(chance=2.0),
}
"""Mutual information grows with the square of an association; chance alone gives an area of a half."""


def detectable_measure(
    check: CheckName, measured: Measured, limit: float, confidence: float, family: int = 1
) -> float | None:
    """Return the value nearest to the limit that such counts show to be broken in 80 of 100 audits.

    Approximate: the standard error is taken from the width of the interval, and where that starts at nothing
    also from what chance alone gives.

    Parameters
    ----------
    check : str
        Which measure it is.
    measured : Measured
    limit : float
        Largest value that is kept.
    confidence : float
        Of the interval, and of the test.
    family : int
        Comparisons that are corrected for.

    Returns
    -------
    float or None
        In (limit, 1]; None where not even 1 would be found.
    """
    scale = SCALES.get(check, _Scale())
    low, high, chance = (scale.to(value) for value in (*measured.interval, measured.by_chance))
    error = (high - low) / (2 * _bar(1 - confidence, 2))
    if low == 0:
        error = max(error, chance / scale.chance)
    found = scale.back(scale.to(limit) + (_bar(1 - confidence, family) + float(ndtri(POWER))) * error)
    return found if found <= 1 else None


def measure_settled_by(
    check: CheckName, measured: Measured, limit: float, confidence: float, residents: int, family: int = 1
) -> int | None:
    """Return about how many residents in all, with the same shares, settle a measure in 80 of 100 audits.

    Approximate: the interval is taken to shrink with the square root of the residents. What chance adds to
    the shares counts as theirs, so that the same shares do settle it. Where chance alone puts them beyond the
    limit, no number does.

    Parameters
    ----------
    check : str
        Which measure it is.
    measured : Measured
    limit : float
        Largest value that is kept.
    confidence : float
        Of the interval, and of the test.
    residents : int
        Those that were measured.
    family : int
        Comparisons that are corrected for before one counts as broken.

    Returns
    -------
    int or None
        As of `ratio_settled_by`.
    """
    scale = SCALES.get(check, _Scale())
    value, low, high, bound = (scale.to(at) for at in (measured.plain, *measured.interval, limit))
    beyond = measured.value > limit
    if beyond != (value > bound):
        return None
    least = (high - low) / 4 if beyond else (high - low) / 2
    error = max(min(value - low, high - value) if beyond else high - value, least) / _bar(1 - confidence, 2)
    if check == "total_variation" and not beyond:
        # Every set of segments must be seen within the limit: the more chance adds, the more are near.
        error += (measured.plain - measured.value) / _bar(1 - confidence, 2)
    error = max(error, SMALLEST)
    bar = _bar_below((value - low) / error, confidence, family) if beyond else _bar(1 - confidence, 1)
    away = abs(value - bound) / error
    times = _times(lambda times: float(ndtr(math.sqrt(times) * away - bar)))
    return _rounded(residents * times) if times else None


def _bar_below(reach: float, confidence: float, family: int) -> float:
    """Return the bar of a test of which an interval reaches so many standard errors down.

    It reaches further than one test does where any of many sets of segments may be the one that is beyond the
    limit; what that adds falls as the bar rises.
    """
    alone, bar = _bar(1 - confidence, 2), _bar(1 - confidence, family)
    return bar + max(0.0, reach - alone) * min(1.0, alone / bar)


def _bar(alpha: float, among: int) -> float:
    """Return how many standard errors reject at `alpha` shared among so many tests."""
    return float(-ndtri(alpha / among))


def _rounded(needed: float) -> int:
    """Return a number of residents rounded up to two digits."""
    digit = int(10 ** max(0, math.floor(math.log10(needed)) - 1))
    return math.ceil(needed / digit) * digit
