"""``POST /v1/segments:predict``: residents to segments, one in plain Python and many in numpy.

Margins are told to the last digit that the scorer has, so that `borderline` follows from what is told and a
batch can be checked against the scorer. What does not change between requests is encoded once (`Frame`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from segmentation.answers import Place
from serving.calls import Reply

if TYPE_CHECKING:
    from serving.calls import Call
    from serving.needs import Columns
    from serving.served import Served
    from serving.state import State

_encode = msgspec.json.Encoder().encode


def predict(call: Call, state: State) -> Reply:
    """Answer where each resident is, in the order of the request, as `segmentation.answers.Prediction`."""
    call.served = served = state.watch.served()
    return _told(call, served, served.needs.read(call.body, state.settings.most_rows))


def predict_quickly(call: Call, state: State) -> Reply | None:
    """Answer the same; None where residents must be read with care, which takes tens of times as long."""
    call.served = served = state.watch.served()
    columns = served.needs.read_quickly(call.body, state.settings.most_rows)
    return None if columns is None else _told(call, served, columns)


def _told(call: Call, served: Served, columns: Columns) -> Reply:
    call.rows = columns.rows
    return Reply(placed(served, columns))


def placed(served: Served, columns: Columns) -> bytes:
    """Return the answer about residents."""
    scorer = served.approved.scorer
    if columns.one is not None:
        found = scorer.one(columns.one)
        place = Place(scorer.segments[found.label], found.margin, found.borderline, columns.imputed[0])
        return served.frame.around_one(_encode(place), found.label, columns.unused)
    labels, margins = scorer.margins(columns.arrays)
    chosen = labels.tolist()
    names = [scorer.segments[label] for label in chosen]
    borderline = (margins < scorer.borderline).tolist()
    places = list(map(Place, names, margins.tolist(), borderline, columns.imputed))
    return served.frame.around(_encode(places), set(chosen), columns.unused)
