"""A ledger's cast for tests: a root key, five people with keys of their own, and decisions that they sign.

No passphrases and no files: keys are made in memory, so that a test signs in microseconds.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.api_keys import ApiKey, ApiKeyRevocation
from segmentation.ledger.comments import Comment, Remark
from segmentation.ledger.event import GENESIS, Draft, Event, linked
from segmentation.ledger.history import History
from segmentation.ledger.records import REVIEWERS, Adoption, Decision, Digests, Person, Start
from segmentation.signing import PrivateKey, sha256

LEDGER = "0" * 31 + "1"
MODEL = "resident_needs"
START = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
ROLES = {
    "Tina": ("trainer",),
    "Carol": ("compliance",),
    "Bob": ("business",),
    "Adam": ("administrator",),
    "Mona": ("monitor",),
}
KEY, SECRET = "0a1b2c3d4e5f", "s" * 43
"""Id and secret of an API key."""
BATCH = sha256(b"batch")
CATALOGUE = sha256(b"catalogue")
LIMITS = sha256(b"limits")
DIGESTS = Digests(
    policy=sha256(b"policy"),
    data=sha256(b"data"),
    model={"scorer.json": sha256(b"scorer")},
    audit=sha256(b"audit"),
    card=sha256(b"card"),
    impact=sha256(b"impact"),
    bundle=sha256(b"bundle"),
)


@dataclass
class Cast:
    """The people, and a chain of events that they make, a minute apart."""

    root: PrivateKey = field(default_factory=PrivateKey.generate)
    keys: dict[str, PrivateKey] = field(
        default_factory=lambda: {name: PrivateKey.generate() for name in ROLES}
    )
    events: list[Event] = field(default_factory=list)
    serials: dict[str, int] = field(default_factory=dict)
    waited: timedelta = timedelta()

    @classmethod
    def assembled(cls):
        """Return a cast with its ledger begun and everybody entered."""
        cast = cls()
        cast.add(
            Draft(
                "start",
                cast.root.sign(Start(ledger=LEDGER, root=cast.root.public.text, at=cast.now).content()),
            )
        )
        for name, roles in ROLES.items():
            cast.enter(name, roles)
        return cast

    @property
    def head(self):
        return self.events[-1].digest if self.events else GENESIS

    @property
    def now(self):
        return START + self.waited + timedelta(minutes=len(self.events))

    @property
    def history(self):
        return History.replayed(self.events, self.root.public)

    @property
    def refusal(self):
        """The sentence with which the last event is refused, when it is asked for and when it is replayed."""
        *before, last = self.events
        history = History.replayed(before, self.root.public) if before else History(self.root.public)
        with pytest.raises(ReviewError) as asked:
            history.permit(last.draft, last.at)
        with pytest.raises(LedgerError) as replayed:
            History.replayed(self.events, self.root.public)
        assert str(replayed.value).startswith(f"Event {last.seq} (")
        assert str(replayed.value).endswith(str(asked.value))
        return str(asked.value)

    def wait(self, **time):
        """Let time pass before the next event."""
        self.waited += timedelta(**time)

    def standing(self, version=1, catalogue=None):
        return self.history.standing(MODEL, version, self.now, catalogue)

    def add(self, draft, at=None):
        """Link a draft to the chain, whatever the rules say."""
        self.events.append(linked(draft, at or self.now, self.events[-1] if self.events else None))
        return self.events[-1]

    def person(self, name, roles, training_until=date(2027, 6, 30), *, key=None, by=None):
        """Return a signed record of a person as a draft; `by` signs instead of the root."""
        serial = self.serials.get(name, 0) + 1
        record = Person(
            ledger=LEDGER, name=name, roles=roles, key=(key or self.keys[name]).public.text,
            training_until=training_until, serial=serial, at=self.now, previous=self.head,
        )  # fmt: skip
        return Draft("person", (by or self.root).sign(record.content()))

    def enter(self, name, roles, training_until=date(2027, 6, 30)):
        """Add a person's next record to the chain."""
        event = self.add(self.person(name, roles, training_until))
        self.serials[name] = self.serials.get(name, 0) + 1
        return event

    def decision(self, action, by, version=1, *, key=None, at=None, **changed):
        """Return a signed decision as a draft."""
        told = {
            "ledger": LEDGER,
            "action": action,
            "model": MODEL,
            "version": version,
            "digests": DIGESTS,
            "verdict": "kept",
            "blocking": (),
            "catalogue": CATALOGUE,
            "limits": LIMITS,
            "review_days": 180,
            "trained_by": ("Tina",),
            "by": by,
            "key": (key or self.keys[by]).public.text,
            "role": ROLES.get(by, REVIEWERS)[0],
            "reason": "As asked.",
            "valid_until": date(2026, 12, 1) if action == "approve" else None,
            "at": at or self.now,
            "previous": self.head,
        }
        record = Decision(**(told | changed))
        return Draft("decision", (key or self.keys[by]).sign(record.content()), record.model, record.version)

    def decide(self, action, by, version=1, **changed):
        """Add a decision to the chain, whatever the rules say."""
        return self.add(self.decision(action, by, version, **changed))

    def adopt(self, by="Carol", **changed):
        """Add an adoption to the chain."""
        told = {
            "ledger": LEDGER,
            "model": MODEL,
            "policy": sha256(b"other policy"),
            "limits": sha256(b"other limits"),
            "by": by,
            "key": self.keys[by].public.text,
            "role": ROLES[by][0],
            "reason": "New limits.",
            "at": self.now,
            "previous": self.head,
        }
        record = Adoption(**(told | changed))
        return self.add(Draft("adoption", self.keys[by].sign(record.content()), record.model))

    def api_key(self, by="Adam", key=None, **changed):
        """Return a signed API key as a draft; `key` signs instead of theirs."""
        told = {
            "ledger": LEDGER,
            "id": KEY,
            "name": "billing",
            "secret": sha256(SECRET.encode()),
            "scopes": ("predict",),
            "per_second": 50,
            "expires": self.now + timedelta(days=30),
            "by": by,
            "key": (key or self.keys[by]).public.text,
            "role": "administrator",
            "reason": "For the monthly letters.",
            "at": self.now,
            "previous": self.head,
        }
        record = ApiKey(**(told | changed))
        return Draft("api_key", (key or self.keys[by]).sign(record.content()))

    def issue(self, by="Adam", **changed):
        """Add an API key to the chain, whatever the rules say."""
        return self.add(self.api_key(by, **changed))

    def end_key(self, by="Adam", **changed):
        """Add the end of an API key to the chain, whatever the rules say."""
        told = {
            "ledger": LEDGER,
            "id": KEY,
            "by": by,
            "key": self.keys[by].public.text,
            "role": "compliance" if ROLES.get(by) == ("compliance",) else "administrator",
            "reason": "It was in a mail.",
            "at": self.now,
            "previous": self.head,
        }
        record = ApiKeyRevocation(**(told | changed))
        return self.add(Draft("api_key_revoked", self.keys[by].sign(record.content())))

    def comment(self, by="Carol", version=1, *, key=None, **changed):
        """Return a signed comment as a draft; `key` signs instead of theirs."""
        told = {
            "ledger": LEDGER,
            "model": MODEL,
            "version": version,
            "bundle": DIGESTS.bundle,
            "remarks": (Remark(section="gaps", text="Why do tenants need another plan?"),),
            "by": by,
            "key": (key or self.keys[by]).public.text,
            "role": ROLES.get(by, REVIEWERS)[0],
            "at": self.now,
            "previous": self.head,
        }
        record = Comment(**(told | changed))
        return Draft("comment", (key or self.keys[by]).sign(record.content()), record.model, record.version)

    def say(self, by="Carol", version=1, **changed):
        """Add a comment to the chain, whatever the rules say."""
        return self.add(self.comment(by, version, **changed))

    def anchor(self, number=1, digest=BATCH, log="access"):
        """Add the note of how far the access log goes."""
        return self.add(Draft("anchored", body={"log": log, "number": number, "digest": digest}))

    def activate(self, version=1, bundle=DIGESTS.bundle):
        """Add the note that the bundle of an approved version was published."""
        return self.add(Draft("activated", None, MODEL, version, {"bundle": bundle}))

    def approve(self, version=1, **changed):
        """Submit and approve a version with both signatures, and activate it."""
        told = {key: value for key, value in changed.items() if key not in {"valid_until", "waivers"}}
        self.decide("submit", "Tina", version, **told)
        self.decide("approve", "Carol", version, **changed)
        self.decide("approve", "Bob", version, **changed)
        return self.activate(version, changed.get("digests", DIGESTS).bundle)

    def join(self, name, *roles):
        """Enter somebody more."""
        self.keys[name] = PrivateKey.generate()
        return self.enter(name, roles)
