"""An office for tests of serving: a ledger on disk, a shelf of bundles, and people who decide about versions.

Its model has a need of every kind, its cards tell names, rules and plans, and its scorers differ from version
to version. Keys are made in memory, so that an approval takes milliseconds.
"""

import json
import secrets
import tomllib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
from sqlalchemy import NullPool, create_engine, text

from segmentation.bundle import AUDIT, CARD, IMPACT, POLICY, SCORER, Bundle, publish
from segmentation.card import Digests as Made
from segmentation.ledger.api_keys import PURPOSEFUL, SCOPES
from segmentation.ledger.book import Book, begin
from segmentation.ledger.event import Draft
from segmentation.ledger.records import Decision, Digests
from segmentation.ledger.trust import Trust
from segmentation.plans import plans
from segmentation.policy import Text, policy_from
from segmentation.policy.catalogue import load_catalogue
from segmentation.profiles import Condition, Distinction, Profile, Rule
from segmentation.reviews.api_keys import issue_api_key, revoke_api_key
from segmentation.reviews.desk import Signer
from segmentation.reviews.people import add_person
from segmentation.reviews.recording import activated
from segmentation.reviews.submission import limits_digest
from segmentation.scorer import FoldedLevels, FoldedNumber, FoldedScorer
from segmentation.signing import PrivateKey, sha256
from serving.settings import Settings
from tests.card import made as small

MODEL = "resident_needs"
POLICY_FILE = Path(__file__).parents[2] / "models" / MODEL / "policy.toml"
START = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
"""What the clock says when the office opens."""
REQUIRED = "repair_requests"
"""The one need that may not be missing."""
ROLES = {
    "Tina": ("trainer",),
    "Carol": ("compliance",),
    "Bob": ("business",),
    "Adam": ("administrator",),
    "Mona": ("monitor",),
}
SEGMENTS = {
    "S1": Text(en="Phone first", zh="电话优先"),
    "S2": Text(en="Many parcels", zh="快递较多"),
    "S3": Text(en="Average needs", zh="需求一般"),
}


@cache
def policy():
    """Return the policy of the project's own model, with one need that is required."""
    raw = tomllib.loads(POLICY_FILE.read_text(encoding="utf-8"))
    raw["features"][REQUIRED]["required"] = True
    return policy_from(raw)


@cache
def scorer(version=1):
    """Return a scorer of all needs, of its own for each version."""
    rng = np.random.default_rng(version)

    def row():
        return tuple(rng.normal(size=len(SEGMENTS)).tolist())

    features = policy().features
    numbers = tuple(
        FoldedNumber(name, feature.kind == "count", row(), row(), row())
        for name, feature in features.items()
        if feature.kind not in {"ordinal", "category"}
    )
    levels = tuple(
        FoldedLevels(name, {value: row() for value in feature.values}, row(), row())
        for name, feature in features.items()
        if feature.kind in {"ordinal", "category"}
    )
    apart = ((0.0, 8.0, 12.0), (8.0, 0.0, 10.0), (12.0, 10.0, 0.0))
    return FoldedScorer(tuple(SEGMENTS), row(), numbers, levels, apart, 0.1)


def profiles():
    """Return a segment with a rule that calls for services, one without a rule, and an average one."""
    often = _distinction("phone_contact", 1.4)
    rule = Rule(
        ((Condition("phone_contact", "at least", 0.5),), (Condition("service_urgency", "at least", "high"),)),
        0.96,
        0.95,
        0.94,
        2_000,
        0.98,
    )
    parcels = (_distinction("parcel_pickups", 1.2), _distinction("evening_share", 0.9))
    sizes = (2_000, 1_801, 1_000)
    told = (((often,), rule), (parcels, None), ((), None))
    return tuple(
        Profile(key, name, size, size / sum(sizes), needs, how)
        for (key, name), size, (needs, how) in zip(SEGMENTS.items(), sizes, told, strict=True)
    )


def _distinction(feature, difference):
    around = (difference - 0.05, difference + 0.05)
    return Distinction(feature, None, 0.6, 0.2, difference, around)


