"""An account as a resident reads it: sections of plain lines in one language, as a page or as a text.

The page is one file in the styles of the card: no script, and no address of another site.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import PackageLoader

from segmentation.answers import Texts
from segmentation.card.html import environment, style
from segmentation.rights.sections import sections
from segmentation.rights.words import TITLE, WHEN
from segmentation.wording import TAGS, Voice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from segmentation.policy import Policy, Text
    from segmentation.rights.account import Account
    from segmentation.wording import Language


@dataclass(frozen=True)
class Names:
    """What purposes and segments are called; who is not named here is told by its id.

    Attributes
    ----------
    purposes, segments : mapping of str to Texts
    """

    purposes: Mapping[str, Texts] = field(default_factory=dict)
    segments: Mapping[str, Texts] = field(default_factory=dict)

    @classmethod
    def of(cls, policy: Policy, segments: Mapping[str, Texts]) -> Names:
        """Return the names that a policy and a card give."""
        return cls({one.key: _texts(one.text) for one in policy.purposes}, segments)


def page(account: Account, names: Names, language: Language) -> str:
    """Return the account as an HTML page of its own."""
    voice = Voice(language)
    return (
        _environment()
        .get_template("account.html.j2")
        .render(
            tag=TAGS[language],
            title=getattr(TITLE, language),
            when=getattr(WHEN, language).format(voice.time(_time(account.at))),
            sections=sections(account, names, voice),
            style=style(),
        )
    )


def text(account: Account, names: Names, language: Language) -> str:
    """Return the account as lines of plain text."""
    voice = Voice(language)
    lines = [getattr(TITLE, language), getattr(WHEN, language).format(voice.time(_time(account.at)))]
    for section in sections(account, names, voice):
        lines += ["", section.title, section.help, *(f"  - {line}" for line in section.lines)]
    return "\n".join(lines) + "\n"


@cache
def _environment() -> Environment:
    return environment(PackageLoader("segmentation.rights"))


def _texts(text: Text) -> Texts:
    return Texts(text.en, text.zh)


def _time(told: str) -> datetime:
    return datetime.fromisoformat(told)
