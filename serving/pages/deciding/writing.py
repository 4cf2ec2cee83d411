"""Writing down what a person typed, as records to be signed, and reading them when they come back.

What is shown is what is signed: the record goes to the browser to the byte and comes back with a passphrase.
A browser is not trusted with it: what comes back must be a record of this person, about this version, for
this act, written as this program writes one, and the ledger's rules judge the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from segmentation.errors import LedgerError
from segmentation.ledger.comments import Comment
from segmentation.ledger.records import Decision
from segmentation.reviews.commenting import remark
from segmentation.signing import Signed, canonical
from serving.pages.deciding.passing import waivers_of
from serving.pages.deciding.typed import DecisionForm
from serving.pages.forms import MOST_BYTES
from serving.pages.visit import Declined

if TYPE_CHECKING:
    from segmentation.ledger.records import Role
    from serving.pages.deciding.matter import Matter

ROOM = 4096
"""Bytes of a form beside the records: names of fields, the token and the passphrase."""


@dataclass(frozen=True)
class Written:
    """What is to be signed: a decision, comments, or both.

    Attributes
    ----------
    decision : Decision or None
        None where comments are signed alone.
    payload : bytes
        The decision to the byte; empty where there is none.
    comment : Comment or None
    remarks : bytes
        The comments to the byte; empty where there are none.
    """

    decision: Decision | None = None
    payload: bytes = b""
    comment: Comment | None = None
    remarks: bytes = b""

    @property
    def texts(self) -> tuple[str, ...]:
        """The documents, as the ledger keeps them."""
        return tuple(one.decode() for one in (self.payload, self.remarks) if one)


def written(matter: Matter, typed: DecisionForm, role: Role | None) -> Written:
    """Return the records of what was typed, which the rules would take once they are signed.

    Raises
    ------
    ReviewError
        The rules refuse it, or it cannot be said.
    BundleError, PolicyError
        The version cannot be read.
    """
    desk, name, key = matter.visit.office.desk, matter.visit.signed_in.name, matter.act.key
    said = [note for note in matter.pending.comments if typed.comments is None or note.key in typed.comments]
    remarks = b""
    if said:
        told = [remark(note.key, note.text) for note in said]
        remarks = desk.comment_payload(matter.model, matter.version, name=name, remarks=told)
    payload = b""
    if key != "comment":
        approves = key == "approve"
        payload = desk.payload(
            key,
            matter.model,
            matter.version,
            name=name,
            reason=typed.reason.strip(),
            role=role,
            waivers=waivers_of(matter) if approves else (),
            conditions=typed.each_condition if key in {"approve", "request_changes"} else (),
            valid_until=typed.day if approves else None,
        )
    found = _parsed(payload, remarks)
    foreseen(matter, found)
    return found


def foreseen(matter: Matter, record: Written) -> None:
    """Check that the rules would take the records now, as far as that shows before they are signed.

    Raises
    ------
    ReviewError
        They would not.
    """
    for one in (record.comment, record.decision):
        if one is not None:
            matter.history.foresee(one, matter.visit.now)


def sent_back(matter: Matter) -> Written:
    """Return what a browser sends to be signed.

    Raises
    ------
    Declined
        It is not what this program wrote for this person, this version and this act.
    """
    form = matter.visit.form
    try:
        found = _parsed(form.get("payload", "").encode(), form.get("remarks", "").encode())
    except (LedgerError, UnicodeEncodeError, ValueError, RecursionError):
        raise _odd(matter) from None
    records = [one for one in (found.decision, found.comment) if one is not None]
    about = (matter.visit.signed_in.name, matter.model, matter.version)
    acts = ("comment" if found.decision is None else found.decision.action) == matter.act.key
    mine = all((one.by, one.model, one.version) == about for one in records)
    seen = {event.digest for event in matter.history.events}
    here = all(one.ledger == matter.history.ledger and one.previous in seen for one in records)
    if not (records and acts and mine and here):
        raise _odd(matter)
    return found


def _parsed(payload: bytes, remarks: bytes) -> Written:
    """Return records as they are to be signed; raises ValueError or LedgerError where they are none."""
    decision = Decision.of(Signed(payload.decode(), "")) if payload else None
    comment = Comment.of(Signed(remarks.decode(), "")) if remarks else None
    for record, text in ((decision, payload), (comment, remarks)):
        if record is not None and canonical(record.content()) != text:
            message = "not canonical"
            raise ValueError(message)
    return Written(decision, payload, comment, remarks)


def fits(record: Written) -> bool:
    """Whether a browser can send the records back in one form."""
    return sum(len(quote_plus(text)) for text in record.texts) + ROOM <= MOST_BYTES


def typed_of(record: Written) -> DecisionForm:
    """Return the form as it was before the preview, from the records that it was made into."""
    said = () if record.comment is None else tuple(one.section for one in record.comment.remarks)
    decision = record.decision
    if decision is None:
        return DecisionForm(comments=said)
    until = "" if decision.valid_until is None else decision.valid_until.isoformat()
    return DecisionForm(decision.reason, decision.role, "\n".join(decision.conditions), until, said)


def _odd(matter: Matter) -> Declined:
    told = matter.voice.t(
        "What was sent to be signed is not what this page wrote for you, this version and this act. Nothing "
        "was signed; begin again from the page of the version."
    )
    return Declined("malformed", told)
