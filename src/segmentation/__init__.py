"""Segments of residents by service need, from allowed features only, audited for group harms and carded.

The package replaces a hand-made customer classification table. Its modules follow the flow of the data, one
step each, from a policy file to a registered candidate. The public names below are loaded when they are first
used, so that the command line answers at once and the scorer stays free of everything but numpy. Functions
named like their module (`audit`, `plans`, `profiles`, `simulate`) are imported from it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from segmentation.version import __version__

if TYPE_CHECKING:
    from segmentation.approved import Approved, load_approved
    from segmentation.audit import AuditReport, Finding
    from segmentation.card import ModelCard, write_card
    from segmentation.clustering import Segmenter
    from segmentation.clustering.assign import explanation_table
    from segmentation.clustering.identity import Previous
    from segmentation.errors import SegmentationError
    from segmentation.home import Home
    from segmentation.impact import draft_answers
    from segmentation.mitigation import Mitigation, frontier
    from segmentation.pipeline import Candidate, build
    from segmentation.policy import Policy, read_policy
    from segmentation.registry import load_previous, load_version, register
    from segmentation.residents import (
        Residents,
        StoredResidents,
        read_residents,
        residents_from,
        store_residents,
    )
    from segmentation.reviews.diff import compare
    from segmentation.reviews.practice import practise
    from segmentation.reviews.waivers import draft_waivers
    from segmentation.scorer import FoldedScorer
    from segmentation.scoring import score_file

_HOMES = {
    "Approved": "approved",
    "AuditReport": "audit",
    "Candidate": "pipeline",
    "Finding": "audit",
    "FoldedScorer": "scorer",
    "Home": "home",
    "Mitigation": "mitigation",
    "ModelCard": "card",
    "Policy": "policy",
    "Previous": "clustering.identity",
    "Residents": "residents",
    "SegmentationError": "errors",
    "Segmenter": "clustering",
    "StoredResidents": "residents",
    "build": "pipeline",
    "compare": "reviews.diff",
    "draft_answers": "impact",
    "draft_waivers": "reviews.waivers",
    "explanation_table": "clustering.assign",
    "frontier": "mitigation",
    "load_approved": "approved",
    "load_previous": "registry",
    "load_version": "registry",
    "practise": "reviews.practice",
    "read_policy": "policy",
    "read_residents": "residents",
    "register": "registry",
    "residents_from": "residents",
    "score_file": "scoring",
    "store_residents": "residents",
    "write_card": "card",
}

__all__ = [
    "Approved",
    "AuditReport",
    "Candidate",
    "Finding",
    "FoldedScorer",
    "Home",
    "Mitigation",
    "ModelCard",
    "Policy",
    "Previous",
    "Residents",
    "SegmentationError",
    "Segmenter",
    "StoredResidents",
    "__version__",
    "build",
    "compare",
    "draft_answers",
    "draft_waivers",
    "explanation_table",
    "frontier",
    "load_approved",
    "load_previous",
    "load_version",
    "practise",
    "read_policy",
    "read_residents",
    "register",
    "residents_from",
    "score_file",
    "store_residents",
    "write_card",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever that public name is
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
