"""Signing what was shown: the passphrase opens the key, the key signs those bytes, the desk records them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from segmentation.errors import BundleError, LedgerError, PolicyError, ReviewError, StorageError
from segmentation.reviews.refusals import Told, refusal_told
from serving.pages.deciding.asked import asking
from serving.pages.deciding.outlook import outlook_of
from serving.pages.deciding.previewed import preview_of
from serving.pages.deciding.writing import foreseen, sent_back, typed_of, written
from serving.pages.declined import REFUSED, UNREACHABLE
from serving.pages.page import Page, msg, told
from serving.pages.passphrase import Closed, opened
from serving.pages.table import address
from serving.pages.version.pending import clear_signed
from serving.pages.visit import Sent, Shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from segmentation.errors import SegmentationError
    from segmentation.ledger.history import History
    from segmentation.ledger.standing import State
    from segmentation.signing import PrivateKey
    from serving.pages.deciding.acts import Act
    from serving.pages.deciding.matter import Matter
    from serving.pages.deciding.writing import Written
    from serving.pages.passphrase import Why
    from serving.pages.visit import Answer

NOTICED: Mapping[str, str] = {
    "approve": "approved",
    "request_changes": "changes_requested",
    "reject": "rejected",
    "revoke": "revoked",
    "suspend": "suspended",
    "resume": "resumed",
    "comment": "commented",
}
"""What the page of the version says then, of `serving.pages.notices.NOTICES`."""
STAYS: Mapping[Why, str] = {
    "missing": msg("Type your passphrase: it opens your key for this one signature."),
    "locked": msg(
        "The passphrase was wrong too often, so it is not tried until %(until)s. Nothing was signed."
    ),
    "wrong": msg("This passphrase does not open your key. Nothing was signed; type it again."),
    "away": msg(
        "Your key does not rest on this service any more. Sign where it is, or ask who runs the service."
    ),
}
"""Why nothing is signed with the passphrase of a form."""


@dataclass(frozen=True)
class Recorded(Page):
    """What was sent to be signed is in the ledger, and something beside it did not work, or is another."""

    TEMPLATE: ClassVar[str] = "recorded.html.j2"
    TITLE: ClassVar[str] = msg("This is recorded already")

    version: int = field(metadata=told(msg("Version"), msg("The one that was decided about.")))
    act: Act = field(metadata=told(msg("What it does"), msg("What you signed.")))
    event: int = field(metadata=told(msg("Event"), msg("Its number in the ledger; it counts once.")))
    at: datetime = field(metadata=told(msg("When"), msg("When it was recorded.")))
    state: State = field(metadata=told(msg("Where it stands"), msg("The state of the version now.")))
    failed: Told | None = field(
        metadata=told(
            msg("What did not work beside it"), msg("It is recorded all the same; tell who runs the service.")
        )
    )


def seal(matter: Matter) -> Answer:
    """Sign what was shown, and record it; a form that is sent twice leads where it led the first time.

    Raises
    ------
    Declined
        What the browser sent is not what this program wrote.
    """
    record = sent_back(matter)
    if _event_of(matter.history, record) is not None:
        return _again(matter, record)
    try:
        foreseen(matter, record)
    except ReviewError as error:
        return _moved(matter, record, refusal_told(error, matter.visit.language))
    key = _opened(matter, record)
    return key if isinstance(key, Shown) else _attached(matter, record, key)


def _opened(matter: Matter, record: Written) -> PrivateKey | Shown:
    """Return the person's key; the page once more where the passphrase does not open it, or is not tried."""
    key, people = opened(matter.visit), matter.history.people
    if isinstance(key, Closed):
        return Shown(preview_of(matter, record, fault=key.told(STAYS, matter.voice)), key.status)
    if all(key.public.text == one.key for one in (record.decision, record.comment) if one is not None):
        return key
    if key.public.text == people[matter.visit.signed_in.name].key:
        return _moved(matter, record, Told(matter.voice.t("You have another key since this was written.")))
    fault = matter.voice.t(
        "Your key on this service is not the one that the ledger has of you. Ask who keeps the people."
    )
    return Shown(preview_of(matter, record, fault=fault), REFUSED)


