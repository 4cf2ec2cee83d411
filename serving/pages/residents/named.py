"""What rights, states, channels, purposes and segments are called on these pages, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.answers import Texts
from segmentation.errors import BundleError, PolicyError, ReviewError, StorageError
from segmentation.ledger.personal.register import RIGHTS
from segmentation.rights import words
from segmentation.rights.report import Names
from serving.pages.page import msg

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from segmentation.ledger.personal.register import Listed, Right
    from segmentation.policy import Policy
    from serving.pages.visit import Visit
    from serving.pages.words import Speaker

CHANNELS: Mapping[str, str] = {
    "front_desk": msg("At the front desk"),
    "telephone": msg("By telephone"),
    "letter": msg("By letter"),
    "e_mail": msg("By e-mail"),
    "app": msg("In the app"),
    "representative": msg("Through a representative"),
}
"""How a request may be received; an API may name others, which are shown as they are."""
LANGUAGES: Mapping[str, str] = {"zh": msg("Chinese"), "en": msg("English")}
"""Of the resident."""
IDENTITY: Mapping[str, str] = {
    "login": msg("They asked in their account"),
    "code": msg("By a code sent to a number on record"),
    "callback": msg("By calling a number on record"),
    "in_person": msg("In person, by a document that was seen and given back"),
    "authority": msg("An authority from the resident was seen"),
    "guardian": msg("They are the parent or guardian"),
    "kin": msg("They are next of kin"),
}
"""How it was checked who asks, each of `identity.WAYS`."""
CONSENT: Mapping[str, str] = {
    "given": msg("Given"),
    "refused": msg("Refused by the resident"),
    "withdrawn": msg("Withdrawn"),
    "objected": msg("Objection to automated decisions"),
    "objection_lifted": msg("Objection taken back"),
    "": msg("Nothing on record"),
}
"""What a resident said of a purpose."""
LOOKS: Mapping[str, tuple[str, str, str]] = {
    "received": ("submitted", "waiting", msg("Received")),
    "extended": ("superseded", "waiting", msg("Extended")),
    "late": ("expired", "held", msg("Overdue")),
    "done": ("approved", "kept", msg("Done")),
    "refused": ("rejected", "broken", msg("Refused with a reason")),
    "erased": ("superseded", "kept", msg("Ended with the erasure")),
}
"""Icon, kind of chip and word of a request, by its state, or that it is late."""


@dataclass(frozen=True)
class Entry:
    """One request, as the register has it in the clear.

    Attributes
    ----------
    id, right : str
        The right in words.
    key : str
        Of the right.
    look : (str, str, str)
        Icon, kind of chip and word of its state.
    received, due : datetime
    ended : datetime or None
    days : int
        Until it is due; negative where that is over.
    is_late : bool
    """

    id: str
    right: str
    key: Right
    look: tuple[str, str, str]
    received: datetime
    due: datetime
    ended: datetime | None
    days: int
    is_late: bool


@dataclass(frozen=True)
class Model:
    """What the version in use calls things, and what a person may choose from.

    Attributes
    ----------
    names : Names
    policy : Policy or None
        None where no version is in use, or its files cannot be read.
    segments : tuple of str
        Ids.
    """

    names: Names
    policy: Policy | None = None
    segments: tuple[str, ...] = ()

    @property
    def stated(self) -> tuple[str, ...]:
        """The keys of the purposes that the policy states."""
        return () if self.policy is None else self.policy.stated


def model_in(visit: Visit) -> Model:
    """Return what is known of the version that was brought into use last.

    What a resident has a right to does not wait for a version: where it cannot be read, ids stand for names.
    """
    version = visit.history.activated(visit.office.model)
    if version is None:
        return Model(Names())
    try:
        found = visit.office.version(visit.history, version, visit.now)
    except (ReviewError, BundleError, PolicyError, StorageError):
        return Model(Names())
    segments = {one.id: Texts(one.name.en, one.name.zh) for one in found.card.segments}
    return Model(Names.of(found.policy, segments), found.policy, tuple(segments))


def entry_of(one: Listed, now: datetime, voice: Speaker) -> Entry:
    """Return a request as it is shown."""
    is_late = one.is_late(now)
    icon, kind, word = LOOKS["late" if is_late else one.state]
    return Entry(
        one.id,
        right_in(voice, one.right),
        one.right,
        (icon, kind, voice.t(word)),
        one.received,
        one.due,
        one.ended,
        (one.due - now).days,
        is_late,
    )


def rights_in(voice: Speaker) -> tuple[tuple[str, str], ...]:
    """Return every right with its words."""
    return tuple((right, right_in(voice, right)) for right in RIGHTS)


def right_in(voice: Speaker, right: str) -> str:
    """Return what a right is called."""
    return word_in(voice, words.RIGHTS, right)


def word_in(voice: Speaker, named: Mapping[str, Texts], key: str) -> str:
    """Return what something is called; its key where nobody named it."""
    found: str = getattr(named[key], voice.language) if key in named else key
    return found


def code_in(voice: Speaker, named: Mapping[str, str], code: str) -> str:
    """Return the words of a code; itself where it is none of ours."""
    return voice.t(named[code]) if code in named else code
