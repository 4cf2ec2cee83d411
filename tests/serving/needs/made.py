"""A policy with one need of each kind, under names of every sort, and requests to it."""

import json
import tomllib
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from segmentation.policy import policy_from
from segmentation.scorer import FoldedLevels, FoldedNumber, FoldedScorer
from serving.needs import needs_of

SMALL = Path(__file__).parents[2] / "card" / "policy.toml"
BOTH = {"en": "Plans the work.", "zh": "用于安排工作。"}
COMMON = {"title": {"en": "Some", "zh": "某项"}, "dimension": "need", "source": "survey", "why": BOTH}
UNIT = {"unit": {"en": "a year", "zh": "次/年"}}
MORE = {
    "class": {"kind": "flag", "required": True},
    "报修次数": {"kind": "count", "range": [2, 9], **UNIT},
    "渠道": {"kind": "category", "values": ["微信", "电话", 'say "now"', "a,[{b"]},
    "wide": {"kind": "number", "range": [-1e12, 1e12], **UNIT},
    "unread": {"kind": "share", "required": True},
    "不读": {"kind": "category", "values": ["甲", "乙"]},
    "unread_wide": {"kind": "number", "range": [-1e12, 1e12], **UNIT},
}
UNREAD = ("monthly_income", "unread", "不读", "unread_wide")
"""What the scorer does not read, in the policy's order."""


@cache
def policy():
    """Return the small card's policy with features whose names are Chinese or words of Python."""
    raw = tomllib.loads(SMALL.read_text(encoding="utf-8"))
    return policy_from(
        raw | {"features": raw["features"] | {name: COMMON | more for name, more in MORE.items()}}
    )


@cache
def scorer():
    """Return a scorer that reads all of it but `UNREAD`."""
    read = {name: feature for name, feature in policy().features.items() if name not in UNREAD}
    numbers = [name for name, feature in read.items() if not feature.values]
    return FoldedScorer(
        ("S1", "S2"),
        (0.0, 1.0),
        tuple(FoldedNumber(name, False, (1.0, -1.0), (0.5, 0.2), (0.0, 0.0)) for name in numbers),
        tuple(
            FoldedLevels(
                name, {value: (at, -at) for at, value in enumerate(feature.values)}, (9.0, 9.0), (0.0, 0.0)
            )
            for name, feature in read.items()
            if feature.values
        ),
        ((0.0, 8.0), (8.0, 0.0)),
        0.1,
    )


@cache
def needs():
    return needs_of(SimpleNamespace(policy=policy(), scorer=scorer()))


def resident(**changed):
    """Return a sound resident who has everything that is read."""
    values = {need.name: need.feature for need in needs().all if need.is_read}
    plain = {"count": 3, "number": 30.5, "share": 0.25, "flag": True}
    return {name: plain.get(of.kind) or of.values[0] for name, of in values.items()} | changed


def by_row(*residents):
    return json.dumps({"residents": residents}, ensure_ascii=False).encode()


def by_column(*residents):
    columns = {name: [one.get(name) for one in residents] for name in residents[0]}
    return json.dumps({"columns": columns}, ensure_ascii=False).encode()
