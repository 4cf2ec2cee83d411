"""What shows to anybody, with no ledger and no network, that two people approved a version.

A proof carries the events that the approval rests on: the start of the ledger, every record until then of the
people concerned, the submission and the approvals. They are run through the same rules as a ledger is, from
the pinned root key on, so roles, training and keys are those that each person had when they signed.

What a proof cannot show, because it holds only what somebody put into it:

- that the version was not suspended, revoked, superseded or reopened since, and that no policy was adopted
  since;
- who made an earlier round of the version, or the same model under another number: the ledger keeps them from
  approving it;
- that no record of a person was left out at the end, such as one that took a role away before the approval;
- that its events stand in the ledger; compare their digests with a ledger, or with a checkpoint.

Who has the ledger asks the ledger (`History.standing`). The proof is for who has not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.event import Draft, Event
from segmentation.ledger.facts import Facts
from segmentation.ledger.records import REVIEWERS, Person
from segmentation.ledger.rules import change_of
from segmentation.ledger.verify import is_whole, label
from segmentation.signing import Signed, canonical

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from segmentation.ledger.records import Decision, Digests, Verdict
    from segmentation.signing import PublicKey

FORMAT = "proof/1"


@dataclass(frozen=True)
class Approval:
    """What a proof shows.

    Attributes
    ----------
    model, version : str, int
    digests : Digests
        Of what was approved.
    approvals : tuple of Decision
        The pair that was in force at the end of the proof, compliance first.
    valid_until : date
        Last day on which the pair holds: the earliest of their own days and of the expiry of every waiver.
    verdict : {"kept", "broken", "undetermined"}
    people : dict of str to Person
        Those concerned, as of the last approval.
    ledger : str
        Id of the ledger that it comes from.
    submission : Decision
    """

    model: str
    version: int
    digests: Digests
    approvals: tuple[Decision, ...]
    valid_until: date
    verdict: Verdict
    people: dict[str, Person]
    ledger: str
    submission: Decision


@dataclass(frozen=True)
class Proof:
    """Events that show that a version was approved.

    Attributes
    ----------
    model, version : str, int
    events : tuple of Event
        As they stand in the ledger, with gaps between them.
    """

    model: str
    version: int
    events: tuple[Event, ...]

    @classmethod
    def of(cls, events: Sequence[Event], facts: Facts, model: str, version: int) -> Self:
        """Return the proof for a version whose approvals, since it was last submitted or reopened, were two.

        Raises
        ------
        LedgerError
            They were not.
        """
        track = facts.track(model, version)
        if not track.completed or track.submission is None:
            raise LedgerError(
                f"Version {version} of {model} is {track.state}, and no two approvals of it count, so there "
                "is nothing to prove."
            )
        chosen = [track.submission, *track.signed]
        decided = [event for event, d in facts.records[model, version] if any(d is c for c in chosen)]
        names = {track.submission.by, *track.submission.trained_by, *(d.by for d in track.signed)}
        earlier = events[: decided[-1].seq]
        people = [e for e in earlier if e.draft.kind == "person" and _name(e) in names]
        return cls(model, version, (events[0], *sorted((*people, *decided), key=lambda event: event.seq)))

    def to_json(self) -> str:
        """Return the proof as canonical JSON (RFC 8785)."""
        content = {
            "format": FORMAT,
            "model": self.model,
            "version": self.version,
            "events": [_plain(event) for event in self.events],
        }
        return canonical(content).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a proof; `verified` says whether to believe it.

        Raises
        ------
        LedgerError
            It is not written as a proof.
        """
        try:
            told = _Proof.model_validate_json(text)
        except ValidationError as error:
            where = ".".join(map(str, error.errors(include_input=False, include_url=False)[0]["loc"]))
            raise LedgerError(
                f"The proof cannot be read: {where or 'document'} is not what this version writes there. "
                "Fetch it again."
            ) from None
        return cls(told.model, told.version, tuple(event.event() for event in told.events))

    def verified(self, root: PublicKey) -> Approval:
        """Return what the proof shows.

        Parameters
        ----------
        root : PublicKey
            The root key that you trust; not one that came with the proof.

        Raises
        ------
        LedgerError
            It shows nothing: it names the event that was altered or that the rules do not allow, or what is
            missing.
        """
        facts = Facts(root, places=None)
        for before, event in zip((None, *self.events), self.events, strict=False):
            self._take(facts, before, event)
        track = facts.track(self.model, self.version)
        pair, ends = track.pair(), track.ends()
        if track.state != "approved" or track.submission is None or pair is None or ends is None:
            raise LedgerError(
                f"The proof does not show that version {self.version} of {self.model} was approved: it leads "
                f"to {track.state}. Fetch it again, or ask for the ledger."
            )
        return Approval(
            model=track.model,
            version=track.version,
            digests=track.submission.digests,
            approvals=tuple(sorted(pair, key=lambda approval: REVIEWERS.index(approval.role))),
            valid_until=ends,
            verdict=track.submission.verdict,
            people=dict(facts.people),
            ledger=facts.ledger,
            submission=track.submission,
        )

    def _take(self, facts: Facts, before: Event | None, event: Event) -> None:
        here = f"Event {event.seq} of the proof ({label(event.draft)})"
        if not is_whole(event):
            raise LedgerError(
                f"{here} was altered: its digest does not match what it says. Fetch the proof again."
            )
        if before is not None and (event.seq <= before.seq or event.at < before.at):
            raise LedgerError(f"{here} stands after one that came later. Fetch the proof again.")
        try:
            change = change_of(facts, event.draft, event.at)
        except ReviewError as error:
            raise LedgerError(f"{here} breaks the rules: {error}") from None
        other = change.decision is not None and (change.decision.model, change.decision.version) != (
            self.model,
            self.version,
        )
        if event.draft.kind not in {"start", "person", "decision"} or other:
            raise LedgerError(f"{here} has no place in a proof for version {self.version} of {self.model}.")
        facts.apply(change, event)


def _name(event: Event) -> str:
    return Person.of(event.draft.signed).name if event.draft.signed is not None else ""


def _plain(event: Event) -> dict[str, Any]:
    draft = event.draft
    signed = draft.signed
    return {
        "seq": event.seq,
        "at": event.at.isoformat(timespec="microseconds"),
        "kind": draft.kind,
        "model": draft.model,
        "version": draft.version,
        "signed": None if signed is None else {"document": signed.document, "signature": signed.signature},
        "previous": event.previous,
        "digest": event.digest,
    }


def _as_written(at: str) -> str:
    """Refuse a time that is written otherwise than `Proof.to_json` does: one instant has many forms."""
    if datetime.fromisoformat(at).astimezone(UTC).isoformat(timespec="microseconds") != at:
        raise ValueError
    return at


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Signed(_Told):
    document: str
    signature: str


class _Event(_Told):
    seq: int
    at: Annotated[str, AfterValidator(_as_written)]
    kind: Literal["start", "person", "decision"]
    model: str | None
    version: int | None
    signed: _Signed
    previous: str
    digest: str

    def event(self) -> Event:
        signed = Signed(self.signed.document, self.signed.signature)
        draft = Draft(self.kind, signed, self.model, self.version)
        return Event(self.seq, datetime.fromisoformat(self.at), draft, self.previous, self.digest)


class _Proof(_Told):
    format: Literal["proof/1"]
    model: str
    version: int
    events: list[_Event]
