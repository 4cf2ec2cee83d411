"""Short phrases of the audit's part of a page, for what is no finding of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.card import once
from segmentation.wording import beside, sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.card.model import ModelCard
    from segmentation.card.once import Once
    from segmentation.card.parts import AttributeAudit, Balance, Finding, OpenClaims, Spread, StratumRate
    from segmentation.wording import Reader


def why(reader: Reader, finding: Finding) -> str:
    """Return why a finding has its status; of one that is open beside its status, what would settle it."""
    told = sentences.reason(reader, finding.reason)
    outlook = sentences.outlook(reader, finding) if finding.status == "undetermined" else ""
    return outlook or told if finding.reason == "not_settled" else reader.join("clause", (told, outlook))


def where(reader: Reader, finding: Finding) -> str:
    """Return which segment a group enters, or which service it is planned."""
    name = finding.target or ""
    if finding.check == "selection_ratio":
        return reader.t("enters: %(what)s", what=reader.segment(name))
    if finding.check == "service_parity":
        return reader.t("is planned: %(what)s", what=reader.service(name))
    return reader.t("needed and is planned: %(what)s", what=reader.service(name))


def blocks(reader: Reader, told: Sequence[Once]) -> str:
    """Return how many findings block a signature."""
    total = once.count(told)
    return reader.tn("%(n)s finding blocks the signature", "%(n)s findings block the signature", total)


def more(reader: Reader, told: Sequence[Once]) -> str:
    """Return how many more findings block a signature than are told at once."""
    total = once.count(told)
    return reader.tn("%(n)s more finding that blocks", "%(n)s more findings that block", total)


def settling(reader: Reader, card: ModelCard) -> str:
    """Return how many residents would settle the gates that block a signature because they are open."""
    return beside.settling(reader, card.verdict.blocking)


def enough(reader: Reader, claims: OpenClaims) -> str:
    """Return how many residents would settle some open claims; of how many of them, where not of all."""
    if claims.settled_by is None or claims.settleable is None:
        return reader.t("not known")
    most = reader.t("about %(n)s", n=reader.integer(claims.settled_by))
    if claims.settleable == claims.claims:
        return most
    part = reader.t(
        "%(of)s of %(all)s", of=reader.integer(claims.settleable), all=reader.integer(claims.claims)
    )
    return f"{most}{reader.aside(part)}"


def mainly(reader: Reader, audited: AttributeAudit) -> str:
    """Return through what an attribute enters the segments; nothing where it is not known."""
    return beside.entered(reader, audited.attribute, beside.way(audited.carriers, audited.findings))


def through(reader: Reader, card: ModelCard, attribute: str) -> str:
    """Return the same in short."""
    audited = next(one for one in card.fairness.attributes if one.attribute == attribute)
    return beside.shortly(reader, beside.way(audited.carriers, audited.findings))


def traces(reader: Reader, audited: AttributeAudit) -> list[str]:
    """Return which segment each group enters mainly through which feature, where one explains it."""
    told = (beside.traced(reader, audited.attribute, trace) for trace in audited.traces)
    return [sentence for sentence in told if sentence]


def stratum_told(reader: Reader, stratum: StratumRate) -> str:
    """Return the rates in one stratum, with the count that they rest on."""
    if stratum.rate is None or stratum.others_rate is None:
        told = reader.t("hidden")
    else:
        told = reader.t(
            "%(rate)s against %(others)s",
            rate=reader.percent(stratum.rate), others=reader.percent(stratum.others_rate),
        )  # fmt: skip
    people = "" if stratum.size is None else reader.t("n %(size)s", size=reader.integer(stratum.size))
    return f"{told}{reader.aside(people)}"


def literature(reader: Reader, balance: Balance) -> str:
    """Return two measures for who compares with the literature."""
    even, least = (
        reader.t("hidden") if value is None else reader.small(value)
        for value in (balance.balance, balance.minimum_cluster_ratio)
    )
    return reader.t(
        "For comparison with the literature: balance %(balance)s (Bera et al. 2019), minimum cluster ratio "
        "%(least)s; 1 is even, and neither has a limit.",
        balance=even, least=least,
    )  # fmt: skip


def spreads_of(audited: AttributeAudit, check: str) -> dict[str, Spread]:
    """Return fairlearn's spreads of one check by what they are of."""
    return {spread.target: spread for spread in audited.spreads if spread.check == check}
