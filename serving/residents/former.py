"""`Formers`: versions that placed residents, ready to say why, also when none of them is served any more.

A reason is of the segment that is kept. So it is told by the version that gave it, as it was signed, or not
at all: by another version it would be a reason for something else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from segmentation.approved.former import former_of
from serving.described import segments_of
from serving.needs import needs_of
from serving.pages.kept import Kept

if TYPE_CHECKING:
    from segmentation.answers import Segment as Named
    from segmentation.approved import Former
    from segmentation.ledger.history import History
    from segmentation.ledger.personal.segments import Segment
    from segmentation.ledger.trust import Trust
    from segmentation.rights.why import Words
    from serving.needs import Needs

KEPT = 4
"""Versions that a worker keeps: each is a few MB, and most residents were placed by the last few."""


@dataclass(frozen=True, eq=False)
class Ready:
    """A version of before, as far as reasons need it.

    Attributes
    ----------
    approved : Former
    needs : Needs
        Reads requests as its policy allows them.
    segments : dict of str to Segment
        Name and service plan of each, from its card.
    """

    approved: Former
    needs: Needs
    segments: dict[str, Named]

    @cached_property
    def words(self) -> Words:
        """In which a resident is told why."""
        from segmentation.rights.why import words_of  # noqa: PLC0415 - words of two languages take time and memory

        return words_of(self.approved.policy, json.loads(self.approved.card))


class Formers:
    """The last few versions that reasons were asked of; several threads may use one.

    Parameters
    ----------
    trust : Trust
        Says where bundles lie.
    """

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._kept: Kept[Ready] = Kept(KEPT)

    def of(self, history: History, kept: Segment) -> Ready:
        """Return the version by which a segment was given.

        Raises
        ------
        NotApprovedError, BundleError
            It is not there any more.
        StorageError
            The place of bundles cannot be reached.
        """
        key = (kept.model, kept.version, kept.decision)
        return self._kept.of(key, partial(self._ready, history, *key))

    def _ready(self, history: History, name: str, version: int, decision: str) -> Ready:
        former = former_of(history, self._trust, name, version, decision)
        return Ready(former, needs_of(former), segments_of(former, json.loads(former.card)))
