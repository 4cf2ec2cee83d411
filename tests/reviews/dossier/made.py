"""A small version with everything that a dossier holds: card, assessment, ledger, and what was decided."""

from functools import cache

import pytest

from segmentation.bundle import AUDIT, CARD, IMPACT, POLICY, SCORER, Bundle
from segmentation.ledger.history import History
from segmentation.reviews.dossier import write_dossier
from segmentation.reviews.dossier.archive import packed
from segmentation.reviews.dossier.manifest import MANIFEST, Manifest
from segmentation.signing import PrivateKey, canonical, sha256
from segmentation.version import __version__
from tests.card import made
from tests.impact import made as assessed
from tests.signed import DIGESTS, MODEL, ROLES, Cast

SHEETS = ("VERIFY.en.md", "VERIFY.zh.md")


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


def approved_by(name):
    """Return a cast in which somebody else approved for compliance."""
    cast = Cast.assembled()
    cast.keys[name] = PrivateKey.generate()
    cast.enter(name, ("compliance",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ROLES, name, ("compliance",))
        cast.decide("submit", "Tina", digests=digests())
        cast.decide("approve", "Bob", digests=digests())
        cast.decide("approve", name, digests=digests())
    cast.activate(bundle=bundle().digest)
    return cast


def history(cast):
    """Return what a cast's events tell."""
    return History.replayed(cast.events, cast.root.public)


def written(folder, cast, name="dossier.zip", **options):
    """Write a cast's version 1 without PDFs, and return the path."""
    return write_dossier(
        folder / name, bundle(), history(cast), MODEL, 1, **{"root": cast.root.public, "pdf": False} | options
    )


def forged(path, files, program=__version__):
    """Write files as a dossier whose list fits them: by somebody who has everything but the keys."""
    rest = {name: data for name, data in files.items() if name != MANIFEST}
    digests = {name: sha256(data) for name, data in rest.items()}
    manifest = Manifest(model=MODEL, version=1, program=program, files=digests)
    path.write_bytes(packed({**rest, MANIFEST: manifest.written()}))
    return path