def _attached(matter: Matter, record: Written, key: PrivateKey) -> Answer:
    """Record what the key signs; tell what became of it where that fails."""
    visit = matter.visit
    signed = [(one, key.sign(json.loads(one)).signature) for one in (record.payload, record.remarks) if one]
    first, beside = signed[0], signed[1] if len(signed) > 1 else None
    try:
        visit.office.desk.attach(*first, comment=beside)
    except (ReviewError, StorageError, BundleError, PolicyError, LedgerError) as error:
        return _failed(matter, record, error)
    fault = _cleared(matter, record)
    return Sent(address("version", version=matter.version), NOTICED[matter.act.key], fault=fault)


def _cleared(matter: Matter, record: Written) -> Exception | None:
    """Take away the notes that were signed; where that fails, they wait there still, and it is recorded."""
    try:
        clear_signed(matter.visit, matter.pending, record.decision, record.comment)
    except (LedgerError, StorageError) as error:
        return error
    return None


def _failed(matter: Matter, record: Written, error: SegmentationError) -> Answer:
    """Tell why it was not recorded; or that it was, where only what comes after failed."""
    if _event_of(matter.visit.office.history(), record) is not None:
        fault = _cleared(matter, record)
        if isinstance(error, ReviewError):
            return replace(_again(matter, record), fault=fault)
        return replace(_recorded(matter, record, refusal_told(error, matter.visit.language)), fault=fault)
    if isinstance(error, LedgerError):
        raise error
    if isinstance(error, ReviewError):
        return _moved(matter, record, refusal_told(error, matter.visit.language))
    failed = refusal_told(error, matter.visit.language)
    return Shown(preview_of(matter, record, failed=failed), UNREACHABLE)


def _moved(matter: Matter, record: Written, why: Told) -> Shown:
    """Show what is to be signed as it is now, or the form with what stands in the way; nothing was signed."""
    typed = typed_of(record)
    outlook = outlook_of(matter)
    if outlook.refusal is None:
        try:
            role = None if record.decision is None else record.decision.role
            afresh = written(matter, typed, role)
        except (ReviewError, BundleError, PolicyError) as again:
            refused = refusal_told(again, matter.visit.language)
            return Shown(asking(matter, outlook, typed, refused=refused), REFUSED)
        return Shown(preview_of(matter, afresh, moved=why), REFUSED)
    return Shown(asking(matter, outlook, typed, refused=why), REFUSED)


def _again(matter: Matter, record: Written) -> Sent | Shown:
    """Lead to the version where the ledger has these very bytes: somebody clicked twice, or loaded anew."""
    history = matter.visit.office.history()
    if all(_place_of(history, text) is not None for text in record.texts):
        return Sent(address("version", version=matter.version), "recorded")
    return _recorded(matter, record)


def _event_of(history: History, record: Written) -> tuple[int, datetime] | None:
    """Return the number and the time of the event that records it; None where none does."""
    return _place_of(history, record.texts[0])


def _place_of(history: History, text: str) -> tuple[int, datetime] | None:
    for event in reversed(history.events):
        if event.draft.signed is not None and event.draft.signed.document == text:
            return event.seq, event.at
    return None


def _recorded(matter: Matter, record: Written, failed: Told | None = None) -> Shown:
    office = matter.visit.office
    history = office.history()
    found = _event_of(history, record)
    assert found is not None  # noqa: S101 - the ledger has it, and nothing leaves the ledger
    standing = history.standing(matter.model, matter.version, matter.visit.now, office.catalogue)
    return Shown(Recorded(matter.version, matter.act, *found, standing.state, failed), REFUSED)
