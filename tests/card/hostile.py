"""A card whose every free text tries to be something else than text."""

import json

from segmentation.card import ModelCard

HOSTILE = (
    '</style><script>alert("x")</script>\n# Injected | cell | `code` [link](http://a.example) *bold* '
    "'\"<img src=x onerror=y>&amp;{{ 7*7 }}"
)


def hostile(card):
    """Return the card with `HOSTILE` in every text that a policy or a table can bring."""
    return ModelCard.from_json(json.dumps(poisoned(card.to_dict())))


def poisoned(content):
    if isinstance(content, list):
        return [poisoned(one) for one in content]
    if not isinstance(content, dict):
        return content
    if content.keys() == {"en", "zh"}:
        return {"en": HOSTILE, "zh": HOSTILE}
    free = {"source", "assessment", "legal_basis", "code_version"}
    return {key: HOSTILE if key in free and value else poisoned(value) for key, value in content.items()}
