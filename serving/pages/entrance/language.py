"""The switch between Chinese and English, which stays."""

from __future__ import annotations

from serving.languages import LANGUAGES
from serving.pages.paths import ours
from serving.pages.table import address
from serving.pages.visit import Cookie, Declined, Sent, Visit
from serving.pages.words import speaker

YEAR = 365 * 86_400
"""Seconds that the choice is kept."""


def choose(visit: Visit) -> Sent:
    """Keep the language that was chosen, and go back to the page where it was.

    Raises
    ------
    Declined
        It is none of the two.
    """
    told = visit.query.get("language", "")
    if told not in LANGUAGES:
        why = speaker(visit.language).t("The pages are in Chinese (zh) and in English (en); choose one.")
        raise Declined("malformed", why)
    back = ours(visit.query.get("back", "")) or address("sign_in" if visit.person is None else "start")
    return Sent(back, cookies=(Cookie("language", told, YEAR),))
