"""What is made up where nobody real decides, and says so: people, reasons, and answers to what a draft asks.

A demo and a notebook go the way to a signature without anybody who judges. Whoever meets what they left must
not take it for a decision, so the names and each answer say what they are.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from segmentation.ledger.records import Role

ROLES: tuple[Role, ...] = ("trainer", "compliance", "business", "administrator")
"""As what somebody acts."""
MADE_UP = "Made up to show the way: nobody has judged anything here."
PASSPHRASE = "passphrase.txt"  # noqa: S105 - the name of the file that holds it
"""In the folder of their home: the passphrase of all their keys."""
DAYS = 30
"""For so long their training counts, and what they write holds."""

_ASKED = re.compile(r'"<write: ([^">]*)>"')


def people_of(where: str) -> dict[str, Role]:
    """Return who acts, and as what: ``Demo trainer`` and others, by names that say where nobody is real."""
    return {f"{where} {role}": role for role in ROLES}


def filled_in(draft: str, today: date) -> str:
    """Return a draft with something made up wherever it asks a person.

    Parameters
    ----------
    draft : str
        TOML, as `impact.draft_answers` and `waivers.draft_waivers` write it.
    today : date
    """
    later = (today + timedelta(days=DAYS)).isoformat()
    typed = {
        "date of the assessment": today.isoformat(),
        "next review": later,
        "last day": later,
        "true or false": "false",
        "low, medium": '"low"',
        "proceed, ": '"proceed"',
    }
    return _ASKED.sub(lambda found: _answer(found[1], typed), draft)


def _answer(asked: str, typed: Mapping[str, str]) -> str:
    return next((value for start, value in typed.items() if asked.startswith(start)), f'"{MADE_UP}"')
