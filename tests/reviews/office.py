"""An office for tests: a ledger, a shelf for bundles, seven people, and versions that they decide about.

Keys are made in memory, so that a test signs in microseconds; `test_people` has those under a passphrase.
"""

import json
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from segmentation.card import Digests
from segmentation.home import Home
from segmentation.ledger.book import Book, begin
from segmentation.ledger.records import Waiver
from segmentation.ledger.trust import Trust, ledger_url
from segmentation.policy import Policy
from segmentation.policy.catalogue import load_catalogue
from segmentation.reviews.desk import Desk, Signer
from segmentation.reviews.people import add_person
from segmentation.reviews.waivers import blocking_of
from segmentation.scorer import FoldedNumber, FoldedScorer
from segmentation.signing import PrivateKey, sha256
from tests.card import made
from tests.impact.made import impact

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TRAINED = date(2027, 6, 30)
MODEL = "small_needs"
ROLES = {
    "Tina": ("trainer",),
    "Carol": ("compliance",),
    "Bob": ("business",),
    "Adam": ("administrator",),
    "Mona": ("monitor",),
    "Both": ("compliance", "business"),
    "Trainer 2": ("trainer", "compliance"),
}


def scorer(version=1):
    """Return a scorer of its own for each version."""
    number = FoldedNumber(
        "repairs", log=False, slope=(float(version), -1.0), missing=(0.0, 0.0), mean=(1.0, 0.5)
    )
    return FoldedScorer(("S1", "S2"), (0.0, 1.0), (number,), (), ((0.0, 8.0), (8.0, 0.0)), 0.1)


def policy(**limits):
    """Return the policy of `tests.card.made`, with other audit limits where they are given."""
    raw = made.policy()
    return raw.model_copy(update={"audit": raw.audit.model_copy(update=limits)}) if limits else raw


def kept():
    """Return an audit in which nothing blocks."""
    found = tuple(one for one in made.audit().findings if one.status == "kept")
    return replace(made.audit(), findings=found)


@dataclass(frozen=True)
class Handed:
    """A registered version, as `Desk.submit` takes it."""

    policy: Policy
    card: object
    files: dict
    model_files: dict
    impact: object
    version: int

    @property
    def waivers(self):
        """A waiver for each finding that blocks."""
        return tuple(
            Waiver(finding=one.key, reason="Looked into; a visit is planned.", expires=date(2026, 6, 30))
            for one in blocking_of(self.card)
        )

    def parts(self):
        return {
            name: getattr(self, name)
            for name in ("policy", "card", "files", "model_files", "impact", "version")
        }


def handed(version=1, **told):
    """Return a version; nothing in it blocks unless another `audit` is given."""
    return _handed(version, **told) if told else _usual(version)


@cache
def _usual(version):
    return _handed(version)


def _handed(version, *, audit=None, of=None, **answers):
    of, audit, model = of or policy(), audit or kept(), scorer(version)
    card = made.card(
        policy=of, audit=audit, digests=Digests(of.digest, sha256(b"data"), model.digest, "9.8.7")
    )
    files = {
        "policy.json": json.dumps(of.model_dump(mode="json"), ensure_ascii=False).encode(),
        "scorer.json": model.to_json().encode(),
        "card.json": card.to_json().encode(),
        "audit.json": json.dumps(audit.to_dict()).encode(),
    }
    model_files = {"model.skops": sha256(b"model %d" % version), "scorer.json": model.digest}
    return Handed(of, card, files, model_files, impact(of, card, version=version, **answers), version)


@dataclass
class Clock:
    """A clock that a test sets; it goes on by a second each time that somebody looks."""

    now: datetime = START

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class Office:
    """The desk, and everybody's keys."""

    home: Home
    trust: Trust
    clock: Clock
    book: Book
    desk: Desk
    root: PrivateKey
    keys: dict = field(default_factory=dict)

    @classmethod
    def opened(cls, folder, url=None):
        """Begin a ledger, and enter everybody."""
        home, root, clock = Home(folder / "home"), PrivateKey.generate(), Clock()
        begin(url or ledger_url(home, {}), root, clock())
        office = cls.at(folder, root, {}, url)
        for name, roles in ROLES.items():
            office.keys[name] = PrivateKey.generate()
            add_person(office.book, root, name, roles, TRAINED, public_key=office.keys[name].public)
        return office

    @classmethod
    def at(cls, folder, root, keys, url=None):
        """Return the office in a folder in which a ledger was begun."""
        home, clock = Home(folder / "home"), Clock()
        trust = Trust(url or ledger_url(home, {}), root.public, home.witness, str(folder / "bundles"))
        book = Book(trust, clock)
        return cls(home, trust, clock, book, Desk(book, trust, load_catalogue().digest), root, dict(keys))

    def copied(self, folder):
        """Return an office of the same people with a ledger and bundles of its own, the same as these."""
        for name in ("home", "bundles"):
            if (self.home.root.parent / name).exists():
                shutil.copytree(self.home.root.parent / name, folder / name)
        office = type(self).at(folder, self.root, self.keys)
        office.clock.now = self.clock.now
        return office

    def signer(self, name):
        return Signer(name, self.keys[name])

    def submit(self, version=1, by="Tina", **changes):
        """Submit a version, by default one in which nothing blocks."""
        one = version if isinstance(version, Handed) else handed(version)
        told = {"signer": self.signer(by), "trained_by": ("Tina",), "reason": "Trained on spring data."}
        return self.desk.submit(**(one.parts() | told | changes))

    def approve(self, by, version=1, **told):
        return self.desk.approve(
            MODEL, version, **({"signer": self.signer(by), "reason": "Looked at it."} | told)
        )

    def activated(self, version=1):
        """Submit a version and approve it with both signatures."""
        self.submit(version)
        self.approve("Carol", version)
        return self.approve("Bob", version)
