"""The history of a version: every decision and comment as it was signed, with what lets anybody check it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from segmentation.reviews.events import event_told
from segmentation.reviews.waivers import alike

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from segmentation.ledger.history import History
    from segmentation.ledger.records import Waiver
    from segmentation.reviews.events import EventTold
    from serving.pages.words import Speaker

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Passed:
    """Findings waived together: their keys as they were signed, why, the last day, and what they say.

    A finding says nothing, and its key alone is told, where the files that say it cannot be read.
    """

    keys: tuple[str, ...]
    reason: str
    until: date
    said: tuple[str, ...]


@dataclass(frozen=True)
class Remarked:
    """What was said about one section: its title, or its name where this program has none of that name."""

    section: str
    text: str


@dataclass(frozen=True)
class Entry:
    """One event of the ledger about the version.

    Attributes
    ----------
    event : EventTold
        In words.
    digest : str
        Of the event; the next one in the ledger names it.
    waived : tuple of Passed
    remarks : tuple of Remarked
    """

    event: EventTold
    digest: str
    waived: tuple[Passed, ...]
    remarks: tuple[Remarked, ...]


def entries(
    r: Speaker,
    history: History,
    model: str,
    version: int,
    titles: Mapping[str, str],
    sentences: Mapping[str, str] = NOTHING,
) -> tuple[Entry, ...]:
    """Return what happened to a version, the latest first.

    Parameters
    ----------
    r : Speaker
    history : History
        Replayed: each event in it follows the one before it, and each signature was verified.
    model, version : str, int
    titles : mapping of str to str
        What sections are called, by name.
    sentences : mapping of str to str
        What findings say, by key; empty where nobody can read them.
    """
    own = [one for one in history.events if (one.draft.model, one.draft.version) == (model, version)]
    found = []
    for event in reversed(own):
        told = event_told(event, r)
        said = tuple(Remarked(titles.get(one.section, one.section), one.text) for one in told.remarks)
        found.append(Entry(told, event.digest, passed(told.waivers, sentences), said))
    return tuple(found)


def passed(waivers: Iterable[Waiver], sentences: Mapping[str, str] = NOTHING) -> tuple[Passed, ...]:
    """Return waivers, those with the same reason and the same last day together."""
    return tuple(
        Passed(
            tuple(one.finding for one in same),
            reason,
            until,
            tuple(sentences.get(one.finding, "") for one in same),
        )
        for (reason, until), same in alike(waivers).items()
    )
