"""What every signature about a version names: the digests of its parts, with what each of them is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from serving.pages.version.card_parts import ASSESSMENT

if TYPE_CHECKING:
    from segmentation.ledger.standing import Standing
    from serving.pages.words import Speaker


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
    named = {
        r.t("Bundle"): digests.bundle,
        r.t("Model card"): digests.card,
        r.t("Audit"): digests.audit,
        r.t(ASSESSMENT): digests.impact,
        r.t("Policy"): digests.policy,
        r.t("Residents"): digests.data,
        **{r.t("Model file %(name)s", name=name): one for name, one in sorted(digests.model.items())},
    }
    return tuple(Fingerprint(of, digest) for of, digest in named.items())
