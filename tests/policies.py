"""A small policy and residents that fit it, for tests that need some but not the demo's community.

The table holds three planted segments, an age band that follows one of them, and a sex that follows none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from segmentation.policy import Policy, policy_from

AS_OF = date(2025, 6, 30)
"""The day of reference of these tests."""

CONSENTS = ("service_planning", "fairness_audit")
OPTIONAL = "activity_offers"


def offer(key: str = OPTIONAL, **more: Any) -> dict[str, Any]:
    """Return an optional purpose as a policy file has it."""
    told = {"key": key, "text": _text("Invite to activities", "邀请参加社区活动")}
    return told | {"legal_basis": "PIPL Art. 13(1)(1)"} | more


def small_policy(**changes: Any) -> Policy:
    """Return the small policy with `changes` merged in, table by table; None deletes a key.

    Examples
    --------
    >>> list(small_policy(features={"parking": None, "parcels": None}).features)
    ['repairs', 'evening_share', 'channel', 'cleaning_wish']
    """
    return policy_from(small_raw(**changes))


def small_raw(**changes: Any) -> dict[str, Any]:
    """Return the same as the raw tables of a policy file."""
    return _merged(
        {
            "schema_version": 1,
            "name": "small_needs",
            "title": _text("Small needs", "小型需求"),
            "owner": _text("Service planning", "服务规划部"),
            "prohibited_uses": [_text("Prices", "定价")],
            "retention_days": 365,
            "review_days": 180,
            "purpose": _purpose("service_planning", "Plan services by need", "按需求规划服务"),
            "audit_purpose": _purpose("fairness_audit", "Assess group harms", "评估群体影响"),
            "residents": {"id": "resident", "collected_on": "collected_on", "source": "collected_by"},
            "features": _features(),
            "protected": {
                "age_band": _attribute("Age band", "年龄段", ["18-39", "40-64", "65+"]),
                "sex": _attribute("Sex", "性别", ["female", "male"]),
            },
            "proxies": {
                "tenure": _attribute("Tenure", "居住身份", ["owner", "tenant"]) | {"stands_for": ["age_band"]}
            },
            "denied": {"income": {"reason": _text("Not needed", "并非必需")}},
            "clustering": {"segments": [2, 6], "sample_size": 1000, "restarts": 4},
            "audit": {"smallest_group": 10, "intersections": [["age_band", "sex"]]},
            "services": {"repair_visits": _service()},
        },
        changes,
    )


def small_residents(n: int = 300, seed: int = 0) -> pd.DataFrame:
    """Return `n` residents for the small policy, all of them valid and with both consents."""
    rng = np.random.default_rng(seed)
    segments = small_segments(n, seed)
    frame = pd.DataFrame({"resident": [f"R{at:06d}" for at in range(1, n + 1)]})
    frame["repairs"] = rng.poisson(np.array([2, 14, 3])[segments])
    frame["parcels"] = rng.poisson(np.array([18, 15, 110])[segments])
    evenings = rng.beta(np.array([2, 3, 16])[segments], np.array([12, 12, 4])[segments])
    frame["evening_share"] = pd.Series(evenings.round(3)).mask(rng.random(n) < 0.03)
    frame["channel"] = _drawn(rng, segments, ["app", "phone", "desk"], [[8, 1, 1], [1, 8, 1], [1, 1, 8]])
    wishes = _drawn(rng, segments, ["low", "medium", "high"], [[8, 2, 1], [1, 8, 1], [1, 2, 8]])
    frame["cleaning_wish"] = pd.Series(wishes).mask(rng.random(n) < 0.02)
    frame["parking"] = rng.random(n) < np.array([0.2, 0.4, 0.8])[segments]
    frame["age_band"] = _drawn(rng, segments, ["18-39", "40-64", "65+"], [[4, 4, 2], [1, 2, 7], [5, 4, 1]])
    frame["sex"] = rng.choice(["female", "male"], n)
    frame["tenure"] = np.where(
        rng.random(n) < np.where(frame["age_band"] == "65+", 0.8, 0.4), "owner", "tenant"
    )
    frame["collected_on"] = pd.Timestamp("2025-03-01")
    frame["collected_by"] = "work_orders"
    for key in CONSENTS:
        frame[f"consent_{key}"] = "given"
        frame[f"consent_{key}_at"] = pd.Timestamp("2025-01-15T09:30")
        frame[f"consent_{key}_notice"] = "2025-01"
    return frame


def small_segments(n: int = 300, seed: int = 0) -> np.ndarray:
    """Return the planted segment (0, 1 or 2) of each resident of the same `n` and `seed`."""
    return np.random.default_rng([seed, 1]).choice(3, n, p=[0.45, 0.33, 0.22])


def _text(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh": zh}


def _purpose(key: str, en: str, zh: str) -> dict[str, Any]:
    return {
        "key": key,
        "text": _text(en, zh),
        "legal_basis": "PIPL Art. 13(1)(1)",
        "notice_versions": ["2025-01"],
    }


def _features() -> dict[str, Any]:
    times = _text("times a year", "次/年")
    return {
        "repairs": _feature("Repairs", "报修", kind="count", range=[0, 60], unit=times, required=True),
        "parcels": _feature("Parcels", "包裹", kind="count", range=[0, 400], unit=times),
        "evening_share": _feature("Share of evenings", "晚间占比", kind="share"),
        "channel": _feature("Channel", "渠道", kind="category", values=["app", "phone", "desk"]),
        "cleaning_wish": _feature("Cleaning", "保洁", kind="ordinal", values=["low", "medium", "high"]),
        "parking": _feature("Parking", "停车", kind="flag"),
    }


def _feature(en: str, zh: str, **rest: Any) -> dict[str, Any]:
    why = _text("Says how much of the service is used.", "反映服务使用量。")
    return {"title": _text(en, zh), "dimension": "need", "source": "work_order", "why": why, **rest}


def _attribute(en: str, zh: str, groups: list[str]) -> dict[str, Any]:
    return {"title": _text(en, zh), "groups": groups, "harm": _text("Fewer visits", "上门次数减少")}


def _service() -> dict[str, Any]:
    amounts = {"contract_floor": 1, "standard": 2, "called": 4, "effect": "benefit"}
    words = {"title": _text("Repair visits", "维修上门"), "unit": _text("visits a month", "次/月")}
    return {**words, **amounts, "needs": {"repairs": "high"}}


def _merged(table: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(table)
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = _merged(merged[key], value)
        else:
            merged[key] = value
    return merged


def _drawn(
    rng: np.random.Generator, segments: np.ndarray, values: list[str], weights: list[list[int]]
) -> np.ndarray:
    """Draw a value for each resident, with the weights of its segment."""
    shares = np.cumsum(weights, axis=1) / np.sum(weights, axis=1, keepdims=True)
    return np.array(values)[(rng.random(len(segments))[:, None] > shares[segments]).sum(axis=1)]
