"""The sections of an account in one language: each is a title, a sentence, and a line for everything kept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from segmentation.rights import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segmentation.answers import Texts
    from segmentation.rights.account import Account, Consent, Kept, Override, Purpose, Reading, Request
    from segmentation.rights.report import Names
    from segmentation.wording import Voice


class Section(NamedTuple):
    """A part of an account.

    Attributes
    ----------
    name : str
        Its id on a page.
    title, help : str
    lines : tuple of str
        At least one.
    """

    name: str
    title: str
    help: str
    lines: tuple[str, ...]


def sections(account: Account, names: Names, voice: Voice) -> tuple[Section, ...]:
    """Return everything of an account, what matters most to a resident first."""
    teller = _Teller(names, voice)
    told: dict[str, Iterator[str]] = {
        "purposes": map(teller.purpose, account.purposes),
        "segments": map(teller.segment, reversed(account.segments)),
        "overrides": map(teller.override, reversed(account.overrides)),
        "requests": (line for one in account.requests for line in teller.request(one)),
        "consents": map(teller.consent, account.consents),
        "readings": map(teller.reading, account.readings),
    }
    return tuple(
        Section(
            name,
            teller.word(words.SECTIONS[name][0]),
            teller.word(words.SECTIONS[name][1]),
            tuple(lines) or (teller.word(words.NOTHING),),
        )
        for name, lines in told.items()
    )


class _Teller:
    """Tells one thing that is kept as one line."""

    def __init__(self, names: Names, voice: Voice) -> None:
        self._names, self._voice = names, voice

    def word(self, texts: Texts, *values: str, **named: str) -> str:
        told: str = getattr(texts, self._voice.language)
        return told.format(*values, **named) if values or named else told

    def purpose(self, one: Purpose) -> str:
        what, state = self._purpose(one.purpose), self.word(words.STATES[one.state])
        parts = [
            self.word(words.SAID, what=what, state=state)
            if one.since is None
            else self.word(words.SINCE, what=what, state=state, at=self._time(one.since))
        ]
        if one.notice:
            parts.append(self.word(words.NOTICE, one.notice))
        if one.objected is not None:
            objected = self.word(words.STATES["objected"])
            parts.append(f"{objected}{self._voice.aside(self._time(one.objected))}")
        return self._voice.join("clause", parts)

    def segment(self, one: Kept) -> str:
        placed = self.word(
            words.PLACED,
            segment=self._segment(one.segment),
            version=str(one.version),
            model=one.model,
            at=self._time(one.at),
            expires=self._time(one.expires),
        )
        parts = (
            placed,
            self.word(words.EXPIRED) if one.is_expired else "",
            self.word(words.VERSIONS.get(one.state, words.REVIEWED)) if one.state else "",
            self.word(words.BORDERLINE) if one.borderline else "",
            self.word(words.MARGIN, self._voice.number(one.margin)),
            self.word(words.IMPUTED, self._voice.join("list", one.imputed)) if one.imputed else "",
            self.word(words.DECISION, one.decision),
            self.word(words.FOR, self._purpose(one.purpose)),
        )
        return self._voice.join("clause", parts)

    def override(self, one: Override) -> str:
        said = {"by": one.by, "at": self._time(one.at), "reason": one.reason}
        if one.segment is None:
            return self.word(words.LIFTED, **said)
        return self.word(words.PUT, segment=self._segment(one.segment), **said)

    def request(self, one: Request) -> Iterator[str]:
        yield self.word(
            words.ASKED,
            right=self._known(words.RIGHTS, one.right),
            id=one.id,
            state=self._known(words.ENDS, one.state),
            received=self._time(one.received),
            due=self._time(one.due),
        )
        for step in one.steps:
            told = self.word(
                words.STEP,
                state=self._known(words.ENDS, step.state),
                at=self._time(step.at),
                by=step.by,
            )
            channel = self.word(words.CHANNEL, step.channel) if step.channel else ""
            checked = self._known(words.CHECKED, step.identity)
            yield self._voice.join("clause", (told, channel, checked, step.text))

    def consent(self, one: Consent) -> str:
        told = self.word(
            words.SINCE,
            what=self._purpose(one.purpose),
            state=self.word(words.STATES[one.event_state]),
            at=self._time(one.event_time),
        )
        parts = (
            told,
            self.word(words.NOTICE, one.privacy_notice) if one.privacy_notice else "",
            self.word(words.CHANNEL, one.collection_method) if one.collection_method else "",
            one.language,
            self.word(words.RECORDED, one.entity_id) if one.entity_id else "",
        )
        return self._voice.join("clause", parts)

    def reading(self, one: Reading) -> str:
        purpose = self._purpose(one.purpose)
        told = self.word(words.READ, at=self._time(one.at), by=one.by, route=one.route, purpose=purpose)
        return self._voice.join("clause", (told, "" if one.was_told else self.word(words.REFUSED)))

    def _known(self, texts: Mapping[str, Texts], key: str) -> str:
        return self.word(texts[key]) if key in texts else key

    def _purpose(self, key: str) -> str:
        return self._known(self._names.purposes, key).rstrip(".。")

    def _segment(self, key: str) -> str:
        named = self._names.segments.get(key)
        return key if named is None else f"{key}{self._voice.aside(self.word(named))}"

    def _time(self, told: str) -> str:
        return self._voice.time(datetime.fromisoformat(told))
