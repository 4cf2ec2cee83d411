"""What a person typed into the form of an act: read, checked field by field, and kept as it was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from serving.pages.fields import day_as_typed, day_of_text, says_something, text_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segmentation.ledger.records import Role
    from serving.pages.words import Speaker

CONDITIONS = 50
"""Conditions of one decision; who has more writes a document and names it."""


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
class DecisionForm:
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
    def of(cls, form: Mapping[str, str], chosen: Mapping[str, tuple[str, ...]]) -> DecisionForm:
        """Return what a browser sent."""
        return cls(
            form.get("reason", ""),
            form.get("role", ""),
            form.get("conditions", ""),
            day_as_typed(form.get("until", "")),
            chosen.get("comment", ()),
        )

    @property
    def each_condition(self) -> tuple[str, ...]:
        """The conditions, without empty lines."""
        return tuple(line.strip() for line in self.conditions.split("\n") if line.strip())

    @property
    def day(self) -> date | None:
        """The last day; None where none was chosen, or what was typed is no day."""
        return day_of_text(self.until)


def slips_of(typed: DecisionForm, voice: Speaker, roles: tuple[Role, ...]) -> Iterator[Slip]:
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


def slips_of_day(typed: DecisionForm, voice: Speaker, today: date, latest: date) -> Iterator[Slip]:
    """Yield what is wrong with the last day of an approval."""
    if typed.day is None:
        if typed.until:
            yield Slip("until", voice.t("Write the last day as 2027-06-30."))
        else:
            yield Slip("until", voice.t("Say on which day the approval ends."))
    elif not today <= typed.day <= latest:
        span = {"first": voice.day(today), "last": voice.day(latest)}
        yield Slip("until", voice.t("Choose a day from %(first)s to %(last)s.", **span))


def latest_day(today: date, review_days: int) -> date:
    """Return the last day that the policy allows."""
    return today + timedelta(days=review_days)


def _of_text(voice: Speaker, field: str, *texts: str) -> Iterator[Slip]:
    yield from (Slip(field, told) for told in (text_fault(text, voice) for text in texts) if told)
