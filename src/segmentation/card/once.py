"""Findings that say the same of the same residents, told once.

Of an attribute with two groups, each group's rate mirrors the other's; a service that is called for by the
needs of one segment alone is planned to exactly that segment; and of a group that is too small to be judged
there is nothing to tell of each segment and service. All of them are counted, stored and shown in the tables;
only the list of what stands against a signature would bury its answer in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.wording import sentences

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from segmentation.card.model import ModelCard
    from segmentation.card.parts import Finding
    from segmentation.wording import Reader

SMALL, NOT_JUDGED = "small_group", "not_judged"
WORST = 2
"""Sentences about each attribute that are told at once."""
BY_RATE = frozenset({"selection_ratio", "service_parity"})


@dataclass(frozen=True)
class Once:
    """A finding, and those that say the same: of the same group elsewhere, and of the other group."""

    finding: Finding
    elsewhere: tuple[Finding, ...]
    mirrored: tuple[Finding, ...]


def once(card: ModelCard) -> tuple[Once, ...]:
    """Return the findings that block a signature, worst first, each claim once."""
    places = {
        service.key: frozenset(
            segment.id
            for segment in card.segments
            if any(planned.service == service.key and planned.is_called for planned in segment.plan)
        )
        for service in card.services
    }
    pairs = {one.attribute for one in card.fairness.attributes if len(one.groups) == 2}  # noqa: PLR2004 - two
    found: dict[Hashable, list[Finding]] = {}
    for finding in card.verdict.blocking:
        found.setdefault(_claim(finding, places, pairs), []).append(finding)
    return tuple(_told(same) for same in found.values())


@dataclass(frozen=True)
class Blocking:
    """What stands against a signature of one attribute: the worst at once, the rest for who asks."""

    attribute: str
    worst: tuple[Once, ...]
    rest: tuple[Once, ...]

    @property
    def findings(self) -> int:
        """How many findings block."""
        return count((*self.worst, *self.rest))


def by_attribute(told: Iterable[Once]) -> tuple[Blocking, ...]:
    """Return what blocks a signature by attribute, that of the worst first."""
    found: dict[str, list[Once]] = {}
    for one in told:
        found.setdefault(one.finding.attribute, []).append(one)
    return tuple(_folded(name, own) for name, own in found.items())


def _folded(name: str, own: list[Once]) -> Blocking:
    at = WORST if len(own) > WORST + 1 else len(own)  # one alone is not worth a click
    return Blocking(name, tuple(own[:at]), tuple(own[at:]))


def count(told: Iterable[Once]) -> int:
    """Return how many findings are told."""
    return sum(1 + len(one.elsewhere) + len(one.mirrored) for one in told)


def says(reader: Reader, told: Once) -> str:
    """Return a finding as one sentence, and what says the same."""
    if told.finding.reason == SMALL and told.elsewhere:
        return _too_small(reader, told)
    elsewhere = reader.join("list", (sentences.target(reader, one) for one in told.elsewhere))
    other = {reader.group(one.attribute, one.group or "") for one in told.mirrored}
    return reader.join(
        "sentence",
        (
            sentences.sentence(reader, told.finding),
            reader.t("The same residents: %(where)s.", where=elsewhere) if elsewhere else "",
            *(reader.t("%(group)s: the same the other way round.", group=group) for group in other),
        ),
    )


def _too_small(reader: Reader, told: Once) -> str:
    return reader.tn(
        "%(who)s: %(n)s finding undetermined, because %(why)s.",
        "%(who)s: %(n)s findings undetermined, because %(why)s.",
        1 + len(told.elsewhere),
        who=sentences.who_is(reader, told.finding),
        why=sentences.reason(reader, SMALL),
    )


def _claim(finding: Finding, places: dict[str, frozenset[str]], pairs: set[str]) -> Hashable:
    """Return what two findings share that say the same."""
    if finding.reason == SMALL:
        return finding.attribute, finding.group, SMALL
    if finding.reason == NOT_JUDGED:
        return finding
    group = None if finding.attribute in pairs else finding.group
    if finding.check not in BY_RATE or finding.target is None:
        return finding.check, finding.attribute, group, finding.target, finding.status
    place = places.get(finding.target, frozenset()) if finding.check == "service_parity" else None
    return finding.attribute, group, place or frozenset({finding.target}), finding.status


def _told(same: list[Finding]) -> Once:
    first = same[0]
    own = [one for one in same[1:] if one.group == first.group]
    return Once(first, tuple(own), tuple(one for one in same[1:] if one.group != first.group))
