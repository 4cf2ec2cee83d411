"""What a reader calls the keys of a policy: attributes, groups, segments and services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.card.language import Voice
from segmentation.policy import Policy
from segmentation.policy.parts import JOINED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.card.model import ModelCard
    from segmentation.policy import Text

POOLED = "(small segments)"
"""The audit's segments under the smallest group, taken together."""


@dataclass(frozen=True)
class Titles:
    """The titles that findings need, from a card or from the policy alone."""

    attributes: Mapping[str, Text]
    groups: Mapping[str, Mapping[str, Text]]
    segments: Mapping[str, Text]
    services: Mapping[str, Text]
    smallest_group: int


def titles_of(source: ModelCard | Policy) -> Titles:
    """Return the titles of a card, or those that a policy knows before there is a card."""
    if isinstance(source, Policy):
        return Titles(
            {key: attribute.title for key, attribute in source.audited.items()},
            {key: attribute.groups for key, attribute in source.audited.items()},
            source.segment_names,
            {key: service.title for key, service in source.services.items()},
            source.audit.smallest_group,
        )
    return Titles(
        {attribute.key: attribute.title for attribute in source.attributes},
        {a.key: {group.key: group.title for group in a.groups} for a in source.attributes},
        {segment.id: segment.name for segment in source.segments},
        {service.key: service.title for service in source.services},
        source.limits.smallest_group,
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

    def segment(self, segment: str) -> str:
        """Return the id of a segment with its name, where it has one."""
        if segment == POOLED:
            return self.t("the small segments taken together")
        name = self.titles.segments.get(segment)
        return segment if name is None else self.t("%(id)s “%(name)s”", id=segment, name=self.text(name))

    def short_segment(self, segment: str) -> str:
        """Return the id of a segment for a label or a table head."""
        return self.t("small segments") if segment == POOLED else segment

    def service(self, service: str) -> str:
        """Return the title of a service."""
        title = self.titles.services.get(service)
        return service if title is None else self.text(title)

    def _group(self, attribute: str, group: str) -> str:
        title = self.titles.groups.get(attribute, {}).get(group)
        return group if title is None else self.text(title)
