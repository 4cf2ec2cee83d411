"""`Served`: an approved version, made ready to answer: everything that is the same for all requests, once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.answers import Model, Segment
    from segmentation.approved import Approved
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
        Name and service plan of each, from the card.
    model : Model
        What `GET /v1/model` answers.
    """

    approved: Approved
    card: Mapping[str, Any]
    needs: Needs
    segments: dict[str, Segment]
    model: Model


def served_of(approved: Approved) -> Served:
    """Make an approved version ready to answer."""
    from serving.described import model_of, segments_of  # noqa: PLC0415 - written beside this
    from serving.needs import needs_of  # noqa: PLC0415

    card = json.loads(approved.card)
    segments = segments_of(approved, card)
    return Served(approved, card, needs_of(approved), segments, model_of(approved, card, segments))
