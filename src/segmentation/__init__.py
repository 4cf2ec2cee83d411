"""Segments of residents by service need, from allowed features only, audited for group harms and carded.

The package replaces a hand-made customer classification table. Its modules follow the flow of the data, one
step each, from a policy file to a registered candidate. The public names below are loaded when they are first
used, so that the command line answers at once and the scorer stays free of everything but numpy. Functions
named like their module (`audit`, `plans`, `profiles`, `simulate`) are imported from it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segmentation.audit import AuditReport, Finding
    from segmentation.card import ModelCard
    from segmentation.clustering import Segmenter
    from segmentation.errors import SegmentationError
    from segmentation.mitigation import Mitigation, frontier
    from segmentation.pipeline import Candidate, build
    from segmentation.policy import Policy, read_policy
    from segmentation.residents import Residents, read_residents, residents_from
    from segmentation.scorer import FoldedScorer

__version__ = "0.1.0"

_HOMES = {
    "AuditReport": "audit",
    "Candidate": "pipeline",
    "Finding": "audit",
    "FoldedScorer": "scorer",
    "Mitigation": "mitigation",
    "ModelCard": "card",
    "Policy": "policy",
    "Residents": "residents",
    "SegmentationError": "errors",
    "Segmenter": "clustering",
    "build": "pipeline",
    "frontier": "mitigation",
    "read_policy": "policy",
    "read_residents": "residents",
    "residents_from": "residents",
}

__all__ = [
    "AuditReport",
    "Candidate",
    "Finding",
    "FoldedScorer",
    "Mitigation",
    "ModelCard",
    "Policy",
    "Residents",
    "SegmentationError",
    "Segmenter",
    "build",
    "frontier",
    "read_policy",
    "read_residents",
    "residents_from",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever that public name is
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
