"""The words page: every term, state, role and action of the pages in one line, and the articles cited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from segmentation.card.words import GLOSSARY
from serving.pages.articles import ARTICLES
from serving.pages.codes import ROLES, VERBS
from serving.pages.page import Page, msg, told
from serving.pages.terms import (
    ACTION_MEANINGS,
    RESIDENTS_TERMS,
    ROLE_MEANINGS,
    STATE_MEANINGS,
    TERMS,
)
from serving.pages.visit import Shown, Visit

if TYPE_CHECKING:
    from segmentation.ledger.standing import State

Line = tuple[str, str]
"""A term and what it means, both in English as the catalogue has them."""


@dataclass(frozen=True)
class Words(Page):
    """See `words`."""

    TEMPLATE: ClassVar[str] = "words.html.j2"
    TITLE: ClassVar[str] = msg("Words")

    reviewing: tuple[Line, ...] = field(
        metadata=told(msg("Of reviewing"), msg("What is read, signed and kept on these pages."))
    )
    residents: tuple[Line, ...] = field(
        metadata=told(
            msg("Of residents' rights"), msg("What residents may ask for, and what is kept of them.")
        )
    )
    states: tuple[tuple[State, str], ...] = field(
        metadata=told(msg("States of a version"), msg("Where a version may stand, and what that means."))
    )
    roles: tuple[Line, ...] = field(
        metadata=told(msg("Roles"), msg("What a person may be entered as; somebody may hold several."))
    )
    actions: tuple[Line, ...] = field(
        metadata=told(
            msg("Actions"), msg("What may be signed about a version, and how many people it takes.")
        )
    )
    audit: tuple[Line, ...] = field(
        metadata=told(
            msg("Of the card and the audit"),
            msg("One line for each term of a card, in the order in which it uses them."),
        )
    )
    law: tuple[Line, ...] = field(
        metadata=told(
            msg("Law and standards"),
            msg(
                "The articles that card, assessment and policy cite, in one line each; for orientation, the "
                "text of the law counts."
            ),
        )
    )


def words(visit: Visit) -> Shown:
    """Return the words page."""
    del visit
    return Shown(
        Words(
            TERMS,
            RESIDENTS_TERMS,
            tuple(STATE_MEANINGS.items()),
            tuple((ROLES[role], line) for role, line in ROLE_MEANINGS.items()),
            tuple((word, ACTION_MEANINGS[action]) for action, word in VERBS.items()),
            GLOSSARY,
            ARTICLES,
        )
    )
