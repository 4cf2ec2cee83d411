"""What is published of a version: the files that reviewers judge and that is served, under one digest.

Serving knows nothing of the registry: it takes a folder, local or in an object store, in which a bundle lies
under the digest that people signed. Nothing in that folder is trusted. A bundle is read whole or refused, its
names are those of a fixed list, and what it says counts only where its digest is the one that was asked for.
"""

from segmentation.bundle.content import (
    AUDIT,
    CARD,
    DECISION,
    FILES,
    IMPACT,
    MANIFEST,
    POLICY,
    SCORER,
    Bundle,
)
from segmentation.bundle.fetch import fetch, fetch_decision
from segmentation.bundle.plain import plain
from segmentation.bundle.publish import publish

__all__ = [
    "AUDIT",
    "CARD",
    "DECISION",
    "FILES",
    "IMPACT",
    "MANIFEST",
    "POLICY",
    "SCORER",
    "Bundle",
    "fetch",
    "fetch_decision",
    "plain",
    "publish",
]