def audit():
    """Return an audit in which nothing blocks."""
    kept = tuple(one for one in small.audit().findings if one.status == "kept")
    found = {"segments": tuple(SEGMENTS), "segment_sizes": tuple(one.size for one in profiles())}
    return replace(small.audit(), findings=kept, **found)


@cache
def card(version=1):
    """Return the card of a version."""
    found = small.intake()
    return small.make_card(
        policy=policy(),
        intake=replace(found, kept=sum(one.size for one in profiles())),
        choice=small.choice(),
        stability=small.stability(jaccard=(0.934, 0.887, 0.901)),
        profiles=profiles(),
        plans=plans(policy(), profiles()),
        audit=audit(),
        digests=Made(policy().digest, sha256(b"data"), scorer(version).digest, "9.8.7"),
    )


@cache
def bundle(version=1):
    """Return what is signed and served of a version."""
    files = {
        POLICY: json.dumps(policy().model_dump(mode="json"), ensure_ascii=False).encode(),
        SCORER: scorer(version).to_json().encode(),
        CARD: card(version).to_json().encode(),
        AUDIT: json.dumps(audit().to_dict()).encode(),
        IMPACT: b'{"purpose": "services by need"}',
    }
    return Bundle(MODEL, version, files)


@cache
def digests(version=1):
    """Return what is signed of it."""
    published = bundle(version)
    return Digests(
        policy=policy().digest,
        data=sha256(b"data"),
        model={SCORER: sha256(published.files[SCORER])},
        audit=sha256(published.files[AUDIT]),
        card=sha256(published.files[CARD]),
        impact=sha256(published.files[IMPACT]),
        bundle=published.digest,
    )


def residents(n=1, seed=0, missing=0.1):
    """Return residents that the policy allows, as plain dicts of needs; some optional needs are left out.

    Half of those that are missing are told as None, and the others are not told at all.
    """
    rng = np.random.default_rng(seed)
    return [_resident(rng, missing) for _ in range(n)]


def _resident(rng, missing):
    found = {}
    for name, feature in policy().features.items():
        value = _drawn(rng, feature)
        told = rng.random()
        if name == REQUIRED or told >= missing:
            found[name] = value
        elif told < missing / 2:
            found[name] = None
    return found


def _drawn(rng, feature):
    if feature.values is not None:
        return str(rng.choice(feature.values))
    if feature.kind == "flag":
        return bool(rng.random() < 0.5)
    if feature.kind == "share":
        return round(float(rng.random()), 3)
    low, high = feature.range
    if feature.kind == "count":
        return int(min(rng.poisson(8), high))
    return round(float(rng.uniform(low, min(high, 200))), 1)


@dataclass
class Clock:
    """A clock that a test sets."""

    now: datetime = START

    def __call__(self):
        return self.now

    def wait(self, **time):
        self.now += timedelta(**time)


@dataclass
class Ticks:
    """A clock that never goes back, as a test lets it run."""

    now: float = 100.0

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds


