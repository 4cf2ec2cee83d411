"""What a person typed into the form of an act: read, checked field by field, and kept as it was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from unicodedata import category

from serving.pages.deciding.acts import LAST
from serving.pages.page import msg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segmentation.ledger.records import Role
    from serving.pages.words import Speaker

CONDITIONS = 50
"""Conditions of one decision; who has more writes a document and names it."""
DAY = 10
"""Letters of a day, as a browser sends it."""


BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs by their category that show nothing: fillers of Hangul, and braille without a dot."""


@dataclass(frozen=True)
class Slip:
    """What is wrong with one field.

    Attributes
    ----------
    field : str
        Id of the field, to which the summary leads.
    told : str
        One sentence in the reader's language.
    """

    field: str
    told: str


@dataclass(frozen=True)
class Typed:
    """The fields of the form as they were typed.

    Attributes
    ----------
    reason : str
    role : str
        Empty where none was chosen.
    conditions : str
        One a line.
    until : str
        The last day as a browser writes it, ``2027-06-30``; empty where none was chosen.
    comments : tuple of str or None
        Which pending comments shall be signed; None before anybody chose, and that is all of them.
    """

    reason: str = ""
    role: str = ""
    conditions: str = ""
    until: str = ""
    comments: tuple[str, ...] | None = None

    @classmethod
    def of(cls, form: Mapping[str, str], chosen: Mapping[str, tuple[str, ...]]) -> Typed:
        """Return what a browser sent; line breaks are those of one kind."""
        told = {name: form.get(name, "").replace("\r\n", "\n") for name in ("reason", "conditions")}
        until = form.get("until", "")[: 2 * DAY]
        return cls(role=form.get("role", ""), until=until, comments=chosen.get("comment", ()), **told)

    @property
    def each_condition(self) -> tuple[str, ...]:
        """The conditions, without empty lines."""
        return tuple(line.strip() for line in self.conditions.split("\n") if line.strip())

    @property
    def day(self) -> date | None:
        """The last day; None where none was chosen, or what was typed is no day."""
        try:
            day = date.fromisoformat(self.until.strip())
        except ValueError:
            return None
        return day if day.isoformat() == self.until.strip() else None


def slips_of(typed: Typed, voice: Speaker, roles: tuple[Role, ...]) -> Iterator[Slip]:
    """Yield what is wrong with what every act asks for; `roles` are those to choose from."""
    if not says_something(typed.reason):
        yield Slip("reason", voice.t("Write a reason: it is signed with your decision."))
    yield from _of_text(voice, "reason", typed.reason)
    if len(typed.each_condition) > CONDITIONS:
        yield Slip("conditions", voice.t("Write at most %(n)s conditions.", n=CONDITIONS))
    if not all(map(says_something, typed.each_condition)):
        yield Slip("conditions", voice.t("Write each condition in words."))
    yield from _of_text(voice, "conditions", *typed.each_condition)
    if typed.role not in {"", *roles} or (len(roles) > 1 and not typed.role):
        yield Slip("role", voice.t("Choose the role in which you sign."))


def slips_of_day(typed: Typed, voice: Speaker, today: date, latest: date) -> Iterator[Slip]:
    """Yield what is wrong with the last day of an approval."""
    if typed.day is None:
        if typed.until.strip():
            yield Slip("until", voice.t("Write the last day as 2027-06-30."))
        else:
            yield Slip("until", voice.t("Say on which day the approval ends."))
    elif not today <= typed.day <= latest:
        span = {"first": voice.day(today), "last": voice.day(latest)}
        yield Slip("until", voice.t("Choose a day from %(first)s to %(last)s.", **span))


def says_something(text: str) -> bool:
    """Whether a text has a letter or digit that people see."""
    return any(category(one)[0] in "LN" and one not in BLANK for one in text)


def holds_unseen(text: str) -> bool:
    """Whether a text holds what nobody sees beside its blanks and line ends."""
    return any((category(one) in {"Cc", "Cf", "Cs"} and one != "\n") or one in BLANK for one in text)


def latest_day(today: date, review_days: int) -> date:
    """Return the last day that the policy allows."""
    return today + timedelta(days=review_days)


def _of_text(voice: Speaker, field: str, *texts: str) -> Iterator[Slip]:
    longest = max(map(len, (text.strip() for text in texts)), default=0)
    if longest > LAST:
        told = {"n": voice.integer(longest), "most": voice.integer(LAST)}
        yield Slip(field, voice.t("It has %(n)s letters; write at most %(most)s.", **told))
    if any(map(holds_unseen, texts)):
        yield Slip(field, voice.t(INVISIBLE))


INVISIBLE = msg(
    "It holds letters that nobody sees (tabs, or marks that turn the order of the text); they are not "
    "signed, so type that place anew."
)
