"""What every signature about a version names: the digests of its parts, with what each of them is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from serving.pages.page import msg
from serving.pages.version.card_parts import ASSESSMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.ledger.standing import Standing
    from serving.pages.words import Speaker


PARTS: Mapping[str, str] = {
    "bundle": msg("Published bundle, all files of it"),
    "card": msg("Model card"),
    "audit": msg("Audit"),
    "impact": ASSESSMENT,
    "policy": msg("Policy"),
    "data": msg("Training data"),
}
"""Of the fields of `segmentation.ledger.records.Digests` that are one digest."""


@dataclass(frozen=True)
class Fingerprint:
    """What every signature about the version names: what it is of, and the digest."""

    of: str
    digest: str


def fingerprints_of(r: Speaker, standing: Standing) -> tuple[Fingerprint, ...]:
    """Return the digests in every decision about a version; none where it was never submitted."""
    if standing.submission is None:  # a version that was submitted has one
        return ()
    digests = standing.submission.digests
    files = {r.t("Model file %(name)s", name=name): one for name, one in sorted(digests.model.items())}
    named = {r.t(title): getattr(digests, name) for name, title in PARTS.items()} | files
    return tuple(Fingerprint(of, digest) for of, digest in named.items())
