"""Changing one figure or text of a card at a time, to see whether the page shows it."""

import copy
import json

from segmentation.card import ModelCard

KEYS = {
    "key",
    "name",
    "attribute",
    "group",
    "target",
    "feature",
    "level",
    "service",
    "segment",
    "id",
    "check",
    "role",
    "status",
    "reason",
    "kind",
    "dimension",
    "effect",
    "match",
    "operator",
    "consent",
    "because",
    "stands_for",
    "groups",
    "intersections",
    "explained_by",
    "gates",
    "checks",
    "segments",
}
"""Fields that name other parts, or whose values are fixed: changed, there would be no card."""


def leaves(content, path=()):
    """Yield the path of every number and text of a card's plain data that can be changed on its own."""
    items = (
        [(key, value) for key, value in content.items() if key != "version"]
        if isinstance(content, dict)
        else enumerate(content)
    )
    for key, value in items:
        if isinstance(value, dict | list) and (
            key not in KEYS or any(isinstance(one, dict) for one in value)
        ):
            yield from leaves(value, (*path, key))
        elif isinstance(value, bool) or (isinstance(value, str | int | float) and key not in KEYS):
            yield (*path, key)


def changed(card, path):
    """Return the card with the leaf at a path changed."""
    content = copy.deepcopy(card.to_dict())
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = _other(place[path[-1]])
    return ModelCard.from_json(json.dumps(content))


def _other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f"{value} changed"
    return value + 1_111 if isinstance(value, int) else value * 3 + 0.123
