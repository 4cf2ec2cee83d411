"""What a card calls things, and findings as sentences in those words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.policy import Policy
from segmentation.wording import Reader, Titles, sentence
from segmentation.wording import titles_of as titles_of_policy

if TYPE_CHECKING:
    from segmentation.audit import Finding as AuditFinding
    from segmentation.card.model import ModelCard
    from segmentation.card.parts import Finding
    from segmentation.wording import Language


def explain(finding: Finding | AuditFinding, source: ModelCard | Policy, language: Language) -> str:
    """Return a finding as one sentence with its count, interval, limit and status.

    Parameters
    ----------
    finding : Finding
        Of an audit or of a card.
    source : ModelCard or Policy
        Knows what attributes, groups, segments and services are called; a policy knows no generated names.
    language : {"en", "zh"}

    Examples
    --------
    ``65 and over (Age) enters segment S3 “Phone first” 1.92 [1.80, 2.04] times as often as the others (1,204
    of 3,950, 30.5% [29.1%, 31.9%] against 15.9%; allowed 0.80 to 1.25): broken.``
    """
    return sentence(Reader(language, titles_of(source)), finding)


def titles_of(source: ModelCard | Policy) -> Titles:
    """Return the titles of a card, or those that a policy knows before there is a card."""
    if isinstance(source, Policy):
        return titles_of_policy(source)
    gone = () if source.changes.since is None else source.changes.since.gone
    return Titles(
        source.limits.smallest_group,
        {attribute.key: attribute.title for attribute in source.attributes},
        {a.key: {group.key: group.title for group in a.groups} for a in source.attributes},
        {one.segment: one.name for one in gone if one.name} | {one.id: one.name for one in source.segments},
        {service.key: service.title for service in source.services},
        {feature.key: feature.title for feature in source.features},
    )
