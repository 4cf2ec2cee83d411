"""What an event of the ledger says, in words: for the history of a version, and for the page of the ledger.

Only what a person may read is told: of an API key its id and for whom it is, never the digest of its secret.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from segmentation.errors import LedgerError
from segmentation.ledger.api_keys import ApiKey, ApiKeyRevocation
from segmentation.ledger.comments import Comment
from segmentation.ledger.records import Adoption, Decision, Person, Start
from segmentation.reviews.event_words import DECIDED, OTHER, SCOPES, TITLES
from segmentation.reviews.named import ROLES, role_title, word
from segmentation.signing import PublicKey
from segmentation.wording import msg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date, datetime

    from segmentation.ledger.event import Event
    from segmentation.ledger.records import Waiver
    from segmentation.signing import Signed
    from segmentation.wording import Voice


@dataclass(frozen=True)
class Said:
    """What a comment says about one section.

    Attributes
    ----------
    section : str
        Key of the section; the page knows its title.
    text : str
    """

    section: str
    text: str


@dataclass(frozen=True)
class EventTold:
    """An event in words.

    Attributes
    ----------
    seq : int
        Its number in the ledger.
    at : datetime
        When the ledger took it in, UTC.
    kind : str
        As in `segmentation.ledger.event.Kind`.
    action : str
        Of a decision, by its key; else empty.
    model : str
        Empty where it is about none.
    version : int or None
    title, sentence : str
        In the reader's language: a few words, and who did what to what.
    by : str
        Name of the person who signed it; empty where the root key did, or nobody.
    role : str
        In which of their roles, by its title; empty where `by` is.
    reason : str
        In their own words, in whatever language they wrote.
    key_fingerprint : str
        Of the key that signed it; empty where nobody signed, and for records of people, which the root signs.
    conditions : tuple of str
    waivers : tuple of Waiver
        Of an approval: finding by key, reason, last day.
    remarks : tuple of Said
        Of a comment.
    valid_until : date or None
        Last day of an approval.
    """

    seq: int
    at: datetime
    kind: str
    title: str
    sentence: str
    action: str = ""
    model: str = ""
    version: int | None = None
    by: str = ""
    role: str = ""
    reason: str = ""
    key_fingerprint: str = ""
    conditions: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    remarks: tuple[Said, ...] = ()
    valid_until: date | None = None


def event_told(event: Event, voice: Voice) -> EventTold:
    """Return an event in words.

    Parameters
    ----------
    event : Event
        Of a history, which believes no other than those that follow the rules.
    voice : Voice
    """
    draft = event.draft
    bare = EventTold(
        event.seq,
        event.at,
        draft.kind,
        voice.t(TITLES.get(draft.kind, OTHER)),
        voice.t("This version of the program does not know what the event says."),
        model=draft.model or "",
        version=draft.version,
    )
    if draft.signed is None:
        return _UNSIGNED[draft.kind](bare, event, voice) if draft.kind in _UNSIGNED else bare
    try:
        return _SIGNED[draft.kind](bare, draft.signed, voice) if draft.kind in _SIGNED else bare
    except LedgerError:
        return bare


def _start(bare: EventTold, signed: Signed, voice: Voice) -> EventTold:
    root = PublicKey(Start.of(signed).root).fingerprint
    told = voice.t("The ledger begins, under the root key %(key)s.", key=root)
    return replace(bare, sentence=told, key_fingerprint=root)


def _person(bare: EventTold, signed: Signed, voice: Voice) -> EventTold:
    person = Person.of(signed)
    values = {
        "name": person.name,
        "roles": voice.join("list", _roles(person.roles, voice)),
        "key": PublicKey(person.key).fingerprint,
    }
    if not person.roles:
        told = voice.t("The root key took every role from %(name)s, who may sign nothing any more.", **values)
    elif person.serial == 1:
        told = voice.t("The root key entered %(name)s as %(roles)s, with the key %(key)s.", **values)
    else:
        told = voice.t(
            "The root key changed the record of %(name)s: %(roles)s, with the key %(key)s.", **values
        )
    title = bare.title if person.serial == 1 else voice.t("Person changed")
    return replace(bare, title=title, sentence=voice.join("sentence", (told, _training(person, voice))))


def _training(person: Person, voice: Voice) -> str:
    if not person.roles:
        return ""
    if person.training_until is None:
        return voice.t("No training is entered.")
    return voice.t("Their training counts until %(day)s.", day=voice.day(person.training_until))


def _decision(bare: EventTold, signed: Signed, voice: Voice) -> EventTold:
    decision = Decision.of(signed)
    title, sentence = DECIDED[decision.action]
    told = replace(
        _by_person(bare, decision, sentence, voice),
        title=voice.t(title),
        action=decision.action,
        conditions=decision.conditions,
        waivers=decision.waivers,
        valid_until=decision.valid_until,
    )
    return replace(told, sentence=voice.join("sentence", (told.sentence, *_terms(decision, voice))))


def _terms(decision: Decision, voice: Voice) -> Iterable[str]:
    """Yield what an approval says beside that it approves."""
    if decision.action == "submit":
        yield voice.t("Trained by %(names)s.", names=voice.join("list", decision.trained_by))
    if decision.valid_until is not None:
        yield voice.t("It holds until %(day)s.", day=voice.day(decision.valid_until))
    if decision.waivers:
        yield voice.tn("%(n)s finding is waived.", "%(n)s findings are waived.", len(decision.waivers))
    if decision.conditions:
        yield voice.tn("%(n)s condition is set.", "%(n)s conditions are set.", len(decision.conditions))


def _adoption(bare: EventTold, signed: Signed, voice: Voice) -> EventTold:
    sentence = msg("%(by)s (%(role)s) brought a policy into force for %(model)s.")
    return _by_person(bare, Adoption.of(signed), sentence, voice)


def _api_key(bare: EventTold, signed: Signed, voice: Voice) -> EventTold:
    key = ApiKey.of(signed)
    told = _by_person(
        bare,
        key,
        msg("%(by)s (%(role)s) issued the API key %(id)s to %(name)s."),
        voice,
        id=key.id,
        name=key.name,
    )
    opens = voice.t(
        "It opens %(scopes)s, %(n)s requests a second, until %(time)s.",
        scopes=voice.join("list", (word(SCOPES, scope, voice) for scope in key.scopes)),
        n=voice.integer(key.per_second),
        time=voice.time(key.expires),
    )
    return replace(told, sentence=voice.join("sentence", (told.sentence, opens)))


def _api_key_revoked(bare: EventTold, signed: Signed, voice: Voice) -> EventTold:
    end = ApiKeyRevocation.of(signed)
    return _by_person(bare, end, msg("%(by)s (%(role)s) revoked the API key %(id)s."), voice, id=end.id)


def _comment(bare: EventTold, signed: Signed, voice: Voice) -> EventTold:
    comment = Comment.of(signed)
    sentence = msg("%(by)s (%(role)s) commented on version %(version)s of %(model)s.")
    said = tuple(Said(remark.section, remark.text) for remark in comment.remarks)
    return replace(_by_person(bare, comment, sentence, voice), remarks=said)


def _activated(bare: EventTold, event: Event, voice: Voice) -> EventTold:
    sentence = voice.t(
        "The bundle of version %(version)s of %(model)s was published, and the version is active. Nobody "
        "signs that: it follows from the approvals.",
        version=event.draft.version,
        model=event.draft.model,
    )
    return replace(bare, sentence=sentence)


def _anchored(bare: EventTold, event: Event, voice: Voice) -> EventTold:
    number = (event.draft.body or {}).get("number", 0)
    sentence = voice.t(
        "The access log went as far as batch %(number)s. Nobody signs that: the log is held against it.",
        number=voice.integer(int(number)),
    )
    return replace(bare, sentence=sentence)


def _by_person(
    bare: EventTold,
    record: Decision | Adoption | ApiKey | ApiKeyRevocation | Comment,
    sentence: str,
    voice: Voice,
    **values: str,
) -> EventTold:
    """Return an event that a person signed, with who they are and why they say it."""
    role = word(ROLES, record.role, voice)
    told = voice.t(sentence, by=record.by, role=role, **_about(bare), **values)
    return replace(
        bare,
        sentence=told,
        by=record.by,
        role=role_title(record.role, voice),
        reason=getattr(record, "reason", ""),
        key_fingerprint=PublicKey(record.key).fingerprint,
    )


def _about(bare: EventTold) -> dict[str, object]:
    return {"version": bare.version, "model": bare.model}


def _roles(roles: Iterable[str], voice: Voice) -> Iterable[str]:
    return (word(ROLES, role, voice) for role in roles)


_SIGNED: Mapping[str, Callable[[EventTold, Signed, Voice], EventTold]] = {
    "start": _start,
    "person": _person,
    "decision": _decision,
    "adoption": _adoption,
    "api_key": _api_key,
    "api_key_revoked": _api_key_revoked,
    "comment": _comment,
}
_UNSIGNED: Mapping[str, Callable[[EventTold, Event, Voice], EventTold]] = {
    "activated": _activated,
    "anchored": _anchored,
}
