"""What is said beside findings: what would settle them, and through which feature an attribute enters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segmentation.wording.findings import Carried, Told, Traced
    from segmentation.wording.titles import Reader

MAINLY = 0.5
"""Share of a gap, or of an association, from which a feature is its main way."""
LEAST_FALL = 0.01
"""Smaller falls of an association carry nothing worth a sentence."""


def settling(reader: Reader, gates: Iterable[Told]) -> str:
    """Return how many residents would settle the open ones among some gates; nothing where none is open."""
    found = [finding for finding in gates if finding.status == "undetermined"]
    enough = [finding.settled_by for finding in found if finding.settled_by is not None]
    if not found:
        return ""
    if not enough:
        return reader.t("More residents alone are not known to settle any gate that is open.")
    most, of = reader.integer(max(enough)), reader.integer(len(enough))
    if len(enough) == len(found):
        return reader.tn(
            "About %(most)s residents in all, with the same shares, would settle the gate that is open.",
            "About %(most)s residents in all, with the same shares, would settle all %(n)s gates that are "
            "open.",
            len(found), most=most,
        )  # fmt: skip
    return reader.t(
        "About %(most)s residents in all, with the same shares, would settle %(of)s of %(all)s gates that "
        "are open; of the others no such number is known.",
        most=most, of=of, all=reader.integer(len(found)),
    )  # fmt: skip


@dataclass(frozen=True)
class Way:
    """How an attribute enters the segments: mainly through one feature, or through all of them together.

    Attributes
    ----------
    feature : str or None
        None: no feature alone, but all of them together guess the attribute.
    figure : float
        By how much Cramér's V falls when the feature is shuffled; without a feature, the AUC of all.
    """

    feature: str | None
    figure: float


def way(carriers: Iterable[Carried], findings: Iterable[Told]) -> Way | None:
    """Return how an attribute enters the segments, of what the audit found about it; None where not known.

    A feature is the main way where at least half of Cramér's V falls when it is shuffled.
    """
    listed, told = tuple(carriers), {finding.check: finding for finding in findings}
    falls = [(one.fall, one.feature) for one in listed if one.feature is not None and one.fall is not None]
    association, limit = told.get("association"), told.get("probe_auc")
    if not falls or association is None or association.value is None:
        return None
    fall, feature = max(falls)
    if fall >= max(MAINLY * association.value, LEAST_FALL):
        return Way(feature, fall)
    together = [auc.value for one in listed if one.feature is None for auc in one.aucs]
    best = max((value for value in together if value is not None), default=0.0)
    is_there = association.value > (association.by_chance or 0.0)
    return Way(None, best) if is_there and limit is not None and best >= limit.limit else None


def entered(reader: Reader, attribute: str, found: Way | None) -> str:
    """Return through what an attribute enters the segments, as a sentence; nothing where it is not known."""
    if found is None:
        return ""
    if found.feature is None:
        return reader.t(
            "No single feature carries %(attribute)s into the segments: together they do (guessed from all "
            "of them with AUC %(auc)s).",
            attribute=reader.quoted(reader.attribute(attribute)), auc=reader.ratio(found.figure),
        )  # fmt: skip
    return reader.t(
        "%(attribute)s enters the segments mainly through %(feature)s: Cramér's V falls by %(fall)s when "
        "that feature is shuffled among residents.",
        attribute=reader.attribute(attribute), feature=reader.quoted(reader.feature(found.feature)),
        fall=reader.ratio(found.figure),
    )  # fmt: skip


def shortly(reader: Reader, found: Way | None) -> str:
    """Return the same as a table has room for."""
    if found is None:
        return ""
    if found.feature is None:
        return reader.t(
            "no single feature carries it: together they do (AUC %(auc)s)", auc=reader.ratio(found.figure)
        )
    return reader.t("mainly through %(feature)s", feature=reader.quoted(reader.feature(found.feature)))


def traced(reader: Reader, attribute: str, trace: Traced) -> str:
    """Return which segment a group enters most above others, and mainly through which feature.

    Nothing where the feature takes less than half of the gap away: that would explain nothing.
    """
    if trace.closed < MAINLY:
        return ""
    return reader.t(
        "%(who)s enters segment %(segment)s mainly through %(feature)s: shuffled among residents, it "
        "takes %(closed)s of the gap of %(gap)s away.",
        who=reader.member(attribute, trace.group),
        segment=reader.segment(trace.segment),
        feature=reader.quoted(reader.feature(trace.feature)),
        closed=reader.whole_percent(round(trace.closed, 2)),
        gap=reader.percent(trace.gap),
    )
