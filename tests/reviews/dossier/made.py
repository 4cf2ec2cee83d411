"""A small version with everything that a dossier holds: card, assessment, ledger, and what was decided."""

from functools import cache

from segmentation.bundle import AUDIT, CARD, IMPACT, POLICY, SCORER, Bundle
from segmentation.ledger.history import History
from segmentation.signing import canonical, sha256
from tests.card import made
from tests.impact import made as assessed
from tests.signed import DIGESTS, MODEL, Cast


@cache
def bundle():
    """Return the bundle of version 1; its card is the golden one."""
    card = made.card()
    files = {
        POLICY: canonical({"name": MODEL, "说明": "政策"}),
        SCORER: canonical({"format": 1}),
        AUDIT: canonical({"findings": []}),
        CARD: card.to_json().encode(),
        IMPACT: assessed.impact(made.policy(), card).to_json().encode(),
    }
    return Bundle(MODEL, 1, files)


def digests(of=None):
    """Return the digests that decisions about a bundle sign."""
    of = of or bundle()
    return DIGESTS.model_copy(
        update={
            "bundle": of.digest,
            "card": sha256(of.files[CARD]),
            "audit": sha256(of.files[AUDIT]),
            "impact": sha256(of.files[IMPACT]),
            "model": {"scorer.json": sha256(of.files[SCORER])},
        }
    )


def approved(**changed):
    """Return a cast whose version 1 is in use."""
    cast = Cast.assembled()
    cast.approve(digests=digests(), **changed)
    return cast


def history(cast):
    """Return what a cast's events tell."""
    return History.replayed(cast.events, cast.root.public)
