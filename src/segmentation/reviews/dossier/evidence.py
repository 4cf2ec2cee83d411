"""What a dossier takes from the ledger: decisions about one version, each signature as a file, and the chain.

A dossier is checked by making these files anew from the chain, so everything here is a function of the
history alone: no clock, no settings.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING

from segmentation.errors import LedgerError
from segmentation.ledger.checkpoint import checkpoint_of
from segmentation.ledger.records import Decision, Person
from segmentation.reviews.dossier.chain import write_chain
from segmentation.signing import PublicKey, canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.ledger.event import Event
    from segmentation.ledger.history import History

CHAIN, CHECKPOINT, DECISIONS, ROOT = "chain.jsonl", "checkpoint.json", "decisions.json", "root.pem"
PEOPLE, SIGNATURES = "people/", "signatures/"
FORMAT = "decisions/1"
LONGEST = 40
"""Letters of a person's name in the name of a file; every disk takes as many, of any script."""


def evidence(history: History, model: str, version: int) -> dict[str, bytes]:
    """Return the files, by their names in the dossier.

    Parameters
    ----------
    history : History
    model, version : str, int
        Submitted at least once.
    """
    return {
        CHAIN: write_chain(history.events),
        CHECKPOINT: checkpoint_of(history).to_json().encode(),
        DECISIONS: _decisions(history, model, version),
        ROOT: history.root.to_pem(),
        **dict(_signatures(history, model, version)),
        **dict(_people(history, model, version)),
    }


def concerning(history: History, model: str, version: int) -> tuple[Event, ...]:
    """Return what happened to a version: its decisions and, for the same model, adoptions and activations.

    An activation of another version, or an adopted policy, may take this one's approvals away.
    """
    return tuple(
        event
        for event in history.events
        if event.draft.model == model
        and (event.draft.version == version or event.draft.kind in {"adoption", "activated"})
    )


def signature_name(event: Event) -> str:
    """Return the name of the file with what was signed, without ending: ``signatures/007-approve-Carol``."""
    return f"{SIGNATURES}{event.seq:03}-{_what(event)}"


def signed_events(history: History, model: str, version: int) -> tuple[Event, ...]:
    """Return the signed events that a version rests on: the start, the people concerned, what was decided."""
    events = concerning(history, model, version)
    names = {_by(event) for event in events}
    for _, decision in history.records(model, version):
        names |= {*decision.trained_by}
    people = [event for event in history.events if event.draft.kind == "person" and _by(event) in names]
    found = (history.events[0], *people, *events)
    return tuple(
        sorted((event for event in found if event.draft.signed is not None), key=lambda event: event.seq)
    )


def people_keys(history: History, model: str, version: int) -> dict[str, Event]:
    """Return the file of each key of the people concerned, with the record that entered it."""
    found: dict[str, Event] = {}
    keys: set[str] = set()
    for event in signed_events(history, model, version):
        if event.draft.kind == "person" and event.draft.signed is not None:
            person = Person.of(event.draft.signed)
            if person.key not in keys:
                keys.add(person.key)
                found[_key_name(event, person)] = event
    return found


def key_file(history: History, event: Event) -> str:
    """Return the file with the key that signed an event: the root's, or that of who decided."""
    if event.draft.kind in {"start", "person"} or event.draft.signed is None:
        return ROOT
    key = json.loads(event.draft.signed.document)["key"]
    for other in history.events:
        if other.draft.kind == "person" and other.draft.signed is not None:
            person = Person.of(other.draft.signed)
            if person.key == key:
                return _key_name(other, person)
    raise LedgerError(f"Event {event.seq} is signed by a key that nobody has.")  # the rules exclude it


def _signatures(history: History, model: str, version: int) -> Iterator[tuple[str, bytes]]:
    for event in signed_events(history, model, version):
        if event.draft.signed is not None:
            yield f"{signature_name(event)}.json", event.draft.signed.document.encode()
            yield f"{signature_name(event)}.sig", base64.b64decode(event.draft.signed.signature)


def _people(history: History, model: str, version: int) -> Iterator[tuple[str, bytes]]:
    for name, event in people_keys(history, model, version).items():
        if event.draft.signed is not None:
            yield name, PublicKey(Person.of(event.draft.signed).key).to_pem()


def _decisions(history: History, model: str, version: int) -> bytes:
    """Return the proof of the approval, where there is one, and everything that happened, in its order."""
    try:
        proof = json.loads(history.proof(model, version).to_json())
    except LedgerError:
        proof = None
    events = [_plain(event) for event in concerning(history, model, version)]
    return canonical({"format": FORMAT, "model": model, "version": version, "proof": proof, "events": events})


def _plain(event: Event) -> dict[str, object]:
    signed = event.draft.signed
    return {
        "seq": event.seq,
        "at": event.at.isoformat(timespec="microseconds"),
        "kind": event.draft.kind,
        "model": event.draft.model,
        "version": event.draft.version,
        "digest": event.digest,
        "signed": None if signed is None else json.loads(signed.document),
        "signature": None if signed is None else signed.signature,
        "body": dict(event.draft.body or {}),
    }


def _by(event: Event) -> str:
    signed = event.draft.signed
    if signed is None or event.draft.kind == "start":
        return ""
    told = json.loads(signed.document)
    return str(told["name"] if event.draft.kind == "person" else told["by"])


def _what(event: Event) -> str:
    if event.draft.kind == "start":
        return "start"
    if event.draft.kind == "decision" and event.draft.signed is not None:
        return f"{Decision.of(event.draft.signed).action}-{_short(_by(event))}"
    return f"{event.draft.kind}-{_short(_by(event))}"


def _key_name(event: Event, person: Person) -> str:
    return f"{PEOPLE}{event.seq:03}-{_short(person.name)}.pem"


def _short(name: str) -> str:
    """Return a person's name for the name of a file; the event's number keeps it apart from others."""
    return re.sub(r"[^\w .@-]", "_", name)[:LONGEST]
