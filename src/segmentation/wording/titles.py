"""What a reader calls the keys of a policy: attributes, groups, segments, services and features."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segmentation.policy.parts import JOINED, MISSING
from segmentation.wording.language import Voice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.policy import Policy, Text

POOLED = "(small segments)"
"""The audit's segments under the smallest group, taken together."""


@dataclass(frozen=True)
class Titles:
    """The titles that findings need; what has none is called by its key."""

    smallest_group: int
    attributes: Mapping[str, Text] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    segments: Mapping[str, Text] = field(default_factory=dict)
    services: Mapping[str, Text] = field(default_factory=dict)
    features: Mapping[str, Text] = field(default_factory=dict)


def titles_of(policy: Policy) -> Titles:
    """Return the titles that a policy knows, with or without a model made from it."""
    return Titles(
        policy.audit.smallest_group,
        {key: attribute.title for key, attribute in policy.audited.items()},
        {key: attribute.groups for key, attribute in policy.audited.items()},
        policy.segment_names,
        {key: service.title for key, service in policy.services.items()},
        {key: feature.title for key, feature in policy.features.items()},
    )


@dataclass(frozen=True)
class Reader(Voice):
    """A voice that knows what things are called."""

    titles: Titles

    def attribute(self, name: str) -> str:
        """Return the title of an attribute, or of an intersection: Age × Sex."""
        titles = self.titles.attributes
        return JOINED.join(self.text(titles[key]) if key in titles else key for key in name.split(JOINED))

    def group(self, attribute: str, group: str) -> str:
        """Return the title of a group: 65 and over, or 65 and over × female."""
        keys, groups = attribute.split(JOINED), group.split(JOINED)
        if len(keys) != len(groups):
            return group
        return JOINED.join(self._group(key, value) for key, value in zip(keys, groups, strict=True))

    def member(self, attribute: str, group: str) -> str:
        """Return a group with its attribute, 65 and over (Age); one whose own title holds it, alone."""
        keys, groups = attribute.split(JOINED), group.split(JOINED)
        if len(keys) == len(groups):
            pairs = zip(keys, groups, strict=True)
            keys = [key for key, one in pairs if not _holds(self._group(key, one), self.attribute(key))]
        return f"{self.group(attribute, group)}{self.aside(JOINED.join(map(self.attribute, keys)))}"

    def segment(self, segment: str) -> str:
        """Return the id of a segment with its name, where it has one."""
        if segment == POOLED:
            return self.t("the small segments taken together")
        name = self.titles.segments.get(segment)
        if name is None:
            return segment
        return self.t("%(id)s %(name)s", id=segment, name=self.quoted(self.text(name)))

    def short_segment(self, segment: str) -> str:
        """Return the id of a segment for a label or a table head."""
        return self.t("small segments") if segment == POOLED else segment

    def service(self, service: str) -> str:
        """Return the title of a service."""
        return self._title(self.titles.services, service)

    def feature(self, feature: str) -> str:
        """Return the title of a feature."""
        return self._title(self.titles.features, feature)

    def stratum(self, stratum: str) -> str:
        """Return a stratum with its features' titles: Repairs 0–2, or several joined by ×."""
        parts = (part.partition(" ") for part in stratum.split(JOINED))
        return JOINED.join(
            f"{self.feature(key)} {self.t('not known') if level == MISSING else level}".rstrip()
            for key, _, level in parts
        )

    def _group(self, attribute: str, group: str) -> str:
        return self._title(self.titles.groups.get(attribute, {}), group)

    def _title(self, titles: Mapping[str, Text], key: str) -> str:
        return self.text(titles[key]) if key in titles else key


def _holds(title: str, other: str) -> bool:
    """Whether a title holds another, as whole words where it is in Latin letters."""
    return re.search(rf"(?<![a-z]){re.escape(other)}(?![a-z])", title, re.IGNORECASE) is not None
