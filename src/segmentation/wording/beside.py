"""What is said beside findings: what would settle them, and through which feature an attribute enters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segmentation.wording.findings import Told, Traced
    from segmentation.wording.titles import Reader

MAINLY = 0.5
"""Share of a gap from which a feature is its main way."""


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
            "About %(most)s residents with the same shares would settle the gate that is open.",
            "About %(most)s residents with the same shares would settle all %(n)s gates that are open.",
            len(found), most=most,
        )  # fmt: skip
    return reader.t(
        "About %(most)s residents with the same shares would settle %(of)s of %(all)s gates that are open; "
        "of the others no such number is known.",
        most=most, of=of, all=reader.integer(len(found)),
    )  # fmt: skip


def carried(reader: Reader, attribute: str, feature: str, fall: float) -> str:
    """Return through which feature an attribute enters the segments: Age … mainly through Phone contact."""
    return reader.t(
        "%(attribute)s enters the segments mainly through %(feature)s: Cramér's V falls by %(fall)s when "
        "that feature is shuffled among residents.",
        attribute=reader.attribute(attribute), feature=reader.quoted(reader.feature(feature)),
        fall=reader.ratio(fall),
    )  # fmt: skip


def traced(reader: Reader, attribute: str, trace: Traced) -> str:
    """Return which segment a group enters most above others, and through which feature."""
    words = {
        "who": f"{reader.group(attribute, trace.group)}{reader.aside(reader.attribute(attribute))}",
        "segment": reader.segment(trace.segment),
        "feature": reader.quoted(reader.feature(trace.feature)),
        "closed": reader.whole_percent(round(trace.closed, 2)),
        "gap": reader.percent(trace.gap),
    }
    if trace.closed >= MAINLY:
        return reader.t(
            "%(who)s enters segment %(segment)s mainly through %(feature)s: shuffled among residents, it "
            "takes %(closed)s of the gap of %(gap)s away.", **words,
        )  # fmt: skip
    return reader.t(
        "%(who)s enters segment %(segment)s most through %(feature)s: shuffled among residents, it takes "
        "%(closed)s of the gap of %(gap)s away.", **words,
    )  # fmt: skip
