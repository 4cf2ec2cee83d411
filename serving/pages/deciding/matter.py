"""What an act is about: a version as it stands, and the notes of the person who acts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from segmentation.card.page import sections
from segmentation.card.titles import titles_of
from segmentation.errors import SegmentationError
from segmentation.reviews.commenting import SECTIONS
from segmentation.reviews.waivers import blocking_of
from serving.pages.deciding.acts import ACTS
from serving.pages.table import ACTED
from serving.pages.version.card_parts import ASSESSMENT
from serving.pages.version.pending import pending_of
from serving.pages.version.standing_told import standing_of
from serving.pages.words import speaker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.ledger.history import History
    from segmentation.ledger.standing import Standing
    from segmentation.reviews.submission import Version
    from segmentation.reviews.waivers import Blocking
    from serving.pages.deciding.acts import Act
    from serving.pages.version.pending import Pending
    from serving.pages.visit import Visit
    from serving.pages.words import Speaker

BESIDE = {"impact": ASSESSMENT, "version": SECTIONS["version"]}
"""What may be commented on beside the sections of the card."""


@dataclass(frozen=True)
class Matter:
    """An act of one person about one version.

    Attributes
    ----------
    visit : Visit
    act : Act
    version : int
    history : History
    standing : Standing
    pending : Pending
    """

    visit: Visit
    act: Act
    version: int
    history: History
    standing: Standing
    pending: Pending

    @property
    def model(self) -> str:
        """Name of the model."""
        return self.visit.office.model

    @cached_property
    def handed(self) -> Version:
        """What was submitted; raises what `Office.version` does."""
        return self.visit.office.version(self.history, self.version, self.visit.now)

    @cached_property
    def findings(self) -> Mapping[str, Blocking]:
        """What blocks the signature, by key; raises what `handed` does."""
        return {one.key: one for one in blocking_of(self.handed.card)}

    @cached_property
    def voice(self) -> Speaker:
        """The reader's voice, with the titles of the card where it can be read."""
        plain = speaker(self.visit.language)
        try:
            return speaker(self.visit.language, titles_of(self.handed.card))
        except SegmentationError:
            return plain

    def section(self, key: str) -> str:
        """Return the title of what a comment is about; its key, where there is no such section."""
        found = {section.name: section.title for section in sections(self.voice)}
        return found.get(key) or self.voice.t(BESIDE.get(key, key))


def matter_of(visit: Visit) -> Matter:
    """Return what a request is about; raises `Declined` where there is no such version."""
    history = visit.history
    standing = standing_of(visit, history)
    act = ACTS[ACTED[visit.route]]
    return Matter(visit, act, standing.version, history, standing, pending_of(visit, standing))
