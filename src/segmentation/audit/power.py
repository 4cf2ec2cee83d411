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
from scipy.special import ndtri

from segmentation.audit.exact import null_error, score

if TYPE_CHECKING:
    from segmentation.audit.evidence import Measured
    from segmentation.audit.findings import CheckName
    from segmentation.audit.ratio import Share

POWER = 0.8
"""In how many of all audits a harm is found that is called detectable."""
MOST_TIMES = 1000.0
"""More times as many residents than this are not worth naming."""


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
        variance = rate * (1 - rate) / share.size + limit**2 * others * (1 - others) / share.others_size
        away = limit * others - rate
        return away - bar * null_error(*seen, limit) - float(ndtri(POWER)) * math.sqrt(variance)

    return float(brentq(found, 0.0, limit)) if found(0.0) > 0 else None


def ratio_settled_by(share: Share, limit: float, confidence: float, family: int = 1) -> int | None:
    """Return about how many residents in all, with the same shares, would settle a ratio.

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
    counts = (share.count, share.size, share.others_count, share.others_size)
    low, high = score(*counts, limit), score(*counts, 1 / limit)
    beyond = max(-low, high)
    bar = _bar(1 - confidence, 2 * family if beyond > 0 else 1)
    return _residents(share.size + share.others_size, bar, abs(beyond))


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
    """Return about how many residents in all, with the same shares, would settle a measure.

    Approximate: the interval is taken to shrink with the square root of the residents.

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
    value, low, high, limit = (scale.to(at) for at in (measured.value, *measured.interval, limit))
    beyond = value > limit
    side = max(value - low if beyond else high - value, (high - low) / 2)
    error = side / _bar(1 - confidence, 2)
    if not error:
        return _residents(residents, 0.0, 1.0)
    return _residents(residents, _bar(1 - confidence, family if beyond else 1), abs(value - limit) / error)


def _bar(alpha: float, among: int) -> float:
    """Return how many standard errors reject at `alpha` shared among so many tests."""
    return float(-ndtri(alpha / among))


def _residents(now: int, bar: float, away: float) -> int | None:
    """Return how many residents bring what is `away` standard errors from the limit to the bar."""
    if away <= 0 or (bar / away) ** 2 > MOST_TIMES:
        return None
    needed = now * max(1.0, (bar / away) ** 2)
    digit = int(10 ** max(0, math.floor(math.log10(needed)) - 1))
    return math.ceil(needed / digit) * digit