@dataclass
class Office:
    """The ledger, the shelf, and everybody's keys."""

    folder: Path
    trust: Trust
    clock: Clock
    root: PrivateKey
    keys: dict = field(default_factory=dict)

    @classmethod
    def opened(cls, folder, url=None, now=START):
        """Begin a ledger, in SQLite unless another address is given, and enter everybody."""
        folder.mkdir(parents=True, exist_ok=True)
        root = PrivateKey.generate()
        place = url or f"sqlite:///{folder.as_posix()}/ledger.db"
        trust = Trust(place, root.public, folder / "witness.json", str(folder / "bundles"))
        office = cls(folder, trust, Clock(now), root)
        begin(place, root, now)
        for name, roles in ROLES.items():
            office.keys[name] = PrivateKey.generate()
            trained = (now + timedelta(days=300)).date()
            with office.book() as book:
                add_person(book, root, name, roles, trained, public_key=office.keys[name].public)
        return office

    def book(self, **told):
        """Return the ledger to read and write; it is to be closed."""
        return Book(self.trust, self.clock, **told)

    def settings(self, **changed):
        """Return how the model is served."""
        return Settings(**{"model": MODEL, "trust": self.trust, "spool": self.folder / "spool"} | changed)

    # ---- Deciding -------------------------------------------------------------------------------------

    def approve(self, version=1, *, until=None):
        """Submit a version, approve it twice, publish it and bring it into service; return where it lies."""
        signed = bundle(version)

        def make(history, _):
            yield self.decision(history, "submit", "Tina", version)
            for name in ("Carol", "Bob"):
                yield self.decision(history, "approve", name, version, valid_until=self._last_day(until))
            yield activated(signed)

        self._record(make, lambda history: self.publish(version, history))
        return self.folder / "bundles" / "approved" / MODEL / f"{version}-{signed.digest[7:19]}"

    def renew(self, version=1, *, until=None, publishes=True):
        """Approve a version twice again; the proof beside it is replaced once that is recorded."""
        last = self._last_day(until)

        def make(history, _):
            for name in ("Carol", "Bob"):
                yield self.decision(history, "approve", name, version, valid_until=last)

        self._record(make)
        if publishes:
            self.publish(version)

    def revoke(self, version=1, by="Carol"):
        """Take a version out of service for good."""
        self._decide("revoke", by, version)

    def suspend(self, version=1, by="Carol"):
        """Take a version out of service until two people resume it."""
        self._decide("suspend", by, version)

    def resume(self, version=1):
        """Bring a suspended version back."""
        for name in ("Carol", "Bob"):
            self._decide("resume", name, version)

    def expire(self):
        """Let so much time pass that no approval holds."""
        self.clock.wait(days=policy().review_days)

    # ---- API keys -------------------------------------------------------------------------------------

    def issue(self, *scopes, **told):
        """Issue an API key, for everything unless scopes are given; return its token."""
        asked = {
            "name": "Planning",
            "scopes": scopes or SCOPES,
            "purposes": (policy().purpose.key,) if set(scopes or SCOPES) & set(PURPOSEFUL) else (),
            "expires": self.clock() + timedelta(days=90),
            "per_second": 10_000,
            "reason": "Plans services.",
            "random": secrets.token_bytes,
        }
        with self.book() as book:
            token, _ = issue_api_key(book, Signer("Adam", self.keys["Adam"]), **asked | told)
        return token

    def end(self, token):
        """Revoke the API key of a token."""
        with self.book() as book:
            revoke_api_key(book, Signer("Adam", self.keys["Adam"]), token.split("_")[1], "Not used any more.")

    # ---- What is published ----------------------------------------------------------------------------

    def publish(self, version=1, history=None):
        """Publish a version with the proof of its approval, also where it was damaged."""
        if history is None:
            with self.book() as book:
                history = book.history()
        publish(bundle(version), self.trust.bundles, proof=history.proof(MODEL, version).to_json())

    def decision(self, history, action, by, version, **told):
        """Return what somebody signs of a version, as a draft."""
        record = Decision(
            **{
                "ledger": history.ledger,
                "action": action,
                "model": MODEL,
                "version": version,
                "digests": digests(version),
                "verdict": "kept",
                "blocking": (),
                "catalogue": load_catalogue().digest,
                "limits": limits_digest(policy()),
                "review_days": policy().review_days,
                "trained_by": ("Tina",),
                "by": by,
                "key": self.keys[by].public.text,
                "role": ROLES[by][0],
                "reason": "As asked.",
                "at": max(self.clock(), history.head.at),
                "previous": history.head.digest,
            }
            | told
        )
        return Draft("decision", self.keys[by].sign(record.content()), MODEL, version)

    def _last_day(self, until):
        return until or (self.clock() + timedelta(days=180)).date()

    def _decide(self, action, by, version):
        self._record(lambda history, _: [self.decision(history, action, by, version)])

    def _record(self, make, before_commit=None):
        with self.book() as book:
            book.record(make, before_commit)

    # ---- Who owns the database ------------------------------------------------------------------------

    def run(self, *statements):
        """Write to the database as who owns it can: past every trigger."""
        engine = create_engine(self.trust.ledger, poolclass=NullPool)
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                found = "SELECT name, '' FROM sqlite_master WHERE type = 'trigger'"
            else:
                found = "SELECT tgname, ' ON ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"
            for name, table in connection.execute(text(found)).fetchall():
                connection.execute(text(f'DROP TRIGGER "{name}"{table}'))
            for statement in statements:
                connection.execute(text(statement))
