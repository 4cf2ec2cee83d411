"""`Served`: an approved version, made ready to answer: everything that is the same for all requests, once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from serving.described import segments_of
from serving.frame import frame_of
from serving.needs import needs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.answers import Model, Segment
    from segmentation.approved import Approved
    from segmentation.rights.why import Words
    from serving.frame import Frame
    from serving.needs import Needs


@dataclass(frozen=True, eq=False)
class Served:
    """One version, ready; never changed: a new look at the ledger makes another.

    Attributes
    ----------
    approved : Approved
    card : mapping
        The card's JSON, parsed.
    needs : Needs
        Reads requests as the policy allows them.
    segments : dict of str to Segment
        Name and service plan of each, from the card, in the order of the scorer.
    frame : Frame
        What stands around every answer of this version.
    """

    approved: Approved
    card: Mapping[str, Any]
    needs: Needs
    segments: dict[str, Segment]
    frame: Frame

    @cached_property
    def model(self) -> Model:
        """What `GET /v1/model` answers; its words are loaded when it is asked for first."""
        from serving.described import model_of  # noqa: PLC0415 - it takes words of two languages

        return model_of(self.approved, self.card, self.segments)

    @cached_property
    def words(self) -> Words:
        """In which a resident is told why; loaded when the first one asks."""
        from segmentation.rights.why import words_of  # noqa: PLC0415 - words of two languages take time and memory

        return words_of(self.approved.policy, self.card)


def served_of(approved: Approved) -> Served:
    """Make an approved version ready to answer.

    Raises
    ------
    BundleError
        The card does not describe the segments that the scorer gives.
    """
    card = json.loads(approved.card)
    segments = segments_of(approved, card)
    # Its tables are made for the first resident, for whom no request shall wait.
    approved.scorer.one(dict.fromkeys(approved.scorer.features))
    return Served(approved, card, needs_of(approved), segments, frame_of(approved, segments))
