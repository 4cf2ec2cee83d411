"""An approved version as small as one can be: a real policy and scorer, a card, and a ledger in memory."""

import json
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from segmentation.approved import approved_of
from segmentation.bundle import AUDIT, CARD, IMPACT, POLICY, SCORER, Bundle, publish
from segmentation.ledger.history import History
from segmentation.ledger.records import Digests
from segmentation.ledger.store import create_ledger
from segmentation.ledger.trust import Trust
from segmentation.policy import policy_from
from segmentation.policy.catalogue import load_catalogue
from segmentation.scorer import FoldedLevels, FoldedNumber, FoldedScorer
from segmentation.signing import sha256
from tests.signed import MODEL, Cast

SMALL = Path(__file__).parents[1] / "card"
NOW = datetime(2026, 7, 2, 9, 0, tzinfo=UTC)
"""A day after the ledger of `tests.signed` was begun."""


CHANNELS = {"app": (0.0, 0.0), "phone": (3.0, -3.0), "desk": (1.0, 1.0)}


def scorer(start=1.0):
    return FoldedScorer(
        segments=("S1", "S2"),
        constant=(0.0, start),
        numbers=(FoldedNumber("repairs", log=True, slope=(2.0, -1.0), missing=(0.5, 0.2), mean=(1.0, 0.5)),),
        levels=(FoldedLevels("channel", CHANNELS, (-1.0, 1.0), mean=(1.0, -1.0)),),
        separations=((0.0, 8.0), (8.0, 0.0)),
        borderline=0.1,
    )


def rules():
    """Return the policy of the small card under the name that `tests.signed` uses."""
    raw = tomllib.loads((SMALL / "policy.toml").read_text(encoding="utf-8"))
    return policy_from(raw | {"name": MODEL})


def bundle_of(version=1, *, start=1.0, under=None, **changed):
    """Return a bundle whose parts belong together; `changed` replaces files by their name without suffix."""
    policy, folded = under or rules(), scorer(start)
    card = json.loads((SMALL / "golden" / "card.json").read_text(encoding="utf-8"))
    card["digests"] |= {"policy": policy.digest, "scorer": folded.digest}
    files = {
        POLICY: policy.model_dump_json().encode(),
        SCORER: folded.to_json().encode(),
        CARD: json.dumps(card).encode(),
        AUDIT: b'{"verdict": "kept"}',
        IMPACT: b'{"purpose": "repairs in time"}',
    }
    return Bundle(MODEL, version, files | {f"{name}.json": data for name, data in changed.items()})


def digests_of(published, /, **changed):
    """Return what is signed of a bundle."""
    card = json.loads(published.files[CARD])
    told = {
        "policy": card["digests"]["policy"],
        "data": card["digests"]["data"],
        "model": {"scorer.json": sha256(published.files[SCORER]), "segmenter.skops": sha256(b"segmenter")},
        "audit": sha256(published.files[AUDIT]),
        "card": sha256(published.files[CARD]),
        "impact": sha256(published.files[IMPACT]),
        "bundle": published.digest,
    }
    return Digests(**told | changed)


@dataclass
class Office:
    """A cast that submits, approves and publishes, and what a reader makes of it."""

    bundles: str
    witness: Path
    cast: Cast = field(default_factory=Cast.assembled)
    catalogue: str = field(default_factory=lambda: load_catalogue().digest)

    @property
    def trust(self):
        ledger = f"sqlite:///{(self.witness.parent / 'ledger.db').as_posix()}"
        return Trust(ledger, self.cast.root.public, self.witness, self.bundles)

    @property
    def history(self):
        return History.replayed(self.cast.events, self.cast.root.public)

    def sign(self, bundle, **signed):
        """Submit a bundle and approve it twice."""
        told = {"digests": digests_of(bundle, **signed), "catalogue": self.catalogue}
        for action, by in (("submit", "Tina"), ("approve", "Carol"), ("approve", "Bob")):
            self.cast.decide(action, by, bundle.version, **told)

    def publish(self, bundle):
        """Publish a bundle with the proof of its approval, as the ledger has it now; return where."""
        return publish(bundle, self.bundles, proof=self.history.proof(MODEL, bundle.version).to_json())

    def approve(self, bundle, **signed):
        """Take a bundle all the way to where it is served; return where it lies."""
        self.sign(bundle, **signed)
        where = self.publish(bundle)
        self.cast.activate(bundle.version, bundle.digest)
        return where

    def keep(self):
        """Write the events that are not there yet to the ledger, as nothing but links of a chain."""
        with create_ledger(self.trust.ledger) as ledger, ledger.writing() as pen:
            for event in self.cast.events[len(pen.read()) :]:
                pen.append(event)

    def load(self, name=MODEL, now=NOW, **more):
        return approved_of(self.history, self.trust, name, now, self.catalogue, **more)
