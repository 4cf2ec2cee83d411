"""What the rules look at: everything that the events so far have told, and how one more event changes it.

A rule reads the facts and returns a `Change`, or raises; it never changes them itself. So one implementation
of each rule both permits a draft (and throws the change away) and replays an event (and applies it).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from segmentation.ledger.api_keys import ApiKeyStanding
from segmentation.ledger.track import Track

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from segmentation.ledger.api_keys import ApiKey, ApiKeyRevocation
    from segmentation.ledger.comments import Comment
    from segmentation.ledger.event import Event
    from segmentation.ledger.records import Adoption, Decision, Person, Start
    from segmentation.signing import PublicKey


SCORER = "scorer.json"


@dataclass(frozen=True)
class Adopted:
    """A policy that somebody brought into force for a model.

    Attributes
    ----------
    policy : str
        Its digest.
    by : str
    at : datetime
    seq : int
        Number of the event.
    """

    policy: str
    by: str
    at: datetime
    seq: int


@dataclass(frozen=True)
class Anchor:
    """How far the access log went when that was written into this chain.

    Attributes
    ----------
    number : int
        Of its last batch then.
    digest : str
        Of that batch.
    at : datetime
        When it was anchored, UTC.
    """

    number: int
    digest: str
    at: datetime


@dataclass(frozen=True)
class Change:
    """What an event that the rules allow makes different.

    Attributes
    ----------
    start : Start or None
    person : Person or None
    decision : Decision or None
    adoption : Adoption or None
    api_key : ApiKey or None
    api_key_revocation : ApiKeyRevocation or None
    anchored : Anchor or None
    comment : Comment or None
    tracks : tuple of Track
        Versions that stand differently after it.
    activated : bool
        Whether the first of `tracks` is now the version that is served.
    """

    start: Start | None = None
    person: Person | None = None
    decision: Decision | None = None
    adoption: Adoption | None = None
    api_key: ApiKey | None = None
    api_key_revocation: ApiKeyRevocation | None = None
    anchored: Anchor | None = None
    comment: Comment | None = None
    tracks: tuple[Track, ...] = ()
    activated: bool = False


@dataclass
class Facts:
    """Everything that the events so far have told.

    Attributes
    ----------
    root : PublicKey
        The pinned one.
    ledger : str
        Id of the ledger; empty before its start.
    seq : int
        Number of the last event.
    people : dict of str to Person
        The latest record of each.
    owners : dict of str to str
        Who has, or once had, each key.
    places : dict of str to int, or None
        Number of each event by its digest. None where not all events are at hand (a proof): then nobody can
        tell which events a signer had seen, and the rules do not ask.
    used : dict of str to int
        Number of the event that carries each signed document.
    tracks : dict of str to dict of int to Track
        Versions by model.
    activated : dict of str to int
        The version of each model that was activated last.
    adopted : dict of str to Adopted
        The policy that was adopted last for each model; an activation adopts none.
    makers : dict of str to frozenset of str
        Who ever submitted or trained each model, by the digest of its files: in whatever round, and under
        whatever name and number.
    records : dict of (str, int) to list of (Event, Decision)
    api_keys : dict of str to ApiKeyStanding
        Every API key that was ever issued, by its id.
    anchors : dict of (int, str) to Anchor
        How far the access log went, each time that was written, by number and digest of the batch.
    comments : dict of (str, int) to list of (Event, Comment)
        What was said about sections of each version.
    """

    root: PublicKey
    ledger: str = ""
    seq: int = 0
    people: dict[str, Person] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] | None = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    tracks: dict[str, dict[int, Track]] = field(default_factory=lambda: defaultdict(dict))
    activated: dict[str, int] = field(default_factory=dict)
    adopted: dict[str, Adopted] = field(default_factory=dict)
    makers: dict[str, frozenset[str]] = field(default_factory=dict)
    records: dict[tuple[str, int], list[tuple[Event, Decision]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    api_keys: dict[str, ApiKeyStanding] = field(default_factory=dict)
    anchors: dict[tuple[int, str], Anchor] = field(default_factory=dict)
    comments: dict[tuple[str, int], list[tuple[Event, Comment]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def track(self, model: str, version: int) -> Track:
        """Return a version's track; a draft where nothing was said of it."""
        return self.tracks.get(model, {}).get(version) or Track(model, version)

    def made(self, files: Mapping[str, str]) -> frozenset[str]:
        """Return who ever submitted or trained the model of these files."""
        return self.makers.get(identity(files), frozenset())

    def apply(self, change: Change, event: Event) -> None:
        """Take in an event that the rules allow."""
        self.seq = event.seq
        if self.places is not None:
            self.places[event.digest] = event.seq
        if event.draft.signed is not None:
            self.used[event.draft.signed.document] = event.seq
        self._enter(change)
        self._decide(change, event)
        self._admit(change, event)
        for track in change.tracks:
            self.tracks[track.model][track.version] = track
        if change.activated:
            self.activated[change.tracks[0].model] = change.tracks[0].version

    def _enter(self, change: Change) -> None:
        if change.start is not None:
            self.ledger = change.start.ledger
        if change.person is not None:
            self.people[change.person.name] = change.person
            self.owners[change.person.key] = change.person.name

    def _decide(self, change: Change, event: Event) -> None:
        decision, adoption, comment = change.decision, change.adoption, change.comment
        if decision is not None:
            self.records[decision.model, decision.version].append((event, decision))
            if decision.action == "submit":
                files = decision.digests.model
                self.makers[identity(files)] = self.made(files).union((decision.by, *decision.trained_by))
        if adoption is not None:
            self.adopted[adoption.model] = Adopted(adoption.policy, adoption.by, event.at, event.seq)
        if comment is not None:
            self.comments[comment.model, comment.version].append((event, comment))

    def _admit(self, change: Change, event: Event) -> None:
        key, revocation = change.api_key, change.api_key_revocation
        if key is not None:
            self.api_keys[key.id] = ApiKeyStanding(key)
        if revocation is not None:
            ended = self.api_keys[revocation.id]
            self.api_keys[revocation.id] = replace(ended, revoked=event.at)
        if change.anchored is not None:
            self.anchors[change.anchored.number, change.anchored.digest] = change.anchored

    def copy(self) -> Facts:
        """Return the same facts, to go another way from here."""
        return Facts(
            self.root,
            self.ledger,
            self.seq,
            dict(self.people),
            dict(self.owners),
            None if self.places is None else dict(self.places),
            dict(self.used),
            defaultdict(dict, {model: dict(tracks) for model, tracks in self.tracks.items()}),
            dict(self.activated),
            dict(self.adopted),
            dict(self.makers),
            defaultdict(list, {key: list(records) for key, records in self.records.items()}),
            dict(self.api_keys),
            dict(self.anchors),
            defaultdict(list, {key: list(comments) for key, comments in self.comments.items()}),
        )


def identity(files: Mapping[str, str]) -> str:
    """Return what makes a model the same: its scorer, or all of its files where it names none."""
    return files.get(SCORER) or " ".join(f"{name} {files[name]}" for name in sorted(files))
