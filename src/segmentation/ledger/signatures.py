"""What holds for every signed record, whatever it says, and for every person who signs.

Each record is bound to one ledger, to the events that its signer had seen, and to the day: what was signed
for another ledger, long ago, or once already, is refused. A signature counts if it is made with the key that
the person has now; when roles, keys or training changed, what was signed before stays as it was then.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.api_keys import ApiKey, ApiKeyRevocation
from segmentation.ledger.comments import Comment
from segmentation.ledger.records import Adoption, Decision, Person, Start
from segmentation.ledger.track import day_of
from segmentation.signing import PublicKey, canonical

if TYPE_CHECKING:
    from datetime import datetime

    from segmentation.ledger.event import Draft
    from segmentation.ledger.facts import Facts
    from segmentation.ledger.records import Record, Role
    from segmentation.signing import Signed

TOLERANCE = timedelta(days=1)
"""How far the time that a signer wrote may be from the time of the event: offline signing takes a while."""
WHO: dict[str, tuple[Role, ...]] = {
    "submit": ("trainer",),
    "approve": ("compliance", "business"),
    "request_changes": ("compliance", "business"),
    "reject": ("compliance", "business"),
    "revoke": ("compliance", "business", "administrator"),
    "suspend": ("monitor", "compliance", "business", "administrator"),
    "resume": ("compliance", "business"),
    "comment": ("trainer", "compliance", "business", "administrator"),
    "adopt": ("compliance",),
    "issue_an_API_key": ("administrator",),
    "revoke_an_API_key": ("administrator", "compliance"),
}
"""Which role may do what."""
UNTRAINED = frozenset({"revoke", "suspend", "revoke_an_API_key", "comment"})
"""What stops a version or a key must not wait for a course, and what is said decides nothing: these need no
valid training."""

R = TypeVar("R", Start, Person, Decision, Adoption, ApiKey, ApiKeyRevocation, Comment)
ByPerson = Decision | Adoption | ApiKey | ApiKeyRevocation | Comment
"""What a person signs, with a key of theirs."""


def read(facts: Facts, draft: Draft, kind: type[R], now: datetime) -> tuple[R, Signed]:
    """Return the record that a draft carries, and what was signed; the signature is still to be checked.

    Raises
    ------
    ReviewError
        It is no such record, or not one of this ledger and this day.
    """
    if draft.signed is None or draft.body:
        raise ReviewError(f"{called(draft)} is signed, and says nothing beside what is signed.")
    record = _parsed(kind, draft.signed)
    if draft.signed.document in facts.used:
        raise ReviewError(
            f"This record is already event {facts.used[draft.signed.document]}, and counts once; sign a new "
            "one."
        )
    if facts.ledger and record.ledger != facts.ledger:
        raise ReviewError("The record was signed for another ledger; sign one for this ledger.")
    if abs(now - record.at) > TOLERANCE:
        raise ReviewError(
            f"The record says that it was signed more than a day from {now:%Y-%m-%d %H:%M} UTC; set the "
            "clock, or sign anew."
        )
    return record, draft.signed


def _parsed(kind: type[R], signed: Signed) -> R:
    try:
        record = kind.of(signed)
    except LedgerError as error:
        raise ReviewError(str(error)) from None
    if _written(record, signed.document) != signed.document:
        raise ReviewError(
            "The record is not written as canonical JSON (RFC 8785), so two readers may read it "
            "differently; sign what this program writes, unchanged."
        )
    return record


def _written(record: Record, document: str) -> str:
    """Return the canonical JSON of a record.

    Of letters of ASCII, and without fractions, that is what Python's own JSON writes with sorted keys, and
    many times faster; a ledger is replayed record by record.
    """
    if document.isascii():
        return json.dumps(record.content(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return canonical(record.content()).decode()


def seen(facts: Facts, record: Person | ByPerson) -> None:
    """Refuse a record whose signer had another ledger before them."""
    if facts.places is not None and record.previous not in facts.places:
        raise ReviewError(
            "The record names an event, as the last that its signer saw, that is not in this ledger; sign "
            "anew with this ledger before you."
        )


def signed_by_root(facts: Facts, signed: Signed, what: str) -> None:
    """Refuse what the pinned root key did not sign."""
    if not facts.root.verifies(signed):
        raise ReviewError(
            f"The {what} is not signed by the root key that is pinned here ({facts.root.fingerprint}); "
            "sign it with that key."
        )


def signer(facts: Facts, record: ByPerson, signed: Signed) -> Person:
    """Return the person who signed, with a key that is theirs now.

    Raises
    ------
    ReviewError
        Nobody of that name is entered, the key is not theirs now, or it did not make the signature.
    """
    person = facts.people.get(record.by)
    if person is None:
        raise ReviewError(
            f"Nobody is entered as {record.by}; enter them with `segmentation people add`, or mend the name."
        )
    if person.key != record.key:
        former = facts.owners.get(record.key) == record.by
        raise ReviewError(
            f"{record.by} signed with a key that {'is no longer theirs' if former else 'was never theirs'}; "
            f"sign with the key {PublicKey(person.key).fingerprint}."
        )
    if not PublicKey(person.key).verifies(signed):
        raise ReviewError(
            f"The signature is not one by {record.by} over this record; one of the two was changed. Sign "
            "anew."
        )
    return person


def entitled(person: Person, role: Role, action: str, now: datetime) -> None:
    """Refuse who does not hold the role that they name, a role that may not do this, and lapsed training."""
    if not person.roles:
        raise ReviewError(
            f"{person.name} holds no role any more and may sign nothing; ask somebody who does."
        )
    if role not in person.roles:
        raise ReviewError(
            f"{person.name} signs as {role} and holds {_and(person.roles)}; ask somebody who is entered as "
            f"{role}."
        )
    if role not in WHO[action]:
        raise ReviewError(f"As {role} nobody may {words(action)}; ask {_or(WHO[action])}.")
    if action not in UNTRAINED and (person.training_until is None or person.training_until < day_of(now)):
        lapsed = (
            "is not entered"
            if person.training_until is None
            else f"counted until {person.training_until:%Y-%m-%d}"
        )
        raise ReviewError(
            f"{person.name}'s training {lapsed}, and they may not {words(action)}; enter the training with "
            "`segmentation people change`."
        )


def called(draft: Draft) -> str:
    """Return what a sentence that begins with a draft calls it."""
    return f"{'An' if draft.kind[0] in 'aeiou' else 'A'} {words(draft.kind)} record"


def words(action: str) -> str:
    """Return an action as a verb."""
    return action.replace("_", " ")


def _and(roles: tuple[str, ...]) -> str:
    return " and ".join(roles)


def _or(roles: tuple[str, ...]) -> str:
    return " or ".join((", ".join(roles[:-1]), roles[-1])) if len(roles) > 1 else roles[0]
